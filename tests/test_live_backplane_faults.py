"""``"backplane": "redis"`` while Redis or a worker is away, full, or not what it was."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import live
from support.live import TIMEOUT_S, Client, Server, serving, write_project
from support.valkey import SERVERS, valkey
from support.workers import MANIFEST, STREAM, Workers, silent, started, types

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
LATE_S = 3.5  # longer than any worker waits for Redis when all is well


async def goes_on(workers: Workers, *clients: Client) -> None:
    """Both workers are in step, and what they publish reaches everybody."""
    for server in (workers.one, workers.two):
        await server.until("/stats", lambda it: it["backplane"]["connected"])
        await server.post("/broadcast", message={"type": "on"})
    for client in clients:
        found: list[str] = []
        while found.count("on") < 2:
            found += await types(client, 1)
        assert set(found) <= {"on", "resync"}


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not is_so():
            await asyncio.sleep(0.02)


async def until_read(client: Client) -> int:
    """Read numbered messages up to the end; how many were left out, each behind a resync."""
    expected, missed, is_marked = 0, 0, False
    while (frame := await client.recv())["type"] != "on":
        if frame["type"] == "resync":
            is_marked = True
            continue
        assert frame["n"] == expected or is_marked
        missed += frame["n"] - expected
        expected, is_marked = frame["n"] + 1, False
    assert expected == 300 or is_marked
    return missed + 300 - expected


async def position(server: Server) -> int:
    """How far a worker has read."""
    async with server.join("/ws") as client:
        return int(client.hello["seq"])


def status_kib(proc: Path, name: str) -> int:
    """A figure of a process, in KiB."""
    lines = (proc / "status").read_text().splitlines()
    (found,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(found.split()[1])


@pytest.mark.parametrize("program", SERVERS)
async def test_while_redis_is_dead_clients_are_served_here(tmp_path: Path, program: str) -> None:
    with started(tmp_path, program) as (workers, _):
        async with workers.one.join("/ws") as here, workers.two.join("/other") as there:
            workers.redis.kill()
            answer: dict[str, Any] = {}
            for number in range(5):
                answer = await workers.one.post("/broadcast", message={"type": f"{number}"})
                assert answer["seconds"] < 1.2
                assert await types(here, 1) == [f"{number}"]
            assert answer["seconds"] < 0.1, "it is known to be away"
            stats = (await workers.one.get("/stats"))["backplane"]
            assert stats["connected"] is False
            assert stats["pending_bytes"] > 0
            workers.redis.start()
            assert await types(there, 5) == ["0", "1", "2", "3", "4"], "nothing is lost"
            assert await types(here, 1) == ["resync"], "others may have been between"
            for server in (workers.one, workers.two):
                await server.until("/stats", lambda it: it["backplane"]["connected"])
            await workers.two.post("/broadcast", message={"type": "on"})
            assert [*await types(here, 1), *await types(there, 1)] == ["on", "on"]
        for server in (workers.one, workers.two):
            assert server.log.count("the backplane is down") == 1
            assert server.log.count("the backplane is back") == 1


async def test_a_frozen_redis_keeps_nobody_waiting(tmp_path: Path) -> None:
    with started(tmp_path) as (workers, _):
        async with workers.one.join("/ws") as here, workers.two.join("/ws") as there:
            workers.redis.freeze()
            answer = await workers.one.post("/broadcast", message={"type": "frozen"})
            assert answer["seconds"] < 1.3
            assert await types(here, 1) == ["frozen"]
            workers.redis.thaw()
            assert await types(there, 1) == ["frozen"]
            assert await types(here, 1) == ["resync"]
            await silent(there)


async def test_an_empty_server_is_a_gap_for_all(tmp_path: Path) -> None:
    with started(tmp_path, appendonly="no") as (workers, _):
        async with workers.one.join("/ws") as here, workers.two.join("/other") as there:
            since = here.hello["seq"]
            workers.redis.kill()
            workers.redis.start()
            assert [*await types(here, 1), *await types(there, 1)] == ["resync", "resync"]
            await workers.one.post("/broadcast", message={"type": "on"})
            for client in (here, there):
                found = await types(client, 1)
                while found == ["resync"]:
                    found = await types(client, 1)
                assert found == ["on"]
            async with workers.two.join(f"/ws?since={since}") as late:
                assert await types(late, 1) == ["resync"]


async def test_workers_start_without_redis_and_find_it_later(tmp_path: Path) -> None:
    with started(tmp_path) as (workers, stack):
        workers.redis.kill()
        (tmp_path / "late").mkdir()
        env = {"REDIS_URL": workers.redis.url}
        late = stack.enter_context(
            serving(tmp_path / "late", "workers", {"app": MANIFEST}, env=env)
        )
        async with late.join("/ws") as client:
            first = await late.post("/broadcast", message={"type": "alone"})
            second = await late.post("/broadcast", message={"type": "again"})
            assert await types(client, 2) == ["alone", "again"]
            assert (first["seconds"] < 1.2, second["seconds"] < 0.5) == (True, True)
            workers.redis.start()
            found = await types(client, 1)
            assert found == ["resync"]
            await workers.one.until("/stats", lambda it: it["backplane"]["connected"])
            await workers.one.post("/broadcast", message={"type": "together"})
            while (found := await types(client, 1)) == ["resync"]:
                pass
            assert found == ["together"]


async def test_a_redis_that_is_full_loses_nothing(tmp_path: Path) -> None:
    with started(tmp_path) as (workers, _):
        async with workers.one.join("/ws") as here, workers.two.join("/ws") as there:
            with workers.redis.client as redis:
                redis.config_set("maxmemory", "1")
            answer = await workers.one.post("/broadcast", message={"type": "full"})
            assert answer["seconds"] < 1.3
            assert await types(here, 1) == ["full"]
            problem = await workers.one.post("/emit", message={"type": "refused"})
            assert problem.startswith("ConnectionError: not accepted by Redis: ")
            with workers.redis.client as redis:
                redis.config_set("maxmemory", "0")
            assert await types(there, 1) == ["full"]
            assert await types(here, 1) == ["resync"]


@pytest.mark.parametrize("program", SERVERS)
async def test_a_server_that_comes_back_with_less_than_it_had_is_a_gap(
    tmp_path: Path, program: str
) -> None:
    """Restored from an older snapshot; one worker had read what is gone, the other had not."""
    with started(tmp_path, program) as (workers, _):
        async with workers.one.join("/ws") as here, workers.two.join("/other") as there:
            kept = workers.redis.copy()
            workers.two.process.send_signal(signal.SIGSTOP)
            # It had asked for the first one before, and has it in its socket.
            for name in ("first", "lost"):
                await workers.one.post("/broadcast", message={"type": name})
            seen = [await here.recv() for _ in range(2)]
            assert [each["type"] for each in seen] == ["first", "lost"]
            # Its clients have it before Redis has told the worker that it took it; a worker
            # that is not told sends it again, and then nothing is lost.
            await workers.one.get("/stats")
            workers.redis.go_back(kept)
            workers.redis.start()
            workers.two.process.send_signal(signal.SIGCONT)
            assert await types(here, 1) == ["resync"]
            assert await types(there, 2) == ["first", "resync"]
            await goes_on(workers, here, there)
            async with workers.two.join(f"/ws?since={seen[-1]['seq']}") as late:
                assert await types(late, 1) == ["resync"]


async def test_a_replica_that_lacks_something_and_takes_over_is_a_gap(tmp_path: Path) -> None:
    with started(tmp_path) as (workers, stack):
        redis, replica = workers.redis, stack.enter_context(valkey(tmp_path / "replica"))
        async with workers.one.join("/ws") as here, workers.two.join("/other") as there:
            await workers.one.post("/broadcast", message={"type": "kept"})
            with redis.client as master, replica.client as client:
                client.replicaof("127.0.0.1", redis.port)
                await until(lambda: client.xlen(STREAM) == master.xlen(STREAM))
                client.replicaof("NO", "ONE")  # the network between them breaks
                await workers.one.post("/broadcast", message={"type": "lost"})
                redis.kill()
                client.config_set("port", redis.port)  # whoever watches over them points there
            for frames in (here, there):
                assert await types(frames, 3) == ["kept", "lost", "resync"]
            await goes_on(workers, here, there)


async def test_a_stream_that_is_emptied_is_a_gap_for_all(tmp_path: Path) -> None:
    """Also where nothing is published any more, by which it could be noticed."""
    with started(tmp_path) as (workers, _):
        async with workers.one.join("/ws") as here, workers.two.join("/other") as there:
            since = here.hello["seq"]
            workers.two.process.send_signal(signal.SIGSTOP)
            for name in ("first", "lost"):
                await workers.one.post("/broadcast", message={"type": name})
            with workers.redis.client as redis:
                redis.flushall()
            workers.two.process.send_signal(signal.SIGCONT)
            assert await types(here, 3) == ["first", "lost", "resync"]
            assert await types(there, 2) == ["first", "resync"]
            await goes_on(workers, here, there)
            async with workers.two.join(f"/ws?since={since}") as late:
                assert await types(late, 1) == ["resync"]


async def test_few_entries_that_are_gone_are_missed_by_a_worker_that_hung(tmp_path: Path) -> None:
    """No publisher is left whose next number would tell."""
    with started(tmp_path) as (workers, _):
        async with workers.two.join("/other") as client:
            workers.two.process.send_signal(signal.SIGSTOP)
            for number in range(3):
                workers.redis.add(STREAM, m=json.dumps({"type": f"{number}"}))
            with workers.redis.client as redis:
                redis.xtrim(STREAM, maxlen=0, approximate=False)
            workers.redis.add(STREAM, m='{"type": "last"}')
            await asyncio.sleep(LATE_S)
            workers.two.process.send_signal(signal.SIGCONT)
            found: list[str] = []
            while "last" not in found:
                found += await types(client, 1)
            assert found[-2] == "resync", found


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak is Linux's")
async def test_a_backlog_of_large_messages_is_read_in_small_pieces(tmp_path: Path) -> None:
    with started(tmp_path, appendonly="no") as (workers, stack):
        proc = Path(f"/proc/{workers.two.process.pid}")
        async with workers.two.join("/ws") as client:
            workers.two.process.send_signal(signal.SIGSTOP)
            (proc / "clear_refs").write_text("5")  # the peak counts from here
            before = status_kib(proc, "VmRSS")
            large = json.dumps({"type": "large", "text": "x" * MIB})
            for _ in range(200):
                workers.redis.add(STREAM, m=large, e="other")
            workers.redis.add(STREAM, m='{"type": "on"}')
            workers.two.process.send_signal(signal.SIGCONT)
            assert await types(client, 1) == ["on"]
            assert status_kib(proc, "VmHWM") - before < 120 * 1024
        (tmp_path / "late").mkdir()
        env = {"REDIS_URL": workers.redis.url}
        late = stack.enter_context(
            serving(tmp_path / "late", "workers", {"app": MANIFEST}, env=env)
        )
        async with late.join("/ws") as client:
            assert client.hello["type"] == "connected"
            peak = status_kib(Path(f"/proc/{late.process.pid}"), "VmHWM")
            assert peak - before < 120 * 1024


async def test_a_backlog_that_no_client_can_take_is_a_resync(tmp_path: Path) -> None:
    """It is 30 times what may wait for a client; nobody is put out for it."""
    with started(tmp_path, appendonly="no") as (workers, _):
        async with (
            workers.two.join("/ws", compression=None) as brisk,
            workers.two.join("/other", compression=None) as slow,
        ):
            workers.two.process.send_signal(signal.SIGSTOP)
            for number in range(300):
                message = {"type": "large", "n": number, "text": "x" * (MIB // 10)}
                workers.redis.add(STREAM, m=json.dumps(message))
            workers.two.process.send_signal(signal.SIGCONT)
            reading = asyncio.create_task(until_read(brisk))
            while await position(workers.two) < await position(workers.one):
                await asyncio.sleep(0.05)
            await workers.one.post("/broadcast", message={"type": "on"})
            await reading
            assert await until_read(slow), "the backlog was too small"
            stats = await workers.two.get("/stats")
            assert (stats["connections"], stats["dropped"]) == (2, {})


async def test_what_is_trimmed_under_a_worker_that_hangs_is_a_gap(tmp_path: Path) -> None:
    """Of entries without a number, too."""
    with started(tmp_path) as (workers, _):
        async with workers.two.join("/other") as client:
            workers.two.process.send_signal(signal.SIGSTOP)
            with workers.redis.client as redis:
                pipeline = redis.pipeline(transaction=False)
                for number in range(1_000):
                    fields: Any = {"m": json.dumps({"type": "it", "n": number})}
                    pipeline.xadd(STREAM, fields, maxlen=300, approximate=False)
                pipeline.execute()
            workers.two.process.send_signal(signal.SIGCONT)
            frames = [await client.recv() for _ in range(302)]
            # It had asked for the first one before, and had it in its socket.
            assert [each.get("n") for each in frames] == [0, None, *range(700, 1_000)]
            assert frames[1]["type"] == "resync"


async def test_a_worker_that_is_killed_takes_nothing_with_it(tmp_path: Path) -> None:
    with started(tmp_path) as (workers, stack):
        env = {"REDIS_URL": workers.redis.url}
        write_project(tmp_path, "workers", {"app": MANIFEST})
        third = live.start(tmp_path, env=env)
        stack.callback(third.process.wait, live.TIMEOUT_S)
        stack.callback(third.process.kill)
        third = Server(third.process, third.log_file, live.wait_for_port(third))
        async with workers.one.join("/ws") as client:
            assert (await third.post("/broadcast", message={"type": "last"}))["reached"] == 0
            third.process.kill()
            assert await types(client, 1) == ["last"]
            await workers.two.post("/broadcast", message={"type": "on"})
            assert await types(client, 1) == ["on"]

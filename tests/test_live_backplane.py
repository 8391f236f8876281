"""``"backplane": "redis"``: what one worker publishes reaches the clients of all."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from support import live
from support.live import KEY, serving, token, write_project
from support.valkey import SERVERS, valkey
from support.workers import MANIFEST, STREAM, Workers, silent, started, types

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # newer versions want another HTTP client below it
    from fastapi.testclient import TestClient

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SERVERS)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workers]:
    with started(tmp_path_factory.mktemp("workers"), request.param) as (workers, _):
        yield workers


@pytest.fixture
def workers(running: Workers) -> Iterator[Workers]:
    with running.one.shown(), running.two.shown():
        yield running


async def test_a_broadcast_reaches_the_clients_of_both(workers: Workers) -> None:
    async with workers.one.join("/ws") as here, workers.two.join("/other") as there:
        answer = await workers.one.post("/broadcast", message={"type": "it", "text": "€ 😀"})
        assert answer["reached"] == 1, "the clients of this process"
        for client in (here, there):
            frame = await client.recv()
            assert (frame["type"], frame["text"]) == ("it", "€ 😀")
        await silent(here)


async def test_targets_hold_everywhere(workers: Workers) -> None:
    ada, bob = token(sub="ada"), token(sub="bob")
    async with (
        workers.one.join("/ws", token=ada) as one,
        workers.two.join("/ws", token=ada) as two,
        workers.two.join("/other", token=bob) as three,
    ):
        await workers.two.post("/join", id=two.id, channel="news")
        await workers.two.post("/join", id=three.id, channel="news")
        for number, target in enumerate(
            (
                {"user_id": "ada"},
                {"channel": "news"},
                {"endpoint": "other"},
                {"user_id": "ada", "channel": "news", "endpoint": "realtime"},
                {"exclude": one.id},
            )
        ):
            await workers.one.post("/broadcast", message={"type": str(number)}, **target)
        assert await types(one, 1) == ["0"]
        assert await types(two, 4) == ["0", "1", "3", "4"]
        assert await types(three, 3) == ["1", "2", "4"]
        await silent(one, two)


async def test_all_see_one_order(workers: Workers) -> None:
    async with workers.one.join("/ws") as one, workers.two.join("/ws") as two:
        await asyncio.gather(
            *(
                server.post("/broadcast_many", name=name, count=100)
                for server in (workers.one, workers.two)
                for name in ("a", "b")
            )
        )
        seen = [[await client.recv() for _ in range(400)] for client in (one, two)]
    first, second = ([(each["by"], each["n"], each["seq"]) for each in some] for some in seen)
    assert first == second
    assert [seq for *_, seq in first] == sorted(seq for *_, seq in first)


async def test_connections_are_ended_wherever_they_are(workers: Workers) -> None:
    async with (
        workers.one.join("/ws", token=token(sub="ada")) as here,
        workers.two.join("/ws", token=token(sub="ada")) as there,
        workers.two.join("/ws", token=token(sub="bob")) as bob,
    ):
        await workers.one.post("/disconnect", id=bob.id, code=4001, reason="bye")
        closing = await bob.closing()
        assert (closing.code, closing.reason) == (4001, "bye")
        await workers.one.post("/broadcast", message={"type": "last"}, user_id="ada")
        await workers.one.post("/disconnect_user", user_id="ada")
        for client in (here, there):
            closing = await client.closing()
            assert [each["type"] for each in closing.frames] == ["last", "disconnect"]
            assert closing.code == 1008


async def test_a_ticket_of_one_worker_opens_one_door_of_another(workers: Workers) -> None:
    bearer = {"Authorization": f"Bearer {token()}"}
    ticket = await workers.one.ticket("/closed", **bearer)
    async with workers.two.join(f"/closed?ticket={ticket}") as client:
        assert client.hello["user_id"] == "ada"
    for server in (workers.one, workers.two):
        async with server.connect(f"/closed?ticket={ticket}") as client:
            assert (await client.closing()).reason == "unauthenticated"
    with workers.redis.client as redis:
        assert redis.keys("*:ticket:*") == []


async def test_only_the_last_hundred_tickets_of_a_user_are_good(workers: Workers) -> None:
    ada, bob = ({"Authorization": f"Bearer {token(sub=name)}"} for name in ("ada", "bob"))
    of_bob = await workers.one.ticket("/closed", **bob)
    servers = (workers.one, workers.two)
    of_ada = [await servers[number % 2].ticket("/closed", **ada) for number in range(102)]
    with workers.redis.client as redis:
        assert len(redis.keys("*:ticket:*")) == 101
    for ticket in of_ada[:2]:
        async with workers.two.connect(f"/closed?ticket={ticket}") as client:
            assert (await client.closing()).reason == "unauthenticated"
    for ticket in (of_ada[2], of_ada[-1], of_bob):
        async with workers.one.join(f"/closed?ticket={ticket}"):
            pass


async def test_what_was_missed_is_replayed_by_another_worker(workers: Workers) -> None:
    async with workers.one.join("/ws") as client:
        since = client.hello["seq"]
    for number in range(3):
        await workers.one.post("/broadcast", message={"type": f"missed {number}"})
    async with workers.two.join(f"/ws?since={since}") as client:
        assert await types(client, 3) == ["missed 0", "missed 1", "missed 2"]
    async with workers.two.join("/ws?since=5") as client:
        assert await types(client, 1) == ["resync"]
    async with workers.two.join(f"/ws?since={2**52}") as client:
        assert await types(client, 1) == ["resync"]


async def test_a_new_worker_knows_what_was_before_it(workers: Workers) -> None:
    async with workers.one.join("/ws") as client:
        since = client.hello["seq"]
    await workers.one.post("/broadcast", message={"type": "before"})
    env = {"REDIS_URL": workers.redis.url}
    (workers.root / "new").mkdir()
    with serving(workers.root / "new", "workers", {"app": MANIFEST}, env=env) as new:
        async with new.join(f"/ws?since={since}") as client, new.join("/ws") as fresh:
            assert await types(client, 1) == ["before"]
            await workers.one.post("/broadcast", message={"type": "after"})
            assert await types(client, 1) == ["after"]
            assert await types(fresh, 1) == ["after"]


@pytest.mark.parametrize("route", ["/emit", "/emit_in_thread", "/emit_on_another_loop"])
async def test_emit_reaches_both(workers: Workers, route: str) -> None:
    async with workers.one.join("/ws") as one, workers.two.join("/ws") as two:
        assert await workers.one.post(route, message={"type": "it"}) == "accepted"
        assert [*await types(one, 1), *await types(two, 1)] == ["it", "it"]
    answer = await workers.one.post("/emit_on_loop", message={"type": "it"})
    assert "broadcast" in answer


def script(workers: Workers, text: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a program that has the package and ``REDIS_URL``, and nothing else."""
    environment = {key: value for key, value in os.environ.items() if "KEY" not in key}
    return subprocess.run(
        [sys.executable, "-c", text],
        cwd=workers.root / "one",
        env={**environment, "REDIS_URL": workers.redis.url, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


async def test_scripts_emit_and_broadcast_and_go_on_after_a_fork(workers: Workers) -> None:
    text = """
import asyncio, os
from app import ws
ws.emit({"type": "parent", "n": 0})
if os.fork() == 0:
    ws.emit({"type": "child", "n": 0})
    ws.emit({"type": "child", "n": 1})
    os._exit(0)
os.wait()
ws.emit({"type": "parent", "n": 1})
asyncio.run(ws.manager.broadcast({"type": "parent", "n": 2}))
"""
    async with workers.one.join("/ws") as one, workers.two.join("/ws") as two:
        done = await asyncio.to_thread(script, workers, text)
        assert (done.returncode, done.stderr) == (0, "")
        expected = [("parent", 0), ("child", 0), ("child", 1), ("parent", 1), ("parent", 2)]
        for client in (one, two):
            frames = [await client.recv() for _ in range(5)]
            assert [(each["type"], each["n"]) for each in frames] == expected
        await silent(one, two)


def test_emit_raises_within_five_seconds_where_redis_is_not(workers: Workers) -> None:
    text = "from app import ws\nws.emit({'type': 'it'})"
    start = time.monotonic()
    done = script(workers, text, REDIS_URL="redis://127.0.0.1:1/0")
    assert done.stderr.strip().splitlines()[-1].startswith("ConnectionError: not accepted")
    assert time.monotonic() - start < 8, "with the start of Python"
    done = script(workers, text, REDIS_URL="")
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith("REDIS_URL is not set: workers needs one such as redis://localhost:6379/0")


async def test_other_programs_publish_with_xadd(workers: Workers) -> None:
    skipped = (await workers.two.get("/stats"))["backplane"]["skipped"]
    async with (
        workers.one.join("/ws", token=token(sub="ada")) as ada,
        workers.two.join("/other") as other,
    ):
        add = workers.redis.add
        add(STREAM, p="nonsense", n=1, f="{}")
        add(STREAM, p="1-x", f="{}")
        add(STREAM, f=b"\xff")
        for bad in ("", "nonsense", "[]", '{"type": "ping"}', '{"a": NaN}', b"\xff"):
            add(STREAM, m=bad)
        add(STREAM, m="{}", e="nowhere")
        add(STREAM, m='{"type": "x"}', u=b"\xff")
        for own in (
            {"z": "unknown"},
            {"u": "ada"},
            {"f": "nonsense"},
            {"f": '{"type": "connected"}'},
            {"d": '{"id": "", "code": 1000, "reason": "done"}', "u": "ada"},
            {"d": '{"id": [], "code": 1000, "reason": "done"}'},
            {"l": "1"},
        ):  # the workers' own fields, but from no worker
            add(STREAM, **own)
        add(STREAM, m='{"type": "all"}', f='{"type": "connected"}', d="{}", l="1")
        add(STREAM, m='{"type": "ada"}', u="ada")
        add(STREAM, m='{"type": "other"}', e="other")
        for client, expected in ((ada, ["all", "ada"]), (other, ["all", "other"])):
            frames = [await client.recv() for _ in expected]
            assert [each["type"] for each in frames] == expected
            assert {each["app_slug"] for each in frames} == {"workers"}
    stats = (await workers.two.get("/stats"))["backplane"]
    assert stats["skipped"] - skipped == 18
    assert "an entry is not a message of this app" in workers.two.log
    assert "could not be handed on" not in workers.two.log


def test_what_is_for_nobody_here_is_read_in_larger_pieces(workers: Workers) -> None:
    """A read costs as much whatever it brings; without pauses there would be one for each."""
    with workers.redis.client as client:

        def reads() -> int:
            return int(client.info("commandstats")["cmdstat_xread"]["calls"])

        before = reads()
        for _ in range(300):
            client.xadd(STREAM, {"m": '{"type": "it"}', "u": "nobody"})
            time.sleep(0.002)  # time for both workers to read it, if they wanted
        assert reads() - before < 300, "of two workers"


async def test_a_pause_ends_where_a_worker_publishes(workers: Workers) -> None:
    async with workers.one.join("/ws") as here, workers.two.join("/ws") as there:
        for number in range(20):
            workers.redis.add(STREAM, m='{"type": "it"}', u="nobody")
            await workers.one.post("/broadcast", message={"type": f"{number}"})
        expected = [f"{number}" for number in range(20)]
        assert await types(here, 20) == await types(there, 20) == expected


async def test_what_is_there_twice_is_delivered_once_and_a_gap_is_a_resync(
    workers: Workers,
) -> None:
    add = workers.redis.add
    born = f"{time.time_ns() // 1_000_000 + 1000:x}-test"
    before = (await workers.two.get("/stats"))["backplane"]
    frame = json.dumps({"type": "it", "app_slug": "workers"})
    async with workers.two.join("/ws") as client:
        for number in (1, 2, 2, 1, 3, 5):
            add(STREAM, p=born, n=number, f=frame)
        assert await types(client, 5) == ["it", "it", "it", "resync", "it"]
        async with workers.two.join("/other") as late:
            add(STREAM, p=born, n=9, f=frame)
            assert await types(client, 2) == ["resync", "it"]
            assert await types(late, 2) == ["resync", "it"]
    after = (await workers.two.get("/stats"))["backplane"]
    assert (after["gaps"] - before["gaps"], after["duplicates"] - before["duplicates"]) == (2, 2)


async def test_stats_say_how_the_backplane_is(workers: Workers) -> None:
    await workers.one.post("/broadcast", message={"type": "it"})
    stats = (await workers.one.get("/stats"))["backplane"]
    assert stats["connected"] is True
    assert stats["last_read_age_s"] < 2.5
    assert 0 <= stats["lag_ms"] < 1000
    assert (stats["pending_bytes"], stats["reconnects"]) == (0, 0)


async def test_the_readiness_check_of_the_page(workers: Workers, tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "several-workers.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(@app.*?)```", page, re.DOTALL)
    write_project(tmp_path, "workers", {"app": MANIFEST})
    main = tmp_path / "main.py"
    main.write_text(f"{main.read_text('utf-8')}\nfrom fastapi import Response\n{example}", "utf-8")
    with live.running(tmp_path, env={"REDIS_URL": workers.redis.url}) as server:
        assert await server.get("/ready") == {"ready": True}


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("", "REDIS_URL is not set"),
        ("localhost:6379", "REDIS_URL is not an address"),
        ("redis://:pass/word@localhost/0", "REDIS_URL is not an address"),
    ],
)
def test_a_worker_without_an_address_does_not_start(tmp_path: Path, url: str, what: str) -> None:
    write_project(tmp_path, "workers", {"app": MANIFEST})
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "main:app", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "SECRET_KEY": KEY, "REDIS_URL": url},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode != 0
    assert what in done.stderr
    assert "'pass'" not in done.stderr


def test_clients_of_several_event_loops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test client without ``with`` has one for each socket, and no lifespan."""
    with valkey(tmp_path / "redis") as redis:
        monkeypatch.setenv("SECRET_KEY", KEY)
        monkeypatch.setenv("REDIS_URL", redis.url)
        with live.imported(tmp_path, MANIFEST) as ws:
            app = FastAPI()
            app.include_router(ws.router)

            @app.post("/broadcast/{text}")
            async def broadcast(text: str) -> int:
                return int(await ws.manager.broadcast({"type": text}))

            client = TestClient(app)
            for round in ("first", "second"):
                with client.websocket_connect("/ws") as one, client.websocket_connect("/ws") as two:
                    for socket in (one, two):
                        assert socket.receive_json()["type"] == "connected"
                    assert client.post(f"/broadcast/{round}").json() == 2
                    for socket in (one, two):
                        while (found := socket.receive_json()["type"]) == "resync":
                            pass
                        assert found == round
            assert client.post("/broadcast/nobody").json() == 0

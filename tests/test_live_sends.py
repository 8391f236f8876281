"""Sends: what wraps them, who waits for whom, what arrives before a close, other event loops."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.clients import stuck
from support.live import TIMEOUT_S, Client, Server, serving, token

pytestmark = pytest.mark.slow

SECONDS = 30.0  # for what takes a few seconds on an idle machine

MANIFEST: dict[str, Any] = {
    "slug": "sends",
    "websockets": {"realtime": {"path": "/ws", "auth": {"required": False}}},
}


@contextmanager
def sends(
    root: Path,
    times: Mapping[str, float] | None = None,
    *,
    limits: Mapping[str, int] | None = None,
    arguments: tuple[str, ...] = (),
    send_timeout_s: float | None = None,
) -> Iterator[Server]:
    """An app; with ``send_timeout_s``, one whose middleware wraps ``send``."""
    manifest = {**MANIFEST, "mdbgen": {"endpoints": {"realtime": {"limits": dict(limits or {})}}}}
    env = {"TEST_TIMES": json.dumps(times or {})}
    if send_timeout_s is not None:
        env["TEST_SEND_TIMEOUT_S"] = str(send_timeout_s)
    with serving(root, "share", {"app": manifest}, env=env, arguments=arguments) as server:
        yield server


async def numbers(client: Client, count: int) -> list[int]:
    """The numbers of so many broadcasts, in the order of their arrival."""
    async with asyncio.timeout(SECONDS):
        return [(await client.recv())["n"] for _ in range(count)]


IMPLEMENTATIONS = pytest.mark.parametrize("implementation", ["websockets-sansio", "wsproto"])


@IMPLEMENTATIONS
async def test_a_middleware_around_send_reaches_neither_the_route_nor_the_others(
    tmp_path: Path, implementation: str
) -> None:
    """Its time-out is for the client that does not read, and its variable for nobody else."""
    arguments = ("--ws", implementation, "--ws-per-message-deflate", "false")
    with sends(tmp_path, send_timeout_s=0.4, arguments=arguments) as server:
        async with server.join("/ws") as healthy:
            with stuck(server):
                message = {"type": "it", "data": "x" * 64 * 1024}
                reached = [2]
                rounds = 0
                while reached[-1] == 2:
                    answer = await server.post("/broadcast", message=message, times=10)
                    assert answer["span"] == "request"
                    reached = answer["reached"]
                    rounds += 1
                    assert rounds < 20, "the client that does not read is still there"
                async with asyncio.timeout(SECONDS):
                    for _ in range(10 * rounds):
                        assert (await healthy.recv())["type"] == "it"


async def test_a_client_that_is_slow_for_a_moment_survives_such_a_middleware(
    tmp_path: Path,
) -> None:
    """A variable that is set before a wait is reset behind it, in the context it was set in."""
    limits = {"outbox_bytes": 8_000_000}
    with (
        sends(tmp_path, send_timeout_s=SECONDS, limits=limits) as server,
        stuck(server) as client,
    ):
        message = {"type": "it", "data": "x" * 64 * 1024}
        answer = await server.post("/broadcast", message=message, times=80)
        assert answer == {"reached": [1] * 80, "span": "request"}
        waiting = (await server.get("/state"))["stats"]["queued_bytes"]
        assert waiting > 500_000, "its socket has no room"
        await asyncio.to_thread(drain, client, 80 * 64 * 1024)
        stats = (await server.until("/state", lambda s: not s["stats"]["queued_bytes"]))["stats"]
        assert (stats["connections"], stats["dropped"]) == (1, {})
    assert "ValueError" not in server.log


def drain(client: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(client.recv(65536))


async def test_nobody_waits_for_another_client(tmp_path: Path) -> None:
    """A handler that sends to all others one by one is not held up by one that is stuck."""
    with sends(tmp_path, {"outbox.PACE_TIMEOUT_S": 60.0}) as server:
        async with server.join("/ws") as relay, server.join("/ws") as healthy:
            with stuck(server):
                async with asyncio.timeout(TIMEOUT_S):
                    for _n in range(30):
                        await relay.send({"type": "relay", "data": "x" * 60_000})
                        assert (await healthy.recv())["type"] == "relayed"
                    assert (await relay.ask({"type": "echo", "data": 1}))["data"] == 1


async def test_a_handler_keeps_the_pace_of_its_own_client(tmp_path: Path) -> None:
    """Sixteen outboxes at once, to a client that reads, if not fast."""
    with sends(tmp_path, limits={"outbox_bytes": 256 * 1024}) as server:
        async with server.join("/ws", max_queue=1) as client:
            await client.send({"type": "flood", "count": 128, "size": 32 * 1024})
            await asyncio.sleep(0.3)
            async with asyncio.timeout(SECONDS):
                for number in range(128):
                    assert (await client.recv())["number"] == number


async def test_a_client_whose_handler_waits_for_it_in_vain_is_dropped(tmp_path: Path) -> None:
    with (
        sends(
            tmp_path, {"outbox.PACE_TIMEOUT_S": 0.5, "session.HANDLER_GRACE_S": SECONDS}
        ) as server,
        stuck(server) as client,
    ):
        client.sendall(text_frame({"type": "flood", "count": 1000, "size": 64 * 1024}))
        state = await server.until("/state", lambda s: s["stats"]["dropped"], timeout_s=SECONDS)
        assert state["stats"]["dropped"] == {"1013": 1}
        state = await server.until("/state", lambda s: s["disconnected"], timeout_s=SECONDS)
        assert state["handled"] == 1, "what it does to a client that is gone does nothing"


async def test_a_client_that_stops_reading_in_an_app_that_falls_quiet_is_dropped(
    tmp_path: Path,
) -> None:
    """Nothing would ever fill its outbox, and a server's own pings do not free it."""
    with sends(tmp_path, {"outbox.WRITE_TIMEOUT_S": 1.0}) as server:
        async with server.join("/ws") as healthy:
            with stuck(server):
                reached = 2
                for n in range(200):
                    await server.post(
                        "/broadcast", message={"type": "it", "n": n, "data": "x" * 60_000}
                    )
                    assert (await healthy.recv())["n"] == n
                    if (await server.get("/state"))["stats"]["queued_bytes"]:
                        break
                assert reached == 2
                state = await server.until(
                    "/state", lambda s: s["stats"]["dropped"], timeout_s=SECONDS
                )
                assert state["stats"]["dropped"] == {"1013": 1}
            assert (await healthy.ask({"type": "echo", "data": 1}))["data"] == 1


def text_frame(message: Mapping[str, Any]) -> bytes:
    """A frame as clients send it, masked with zeros; up to 125 bytes."""
    text = json.dumps(message).encode()
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


@pytest.mark.parametrize("how", ["say-and-close", "say-close-and-fail"])
async def test_what_on_connect_sends_before_a_close_arrives(tmp_path: Path, how: str) -> None:
    with sends(tmp_path) as server:
        async with server.connect(f"/ws?connect={how}") as client:
            closing = await client.closing()
        assert [frame["type"] for frame in closing.frames] == [
            "maintenance",
            "until noon",
            "disconnect",
        ]
        assert (closing.code, closing.reason) == (1001, "maintenance")
        state = await server.until("/state", lambda s: s["stats"]["sessions"] == 0)
        assert state["connected"] == state["disconnected"]
        assert bool(state["connected"]) is (how == "say-and-close")


async def test_what_on_connect_sends_has_to_fit_the_outbox(tmp_path: Path) -> None:
    """It is told so, and the client is not dropped at every try."""
    with sends(tmp_path, limits={"outbox_bytes": 20_000}) as server:
        async with server.connect("/ws?connect=flood") as client:
            assert (await client.recv())["type"] == "connected"
            floods = []
            while (frame := await client.recv())["type"] == "flood":
                floods.append(frame)
                if len(floods) == 18:
                    await client.send({"type": "who"})
            assert frame["type"] == "who"
            assert frame["sent"] == len(floods) == 18
            assert "outbox_bytes, which is 20000" in frame["problem"]


async def test_what_others_broadcast_meanwhile_may_drop_it(tmp_path: Path) -> None:
    """The bound holds before ``connected`` as well, and the broadcast never raises."""
    soon = {"session.HANDLER_GRACE_S": 0.5}
    with sends(tmp_path, soon, limits={"outbox_bytes": 20_000}) as server:
        async with server.connect("/ws?connect=hang") as client:
            await server.until("/state", lambda s: s["connects"] == 1)
            answer = await server.post(
                "/broadcast", message={"type": "it", "data": "x" * 9000}, times=4
            )
            assert answer["reached"] == [1, 1, 0, 0]
            closing = await client.closing()
        assert (closing.code, closing.reason) == (1013, "too slow")


async def test_a_broadcast_from_a_loop_of_its_own_reaches_everybody(tmp_path: Path) -> None:
    """Also a client whose socket is full just then, which is not mute ever after."""
    with sends(tmp_path, limits={"outbox_bytes": 8_000_000}) as server, stuck(server) as client:
        await server.post("/broadcast", message={"type": "it", "data": "x" * 65536}, times=80)
        async with server.join("/ws") as healthy:
            assert await server.post("/broadcast_in_thread", message={"type": "it", "n": 7}) == 2
            assert await numbers(healthy, 1) == [7]
        received = await asyncio.to_thread(read_until, client, b'"n":7')
        assert received.count(b'"type":"it"') == 81
        await server.until("/state", lambda s: s["stats"]["queued_bytes"] == 0)


def read_until(client: socket.socket, mark: bytes) -> bytes:
    received = bytearray()
    deadline = time.monotonic() + SECONDS
    while mark not in received[-4096:]:
        assert time.monotonic() < deadline
        received += client.recv(65536)
    return bytes(received)


@pytest.mark.parametrize("end", ["close", "disconnect", "disconnect_user"])
async def test_whatever_is_done_to_a_connection_works_from_any_loop(
    tmp_path: Path, end: str
) -> None:
    with sends(tmp_path) as server:
        async with server.join("/ws", token=token()) as client:
            await server.post("/everything_in_thread", id=client.id, end=end)
            closing = await client.closing()
        assert [frame["type"] for frame in closing.frames] == ["one", "two", "three", "disconnect"]
        assert (closing.code, closing.reason) == (4001, "bye")


async def test_one_broken_connection_stops_no_sweep(tmp_path: Path) -> None:
    """Heartbeats and expiries of all others go on."""
    with sends(tmp_path, {"clients.SWEEP_INTERVAL_S": 0.05}) as server:
        soon = token(exp=int(time.time()) + 3)
        async with server.join("/ws") as broken, server.join("/ws", token=soon) as other:
            await server.post("/break", id=broken.id)
            closing = await broken.closing()
            assert (closing.code, closing.reason) == (1011, "internal error")
            closing = await other.closing()
            assert (closing.code, closing.reason) == (1008, "token_expired")
        assert f"sweep failed connection={broken.id}" in server.log


async def test_a_worker_that_dies_is_logged_and_closes(tmp_path: Path) -> None:
    with sends(tmp_path) as server:
        async with server.connect("/ws?connect=corrupt") as client:
            closing = await client.closing()
        assert (closing.code, closing.reason) == (1011, "internal error")
        assert "session failed connection=" in server.log
        assert "user_email: object has no JSON form" in server.log
        state = await server.until("/state", lambda s: s["stats"]["sessions"] == 0)
        assert state["connected"] == state["disconnected"] != []


@pytest.mark.parametrize("by", ["connection", "websocket"])
async def test_a_broadcast_may_leave_one_client_out(tmp_path: Path, by: str) -> None:
    with sends(tmp_path) as server:
        async with (
            server.join("/ws") as sender,
            server.join("/ws") as one,
            server.join("/ws") as two,
        ):
            answer = await sender.ask({"type": "to_others", "by": by})
            assert (answer["type"], answer["reached"]) == ("done", 2)
            for client in (one, two):
                assert (await client.recv())["type"] == "news"


async def test_a_handler_knows_its_app_and_its_connection(tmp_path: Path) -> None:
    with sends(tmp_path) as server:
        async with server.join("/ws") as client:
            answer = await client.ask({"type": "who"})
            assert (answer["id"], answer["open"], answer["app"]) == (client.id, True, "FastAPI")

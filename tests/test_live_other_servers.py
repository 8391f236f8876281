"""The package under servers that are not uvicorn, as they are when nobody sets anything."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.clients import check_refusals, stuck
from support.live import HYPERCORN, TIMEOUT_S, Client, Server, serving, token

pytestmark = pytest.mark.slow

MANIFEST: dict[str, Any] = {
    "slug": "other",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "members": {"path": "/members"},
    },
}
SERVERS = ["hypercorn", "granian"]
MESSAGES, BYTES = 300, 64 * 1024
OUTBOX_BYTES = 1_048_576
CANCELLED = "Exception in callback"  # so hypercorn calls every connection that it cancels


@contextmanager
def free_port() -> Iterator[int]:
    """A port that nobody else gets meanwhile: bound, but without a listener."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def served(
    name: str,
    root: Path,
    app: str = "basic",
    *,
    env: Mapping[str, str] | None = None,
    tolerated: str | None = None,
) -> Iterator[Server]:
    with free_port() as port:
        # granian does not tell which port it has taken, so it is told one.
        granian = ("granian", "--interface", "asgi", "main:app", "--port", str(port))
        program = HYPERCORN if name == "hypercorn" else granian
        packages = {"app": MANIFEST}
        with serving(root, app, packages, env=env, program=program, tolerated=tolerated) as server:
            wait_until_it_listens(server)
            yield server


def wait_until_it_listens(server: Server) -> None:
    """granian says so before it does."""
    deadline = time.monotonic() + TIMEOUT_S
    with socket.socket() as probe:
        while probe.connect_ex(("127.0.0.1", server.port)):
            assert time.monotonic() < deadline, server.log
            time.sleep(0.02)


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with served(request.param, tmp_path) as server, server.shown():
        yield server


async def numbers(client: Client, count: int) -> list[int]:
    """The numbers of so many broadcasts, in the order of their arrival."""
    found: list[int] = []
    while len(found) < count:
        frame = await client.recv(60.0)
        if frame["type"] == "it":  # on a slow machine, a ping comes between
            found.append(frame["number"])
    return found


async def test_a_conversation(server: Server) -> None:
    async with server.join("/ws?say=hello", token=token()) as client:
        assert [(await client.recv())["type"] for _ in range(2)] == ["said", "announced"]
        assert (await client.ask({"type": "echo", "data": "ä"}))["data"] == "ä"
        await client.send("[1]")
        assert (await client.recv())["code"] == "invalid_json"
        answer = await client.ask({"type": "raise", "name": "RuntimeError", "id": 1})
        assert (answer["code"], answer["reply_to"]) == ("handler_failed", 1)
        await client.send(b"binary")
        closing = await client.closing()
        assert (closing.code, closing.farewell["code"]) == (1003, 1003)
    state = await server.until("/state", lambda state: state["stats"]["connections"] == 0)
    assert [event for event, _ in state["events"]].count("connect") == 1


async def test_broadcasts_arrive_in_order(server: Server) -> None:
    async with server.join("/ws") as one, server.join("/ws") as other:
        reading = asyncio.gather(numbers(one, MESSAGES), numbers(other, MESSAGES))
        for number in range(MESSAGES):
            answer = await server.post("/broadcast", message={"type": "it", "number": number})
            assert answer["reached"] == 2
        assert [*await reading] == [list(range(MESSAGES))] * 2


async def test_clients_hear_why_they_are_refused(server: Server) -> None:
    await check_refusals(server)


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, "done"), (4001, "ä" * 100), (1012, "")], ids=str
)
async def test_a_client_that_is_put_out_sees_the_code(
    server: Server, code: int, reason: str
) -> None:
    async with server.join("/ws") as client:
        await server.post("/disconnect", id=client.id, code=code, reason=reason)
        closing = await client.closing()
        assert (closing.code, closing.farewell["code"]) == (code, code)
        assert reason.startswith(closing.reason)
        assert bool(closing.reason) == bool(reason)


async def test_a_client_that_vanishes_is_noticed(server: Server) -> None:
    async with server.join("/ws") as client:
        client.socket.transport.abort()
    await server.until(
        "/state",
        lambda state: (
            state["stats"]["connections"] == 0
            and [event for event, _ in state["events"]] == ["connect", "disconnect"]
        ),
    )


async def test_a_client_that_does_not_read_is_dropped(server: Server) -> None:
    options = {"compression": None, "max_queue": 64}
    async with server.join("/ws", **options) as one, server.join("/ws", **options) as other:
        with stuck(server):
            reading = asyncio.gather(numbers(one, MESSAGES), numbers(other, MESSAGES))
            data = "x" * BYTES
            seconds = []
            for number in range(MESSAGES):
                message = {"type": "it", "number": number, "data": data}
                seconds.append((await server.post("/broadcast", message=message))["seconds"])
            assert [*await reading] == [list(range(MESSAGES))] * 2
            assert max(seconds) < 1
            assert sum(seconds) < 5
            stats = (await server.get("/state"))["stats"]
            assert stats["dropped"] == {"1013": 1}
            assert stats["connections"] == 2
            assert stats["queued_bytes"] <= OUTBOX_BYTES
            await server.until(
                "/state",
                lambda state: [event for event, _ in state["events"]].count("disconnect") == 1,
            )
        assert (await one.ask({"type": "echo", "data": 1}))["data"] == 1


@pytest.mark.parametrize("name", SERVERS)
async def test_a_middleware_around_send_reaches_neither_the_route_nor_the_others(
    tmp_path: Path, name: str
) -> None:
    env = {"TEST_SEND_TIMEOUT_S": "0.4"}
    with served(name, tmp_path, "share", env=env) as server:
        async with server.join("/ws", compression=None) as healthy:
            with stuck(server):
                message = {"type": "it", "data": "x" * BYTES}
                reached = [2]
                rounds = 0
                while reached[-1] == 2:
                    answer = await server.post("/broadcast", message=message, times=10)
                    assert answer["span"] == "request"
                    reached = answer["reached"]
                    rounds += 1
                    assert rounds < 20, "the client that does not read is still there"
                for _ in range(10 * rounds):
                    assert (await healthy.recv())["type"] == "it"


async def test_sigterm_under_hypercorn(tmp_path: Path) -> None:
    """It cancels what runs, where Python lets it: up to 3.11, clients see 1011.

    From 3.12 on, whatever the app, it waits until its last client has left.
    """
    with served("hypercorn", tmp_path, tolerated=CANCELLED) as server:
        async with server.join("/ws", token=token()) as one, server.join("/ws") as other:
            await one.ask({"type": "echo"})
            stopping = asyncio.create_task(stop_in_time(server))
            if sys.version_info < (3, 12):
                for client in (one, other):
                    assert (await client.closing()).code == 1011
        await stopping
        for client in (one, other):
            assert server.log.count(f"on_disconnect connection={client.id}") == 1


async def test_sigterm_under_granian(tmp_path: Path) -> None:
    """It hangs up, and waits for nobody: not even for ``on_disconnect``."""
    with served("granian", tmp_path) as server:
        async with server.join("/ws", token=token()) as one, server.join("/ws") as other:
            await one.ask({"type": "echo"})
            await stop_in_time(server)
            for client in (one, other):
                assert (await client.closing()).code == 1006
                assert server.log.count(f"on_disconnect connection={client.id}") <= 1


async def stop_in_time(server: Server) -> None:
    start = time.monotonic()
    with server.shown():
        await asyncio.to_thread(server.stop)
    assert time.monotonic() - start < 8

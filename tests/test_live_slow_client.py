"""One client that stops reading: it costs the others nothing, and goes."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from support import clients
from support.live import Client, Server, serving, token

pytestmark = pytest.mark.slow

MANIFEST = {"slug": "slow", "websockets": {"realtime": {"path": "/ws"}}}
MESSAGES, BYTES = 300, 64 * 1024
OUTBOX_BYTES = 1_048_576


def stuck(server: Server, user: str = "stuck") -> AbstractContextManager[socket.socket]:
    """A client that upgrades the connection and never reads anything again."""
    return clients.stuck(server, f"/ws?token={token(sub=user)}", after=b"\r\n\r\n")


async def _read(client: Client) -> list[int]:
    return [(await client.recv())["number"] for _ in range(MESSAGES)]


async def _broadcast(server: Server) -> list[float]:
    """How long each call took, in the server."""
    data = "x" * BYTES
    return [
        (await server.post("/broadcast", message={"type": "it", "number": number, "data": data}))[
            "seconds"
        ]
        for number in range(MESSAGES)
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--ws", "websockets-sansio"),
        ("--ws", "websockets"),
        ("--ws", "wsproto"),
        ("--loop", "asyncio"),  # uvloop is what the others run on, where it is installed
    ],
    ids=" ".join,
)
async def test_a_client_that_does_not_read_is_dropped(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with (
        serving(tmp_path, "basic", {"app": MANIFEST}, arguments=arguments) as server,
        server.shown(),
    ):
        options = {"compression": None, "max_queue": 64}
        async with (
            server.join("/ws", token=token(), **options) as one,
            server.join("/ws", token=token(sub="bob"), **options) as other,
        ):
            with stuck(server):
                await server.until("/state", lambda state: state["stats"]["connections"] == 3)
                reading = asyncio.gather(_read(one), _read(other))
                seconds = await _broadcast(server)
                assert [*await reading] == [list(range(MESSAGES))] * 2
                assert max(seconds) < 1
                assert sum(seconds) < 5

                stats = (await server.get("/state"))["stats"]
                assert stats["dropped"] == {"1013": 1}
                assert stats["connections"] == 2
                assert stats["queued_bytes"] <= OUTBOX_BYTES
                # Also those who keep its books hear of it, though it never reads the close.
                await server.until(
                    "/state",
                    lambda state: [event for event, _ in state["events"]].count("disconnect") == 1,
                )
            assert (await one.ask({"type": "echo", "data": 1}))["data"] == 1


async def test_a_slow_client_still_hears_why(tmp_path: Path) -> None:
    """One that reads again in time finds what was on its way, and then the reason."""
    with serving(tmp_path, "basic", {"app": MANIFEST}) as server, server.shown():
        with stuck(server) as raw:
            data = "x" * BYTES
            number = 0
            while (await server.get("/state"))["stats"]["dropped"] == {}:
                assert number < 1000
                message = {"type": "it", "number": number, "data": data}
                await server.post("/broadcast", message=message)
                number += 1
            received = await asyncio.to_thread(_read_to_the_end, raw)
        assert b'"type":"connected"' in received
        assert b'"type":"disconnect"' in received
        assert b"too slow" in received
        assert received.count(b'"type":"it"') < number


async def test_a_handler_with_much_to_say_keeps_the_pace_of_its_client(tmp_path: Path) -> None:
    """20 MB to a client that does read, through an outbox of 1 MiB."""
    with serving(tmp_path, "basic", {"app": MANIFEST}) as server, server.shown():
        async with server.join("/ws", token=token(), compression=None) as client:
            await client.send({"type": "flood", "count": MESSAGES, "size": BYTES})
            assert await _read(client) == list(range(MESSAGES))
            stats = (await server.get("/state"))["stats"]
            assert (stats["dropped"], stats["connections"]) == ({}, 1)


@pytest.mark.parametrize("is_dropped", [True, False], ids=["dropped", "not-yet-dropped"])
async def test_a_stuck_client_does_not_hold_up_the_servers_end(
    tmp_path: Path, is_dropped: bool
) -> None:
    """Given a limit, that is: without one, uvicorn waits for what no app can take back."""
    with (
        serving(
            tmp_path,
            "basic",
            {"app": MANIFEST},
            arguments=("--timeout-graceful-shutdown", "1"),
            tolerated="Exception in ASGI application",  # so uvicorn calls what it cancels
        ) as server,
        stuck(server),
    ):
        message = {"type": "it", "data": "x" * BYTES}
        deadline = time.monotonic() + 30
        while not (stats := (await server.get("/state"))["stats"])["dropped"]:
            if stats["queued_bytes"] and not is_dropped:
                break
            await server.post("/broadcast", message=message)
            assert time.monotonic() < deadline
        start = time.monotonic()
        with server.shown():
            await asyncio.to_thread(server.stop)
        assert time.monotonic() - start < 5


def _read_to_the_end(raw: socket.socket) -> bytes:
    deadline = time.monotonic() + 10
    received = b""
    while time.monotonic() < deadline and (data := raw.recv(65536)):
        received += data
        if b"\x88" in data and b"too slow" in data:
            break
    return received

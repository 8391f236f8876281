"""One client that stops reading: it costs the others nothing, and goes."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from live import Client, Server, serving, token

MANIFEST = {"slug": "slow", "websockets": {"realtime": {"path": "/ws"}}}
MESSAGES, BYTES = 300, 64 * 1024
OUTBOX_BYTES = 1_048_576


@contextmanager
def stuck(server: Server, user: str = "stuck") -> Iterator[socket.socket]:
    """A client that upgrades the connection and never reads anything again."""
    with closing(socket.socket()) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(10)
        raw.connect(("127.0.0.1", server.port))
        request = (
            f"GET /ws?token={token(sub=user)} HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        raw.sendall("\r\n".join((*request, "", "")).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += raw.recv(1)
        assert b" 101 " in head
        yield raw


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


@pytest.mark.parametrize("implementation", ["websockets-sansio", "websockets", "wsproto"])
async def test_a_client_that_does_not_read_is_dropped(tmp_path: Path, implementation: str) -> None:
    with (
        serving(
            tmp_path, "basic", {"app": MANIFEST}, arguments=("--ws", implementation)
        ) as server,
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
                assert await reading == [list(range(MESSAGES))] * 2
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


def _read_to_the_end(raw: socket.socket) -> bytes:
    deadline = time.monotonic() + 10
    received = b""
    while time.monotonic() < deadline and (data := raw.recv(65536)):
        received += data
        if b"\x88" in data and b"too slow" in data:
            break
    return received

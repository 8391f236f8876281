"""What several live tests have clients do, on whichever server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import InvalidStatus

from support.live import TIMEOUT_S, Server, token


@contextmanager
def stuck(
    server: Server, path: str = "/ws", *, after: bytes = b'"connected"'
) -> Iterator[socket.socket]:
    """A client that connects, reads up to ``after``, and then nothing more."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(TIMEOUT_S)
        client.connect(("127.0.0.1", server.port))
        client.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n".encode()
            + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        received = b""
        while after not in received:
            received += client.recv(1)
        assert b" 101 " in received
        yield client


async def check_refusals(server: Server) -> None:
    """Clients that may not connect are told why, with the codes of the contract."""
    async with server.connect("/ws", token="bad") as client:
        closing = await client.closing()
    assert (closing.code, closing.reason) == (1008, "unauthenticated")
    assert [frame["type"] for frame in closing.frames] == ["disconnect"]
    async with server.connect("/members") as client:
        assert (await client.closing()).code == 1008
    async with server.connect("/ws?raise=Reject", token=token()) as client:
        closing = await client.closing()
    assert (closing.code, closing.reason) == (1008, "forbidden")
    async with server.connect("/ws?raise=KeyError", token=token()) as client:
        assert (await client.closing()).code == 1011
    with pytest.raises(InvalidStatus, match="403"):
        async with server.connect("/ws", token=token(), origin="https://evil.example"):
            pass

"""A WebSocket as bytes: what a client sends is the caller's business, good or bad."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from crowd import CLOSE


def handshake(port: int, path: str, *headers: str) -> bytes:
    """What a client sends to get a WebSocket."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Wire:
    """One connection as bytes; what the server sends is read and thrown away, but for answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int, path: str, *headers: str) -> Wire:
        """Connect, and ask for a WebSocket."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(handshake(port, path, *headers))
        return cls(reader, writer)

    async def accepted(self) -> bool:
        """Whether the server takes the handshake."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        return b" 101 " in head.split(b"\r\n")[0] + b" "

    async def read(self) -> tuple[int, bytes]:
        """The next frame of the server."""
        first, second = await self.reader.readexactly(2)
        length = second & 127
        if length > 125:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8))
        return first & 15, await self.reader.readexactly(length)

    async def read_until(self, is_it: Callable[[dict[str, Any]], bool]) -> bool:
        """Read up to a message; False if the connection ends before."""
        while True:
            try:
                opcode, payload = await self.read()
            except (asyncio.IncompleteReadError, ConnectionError):
                return False
            if opcode == CLOSE:
                return False
            if opcode == 1 and is_it(json.loads(payload)):
                return True

    def abort(self) -> None:
        """Leave without a word."""
        self.writer.transport.abort()

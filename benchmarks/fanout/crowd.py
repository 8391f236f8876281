"""The load generator: thousands of WebSocket clients, counted together, as lean as Python allows.

A client is a bare transport with a parser of server frames. It answers pings and follows
socket.io's greeting; everything else it only counts, with the time of arrival. So one core of
clients keeps up with one core of server.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
AT_ONCE = 50  # handshakes under way
CONNECT_TIMEOUT_S = 60.0
STUCK_RECEIVE_BUFFER = 4096

OnText = Callable[["Client", bytes], None]


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A client's frame. Its mask is zero, which costs the server what any mask costs."""
    length = len(payload)
    if length < 126:
        return bytes((0x80 | opcode, 0x80 | length)) + bytes(4) + payload
    return bytes((0x80 | opcode, 0xFE)) + length.to_bytes(2) + bytes(4) + payload


class Client(asyncio.Protocol):
    """One connection: the handshake, the greeting, then frames."""

    __slots__ = ("_crowd", "_greetings", "_path", "_rest", "_upgraded", "n", "ready", "transport")

    def __init__(self, crowd: Crowd, path: str, greetings: int) -> None:
        self._crowd = crowd
        self._path = path
        self._greetings = greetings  # frames that come before the client counts as connected
        self._rest = b""
        self._upgraded = False
        self.n = 0  # for measures that count per client
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.Transport = transport
        transport.write(HANDSHAKE.format(path=self._path).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.lost += 1
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"refused: {self._rest[:200]!r}"))

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        if not self._upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found or b" 101 " not in head[:20]:
                self._rest = head
                return
            self._upgraded = True
            if self._greetings == 0:
                self.ready.set_result(None)
        self._take(data)

    def send_text(self, payload: bytes) -> None:
        self.transport.write(frame(payload))

    def _take(self, data: bytes) -> None:
        at, end = 0, len(data)
        while end - at >= 2:
            length, start = data[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif length == 127:
                length, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
            if start + length > end:
                break
            if data[at] & 15 <= BINARY and self._greetings == 0:
                self._crowd.arrived(self, data, start, start + length)
            else:
                self._take_special(data[at] & 15, data[start : start + length])
            at = start + length
        self._rest = data[at:]

    def _take_special(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.transport.write(frame(payload, PONG))
        elif opcode == CLOSE:
            self.transport.close()
        elif self._greetings:
            if payload.startswith(b"0{"):  # engine.io has opened; now socket.io
                self.send_text(b"40")
            self._greetings -= 1
            if self._greetings == 0:
                self.ready.set_result(None)


class Crowd:
    """All clients of one server."""

    def __init__(self, port: int, path: str | Callable[[int], str], greetings: int = 0) -> None:
        self._port = port
        self._path_of = path if callable(path) else lambda _: path
        self._greetings = greetings
        self._expected = 0
        self._all_here: asyncio.Future[None] | None = None
        self._stuck: list[socket.socket] = []
        self.clients: list[Client] = []
        self.arrivals: list[float] = []
        self.lost = 0
        self.on_text: OnText | None = None  # sees every frame; counting alone is cheaper

    def arrived(self, client: Client, data: bytes, start: int, stop: int) -> None:
        self.arrivals.append(time.perf_counter())
        if self.on_text is not None:
            self.on_text(client, data[start:stop])
        if len(self.arrivals) == self._expected and self._all_here is not None:
            self._all_here.set_result(None)

    async def connect(self, count: int) -> None:
        """Connect ``count`` more clients, ``AT_ONCE`` at a time."""
        numbers = iter(range(len(self.clients), len(self.clients) + count))
        async with asyncio.timeout(CONNECT_TIMEOUT_S), asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, count)):
                group.create_task(self._connect_each(numbers))

    async def _connect_each(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self.clients.append(await self.connect_one(self._path_of(number)))

    async def connect_one(self, path: str) -> Client:
        """Connect a client that the caller keeps."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: Client(self, path, self._greetings), "127.0.0.1", self._port
        )
        await client.ready
        return client

    async def connect_stuck(self) -> None:
        """Connect a client that never reads."""
        loop = asyncio.get_running_loop()
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STUCK_RECEIVE_BUFFER)
        stuck.setblocking(False)
        await loop.sock_connect(stuck, ("127.0.0.1", self._port))
        await loop.sock_sendall(stuck, HANDSHAKE.format(path=self._path_of(0)).encode())
        self._stuck.append(stuck)

    def expect(self, frames: int) -> Awaitable[None]:
        """Start to count, from zero, up to ``frames``."""
        self.arrivals = []
        self._expected = frames
        self._all_here = asyncio.get_running_loop().create_future()
        return self._all_here

    def leave(self) -> None:
        """Drop all connections, without a word."""
        for client in self.clients:
            client.transport.abort()
        for stuck in self._stuck:
            stuck.close()
        self.clients = []
        self._stuck = []

"""A server that does what a test says, and the generated client under Node.js to talk to it."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from logging import NullHandler, getLogger
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from support import live, nodejs

TIMEOUT_S = 10.0
DRIVER = nodejs.FOLDER / "drive_client.mjs"
_SILENT = getLogger("scripted server")
_SILENT.addHandler(NullHandler())
_SILENT.propagate = False

NEVER = 0  # the status of a handshake that is not answered

HELLO: dict[str, Any] = {
    "type": "connected",
    "app_slug": "documents",
    "timestamp": "2026-01-02T12:00:00+00:00",
    "connection_id": "c1",
    "endpoint": "realtime",
    "authenticated": False,
    "user_id": None,
    "user_email": None,
    "ping_interval": 30,
    "max_message_bytes": 65536,
    "expires_in": None,
    "message": "Connected",
}


@dataclass(frozen=True)
class TicketRequest:
    """What the client sent to get a ticket."""

    path: str
    authorization: str | None


@dataclass
class Peer:
    """The server's end of one connection."""

    socket: ServerConnection
    query: str
    protocols: tuple[str, ...]
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, type: str, **fields: Any) -> None:
        envelope = {"app_slug": "documents", "timestamp": "2026-01-02T12:00:00+00:00"}
        await self.socket.send(json.dumps({"type": type, **envelope, **fields}))

    async def greet(self, **changes: Any) -> None:
        await self.socket.send(json.dumps({**HELLO, **changes}))

    async def recv(self) -> dict[str, Any]:
        """The next frame of the client."""
        async with asyncio.timeout(TIMEOUT_S):
            frame = await self.socket.recv()
        assert isinstance(frame, str), "the client sends text frames only"
        message = json.loads(frame)
        assert isinstance(message, dict)
        return message

    async def nothing_came(self) -> None:
        """Fail if the client has sent anything before it answers a ping."""
        await self.send("ping")
        assert await self.recv() == {"type": "pong"}

    async def say_goodbye(self, code: int, reason: str, *, reconnect: bool = True) -> None:
        """Send what comes before a close, and do not close yet."""
        await self.send("disconnect", code=code, reason=reason, reconnect=reconnect)

    async def close(self, code: int, reason: str = "") -> None:
        await self.socket.close(code, reason)

    def vanish(self) -> None:
        """End the connection without a word, as a crash does."""
        self.socket.transport.abort()

    def freeze(self) -> None:
        """Read nothing more, so that not even a close is answered."""
        self.socket.transport.pause_reading()

    async def left(self) -> int:
        """Wait for the client's close; the code."""
        async with asyncio.timeout(TIMEOUT_S):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed:
                return self.socket.close_code or 0


class Scripted:
    """Takes connections and requests for tickets; the test decides about each."""

    def __init__(self) -> None:
        self.refusals: deque[int] = deque()  # statuses for the next handshakes
        self.tickets: deque[tuple[int, Any]] = deque()  # answers as JSON; none: no answer
        self.asked: asyncio.Queue[TicketRequest] = asyncio.Queue()
        self.refused: asyncio.Queue[str] = asyncio.Queue()  # their paths
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()
        self._server: Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def peer(self) -> Peer:
        """The next connection whose handshake is done."""
        async with asyncio.timeout(TIMEOUT_S):
            return await self._peers.get()

    async def greeted(self, **changes: Any) -> Peer:
        """The next connection, told that it is connected."""
        peer = await self.peer()
        await peer.greet(**changes)
        return peer

    def is_quiet(self) -> bool:
        """Nobody has connected whom the test has not asked for."""
        return self._peers.empty() and self.refused.empty()

    async def refusal(self) -> str:
        """Wait until a handshake is refused; its path."""
        async with asyncio.timeout(TIMEOUT_S):
            return await self.refused.get()

    async def ticket_request(self) -> TicketRequest:
        async with asyncio.timeout(TIMEOUT_S):
            return await self.asked.get()

    async def start(self) -> None:
        """Listen, again on the same port after a stop."""

        class Door(_Door):
            scripted = self

        def select(connection: ServerConnection, offered: Any) -> Subprotocol | None:
            return Subprotocol("bearer") if "bearer" in offered else None

        self._server = await serve(
            self._handle,
            "127.0.0.1",
            self.port,
            process_request=self._process_request,
            select_subprotocol=select,
            create_connection=Door,
            ping_interval=None,
            close_timeout=0.5,
            logger=_SILENT,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Drop everybody, and refuse TCP connections from now on."""
        assert self._server is not None
        for connection in self._server.connections:
            connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    async def _process_request(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        if not self.refusals:
            return None
        refusal = self.refusals.popleft()
        self.refused.put_nowait(request.path)
        if refusal == NEVER:
            await connection.wait_closed()
        status = HTTPStatus(refusal or 503)
        return Response(status.value, status.phrase, Headers({"Content-Length": "0"}))

    async def _handle(self, connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = tuple(each.strip() for each in offered.split(",") if each.strip())
        path, _, query = request.path.partition("?")
        peer = Peer(connection, query if path == "/ws" else request.path, protocols)
        self._peers.put_nowait(peer)
        await connection.wait_closed()


class _Door(ServerConnection):
    """Answers requests for tickets itself: websockets takes nothing but GET."""

    scripted: Scripted
    _start: bytes | None = b""

    def data_received(self, data: bytes) -> None:
        if self._start is None:
            return super().data_received(data)
        self._start += data
        if b"\r\n\r\n" not in self._start:
            return None
        head, self._start = self._start, None
        if not head.startswith(b"POST"):
            return super().data_received(head)
        self._start = b""
        return self._give_ticket(head.split(b"\r\n\r\n")[0].decode())

    def _give_ticket(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (each.partition(": ") for each in lines)
        }
        request = TicketRequest(first.split()[1], headers.get("authorization"))
        self.scripted.asked.put_nowait(request)
        if not self.scripted.tickets:
            return
        status, answer = self.scripted.tickets.popleft()
        body = json.dumps(answer)
        self.transport.write(
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        self.transport.close()


@asynccontextmanager
async def scripted() -> AsyncIterator[Scripted]:
    """A server on a port of its own, until the block ends."""
    server = Scripted()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


class Page:
    """A Node.js process with the client in it: takes commands, and says what happens."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._events: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._calls = 0
        self.log: list[dict[str, Any]] = []  # everything, in order
        self.errors = ""  # what the process wrote to stderr
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            event = json.loads(line)
            self.log.append(event)
            kind = event["event"]
            if kind == "result":
                kind = f"result of {event['ref']}"
            self._queue(kind).put_nowait(event)

    def _queue(self, kind: str) -> asyncio.Queue[dict[str, Any]]:
        return self._events.setdefault(kind, asyncio.Queue())

    async def do(self, action: str, **fields: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": action, **fields}).encode() + b"\n")
        await self._process.stdin.drain()

    async def event(self, kind: str) -> dict[str, Any]:
        """The next event of a kind."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._queue(kind).get()
        except TimeoutError:
            raise AssertionError(f"no {kind!r} came; so far: {self.log}") from None

    async def status(self) -> dict[str, Any]:
        """The next status."""
        value = (await self.event("status"))["value"]
        assert isinstance(value, dict)
        return value

    async def until(self, state: str) -> dict[str, Any]:
        """The next status with this state."""
        while (status := await self.status())["state"] != state:
            pass
        return status

    async def heard(self, tag: str = "heard") -> Any:
        """What a listener got next."""
        return (await self.event(tag))["value"]

    async def call(self, method: str, *values: Any, ref: str | None = None) -> str:
        """Call a method of the client; the reference of its result."""
        self._calls += 1
        ref = ref or f"{method} {self._calls}"
        await self.do("call", method=method, ref=ref, **{"with": values})
        return ref

    async def result(self, ref: str) -> dict[str, Any]:
        """How a call ended: a ``value``, or what was ``thrown``, ``resolved`` or ``rejected``."""
        event = await self.event(f"result of {ref}")
        return {key: value for key, value in event.items() if key not in ("event", "ref")}

    async def ask(self, action: str, **fields: Any) -> Any:
        """Do what prints its result at once."""
        await self.do(action, **fields)
        return (await self.result(action))["value"]

    async def elapse(self, ms: float) -> int:
        """Let virtual time go by; the number of timers that are set then."""
        return int(await self.ask("elapse", ms=ms))

    async def rest(self) -> list[dict[str, Any]]:
        """Close stdin, wait for the process to end by itself; what was not looked at yet."""
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._process.stdin.close()
        async with asyncio.timeout(TIMEOUT_S):
            await self._reader
            errors = (await self._process.stderr.read()).decode()
            assert await self._process.wait() == 0, errors
        assert self.log[-1]["event"] == "end", errors
        self.errors = errors
        return [event for queue in self._events.values() for event in _drained(queue)]

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            assert self._process.stderr is not None
            print((await self._process.stderr.read()).decode())
            await self._process.wait()
        self._reader.cancel()


def compiled(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Generate the client of a manifest and compile it; its path."""
    live.write_package(folder / "client", manifest)
    out = folder / "compiled"
    out.mkdir()
    nodejs.compile_typescript(folder / "client" / "client.ts", out=out)
    (out / "package.json").write_text('{"type": "module"}')
    return out / "client.js"


def _drained(queue: asyncio.Queue[dict[str, Any]]) -> list[dict[str, Any]]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


@asynccontextmanager
async def page(client: Path, *, virtual: bool = True) -> AsyncIterator[Page]:
    """Run a compiled client; whatever the test does, the process is gone after the block.

    Args:
        virtual: whether time stands still until the test lets it go by.
    """
    nodejs.install()
    node = nodejs.require("node", purpose="the generated client goes untested")
    process = await asyncio.create_subprocess_exec(
        node, str(DRIVER), str(client), *(["virtual"] if virtual else []),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    driven = Page(process)
    try:
        await driven.event("ready")
        yield driven
    finally:
        await driven.kill()

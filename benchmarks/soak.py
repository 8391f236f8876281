"""A soak of the generated package: clients that come, talk, vanish and return.

    python benchmarks/soak.py [--clients 2000] [--seconds 300]

Half of the clients leave with a close frame, half just drop the connection. All the while the
server broadcasts numbered messages, and every client sends numbered messages that are answered.
In the end there must be no connection, no task and no index entry left, and no client may have
seen a number twice or out of order. Memory after a warm-up and at the end is printed side by side.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "fanout"))

import uvloop
from contenders import Server, generate_package, generated
from crowd import CLOSE, Client, Crowd, frame

BROADCAST_EVERY_S = 0.25
MESSAGE_BYTES = 256
ECHO_TIMEOUT_S = 20.0
LONGEST_VISIT_S = 8.0
LONGEST_ABSENCE_S = 2.0
WARM_UP_SHARE = 0.3
USERS = 200
SETTLE_S = 3.0
NORMAL_CLOSURE = (1000).to_bytes(2)
MIB = 1024 * 1024


@dataclass(slots=True)
class Tally:
    """What happened, and what should not have."""

    visits: int = 0
    refused: int = 0
    echoes: int = 0
    ticks: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Visit:
    """The numbers that one connection has seen so far."""

    tally: Tally
    last_tick: int = -1
    last_echo: int = -1
    has_echo: asyncio.Event = field(default_factory=asyncio.Event)

    def see(self, text: bytes) -> None:
        """Take a frame; broadcasts have no gaps while a client is there, answers neither."""
        message = json.loads(text)
        if message["type"] == "tick":
            self.tally.ticks += 1
            self._check("tick", self.last_tick, message["number"], is_first=self.last_tick < 0)
            self.last_tick = message["number"]
        elif message["type"] == "echo":
            self.tally.echoes += 1
            self._check("echo", self.last_echo, message["n"], is_first=False)
            self.last_echo = message["n"]
            self.has_echo.set()
        elif message["type"] not in ("connected", "ping"):
            self.tally.faults.append(f"unexpected {text[:200]!r}")

    def _check(self, kind: str, last: int, number: int, *, is_first: bool) -> None:
        if number != last + 1 and not is_first:
            self.tally.faults.append(f"{kind} {number} after {last}")


class Soak:
    """Visitors of one server, until the time is up."""

    def __init__(self, server: Server, seconds: float) -> None:
        self._server = server
        self._until = time.monotonic() + seconds
        self._visits: dict[Client, Visit] = {}
        self._crowd = Crowd(server.port, server.contender.path, greetings=1)
        self._crowd.on_text = self._see
        self.tally = Tally()

    @property
    def _is_over(self) -> bool:
        return time.monotonic() >= self._until

    async def visit_again_and_again(self, number: int) -> None:
        """One client: come, talk, leave one way or the other, stay away, return."""
        await asyncio.sleep(random.uniform(0, LONGEST_ABSENCE_S))
        while not self._is_over:
            try:
                await self._visit(number)
            except (ConnectionError, TimeoutError) as problem:
                self.tally.refused += 1
                self.tally.faults.append(f"{type(problem).__name__}: {problem}")
            await asyncio.sleep(random.uniform(0, LONGEST_ABSENCE_S))

    async def broadcast_all_the_while(self) -> None:
        """Numbered broadcasts at a steady pace."""
        number = 0
        while not self._is_over:
            message = {"type": "tick", "number": number, "pad": "x" * MESSAGE_BYTES}
            await self._server.order("broadcast", message=message)
            self._crowd.arrivals.clear()
            number += 1
            await asyncio.sleep(BROADCAST_EVERY_S)

    def _see(self, client: Client, text: bytes) -> None:
        self._visits.setdefault(client, Visit(self.tally)).see(text)

    async def _visit(self, number: int) -> None:
        contender = self._server.contender
        is_anonymous = number % 2 == 0
        path = contender.path if is_anonymous else contender.user_path(f"user{number % USERS}")
        client = await self._crowd.connect_one(path)
        visit = self._visits.setdefault(client, Visit(self.tally))
        self.tally.visits += 1
        try:
            await self._talk(client, visit)
        finally:
            self._leave(client)  # what still arrives is checked as well

    async def _talk(self, client: Client, visit: Visit) -> None:
        leaves_at = time.monotonic() + random.uniform(0, LONGEST_VISIT_S)
        sent = 0
        while time.monotonic() < leaves_at and not self._is_over:
            visit.has_echo.clear()
            for _ in range(random.randint(1, 3)):
                client.send_text(b'{"type": "hit", "n": %d}' % sent)
                sent += 1
            async with asyncio.timeout(ECHO_TIMEOUT_S):
                while visit.last_echo < sent - 1:
                    await visit.has_echo.wait()
                    visit.has_echo.clear()
            await asyncio.sleep(random.uniform(0.2, 2.0))
        if random.random() < 0.3:  # gone before the answer comes
            client.send_text(b'{"type": "hit", "n": %d}' % sent)

    def _leave(self, client: Client) -> None:
        if random.random() < 0.5:
            client.transport.write(frame(NORMAL_CLOSURE, CLOSE))
        else:
            client.transport.abort()


async def soak(server: Server, clients: int, seconds: float) -> tuple[Tally, int]:
    """Let the visitors run; returns what happened."""
    run = Soak(server, seconds)
    async with asyncio.TaskGroup() as group:
        group.create_task(run.broadcast_all_the_while())
        for number in range(clients):
            group.create_task(run.visit_again_and_again(number))
    await asyncio.sleep(SETTLE_S)
    return run.tally, await server.rss()


async def measure(parent: Path, clients: int, seconds: float) -> bool:
    """Warm up, soak, and print what is left; returns whether that is nothing."""
    async with Server(generated("generated", "generated", parent)) as server:
        tasks_before = (await server.order("tasks"))["tasks"]
        _, warm = await soak(server, clients, seconds * WARM_UP_SHARE)
        tally, rss = await soak(server, clients, seconds * (1 - WARM_UP_SHARE))
        tasks = (await server.order("tasks"))["tasks"] - tasks_before
        stats = (await server.order("stats"))["stats"]
    print(f"{clients:,} clients, {seconds:g} s, the first {WARM_UP_SHARE:.0%} as a warm-up")
    print(f"visits {tally.visits:,}, answers {tally.echoes:,}, broadcasts got {tally.ticks:,}")
    print(f"left: {stats['connections']} connections, {stats['users']} users, {tasks} tasks")
    print(f"memory: {warm / MIB:.1f} MiB after the warm-up, {rss / MIB:.1f} MiB at the end")
    print(f"refused {tally.refused}, faults {len(tally.faults)} {tally.faults[:5]}")
    left = stats["connections"] + stats["users"] + stats["queued_bytes"] + tasks
    return left == 0 and not tally.faults


def main() -> None:
    """Exit code 1 if anything is left, lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--mdbgen", default=str(Path(sys.executable).with_name("mdbgen")))
    parser.add_argument("--package", type=Path, help="a folder with ws/; else it is generated")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        parent = options.package or Path(folder)
        if options.package is None:
            generate_package(options.mdbgen, parent)
        is_clean = uvloop.run(measure(parent, options.clients, options.seconds))
    sys.exit(0 if is_clean else 1)


if __name__ == "__main__":
    main()

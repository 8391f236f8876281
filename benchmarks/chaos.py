"""What several workers lose while Redis and they themselves are killed, frozen and emptied.

    python benchmarks/chaos.py [--workers 4] [--clients 250] [--messages 1250] [--seed 1]
                               [--faults kill freeze kill worker ...] [--forgetful]

Every worker broadcasts numbered messages with mixed targets, and every client writes down what it
gets. From that alone, afterwards: each client that stayed has every message that was for it exactly
once and in order, or a resync behind the place where one is missing; any two clients saw what both
got in one order, or one of them has a resync behind it. A run with the same arguments does the same
to the same at about the same time. With ``--forgetful``, Redis comes back empty.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import httpx
from websockets.exceptions import ConnectionClosed

from support.live import Server, start, token, wait_for_port, write_project
from support.valkey import Valkey, valkey

FAULTS = ("kill", "freeze", "flush", "worker", "hang")
USERS, CHANNELS = 20, 5
SETTLE_S = 20.0
PAIRS = 300  # of clients whose orders are compared
MANIFEST: dict[str, Any] = {
    "slug": "chaos",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "other": {"path": "/other", "auth": {"required": False}},
    },
    "mdbgen": {
        "backplane": "redis",
        "endpoints": {
            "realtime": {"history": 500, "limits": {"connections_per_user": 1000}},
            "other": {"limits": {"connections_per_user": 1000}},
        },
    },
}

Target = dict[str, str]


@dataclass
class Listener:
    """A client, and all that it was sent, in order."""

    worker: int
    user_id: str
    channel: str | None
    endpoint: str
    log: list[tuple[str, int] | None] = field(default_factory=list)  # None: a resync
    ends: set[str] = field(default_factory=set)
    has_left: bool = False

    def is_meant(self, target: Target) -> bool:
        own = {"user_id": self.user_id, "channel": self.channel, "endpoint": self.endpoint}
        return all(own[key] == value for key, value in target.items())

    def hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "numbered":
            self.log.append((frame["by"], frame["n"]))
        elif frame["type"] == "resync":
            self.log.append(None)
        elif frame["type"] == "end":
            self.ends.add(frame["by"])


@dataclass
class Arena:
    """The workers, Redis, and who listens."""

    redis: Valkey
    servers: list[Server]
    random: Random
    killed: set[int] = field(default_factory=set)
    hung: set[int] = field(default_factory=set)

    async def do(self, fault: str) -> None:
        length_s = self.random.uniform(0.3, 3.0)
        worker = self.random.choice([*{*range(len(self.servers))} - self.killed])
        process = self.servers[worker].process
        print(f"  {fault} for {length_s:.1f} s" + (f": {worker}" * (fault in ("worker", "hang"))))
        match fault:
            case "kill":
                self.redis.kill()
                await asyncio.sleep(length_s)
                await asyncio.to_thread(self.redis.start)
            case "freeze":
                self.redis.freeze()
                await asyncio.sleep(length_s)
                self.redis.thaw()
            case "flush":
                self.redis.client.flushall()
            case "worker":
                self.killed.add(worker)
                process.kill()
            case "hang":
                self.hung.add(worker)
                process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(length_s)
                process.send_signal(signal.SIGCONT)


def targets(random: Random, count: int) -> list[Target]:
    """For whom a worker's messages are: half for everybody, the rest mixed."""
    choices: list[Target] = []
    for _ in range(count):
        target: Target = {}
        if random.random() < 0.3:
            target["user_id"] = f"u{random.randrange(USERS)}"
        elif random.random() < 0.2:
            target["channel"] = f"c{random.randrange(CHANNELS)}"
        if random.random() < 0.1:
            target["endpoint"] = random.choice(["realtime", "other"])
        choices.append(target)
    return choices


@asynccontextmanager
async def listening(server: Server, listener: Listener) -> AsyncIterator[asyncio.Task[None]]:
    path = "/ws" if listener.endpoint == "realtime" else "/other"
    query = "" if listener.channel is None else f"?channel={listener.channel}"
    async with server.connect(path + query, token=token(sub=listener.user_id)) as client:
        await client.recv()

        async def listen() -> None:
            try:
                async for text in client.socket:
                    listener.hear(json.loads(text))
            except ConnectionClosed:
                pass
            listener.has_left = True

        task = asyncio.create_task(listen())
        yield task
        task.cancel()


async def storm(server: Server, name: str, chosen: Sequence[Target], seconds: float) -> float:
    """Let a worker publish; the longest that a call took, 0 where it was killed."""
    url = f"http://127.0.0.1:{server.port}/storm"
    body = {"name": name, "targets": chosen, "pause_s": seconds / len(chosen)}
    async with httpx.AsyncClient(timeout=None, trust_env=False) as client:
        with suppress(httpx.HTTPError):
            return float((await client.post(url, json=body)).json())
    return 0.0


async def run(options: argparse.Namespace, arena: Arena) -> list[str]:
    """One run; what was wrong."""
    random, servers = arena.random, arena.servers
    listeners = [
        Listener(
            worker,
            user_id=f"u{random.randrange(USERS)}",
            # Only handlers of the first endpoint join channels.
            channel=f"c{random.randrange(CHANNELS)}" if number % 4 else None,
            endpoint="realtime" if number % 4 else "other",
        )
        for worker in range(len(servers))
        for number in range(options.clients)
    ]
    chosen = [targets(random, options.messages) for _ in servers]
    seconds = 3.0 * (len(options.faults) + 1)
    async with AsyncExitStack() as stack:
        for listener in listeners:
            await stack.enter_async_context(listening(servers[listener.worker], listener))
        storms = [
            asyncio.create_task(storm(server, str(number), chosen[number], seconds))
            for number, server in enumerate(servers)
        ]
        for fault in options.faults:
            await asyncio.sleep(random.uniform(1.0, 2.0))
            await arena.do(fault)
        waits = await asyncio.gather(*storms)
        slowest = max(wait for number, wait in enumerate(waits) if number not in arena.hung)
        living = [number for number in range(len(servers)) if number not in arena.killed]
        await settle(servers, living, listeners)
        stats = [(await servers[each].get("/stats"))["backplane"] for each in living]
    report(options, listeners, slowest, stats)
    faults = [f"a caller waited {slowest:.2f} s"] if slowest > 1.5 else []
    return [*faults, *check(listeners, chosen, arena.killed, random)]


async def settle(servers: list[Server], living: list[int], listeners: list[Listener]) -> None:
    """Wait until everybody has heard from every worker that all is over."""
    for number in living:
        await servers[number].until("/stats", lambda it: it["backplane"]["connected"], SETTLE_S)
    for number in living:
        message = {"type": "end", "by": str(number)}
        await servers[number].post("/broadcast", message=message)
    deadline = time.monotonic() + SETTLE_S
    names = {str(number) for number in living}
    while not all(each.ends == names for each in listeners if not each.has_left):
        if time.monotonic() > deadline:
            return  # ``check`` finds what is missing
        await asyncio.sleep(0.1)


def report(
    options: argparse.Namespace, listeners: list[Listener], slowest: float, stats: list[Any]
) -> None:
    messages = options.workers * options.messages
    received = sum(len([each for each in one.log if each]) for one in listeners)
    resyncs = sum(one.log.count(None) for one in listeners)
    print(
        f"{options.workers} workers, {len(listeners)} clients, {messages:,} messages, "
        f"{received:,} deliveries, {resyncs:,} resyncs, slowest call {slowest:.2f} s, "
        f"gaps {sum(each['gaps'] for each in stats)}, "
        f"duplicates dropped {sum(each['duplicates'] for each in stats)}"
    )


def check(
    listeners: list[Listener], chosen: list[list[Target]], killed: set[int], random: Random
) -> Iterator[str]:
    stayed = [each for each in listeners if not each.has_left]
    heard = {entry for each in listeners for entry in each.log if entry}
    for number, listener in enumerate(stayed):
        for worker, meant_for in enumerate(chosen):
            name = str(worker)
            known = max((n for by, n in heard if by == name), default=-1)
            last = known if worker in killed else len(meant_for) - 1
            meant = [n for n in range(last + 1) if listener.is_meant(meant_for[n])]
            yield from (f"client {number}: {each}" for each in check_one(listener, name, meant))
    for _ in range(PAIRS if len(stayed) > 1 else 0):
        one, two = random.sample(stayed, 2)
        yield from check_pair(one, two)


def check_one(listener: Listener, name: str, meant: list[int]) -> Iterator[str]:
    """What one client got of one publisher."""
    places = [(entry[1], place) for place, entry in enumerate(listener.log)
              if entry and entry[0] == name]  # fmt: skip
    seen = dict(places)
    if len(seen) != len(places):
        yield f"got a message of {name} twice"
    if [n for n, _ in places] != sorted(seen):
        yield f"got messages of {name} out of order"
    if strangers := seen.keys() - set(meant):
        yield f"got what was not for it: {sorted(strangers)[:3]} of {name}"
    last_resync = max((at for at, entry in enumerate(listener.log) if entry is None), default=-1)
    place = -1
    for n in meant:
        if n not in seen and last_resync <= place:
            yield f"lost {n} of {name} in silence"
            return
        place = max(place, seen.get(n, -1))


def check_pair(one: Listener, two: Listener) -> Iterator[str]:
    """Whether two clients saw what both got in one order."""
    places = {entry: place for place, entry in enumerate(two.log) if entry}
    common = [(entry, place) for place, entry in enumerate(one.log) if entry in places]
    for (first, at), (second, _) in pairwise(common):
        is_marked = None in one.log[at:] or None in two.log[places[second or first] :]
        if places[first] > places[second] and not is_marked:  # type: ignore[index]
            yield f"{first} and {second} came in two orders"
            return


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--clients", type=int, default=250, help="of each worker")
    parser.add_argument("--messages", type=int, default=1250, help="of each worker")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", nargs="*", choices=FAULTS,
                        default=["kill", "freeze", "kill", "worker"])  # fmt: skip
    parser.add_argument("--forgetful", action="store_true", help="Redis comes back empty")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        root = Path(name)
        appendonly = "no" if options.forgetful else "yes"
        redis = stack.enter_context(valkey(root / "redis", appendonly=appendonly))
        servers = []
        for number in range(options.workers):
            folder = root / f"worker{number}"
            folder.mkdir()
            write_project(folder, "workers", {"app": MANIFEST})
            server = start(folder, env={"REDIS_URL": redis.url})
            stack.callback(server.process.kill)
            servers.append(Server(server.process, server.log_file, wait_for_port(server)))
        arena = Arena(redis, servers, Random(options.seed))
        faults = asyncio.run(run(options, arena))
        for fault in faults:
            print("FAULT", fault)
        for server in servers:
            for line in server.log.splitlines():
                if "Traceback" in line or "could not be handed on" in line:
                    print("FAULT", line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

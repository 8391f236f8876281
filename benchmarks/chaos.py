"""What several workers lose while Redis and they themselves are killed, frozen and replaced.

    python benchmarks/chaos.py [--workers 4] [--clients 250] [--messages 1250] [--seconds 40]
                               [--seed 1] [--faults kill freeze kill worker roll ...]
                               [--forgetful] [--server /usr/bin/redis-server]

Every worker broadcasts numbered messages with mixed targets, a program beside them emits, and every
client writes down what it gets. From that alone, afterwards: each client that stayed has every
message that was for it exactly once and in order, or a resync in the place where one is missing;
any two clients saw what both got in one order, or one of them has a resync behind it. What a call
of ``emit`` accepted is held to the same.

``worker`` kills a worker for good. ``roll`` replaces all of them, one after the other, by a
package with one more message; their clients come back and must have the same as those that stayed.
``older`` brings back what Redis had some seconds ago; with ``--forgetful``, it always comes back
empty.

A seed decides on the order of the faults, their lengths and all targets: a run with the same
arguments does the same to the same at about the same time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent / "fanout"))
sys.path.insert(0, str(Path(__file__).parent / "upheaval"))

from arena import FAULTS, Arena
from listeners import CHANNELS, USERS, Listener, Target, join_all
from verdict import Published, check

from support.valkey import VALKEY, valkey

SETTLE_S = 60.0
MOST_WAIT_S = 1.5  # a second, and what a busy machine takes to notice
EMITTER = """
import json, sys, time
from app import ws
accepted, count, end = [], 0, time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    try:
        ws.emit(ws.messages.Numbered(by="emitter", n=count, at=time.time()))
        accepted.append(count)
    except ConnectionError:
        pass
    count += 1
    time.sleep(0.05)
print(json.dumps({"count": count, "accepted": accepted}))
"""


def choose_targets(random: Random, count: int) -> list[Target]:
    """For whom a worker's messages are: a quarter for everybody, the rest mixed."""
    chosen: list[Target] = []
    for _ in range(count):
        target: Target = {}
        kind = random.choice(("all", "user", "channel", "both"))
        if kind in ("user", "both"):
            target["user_id"] = f"u{random.randrange(USERS)}"
        if kind in ("channel", "both"):
            target["channel"] = f"c{random.randrange(CHANNELS)}"
        if random.random() < 0.1:
            target["endpoint"] = random.choice(["realtime", "other"])
        chosen.append(target)
    return chosen


async def run(options: argparse.Namespace, arena: Arena, random: Random) -> list[str]:
    """One run; what was wrong."""
    arena.listeners = [
        Listener(number, worker, random)
        for worker in range(options.workers)
        for number in range(options.clients)
    ]
    targets = [choose_targets(random, options.messages) for _ in arena.workers]
    for worker in arena.workers:
        theirs = [each for each in arena.listeners if each.worker == worker.number]
        await join_all(theirs, worker.server.port)
    emitter = arena.run_script(EMITTER, str(options.seconds))
    storms = [
        asyncio.create_task(worker.storm(targets[worker.number], options.seconds))
        for worker in arena.workers
    ]
    await upset(options, arena, random)
    waits = await asyncio.gather(*storms)
    emitted = json.loads((await asyncio.to_thread(emitter.communicate))[0])
    await arena.settle()
    await hear_the_end(arena)
    await report(options, arena, waits)
    published = [
        Published(each.name, targets[each.number], certain(arena, each.number, options.messages))
        for each in arena.workers
    ]
    everybody: list[Target] = [{}] * emitted["count"]
    published.append(Published("emitter", everybody, frozenset(emitted["accepted"])))
    return [*judge_waits(arena, waits), *check(arena.listeners, published, random)]


async def upset(options: argparse.Namespace, arena: Arena, random: Random) -> None:
    """Do to them what is to be done, spread over the time that the storm takes."""
    share_s = options.seconds / (len(options.faults) + 1)
    for fault in random.sample(options.faults, len(options.faults)):
        await asyncio.sleep(random.uniform(0.3, 0.8) * share_s)
        await arena.do(fault)


async def hear_the_end(arena: Arena) -> None:
    """Wait until everybody has heard from every worker that all is over."""
    for worker in arena.living:
        await worker.server.until("/stats", lambda it: it["backplane"]["connected"], SETTLE_S)
    for worker in arena.living:
        await worker.server.post("/end", name=worker.name)
    deadline = time.monotonic() + SETTLE_S
    names = {worker.name for worker in arena.living}
    while not all(each.ends == names for each in arena.listeners if each.stays):
        if time.monotonic() > deadline:
            arena.problems.append("not everybody heard the end")
            return
        await asyncio.sleep(0.1)


def certain(arena: Arena, number: int, count: int) -> frozenset[int]:
    """The messages of a worker that must have arrived.

    Of one that was killed, those that reached another: its own clients may have been given what
    Redis had not.
    """
    if not arena.workers[number].is_dead:
        return frozenset(range(count))
    others = [each for each in arena.listeners if each.worker != number]
    heard = {entry for each in others for entry in each.log if entry}
    return frozenset(n for by, n in heard if by == str(number))


def judge_waits(arena: Arena, waits: Sequence[float]) -> list[str]:
    """Whose calls took too long, and who left without a reason."""
    found = [
        f"a caller at {each.name} waited {wait:.2f} s"
        for each, wait in zip(arena.workers, waits, strict=True)
        if wait > MOST_WAIT_S and not each.has_hung
    ]
    dead = {each.number for each in arena.workers if each.is_dead}
    left = [each for each in arena.listeners if not each.stays and each.worker not in dead]
    if left:
        found.append(f"{len(left)} clients lost their connection")
    return found


async def report(options: argparse.Namespace, arena: Arena, waits: Sequence[float]) -> None:
    stats = [(await each.server.get("/stats"))["backplane"] for each in arena.living]
    logs = [each.log for each in arena.listeners]
    received = sum(len(log) - log.count(None) for log in logs)
    print(
        f"{options.workers} workers, {len(logs)} clients, "
        f"{options.workers * options.messages:,} messages, {received:,} deliveries; "
        f"{sum(each.stays for each in arena.listeners)} clients stayed, "
        f"{sum(log.count(None) for log in logs):,} resyncs, slowest call {max(waits):.2f} s, "
        f"gaps {sum(each['gaps'] for each in stats)}, "
        f"duplicates dropped {sum(each['duplicates'] for each in stats)}"
    )


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--clients", type=int, default=250, help="of each worker")
    parser.add_argument("--messages", type=int, default=1250, help="of each worker")
    parser.add_argument("--seconds", type=float, default=40, help="that the storm takes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", nargs="*", choices=FAULTS,
                        default=["kill", "freeze", "kill", "worker", "roll"])  # fmt: skip
    parser.add_argument("--forgetful", action="store_true", help="Redis comes back empty")
    parser.add_argument("--server", default=VALKEY, help="the program to run as Redis")
    return parser.parse_args()


def main() -> int:
    options = parse()
    random = Random(options.seed)
    appendonly = "no" if options.forgetful else "yes"
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        root = Path(name)
        redis = valkey(root / "redis", options.server, appendonly=appendonly)
        arena = Arena(root, stack.enter_context(redis), options.workers, random, stack)
        faults = asyncio.run(run(options, arena, random))
        arena.read_logs()
    faults += arena.problems
    for fault in faults[:20]:
        print("FAULT", fault)
    if len(faults) > 20:
        print(f"FAULT and {len(faults) - 20} more")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

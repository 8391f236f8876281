"""What attackers cost the others: a healthy crowd hears a ticker while the server is attacked.

    python benchmarks/siege.py [--seconds 60] [--seed 1] [--attack bursts ...]

Each attack runs alone, then all of them together. All the while 100 healthy clients get a
broadcast every 50 ms. Each must come, in order, and the 99th percentile of how long that takes may
be at most three times that of a quiet time at the beginning. After each attack the server has to
be what it was: tasks, connections and descriptors to the last one, memory within 20 %.

Attacks are bounded, so that what is measured is what the server does and not what two cores can
take: each has a rate, and comes from a process of its own that has the lowest priority. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import resource
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "fanout"))
sys.path.insert(0, str(Path(__file__).parent / "hostile"))

import jwt
from arena import Arena, serving
from crowd import CLOSE, PING, PONG, frame
from cryptography.hazmat.primitives.asymmetric import rsa
from wire import Wire, handshake

HANDLERS = Path(__file__).parent / "hostile" / "siege_handlers.py"
HEALTHY_CLIENTS = 100
TICK_EVERY_S = 0.05
TICK_BYTES = 1024
MOST_P99_RATIO = 3.0
MOST_MEMORY_RATIO = 1.2
MIB = 1024 * 1024

MANIFEST: dict[str, Any] = {
    "slug": "siege",
    "websockets": {
        "ticker": {"path": "/ticker", "auth": {"required": False}},
        "slow": {"path": "/slow", "auth": {"required": False}},
        "members": {"path": "/members"},
    },
    "auth": {"jwt": {"algorithm": "RS256"}},
    "mdbgen": {
        "endpoints": {
            "ticker": {
                "receive": {},
                "send": {
                    "tick": {
                        "properties": {"number": {"type": "integer"}, "pad": {"type": "string"}},
                        "required": ["number"],
                    }
                },
            },
            "slow": {
                "receive": {
                    "work": {},
                    "numbers": {
                        "properties": {
                            "unique": {
                                "type": "array",
                                "items": {"type": "integer"},
                                "uniqueItems": True,
                            }
                        }
                    },
                },
                "send": {"noise": {"properties": {"pad": {"type": "string"}}}},
            },
        }
    },
}


@dataclass(frozen=True, slots=True)
class Target:
    """What attackers know."""

    port: int
    token: str  # of one good user
    seed: int
    seconds: float

    @property
    def until(self) -> float:
        return time.monotonic() + self.seconds


async def at_a_pace(
    target: Target, per_second: float, together: int, strike: Callable[[], Awaitable[None]]
) -> int:
    """Strike again and again, some at a time, until the time is up; how often."""
    gate = asyncio.Semaphore(together)
    strikes = 0
    running: set[asyncio.Task[None]] = set()

    async def one() -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                async with asyncio.timeout(20):
                    await strike()
        finally:
            gate.release()

    until = target.until
    while time.monotonic() < until:
        await gate.acquire()
        task = asyncio.create_task(one())
        running.add(task)
        task.add_done_callback(running.discard)
        strikes += 1
        await asyncio.sleep(1 / per_second)
    await asyncio.gather(*running, return_exceptions=True)
    return strikes


async def bursts(target: Target) -> int:
    """One user connects, sends a burst, and leaves, a hundred times a second."""
    burst = frame(b'{"type":"work"}') * 40

    async def strike() -> None:
        wire = await Wire.open(target.port, f"/slow?token={target.token}")
        if await wire.accepted():
            wire.writer.write(burst)
            await wire.writer.drain()
        wire.abort()

    return await at_a_pace(target, 100, 50, strike)


async def hanging(target: Target) -> int:
    """Anonymous clients meet an ``on_connect`` that hangs, and leave."""

    async def strike() -> None:
        wire = await Wire.open(target.port, "/slow?hang=yes")
        if await wire.accepted():
            await asyncio.sleep(0.05)
        wire.abort()

    return await at_a_pace(target, 100, 50, strike)


async def deaf(target: Target) -> int:
    """Clients that never read, while the app broadcasts to them; thrown out, they come again."""
    loop = asyncio.get_running_loop()
    noise = {"count": int(target.seconds / 0.02), "every_s": 0.02, "size": 16 * 1024}
    request = json.dumps(noise).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(
        b"POST /noise HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(request) + request
    )

    async def strike() -> None:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", target.port))
            await loop.sock_sendall(client, handshake(target.port, "/slow"))
            await asyncio.sleep(15)

    strikes = await at_a_pace(target, 2, 30, strike)
    writer.close()
    return strikes


async def collisions(target: Target) -> int:
    """Frames of 64 KiB that hold numbers of one hash, or that are slow to read in other ways."""
    numbers = ",".join(str((2**61 - 1) * factor) for factor in range(1, 2800))
    heavy = frame(f'{{"type":"numbers","unique":[{numbers}]}}'.encode())

    async def strike() -> None:
        wire = await Wire.open(target.port, "/slow")
        if await wire.accepted():
            for _ in range(5):
                wire.writer.write(heavy)
                await wire.writer.drain()
                await asyncio.sleep(0.2)
        wire.abort()

    return await at_a_pace(target, 4, 8, strike)


async def tickets(target: Target) -> int:
    """One user asks for tickets, two hundred times a second."""
    request = (
        f"POST /members/ticket HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nContent-Length: 0\r\n"
        f"Authorization: Bearer {target.token}\r\n\r\n"
    ).encode()
    wires: list[Wire] = []

    async def strike() -> None:
        wire = (
            wires.pop() if wires else Wire(*await asyncio.open_connection("127.0.0.1", target.port))
        )
        wire.writer.write(request)
        head = await wire.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await wire.reader.readexactly(length)
        wires.append(wire)

    strikes = await at_a_pace(target, 200, 20, strike)
    for wire in wires:
        wire.abort()
    return strikes


async def unknown_keys(target: Target) -> int:
    """Tokens that name keys which nobody knows, while the key server hangs."""
    random = Random(target.seed)

    async def strike() -> None:
        _, payload, signature = target.token.split(".")
        kid = f"unknown-{random.randrange(10**9)}"
        named = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": kid}).encode())
        forged = f"{named.decode().rstrip('=')}.{payload}.{signature}"
        wire = await Wire.open(target.port, f"/members?token={forged}")
        if await wire.accepted():
            await wire.read_until(lambda message: message["type"] == "disconnect")
            wire.writer.write(frame((1000).to_bytes(2), CLOSE))
        wire.abort()

    return await at_a_pace(target, 50, 50, strike)


ATTACKS: dict[str, Callable[[Target], Awaitable[int]]] = {
    "bursts": bursts,
    "hanging": hanging,
    "deaf": deaf,
    "collisions": collisions,
    "tickets": tickets,
    "unknown-keys": unknown_keys,
}


class KeyServer:
    """Answers the first question with the keys; after that it takes questions and says nothing."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._asked: list[asyncio.StreamWriter] = []
        self.port = 0

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            if not self._asked:
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self._keys)}\r\n\r\n"
                writer.write(head.encode() + self._keys)
                await writer.drain()
                writer.close()
            self._asked.append(writer)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[KeyServer]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in self._asked:
                writer.transport.abort()


class Healthy:
    """A client that does what clients should: it reads, and answers pings."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._listening = asyncio.create_task(self._listen())
        self.heard: list[tuple[int, float]] = []  # broadcasts since it was emptied, and when

    @classmethod
    async def join(cls, port: int) -> Healthy:
        """Connect."""
        wire = await Wire.open(port, "/ticker")
        assert await wire.accepted()
        assert await wire.read_until(lambda message: message["type"] == "connected")
        return cls(wire)

    @property
    def is_gone(self) -> bool:
        """Whether the connection has ended, which is not its fault."""
        return self._listening.done()

    async def _listen(self) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                opcode, payload = await self._wire.read()
                if payload.startswith(b'{"type":"tick"'):
                    self.heard.append((json.loads(payload)["number"], time.monotonic()))
                elif payload.startswith(b'{"type":"ping"'):
                    self._wire.writer.write(frame(b'{"type":"pong"}'))
                elif opcode == PING:
                    self._wire.writer.write(frame(payload, PONG))
                elif opcode == CLOSE:
                    return


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the healthy clients fared in one phase, and what it left behind."""

    name: str
    strikes: int
    p50_ms: float
    p99_ms: float
    memory: float  # after, in units of before
    faults: tuple[str, ...]


class Siege:
    """One server, its healthy clients, and what is thrown at it."""

    def __init__(self, arena: Arena, target: Target) -> None:
        self._arena = arena
        self._target = target
        self._healthy: list[Healthy] = []

    async def settle_in(self) -> None:
        """Let the healthy clients connect, and the server fetch its keys."""
        for _ in range(HEALTHY_CLIENTS):
            self._healthy.append(await Healthy.join(self._arena.port))
        assert await self._lets_members_in(), "a token whose key is known is let in"

    async def phase(self, name: str, attacks: Sequence[str]) -> Outcome:
        """Attack, and see how the others fare."""
        before = await self._arena.census()
        count = int(self._target.seconds / TICK_EVERY_S)
        for client in self._healthy:
            client.heard.clear()
        striking = [asyncio.create_task(self._strike(each)) for each in attacks]
        ticking = asyncio.create_task(asyncio.to_thread(self._tick, count))
        await asyncio.sleep(self._target.seconds / 2)
        faults = [] if await self._lets_members_in() else ["a user whose key is known is kept out"]
        started = await ticking
        strikes = sum(await asyncio.gather(*striking))
        after = await self._arena.settled(before)
        if left := after.leftovers(before):
            faults.append(f"left behind: {left}")
        faults += self._losses(count)
        late = sorted(
            (at - started[number]) * 1000 for each in self._healthy for number, at in each.heard
        )
        p50, p99 = (late[len(late) * share // 100] for share in (50, 99))
        return Outcome(name, strikes, p50, p99, after.rss / before.rss, tuple(faults))

    def _losses(self, count: int) -> list[str]:
        """What the healthy clients should have heard, in order, and have not."""
        wanted = list(range(count))
        gone = sum(each.is_gone for each in self._healthy)
        wrong = sum([number for number, _ in each.heard] != wanted for each in self._healthy)
        found = {"healthy clients were lost": gone, "did not hear all, in order": wrong}
        return [f"{number} {what}" for what, number in found.items() if number]

    async def _lets_members_in(self) -> bool:
        """Whether a user with a good token gets in, whatever the key server does."""
        wire = await Wire.open(self._arena.port, f"/members?token={self._target.token}")
        try:
            async with asyncio.timeout(10):
                assert await wire.accepted()
                return await wire.read_until(lambda message: message["type"] == "connected")
        except TimeoutError:
            return False
        finally:
            wire.abort()

    def _tick(self, count: int) -> list[float]:
        order = {"count": count, "every_s": TICK_EVERY_S, "size": TICK_BYTES}
        answer = self._arena.post("/tick", order, timeout_s=self._target.seconds * 2 + 30)
        return list(answer["started"])

    async def _strike(self, attack: str) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, __file__, "--strike", attack),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        answer, _ = await process.communicate(json.dumps(asdict(self._target)).encode())
        return int(answer)


async def siege(arena: Arena, target: Target, phases: Mapping[str, Sequence[str]]) -> bool:
    """Go through all phases, and print how it went; whether all is well."""
    run = Siege(arena, target)
    await run.settle_in()
    await run.phase("warm-up", list(ATTACKS))
    quiet = await run.phase("quiet", [])
    print("| attack | strikes | p50 ms | p99 ms | x quiet | memory |")
    print("| --- | --- | --- | --- | --- | --- |")
    is_well = _report(quiet, quiet)
    for name, together in phases.items():
        is_well &= _report(await run.phase(name, together), quiet)
    for line in arena.mishaps()[:10]:
        print(f"FAULT in the log: {line[:200]}")
        is_well = False
    return is_well


def _report(outcome: Outcome, quiet: Outcome) -> bool:
    ratio = outcome.p99_ms / quiet.p99_ms
    print(
        f"| {outcome.name} | {outcome.strikes:,} | {outcome.p50_ms:.1f} | {outcome.p99_ms:.1f}"
        f" | {ratio:.2f} | {outcome.memory:.2f} |",
        flush=True,
    )
    faults = list(outcome.faults)
    if outcome.memory > MOST_MEMORY_RATIO:
        faults.append("memory is not back")
    if ratio > MOST_P99_RATIO:
        faults.append("the others were held up")
    for fault in faults:
        print(f"FAULT {outcome.name}: {fault}", flush=True)
    return not faults


def _keys() -> tuple[Any, bytes]:
    """A private key, and the answer of a key server that has the public one."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key()))
    return private, json.dumps({"keys": [{**public, "kid": "known", "use": "sig"}]}).encode()


async def measure(options: argparse.Namespace) -> bool:
    """Start the key server and the server, and lay siege."""
    private, keys = _keys()
    claims = {"sub": "mallory", "exp": int(time.time()) + 24 * 3600}
    async with KeyServer(keys).running() as key_server:
        environment = {"MDB_JWT_JWKS_URL": f"http://127.0.0.1:{key_server.port}/keys"}
        if options.short:
            environment["HANDLERS_HAVE_S"] = "1"
        with serving(
            "siege_app.py",
            MANIFEST,
            {"slow": HANDLERS.read_text("utf-8")},
            mdbgen=options.mdbgen,
            environment=environment,
        ) as arena:
            target = Target(
                port=arena.port,
                token=jwt.encode(claims, private, "RS256", {"kid": "known"}),
                seed=options.seed,
                seconds=options.seconds,
            )
            return await siege(arena, target, _phases(options))


def _phases(options: argparse.Namespace) -> dict[str, list[str]]:
    together = {"all together": list(ATTACKS)}
    if options.short:
        return together
    if options.attack:
        return {name: [name] for name in options.attack}
    return {name: [name] for name in ATTACKS} | together


def strike(attack: str) -> None:
    """Be the process of one attack: what there is to know comes on stdin."""
    os.nice(19)
    target = Target(**json.load(sys.stdin))
    print(asyncio.run(ATTACKS[attack](target)))


def main() -> None:
    """Exit code 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="of each attack")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--attack", choices=ATTACKS, action="append")
    parser.add_argument(
        "--short", action="store_true", help="all attacks at once, on handlers that have 1 s"
    )
    parser.add_argument("--mdbgen", default=str(Path(sys.executable).with_name("mdbgen")))
    parser.add_argument("--strike", choices=ATTACKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.strike:
        strike(options.strike)
    else:
        sys.exit(0 if asyncio.run(measure(options)) else 1)


if __name__ == "__main__":
    main()

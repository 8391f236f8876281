"""What is measured. Every function returns plain numbers; the tables are made elsewhere.

CPU seconds are those of the server process alone. Whatever is compared runs in turns: one slice
of each contender, in a new order each time, and ratios are taken within a turn.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import re
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from statistics import quantiles

from contenders import Contender, Server
from crowd import Client, Crowd

SETTLE_S = 0.4
WARM_UPS = 5
BROADCAST_TIMEOUT_S = 300.0  # of the slowest contender on a busy machine
USERS_TARGETED = 10
SOCKETS_PER_USER = 5
STUCK_BYTES = 65_536
STUCK_CLIENTS = 50
STUCK_EVERY_S = 0.02
STUCK_GRACE_S = 4.0
ECHO_CLIENTS = 50
WARM_CONNECTIONS = 100

_NUMBER = re.compile(rb'"number": ?(\d+)')


@dataclass(frozen=True, slots=True)
class Slice:
    """Some broadcasts of one contender, each complete before the next."""

    cpu_s: float
    deliveries: int
    latencies_s: Sequence[float]  # from the call to the arrival, of every delivery

    @property
    def cpu_per_100k(self) -> float:
        return self.cpu_s / self.deliveries * 100_000

    def latency_ms(self, percent: int) -> float:
        return quantiles(self.latencies_s, n=100)[percent - 1] * 1000


@dataclass(frozen=True, slots=True)
class Connecting:
    """Many clients that connect and then keep quiet."""

    bytes_each: float
    per_cpu_s: float
    per_wall_s: float


@dataclass(frozen=True, slots=True)
class Served:
    """Paced broadcasts of large messages, with or without a client that never reads."""

    share: float  # of what the clients that read should have got
    in_order: bool
    p99_ms: float
    growth_bytes: int  # at the peak


@dataclass(frozen=True, slots=True)
class ToUser:
    """Messages to one user after the other."""

    cpu_us_per_send: float


@dataclass(frozen=True, slots=True)
class Echo:
    """Messages from clients, each answered with a small one."""

    cpu_per_100k: float


@asynccontextmanager
async def running(
    contender: Contender,
    path: str | Callable[[int], str] | None = None,
    greetings: int | None = None,
) -> AsyncGenerator[Stand]:
    """A fresh server process, and a crowd that may connect to it."""
    async with Server(contender) as server:
        expected = contender.greetings if greetings is None else greetings
        crowd = Crowd(server.port, path or contender.path, expected)
        try:
            yield Stand(server, crowd)
        finally:
            crowd.leave()


@dataclass(frozen=True, slots=True)
class Stand:
    """A server and its clients."""

    server: Server
    crowd: Crowd

    async def connect(self, count: int) -> None:
        await self.crowd.connect(count)
        await asyncio.sleep(SETTLE_S)
        gc.collect()
        gc.freeze()  # the clients' own collector is nobody's latency

    async def message_size(self, frame_bytes: int) -> int:
        """How large a message may be so that its frame has ``frame_bytes`` on the wire.

        Contenders differ in what they wrap around a message; all send frames of one size.
        """
        sizes: list[int] = []
        self.crowd.on_text = lambda _, text: sizes.append(len(text))
        await self.broadcast(frame_bytes)
        self.crowd.on_text = None
        return 2 * frame_bytes - sizes[0]

    async def broadcast(self, size: int) -> list[float]:
        """One broadcast to all; returns how long each client waited for it."""
        everybody = self.crowd.expect(len(self.crowd.clients))
        order = self.server.order("broadcast", message=message(size))
        async with asyncio.timeout(BROADCAST_TIMEOUT_S):
            answer, _ = await asyncio.gather(order, everybody)
        return [arrived - answer["started"] for arrived in self.crowd.arrivals]

    async def slice(self, broadcasts: int, size: int, budget_s: float) -> Slice:
        """Up to ``broadcasts`` broadcasts, fewer where they take longer than the budget."""
        latencies: list[float] = []
        cpu_s = await self.server.cpu_s()
        enough = time.perf_counter() + budget_s
        for _ in range(broadcasts):
            latencies += await self.broadcast(size)
            if time.perf_counter() > enough:
                break
        cpu_s = await self.server.cpu_s() - cpu_s
        return Slice(cpu_s, len(latencies), latencies)


def message(size: int, number: int = 0) -> dict[str, object]:
    """A message of ``size`` bytes of JSON; what a contender wraps around it comes on top."""
    head = {"type": "tick", "number": number, "pad": ""}
    return {**head, "pad": "x" * max(0, size - len(json.dumps(head)))}


async def fan_out(
    contenders: Sequence[Contender],
    *,
    clients: int,
    size: int,
    slices: int,
    broadcasts: int,
    budget_s: float = 1.0,
) -> list[dict[str, Slice]]:
    """Broadcasts to all clients, all contenders up at once and taking turns."""
    async with AsyncExitStack() as stack:
        stands = {each.name: await stack.enter_async_context(running(each)) for each in contenders}
        sizes: dict[str, int] = {}
        for name, stand in stands.items():
            await stand.connect(clients)
            sizes[name] = await stand.message_size(size)
            await stand.slice(WARM_UPS, sizes[name], budget_s)
        turns = []
        for _ in range(slices):
            order = random.sample(list(stands), len(stands))
            turn = {}
            for name in order:
                turn[name] = await stands[name].slice(broadcasts, sizes[name], budget_s)
            turns.append(turn)
        return turns


async def connecting(contender: Contender, clients: int) -> Connecting:
    """What a connection costs: memory while it is idle, CPU to get it."""
    async with running(contender) as stand:
        await stand.connect(WARM_CONNECTIONS)
        stand.crowd.leave()
        await asyncio.sleep(SETTLE_S)
        rss, cpu_s = await stand.server.rss(), await stand.server.cpu_s()
        started = time.perf_counter()
        await stand.crowd.connect(clients)
        wall_s = time.perf_counter() - started
        await asyncio.sleep(SETTLE_S)
        cpu_s = await stand.server.cpu_s() - cpu_s
        rss = await stand.server.rss() - rss
        return Connecting(rss / clients, clients / cpu_s, clients / wall_s)


async def large_messages(contender: Contender, *, broadcasts: int, with_stuck: bool) -> Served:
    """``STUCK_CLIENTS`` clients that read, and perhaps one that does not."""
    async with running(contender) as stand:
        order = _Order()
        stand.crowd.on_text = order.check
        if with_stuck:
            await stand.crowd.connect_stuck()
        await stand.connect(STUCK_CLIENTS)
        return await _pace(stand, order, broadcasts)


class _Order:
    """Checks that every client gets 0, 1, 2, … without a gap or a repetition."""

    def __init__(self) -> None:
        self.numbers: list[int] = []  # of every arrival
        self.is_kept = True

    def check(self, client: Client, text: bytes) -> None:
        found = _NUMBER.search(text[:200])
        number = int(found[1]) if found else -1
        self.numbers.append(number)
        self.is_kept = self.is_kept and number == client.n
        client.n += 1


async def _pace(stand: Stand, order: _Order, broadcasts: int) -> Served:
    wanted = broadcasts * STUCK_CLIENTS
    everybody = stand.crowd.expect(wanted)
    rss = await stand.server.rss()
    started = time.perf_counter()
    pacing = asyncio.create_task(
        stand.server.order("pace", count=broadcasts, bytes=STUCK_BYTES, every_s=STUCK_EVERY_S)
    )
    peak = await _watch(stand.server, asyncio.gather(pacing, everybody), broadcasts)
    starts = pacing.result()["started"] if pacing.done() and not pacing.cancelled() else None
    if starts is None:  # it hangs; its first broadcasts were on time
        starts = [started + number * STUCK_EVERY_S for number in range(broadcasts)]
    latencies = [
        arrival - starts[number]
        for arrival, number in zip(stand.crowd.arrivals, order.numbers, strict=True)
    ]
    return Served(
        share=len(latencies) / wanted,
        in_order=order.is_kept,
        p99_ms=quantiles(latencies, n=100)[98] * 1000,
        growth_bytes=peak - rss,
    )


async def _watch(server: Server, done: asyncio.Future[object], broadcasts: int) -> int:
    """Wait for the end, within reason; returns the most that the server had in memory."""
    peak = 0
    deadline = time.perf_counter() + broadcasts * STUCK_EVERY_S + STUCK_GRACE_S
    while not done.done() and time.perf_counter() < deadline:
        peak = max(peak, server.rss_now())
        await asyncio.wait({done}, timeout=0.05)
    if not done.done():
        done.cancel()
        with suppress(asyncio.CancelledError):
            await done
    return max(peak, server.rss_now())


async def to_user(contender: Contender, connections: int, *, sends: int, size: int) -> ToUser:
    """Messages to ten users of five sockets each, among ``connections`` connections.

    The ten are the same at every size, so what differs is the price of finding them.
    """
    path = [contender.user_path(_user(number)) for number in range(connections)]
    async with running(contender, path.__getitem__, contender.user_greetings) as stand:
        await stand.connect(connections)
        await _send_to_users(stand, sends // 4, size)
        cpu_s = await _send_to_users(stand, sends, size)
        return ToUser(cpu_s / sends * 1e6)


async def _send_to_users(stand: Stand, sends: int, size: int) -> float:
    users = [_user(number * SOCKETS_PER_USER) for number in range(USERS_TARGETED)]
    targets = (users * (sends // len(users) + 1))[:sends]
    everybody = stand.crowd.expect(sends * SOCKETS_PER_USER)
    cpu_s = await stand.server.cpu_s()
    order = stand.server.order("send_to_users", users=targets, message=message(size))
    async with asyncio.timeout(BROADCAST_TIMEOUT_S):
        await asyncio.gather(order, everybody)
    return await stand.server.cpu_s() - cpu_s


def _user(number: int) -> str:
    return f"user{number // SOCKETS_PER_USER}"


async def echo(
    contenders: Sequence[Contender], *, messages: int, slices: int
) -> list[dict[str, tuple[Echo, Echo]]]:
    """``ECHO_CLIENTS`` clients that send, one and eight messages ahead of the answers.

    All contenders are up at once and take turns, of ``messages`` messages in all.
    """
    async with AsyncExitStack() as stack:
        stands = {}
        for each in contenders:
            stand = await stack.enter_async_context(running(each, each.echo_path))
            await stand.connect(ECHO_CLIENTS)
            await _echo(stand, messages // 10, in_flight=1)
            stands[each.name] = stand
        turns = []
        for _ in range(slices):
            order = random.sample(list(stands), len(stands))
            turns.append({name: await _echoes(stands[name], messages // slices) for name in order})
        return turns


async def _echoes(stand: Stand, messages: int) -> tuple[Echo, Echo]:
    single, several = [
        await _echo(stand, messages, in_flight) / messages * 100_000 for in_flight in (1, 8)
    ]
    return Echo(single), Echo(several)


async def _echo(stand: Stand, messages: int, in_flight: int) -> float:
    wrap = stand.server.contender.wrap
    left = messages - ECHO_CLIENTS * in_flight

    def send_next(client: Client, _: bytes) -> None:
        nonlocal left
        if left > 0:
            left -= 1
            client.send_text(wrap('{"type": "hit", "n": 1}'))

    everybody = stand.crowd.expect(messages)
    cpu_s = await stand.server.cpu_s()
    stand.crowd.on_text = send_next
    for client in stand.crowd.clients:
        for _ in range(in_flight):
            client.send_text(wrap('{"type": "hit", "n": 1}'))
    async with asyncio.timeout(BROADCAST_TIMEOUT_S):
        await everybody
    return await stand.server.cpu_s() - cpu_s

"""What all contenders share: the server around the app, and the control socket beside it.

Every contender is one process: uvicorn's default implementation on uvloop with compression off,
on a free port of 127.0.0.1. Beside it, in the same event loop, a control socket takes orders: one
JSON object per line, one answer per line. The process ends when the control connection does.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
import uvloop

Message = dict[str, Any]
Broadcast = Callable[[Message], Awaitable[object]]
SendToUser = Callable[[str, Message], Awaitable[object]]

PROTOCOL_PING_S = 600.0  # the server's own pings would only add noise to runs of seconds
LIFETIME_S = 1200.0  # no server outlives a benchmark that went wrong
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Orders:
    """What a contender can be told to do."""

    broadcast: Broadcast
    send_to_user: SendToUser
    stats: Callable[[], object] = dict


def listen() -> socket.socket:
    """A free port of 127.0.0.1."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.setblocking(False)
    return listener


def serve_app(
    app: Any,
    broadcast: Broadcast,
    send_to_user: SendToUser,
    stats: Callable[[], object] = dict,
) -> None:
    """Serve an ASGI app until the benchmark is done with it."""

    async def start(listener: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            ws_per_message_deflate=False,
            ws_ping_interval=PROTOCOL_PING_S,
            ws_ping_timeout=PROTOCOL_PING_S,
            backlog=BACKLOG,
        )
        await uvicorn.Server(config).serve(sockets=[listener])

    run(start, Orders(broadcast, send_to_user, stats))


def run(start: Callable[[socket.socket], Awaitable[None]], orders: Orders) -> None:
    """Run a server and the control socket in one event loop."""
    uvloop.run(_run(start, orders))


async def _run(start: Callable[[socket.socket], Awaitable[None]], orders: Orders) -> None:
    asyncio.get_running_loop().call_later(LIFETIME_S, os._exit, 3)
    listener = listen()
    control = await asyncio.start_server(_Control(orders).talk, "127.0.0.1", 0)
    ports = {
        "port": listener.getsockname()[1],
        "control": control.sockets[0].getsockname()[1],
    }
    print(json.dumps(ports), flush=True)
    await start(listener)


class _Control:
    """Takes one order after the other."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                answer = await self._obey(json.loads(line))
                writer.write(json.dumps(answer).encode() + b"\n")
        os._exit(0)

    async def _obey(self, order: Message) -> Message:
        match order["do"]:
            case "broadcast":
                return await self._broadcast(order["message"])
            case "pace":
                return await self._pace(order["count"], order["bytes"], order["every_s"])
            case "send_to_users":
                at_once = order.get("at_once", 1)
                return await self._send_to_users(order["users"], order["message"], at_once)
            case "tell":
                return await self._tell(order["count"], order["every_s"])
            case "tasks":
                return {"tasks": len(asyncio.all_tasks())}
            case "stats":
                return {"stats": self._orders.stats()}
            case "cpu":
                return {"cpu_s": time.process_time()}
            case "rss":
                return {"rss": _rss()}
            case _:
                raise ValueError(f"no such order: {order}")

    async def _broadcast(self, message: Message) -> Message:
        started = time.perf_counter()
        await self._orders.broadcast(message)
        return {"started": started}

    async def _pace(self, count: int, size: int, every_s: float) -> Message:
        """Broadcast ``count`` times; a broadcast that takes long delays the next one."""
        beginning = time.perf_counter()
        started = []
        for number in range(count):
            await asyncio.sleep(max(0.0, beginning + number * every_s - time.perf_counter()))
            started.append(time.perf_counter())
            try:
                await self._orders.broadcast(make_message(size, number))
            except Exception:  # it hung, until all clients had left
                break
        return {"started": started}

    async def _tell(self, count: int, every_s: float) -> Message:
        """Broadcast numbered messages whatever happens; those of which somebody was told."""
        refused = []
        for number in range(count):
            try:
                await self._orders.broadcast(make_message(200, number))
            except Exception:
                refused.append(number)
            await asyncio.sleep(every_s)
        return {"refused": refused}

    async def _send_to_users(self, users: list[str], message: Message, at_once: int) -> Message:
        cpu = time.process_time()
        for first in range(0, len(users), at_once):
            some = users[first : first + at_once]
            await asyncio.gather(*(self._orders.send_to_user(user, message) for user in some))
        return {"cpu_s": time.process_time() - cpu}


def make_message(size: int, number: int = 0) -> Message:
    """A message of ``size`` bytes of JSON; what a contender wraps around it comes on top."""
    message = {"type": "tick", "number": number, "pad": ""}
    message["pad"] = "x" * max(0, size - len(json.dumps(message)))
    return message


def _rss() -> int:
    """Bytes in memory, garbage not counted."""
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

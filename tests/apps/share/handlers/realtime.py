# pyright: reportMissingImports=false
"""Handlers that do what a client asks for in its query and in its messages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from ..contract import Connection, RealtimeContract, Reject, manager

SEEN: dict[str, Connection] = {}


@dataclass
class State:
    """What ran, and how much of it at the same time."""

    handlers: int = 0
    most_handlers: int = 0
    connects: int = 0
    most_connects: int = 0
    connected: list[str] = field(default_factory=list)  # whose ``on_connect`` returned
    disconnected: list[str] = field(default_factory=list)
    handled: int = 0
    cancelled: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


STATE = State()


@contextmanager
def running(kind: str) -> Iterator[None]:
    now = getattr(STATE, kind) + 1
    setattr(STATE, kind, now)
    setattr(STATE, f"most_{kind}", max(now, getattr(STATE, f"most_{kind}")))
    try:
        yield
    except asyncio.CancelledError:
        STATE.cancelled += 1
        raise
    finally:
        setattr(STATE, kind, getattr(STATE, kind) - 1)


async def forever() -> None:
    await asyncio.Event().wait()


async def cling(seconds: float) -> None:
    """Go on for some time, whatever is cancelled."""
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            STATE.cancelled += 1


class RealtimeHandlers(RealtimeContract):
    async def on_connect(self, connection: Connection) -> None:
        SEEN[connection.id] = connection
        wishes = connection.state["wishes"] = dict(connection.websocket.query_params)
        with running("connects"):
            match wishes.get("connect"):
                case "hang":
                    await forever()
                case "cling":
                    await cling(float(wishes["seconds"]))
                case "reject":
                    raise Reject("not you")
                case "say-and-close" | "say-close-and-fail" as how:
                    await connection.send({"type": "maintenance"})
                    await manager.send_to_connection(connection, {"type": "until noon"})
                    await connection.close(1001, "maintenance")
                    if how == "say-close-and-fail":
                        raise LookupError("afterwards")
                case "flood":
                    await self.flood_until_it_raises(connection)
                case "corrupt":
                    connection.user_email = object()  # type: ignore[assignment]
        STATE.connected.append(connection.id)

    async def flood_until_it_raises(self, connection: Connection) -> None:
        sent = 0
        try:
            while True:
                await connection.send({"type": "flood", "data": "x" * 1000})
                sent += 1
        except RuntimeError as problem:
            connection.state.update(sent=sent, problem=str(problem))

    async def on_disconnect(self, connection: Connection) -> None:
        STATE.disconnected.append(connection.id)
        if connection.state["wishes"].get("disconnect") == "hang":
            await forever()
        if connection.state["wishes"].get("disconnect") == "cling":
            await cling(30)

    async def on_message(self, connection: Connection, message: dict[str, Any]) -> None:
        with running("handlers"):
            match message["type"]:
                case "hang":
                    await forever()
                case "cling":
                    await cling(message["seconds"])
                case "fail at the end":
                    try:
                        await forever()
                    finally:
                        raise LookupError("the lock was not mine")
                case "sleep":
                    await asyncio.sleep(message["seconds"])
                case "flood":
                    for number in range(message["count"]):
                        data = "x" * message["size"]
                        await connection.send({"type": "it", "number": number, "data": data})
                case "relay":
                    for other in manager.active_connections:
                        if other is not connection:
                            await other.send({"type": "relayed", "data": message["data"]})
                case "to_others":
                    by = message["by"]
                    exclude = connection if by == "connection" else connection.websocket
                    reached = await manager.broadcast({"type": "news"}, exclude=exclude)
                    await connection.send({"type": "done", "reached": reached})
                case "who":
                    await connection.send(
                        {
                            "type": "who",
                            "id": connection.id,
                            "open": connection.is_open,
                            "app": type(connection.app).__name__,
                            "sent": connection.state.get("sent"),
                            "problem": connection.state.get("problem"),
                        }
                    )
                case "echo":
                    await connection.send({"type": "echo", "data": message.get("data")})
        STATE.handled += 1

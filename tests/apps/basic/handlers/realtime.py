# pyright: reportMissingImports=false
"""Handlers of the tests' app: a client says what should happen to it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from ..contract import Connection, MessageError, RealtimeContract, Reject, manager

log = logging.getLogger(__name__)
SEEN: dict[str, Connection] = {}
EVENTS: list[tuple[str, str]] = []


class Odd(BaseException):
    """What nobody expects a handler to raise."""


async def _cancelled() -> None:
    """Wait for something that somebody else has cancelled."""
    task = asyncio.create_task(asyncio.sleep(60))
    task.cancel()
    await task


class Nameless:
    def __str__(self) -> str:
        raise RuntimeError("no name")


async def _fail() -> None:
    raise KeyError("boom")


async def _group(wish: str) -> None:
    """Wait for tasks of which one fails."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_fail())
    except* KeyError:
        if wish == "fails":
            raise


def _raise(name: str) -> None:
    raise {
        "Reject": Reject("not you"),
        "KeyError": KeyError("boom"),
        "RuntimeError": RuntimeError("database connection lost"),
        "OSError": OSError("closed"),
        "TimeoutError": TimeoutError(),
        "StopAsyncIteration": StopAsyncIteration(),
        "CancelledError": asyncio.CancelledError(),
        "ExceptionGroup": ExceptionGroup("several", [ValueError("one")]),
        "BaseExceptionGroup": BaseExceptionGroup("several", [asyncio.CancelledError()]),
        "Odd": Odd("boom"),
    }[name]


class RealtimeHandlers(RealtimeContract):
    async def on_connect(self, connection: Connection) -> None:
        SEEN[connection.id] = connection
        EVENTS.append(("connect", connection.id))
        wishes = connection.websocket.query_params
        connection.state["wishes"] = dict(wishes)
        if wait := wishes.get("wait"):
            await asyncio.sleep(float(wait))
        if channel := wishes.get("channel"):
            manager.join(connection, channel)
        if text := wishes.get("say"):
            await connection.send({"type": "said", "data": text})
            await manager.broadcast({"type": "announced", "data": text})
        if wishes.get("leave"):
            await connection.close(4001, "left at once")
        if wish := wishes.get("group"):
            await _group(wish)
        if name := wishes.get("raise"):
            _raise(name)
        if wishes.get("cancelled"):
            await _cancelled()

    async def on_disconnect(self, connection: Connection) -> None:
        EVENTS.append(("disconnect", connection.id))
        log.info("on_disconnect connection=%s", connection.id)
        await manager.broadcast({"type": "gone", "data": connection.id}, channel="watchers")
        if name := connection.state["wishes"].get("raise_at_the_end"):
            _raise(name)

    async def on_message(self, connection: Connection, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "echo":
                await connection.send({"type": "echo", "data": message.get("data")})
            case "whole":
                await connection.send({"type": "whole", "data": message})
            case "sleep":
                await asyncio.sleep(message["seconds"])
                await connection.send({"type": "slept", "data": message.get("data")})
            case "join":
                manager.join(connection, message["channel"])
            case "leave":
                manager.leave(connection, message["channel"])
            case "raise":
                _raise(message["name"])
            case "refuse":
                raise MessageError(message["code"], "no such order", message.get("details"))
            case "refuse_with_what_is_no_json":
                raise MessageError("not_found", "no such order", range(3))
            case "refuse_with_what_cannot_be_named":
                raise MessageError("not_found", "no such order", {Nameless(): 1})
            case "cancelled":
                await _cancelled()
            case "group":
                await _group(message["wish"])
                if message.get("and_then") == "cancelled":
                    await _cancelled()
                await connection.send({"type": "group", "data": "went on"})
            case "close":
                await connection.close(message.get("code", 1000), message.get("reason", "done"))
                await connection.send({"type": "never"})
            case "close_below":
                await connection.websocket.close(message["code"])
            case "who":
                await connection.send(
                    {
                        "type": "who",
                        "id": connection.id,
                        "endpoint": connection.endpoint,
                        "slug": connection.app_slug,
                        "user_id": connection.user_id,
                        "user_email": connection.user_email,
                        "roles": sorted(connection.roles),
                        "claims": sorted(connection.claims),
                        "connected_at": connection.connected_at,
                        "channels": connection.channels,
                    }
                )
            case "count":
                connection.state["count"] = connection.state.get("count", 0) + 1
                await connection.send({"type": "count", "data": connection.state["count"]})
            case "flood":
                for number in range(message["count"]):
                    data = "x" * message["size"]
                    await connection.send({"type": "it", "number": number, "data": data})
            case "pass_on":  # what a client sent, to everybody: a mistake that people make
                await manager.broadcast(message["data"])
            case "answer_with":
                await connection.send(message["data"])
            case "unsendable":
                await connection.send({"type": "unsendable", "data": range(3)})
            case _:
                await super().on_message(connection, message)

# pyright: reportMissingImports=false
"""An app whose handlers hang, cling and flood, with the time-outs of a package in a hurry."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from contextvars import ContextVar
from typing import Any

from app import ws
from app.ws.handlers.realtime import SEEN, STATE
from app.ws.runtime import clients, outbox, session, tasks
from fastapi import Body, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")

# What would take minutes otherwise, as the test wants it: {"session.HANDLER_GRACE_S": 0.5}
MODULES = {"clients": clients, "outbox": outbox, "session": session, "tasks": tasks}
for name, value in json.loads(os.environ.get("TEST_TIMES", "{}")).items():
    module, _, constant = name.partition(".")
    assert hasattr(MODULES[module], constant), name
    setattr(MODULES[module], constant, value)

SPAN: ContextVar[str] = ContextVar("span", default="request")


class Wrapping:
    """A middleware that does around ``send`` what tracing and time-outs do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def wrapped(message: Message) -> None:
            token = SPAN.set("send")
            try:
                async with asyncio.timeout(float(os.environ["TEST_SEND_TIMEOUT_S"])):
                    await send(message)
            finally:
                SPAN.reset(token)

        await self.app(scope, receive, wrapped if scope["type"] == "websocket" else send)


app = FastAPI()
app.include_router(ws.router)
if "TEST_SEND_TIMEOUT_S" in os.environ:
    app.add_middleware(Wrapping)


@app.post("/broadcast")
async def broadcast(body: dict[str, Any] = Body()) -> dict[str, Any]:
    message, times = body.pop("message"), body.pop("times", 1)
    reached = [await ws.manager.broadcast(message, **body) for _ in range(times)]
    await asyncio.sleep(0.5)  # a time-out of somebody else's would be felt here
    return {"reached": reached, "span": SPAN.get()}


@app.post("/broadcast_in_thread")
def broadcast_in_thread(body: dict[str, Any] = Body()) -> int:
    """As people do who have only a function: an event loop of its own."""
    return asyncio.run(ws.manager.broadcast(body["message"]))


@app.post("/everything_in_thread")
def everything_in_thread(body: dict[str, Any] = Body()) -> None:
    """All that a coroutine can do to a connection, from another event loop."""

    async def do() -> None:
        connection = SEEN[body["id"]]
        await connection.send({"type": "one"})
        await ws.manager.send_to_connection(connection, {"type": "two"})
        await ws.manager.send_to_connection(connection.websocket, {"type": "three"})
        match body["end"]:
            case "close":
                await connection.close(4001, "bye")
            case "disconnect":
                await ws.manager.disconnect(connection.id, 4001, "bye")
            case "disconnect_user":
                await ws.manager.disconnect_user("ada", 4001, "bye")

    asyncio.run(do())


@app.post("/break")
async def break_connection(body: dict[str, Any] = Body()) -> None:
    """Damage what the package knows of a client, as no app can by accident."""
    SEEN[body["id"]]._client.heartbeat = None


@app.get("/state")
async def state() -> dict[str, Any]:
    return {
        **STATE.as_dict(),
        "stats": ws.manager.stats(),
        "tasks": len(asyncio.all_tasks()),
    }

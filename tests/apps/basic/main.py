# pyright: reportMissingImports=false
"""The tests' app: routes that do to its clients what a test asks for."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from app import ws
from app.ws.handlers.realtime import EVENTS, SEEN
from fastapi import Body, FastAPI

logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s %(message)s")

app = FastAPI()
app.include_router(ws.router)


@app.post("/broadcast")
async def broadcast(body: dict[str, Any] = Body()) -> dict[str, Any]:
    message = body.pop("message")
    start = time.perf_counter()
    try:
        reached = await ws.manager.broadcast(message, **body)
    except TypeError as problem:
        return {"problem": str(problem)}
    return {"reached": reached, "seconds": time.perf_counter() - start}


@app.post("/send")
async def send(body: dict[str, Any] = Body()) -> str | None:
    connection = SEEN[body["id"]]
    client = connection.websocket if body.get("by") == "websocket" else connection
    try:
        await ws.manager.send_to_connection(client, body["message"])
    except TypeError as problem:
        return str(problem)
    return None


@app.post("/disconnect")
async def disconnect(body: dict[str, Any] = Body()) -> str | None:
    connection = SEEN[body.pop("id")]
    client = connection.websocket if body.pop("by", "") == "websocket" else connection
    try:
        await ws.manager.disconnect(client, **body)
    except ValueError as problem:
        return str(problem)
    return None


@app.post("/disconnect_user")
async def disconnect_user(body: dict[str, Any] = Body()) -> None:
    await ws.manager.disconnect_user(**body)


@app.post("/everything_to")
async def everything_to(body: dict[str, Any] = Body()) -> dict[str, Any]:
    """Do all that can be done to a connection."""
    connection, message = SEEN[body["id"]], {"type": "late"}
    await connection.send(message)
    await connection.close()
    await connection.close(4000, "again")
    for client in (connection, connection.websocket):
        await ws.manager.send_to_connection(client, message)
        await ws.manager.disconnect(client)
    ws.manager.join(connection, "late")
    ws.manager.leave(connection, "late")
    ws.manager.leave(connection, "never joined")
    return {
        "channels": sorted(connection.channels),
        "reached": await ws.manager.broadcast(message, channel="late"),
    }


@app.post("/lookup")
async def lookup(body: dict[str, Any] = Body()) -> dict[str, Any]:
    found = ws.manager.get_connections_by_user(body["user_id"])
    return {
        "count": ws.manager.get_connection_count(),
        "count_by_user": ws.manager.get_connection_count_by_user(body["user_id"]),
        "by_user": [connection.id for connection in found],
        "active": [connection.id for connection in ws.manager.active_connections],
    }


@app.get("/state")
async def state() -> dict[str, Any]:
    return {
        "stats": ws.manager.stats(),
        "tasks": sorted(repr(task.get_coro()) for task in asyncio.all_tasks()),
        "events": EVENTS,
    }

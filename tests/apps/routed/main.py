# pyright: reportMissingImports=false
"""An app with a public and an internal endpoint, which declare different messages."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Any

from app import ws
from fastapi import Body, FastAPI

logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")

app = FastAPI()
app.include_router(ws.router)


@app.post("/broadcast")
async def broadcast(body: dict[str, Any] = Body()) -> Any:
    model = getattr(ws.messages, body.pop("model"))
    try:
        return await ws.manager.broadcast(model(text="x"), **body)
    except TypeError as problem:
        return str(problem)


@app.post("/send")
async def send(body: dict[str, Any] = Body()) -> str | None:
    message = getattr(ws.messages, body["model"])(text="x")
    (connection,) = (each for each in ws.manager.active_connections if each.id == body["id"])
    try:
        if body["by"] == "connection":
            await connection.send(message)
        else:
            await ws.manager.send_to_connection(connection, message)
    except TypeError as problem:
        return str(problem)
    return None


@app.post("/compat")
async def compat(message: dict[str, Any] = Body()) -> int:
    """``compat`` is an attribute of the package, without an import of its own."""
    return await ws.compat.broadcast_to_app("routed", message)


class Plain(Enum):
    STAFF_NOTE = "staff_note"
    ORDER_CREATED = "order_created"


class OfText(str, Enum):  # noqa: UP042 - as many apps have it
    STAFF_NOTE = "staff_note"
    ORDER_CREATED = "order_created"


@app.post("/compat_with_enum")
async def compat_with_enum(kind: str, message: dict[str, Any] = Body()) -> int:
    enum = {"Plain": Plain, "OfText": OfText}[kind]
    message["type"] = enum(message["type"])
    return await ws.compat.broadcast_to_app("routed", message)

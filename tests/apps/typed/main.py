# pyright: reportMissingImports=false
"""An app that declares its messages: routes that send what a test asks for."""

from __future__ import annotations

import logging
from typing import Any

from app import ws
from app.ws import compat
from fastapi import Body, FastAPI
from fastapi.middleware.cors import CORSMiddleware

logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s %(message)s")

app = FastAPI()
app.include_router(ws.router)
app.add_middleware(
    CORSMiddleware,
    allow_origin_regex="http://localhost:.*",
    allow_methods=["POST"],
    allow_headers=["Authorization"],
)


@app.post("/broadcast")
async def broadcast(body: dict[str, Any] = Body()) -> int:
    message = ws.messages.Note(**body.pop("note"))
    return await ws.manager.broadcast(message, **body)


@app.post("/broadcast_many")
async def broadcast_many(count: int = Body(embed=True)) -> None:
    for number in range(count):
        await ws.manager.broadcast(ws.messages.Note(text=str(number)))


@app.post("/broadcast_mapping")
async def broadcast_mapping(message: dict[str, Any] = Body()) -> int:
    return await compat.broadcast_to_app("typed", message)


@app.post("/broadcast_wrong")
async def broadcast_wrong(kind: str = Body(embed=True)) -> str:
    wrong = {
        "mapping": {"type": "note", "text": "x"},
        "received": ws.messages.Ask(question="x"),
        "none": None,
    }[kind]
    try:
        await ws.manager.broadcast(wrong)
    except TypeError as problem:
        return str(problem)
    return "sent"


@app.post("/disconnect_user")
async def disconnect_user(body: dict[str, Any] = Body()) -> None:
    await ws.manager.disconnect_user(**body)


@app.post("/pass_on")
async def pass_on() -> None:
    """Register a handler as apps of the reference engine do."""

    async def handler(websocket: Any, message: dict[str, Any]) -> None:
        client = compat.get_websocket_manager_sync("typed")
        text = f"passed on: {sorted(message.items())}"
        await client.send_to_connection(websocket, ws.messages.Note(text=text))

    compat.register_message_handler("typed", "realtime", handler)


@app.get("/stats")
async def stats() -> Any:
    return ws.manager.stats()

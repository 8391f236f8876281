"""The reference engine's own endpoint and manager (``mdb-engine``), without its database.

Its credentials need a whole engine, so clients with a user take an endpoint of three lines that
calls the manager's documented ``connect``.
"""

from __future__ import annotations

import logging
import os

os.environ["ENVIRONMENT"] = "development"  # lets clients in that send no Origin

from _serve import Message, serve_app
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from mdb_engine.routing.websockets import (
    broadcast_to_app,
    create_websocket_endpoint,
    get_websocket_manager_sync,
    register_message_handler,
)

SLUG = "benchmark"

manager = get_websocket_manager_sync(SLUG)
app = FastAPI()
app.add_api_websocket_route(
    "/ws",
    create_websocket_endpoint(SLUG, "/ws", "ws", require_auth=False, ping_interval=300),
)


async def echo(websocket: WebSocket, message: Message) -> None:
    await manager.send_to_connection(websocket, {"type": "echo", "n": message["n"]})


register_message_handler(SLUG, "ws", echo)


@app.websocket("/user")
async def user_endpoint(websocket: WebSocket, user: str) -> None:
    await websocket.accept()
    await manager.connect(websocket, user_id=user)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        manager.disconnect(websocket)


async def broadcast(message: Message) -> None:
    await broadcast_to_app(SLUG, message)


async def send_to_user(user: str, message: Message) -> None:
    await broadcast_to_app(SLUG, message, user_id=user)


logging.disable(logging.WARNING)  # two lines per connection, for want of an Origin

if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user)

"""The manager of FastAPI's tutorial: a list, and one awaited send after the other."""

from __future__ import annotations

import json
from typing import Any

from _serve import Message, serve_app
from fastapi import FastAPI, WebSocket, WebSocketDisconnect


class ConnectionManager:
    """As in the tutorial, plus the user that a connection belongs to."""

    def __init__(self) -> None:
        self.active_connections: list[WebSocket] = []

    async def connect(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self.active_connections.append(websocket)

    def disconnect(self, websocket: WebSocket) -> None:
        self.active_connections.remove(websocket)

    async def broadcast(self, message: str) -> None:
        for connection in self.active_connections:
            await connection.send_text(message)

    async def send_to_user(self, user: str, message: str) -> None:
        for connection in self.active_connections:
            if connection.state.user == user:
                await connection.send_text(message)


manager = ConnectionManager()
app = FastAPI()


@app.websocket("/ws")
async def endpoint(websocket: WebSocket, user: str | None = None) -> None:
    websocket.state.user = user
    await manager.connect(websocket)
    try:
        while True:
            message: dict[str, Any] = await websocket.receive_json()
            await websocket.send_json({"type": "echo", "n": message["n"]})
    except WebSocketDisconnect:
        manager.disconnect(websocket)


async def broadcast(message: Message) -> None:
    await manager.broadcast(json.dumps(message))


async def send_to_user(user: str, message: Message) -> None:
    await manager.send_to_user(user, json.dumps(message))


if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user)

"""python-socketio, WebSocket transport only: ``emit`` to everybody, a room per user.

With ``REDIS_URL``, its manager that joins several processes.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs

import socketio
from _serve import Message, serve_app

redis_url = os.environ.get("REDIS_URL")
sio = socketio.AsyncServer(
    async_mode="asgi",
    transports=["websocket"],
    ping_interval=600,
    client_manager=socketio.AsyncRedisManager(redis_url) if redis_url else None,
)
app = socketio.ASGIApp(sio)


@sio.event
async def connect(sid: str, environ: dict[str, Any]) -> None:
    user = parse_qs(environ["QUERY_STRING"]).get("user")
    if user:
        await sio.enter_room(sid, user[0])


@sio.event
async def hit(sid: str, message: Message) -> None:
    await sio.emit("echo", {"type": "echo", "n": message["n"]}, to=sid)


async def broadcast(message: Message) -> None:
    await sio.emit("tick", message)


async def send_to_user(user: str, message: Message) -> None:
    await sio.emit("tick", message, room=user)


if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user)

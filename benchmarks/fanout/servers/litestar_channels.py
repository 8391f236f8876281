"""Litestar's channels with their memory backend: a channel for everybody, one per user."""

from __future__ import annotations

import json

from _serve import Message, serve_app
from litestar import Litestar, WebSocket, websocket
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.memory import MemoryChannelsBackend

channels = ChannelsPlugin(
    backend=MemoryChannelsBackend(),
    arbitrary_channels_allowed=True,
    create_ws_route_handlers=True,
    ws_handler_base_path="/channel",
)


@websocket("/echo")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    while (event := await socket.receive())["type"] == "websocket.receive":
        message = json.loads(event["text"])
        await socket.send_text(json.dumps({"type": "echo", "n": message["n"]}))


app = Litestar(route_handlers=[echo], plugins=[channels])


async def broadcast(message: Message) -> None:
    channels.publish(message, "everybody")


async def send_to_user(user: str, message: Message) -> None:
    channels.publish(message, f"user_{user}")


if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user)

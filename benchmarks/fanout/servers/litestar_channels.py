"""Litestar's channels with their memory backend: a channel for everybody, one per user.

With ``REDIS_URL``, their backend for several processes, by pub/sub as they recommend.
"""

from __future__ import annotations

import json
import os

from _serve import Message, serve_app
from litestar import Litestar, WebSocket, websocket
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.base import ChannelsBackend
from litestar.channels.backends.memory import MemoryChannelsBackend

redis_url = os.environ.get("REDIS_URL")
backend: ChannelsBackend = MemoryChannelsBackend()
if redis_url:
    from litestar.channels.backends.redis import RedisChannelsPubSubBackend
    from redis.asyncio import Redis

    backend = RedisChannelsPubSubBackend(redis=Redis.from_url(redis_url))
channels = ChannelsPlugin(
    backend=backend,
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

"""Django Channels with its in-memory layer: one group for everybody, one per user.

With ``REDIS_URL``, the layer of channels_redis.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import parse_qs

import django
from _serve import Message, serve_app
from django.conf import settings

redis_url = os.environ.get("REDIS_URL")
layer: dict[str, Any] = {"BACKEND": "channels.layers.InMemoryChannelLayer"}
if redis_url:
    # It blocks for as long as redis-py 8 waits for an answer, which ends its consumers.
    host = {"address": redis_url, "socket_timeout": 30}
    # By default it drops what is more than a hundred messages ahead of a connection.
    config = {"hosts": [host], "capacity": 10_000}
    layer = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": config}
settings.configure(
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": layer},
    SECRET_KEY="benchmark",
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402


class Consumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        query = parse_qs(self.scope["query_string"].decode())
        self.joined = ["everybody", *(f"user_{user}" for user in query.get("user", []))]
        for group in self.joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        for group in self.joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:
        message = json.loads(text_data)
        await self.send(text_data=json.dumps({"type": "echo", "n": message["n"]}))

    async def tick(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


app = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("ws", Consumer.as_asgi())]),
    }
)


async def broadcast(message: Message) -> None:
    event = {"type": "tick", "text": json.dumps(message)}
    await get_channel_layer().group_send("everybody", event)


async def send_to_user(user: str, message: Message) -> None:
    event = {"type": "tick", "text": json.dumps(message)}
    await get_channel_layer().group_send(f"user_{user}", event)


if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user)

"""The floor of ASGI: no framework, the server's own ``send``, one shared event per broadcast."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs

from _serve import Message, serve_app

everybody: dict[Any, None] = {}
by_user: defaultdict[str, list[Any]] = defaultdict(list)


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    everybody[send] = None
    user = parse_qs(scope["query_string"].decode()).get("user", [""])[0]
    by_user[user].append(send)
    try:
        await _echo(receive, send)
    finally:
        del everybody[send]
        by_user[user].remove(send)


async def _echo(receive: Any, send: Any) -> None:
    while (event := await receive())["type"] == "websocket.receive":
        message = json.loads(event["text"])
        text = json.dumps({"type": "echo", "n": message["n"]})
        await send({"type": "websocket.send", "text": text})


async def broadcast(message: Message) -> None:
    event = {"type": "websocket.send", "text": json.dumps(message)}
    for send in list(everybody):
        await send(event)


async def send_to_user(user: str, message: Message) -> None:
    event = {"type": "websocket.send", "text": json.dumps(message)}
    for send in list(by_user[user]):
        await send(event)


if __name__ == "__main__":
    serve_app(app, broadcast, send_to_user)

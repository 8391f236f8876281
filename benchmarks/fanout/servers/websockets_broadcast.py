"""The ``websockets`` library without ASGI, and its ``broadcast``, which waits for nobody."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

from _serve import BACKLOG, PROTOCOL_PING_S, Message, Orders, run
from websockets.asyncio.server import ServerConnection, serve
from websockets.asyncio.server import broadcast as send_to_all

everybody: set[ServerConnection] = set()
by_user: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def handle(connection: ServerConnection) -> None:
    query = parse_qs(urlsplit(connection.request.path).query) if connection.request else {}
    user = query.get("user", [""])[0]
    everybody.add(connection)
    by_user[user].add(connection)
    try:
        async for text in connection:
            message = json.loads(text)
            await connection.send(json.dumps({"type": "echo", "n": message["n"]}))
    finally:
        everybody.remove(connection)
        by_user[user].remove(connection)


async def start(listener: socket.socket) -> None:
    async with serve(
        handle,
        sock=listener,
        backlog=BACKLOG,
        compression=None,
        ping_interval=PROTOCOL_PING_S,
        ping_timeout=PROTOCOL_PING_S,
    ):
        await asyncio.Event().wait()


async def broadcast(message: Message) -> None:
    send_to_all(everybody, json.dumps(message))


async def send_to_user(user: str, message: Message) -> None:
    send_to_all(by_user[user], json.dumps(message))


logging.disable()  # clients leave without a close frame, and that is fine here

if __name__ == "__main__":
    run(start, Orders(broadcast, send_to_user))

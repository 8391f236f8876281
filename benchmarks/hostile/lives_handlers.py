"""Handlers that do at random whatever handlers may do."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from random import Random
from typing import Any

from ..contract import AnythingContract, Connection, Reject, manager, messages

BALANCE: Counter[str] = Counter()  # by connection: of ``on_connect`` that returned, and the end

random = Random(int(os.environ["SEED"]))


class AnythingHandlers(AnythingContract):
    async def on_connect(self, connection: Connection) -> None:
        match random.randrange(12):
            case 0:
                await asyncio.sleep(random.random() * 0.2)
            case 1:
                raise Reject("not today")
            case 2:
                raise LookupError("on purpose")
            case 3:
                await connection.send(messages.Tick(text="early"))
            case 4:
                await connection.close(4000 + random.randrange(1000), "at once")
            case 5:
                manager.join(connection, f"room {random.randrange(5)}")
        BALANCE[connection.id] += 1

    async def on_disconnect(self, connection: Connection) -> None:
        BALANCE[connection.id] -= 1
        match random.randrange(10):
            case 0:
                await asyncio.sleep(random.random() * 0.2)
            case 1:
                raise LookupError("on purpose")
            case 2:
                await manager.broadcast(messages.Tick(text="gone"))

    async def on_message(self, connection: Connection, message: dict[str, Any]) -> None:
        if message.get("type") == "question":
            await connection.send(messages.Tick(text=message["id"]))
            return
        match random.randrange(20):
            case 0:
                await asyncio.sleep(random.random() * 0.3)
            case 1:
                raise LookupError("on purpose")
            case 2:
                raise asyncio.CancelledError
            case 3:
                await connection.close()
            case 4:
                await connection.websocket.close()
            case 5:
                manager.join(connection, f"room {random.randrange(5)}")
            case 6:
                await manager.broadcast(
                    messages.Tick(text="x" * random.randrange(50_000)),
                    channel=f"room {random.randrange(5)}",
                    exclude=connection,
                )
            case 7:
                others = manager.active_connections
                await manager.disconnect(random.choice(others).id, 4001, "by another")
            case 8:
                for _ in range(random.randrange(20)):
                    await connection.send(messages.Tick(text="x" * 20_000))
            case 9:
                await asyncio.wait_for(asyncio.sleep(0.1), random.random() * 0.2)
            case 10:
                await manager.disconnect_user(f"user{random.randrange(100)}")
            case _:
                await connection.send(messages.Tick(text="here"))

# pyright: reportMissingImports=false
"""Orders that are known by heart; ``note`` fails, floods, or is passed on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from ..contract import Connection, MessageError, RealtimeContract, manager, messages

BURST, BURSTS_PER_S = 20, 50


class RealtimeHandlers(RealtimeContract):
    async def on_subscribe(self, connection: Connection, message: messages.Subscribe) -> None:
        manager.join(connection, message.channel)

    async def on_get_order(
        self, connection: Connection, message: messages.GetOrder
    ) -> messages.OrderState:
        if message.order.int == 0:
            raise MessageError("not_found", "no such order")
        item = messages.Item.model_validate({"sku": "LMP-12", "unit price": 9.5})
        order = messages.Order(
            id=message.order, state="open", placed_at=datetime.now(UTC), items=[item]
        )
        return messages.OrderState(order=order)

    async def on_note(self, connection: Connection, message: messages.Note) -> None:
        match (message.text or "").split():
            case ["fail"]:
                raise RuntimeError("asked to fail")
            case ["flood", seconds]:
                await self._flood(connection, int(seconds))
            case _:
                await connection.send(messages.Note(text=message.text))

    async def _flood(self, connection: Connection, seconds: int) -> None:
        """A thousand frames a second."""
        for number in range(seconds * BURSTS_PER_S):
            for each in range(BURST):
                await connection.send(messages.Note(text=f"{number} {each}"))
            await asyncio.sleep(1 / BURSTS_PER_S)

"""Handlers that are slow, or hang."""

from __future__ import annotations

import asyncio

from ..contract import Connection, SlowContract, messages


class SlowHandlers(SlowContract):
    async def on_connect(self, connection: Connection) -> None:
        if "hang" in connection.websocket.query_params:
            await asyncio.Event().wait()  # a database that does not answer

    async def on_work(self, connection: Connection, message: messages.Work) -> None:
        await asyncio.sleep(0.5)

    async def on_numbers(self, connection: Connection, message: messages.Numbers) -> None:
        pass

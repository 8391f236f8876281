# pyright: reportMissingImports=false
"""Handlers of declared messages."""

from __future__ import annotations

import asyncio
from typing import Any

from ..contract import Connection, MessageError, RealtimeContract, manager, messages

# What ``on_ask`` may not answer.
WRONG: dict[str, Any] = {
    "nothing": None,
    "mapping": {"type": "answer", "text": "x"},
    "note": messages.Note(text="x"),
}


class RealtimeHandlers(RealtimeContract):
    async def on_connect(self, connection: Connection) -> None:
        if connection.user_id == "slow":  # what is broadcast meanwhile waits
            await manager.broadcast(messages.Note(text="while connecting"))
        if connection.user_id == "late":  # joins a channel when somebody has spoken there
            await manager.broadcast(messages.Note(text="unheard"), channel="news")
            manager.join(connection, "news")

    async def on_ask(self, connection: Connection, message: messages.Ask) -> messages.Answer:
        if message.question in WRONG:
            return WRONG[message.question]  # type: ignore[no-any-return]
        if message.question == "fail":
            raise RuntimeError("on purpose")
        if message.question == "refuse":
            raise MessageError("no_answer", "ask something else", {"asked": message.question})
        if message.question == "long":
            return messages.Answer(text="x" * 500_000)
        if message.question == "wait":
            await asyncio.sleep(0.05)
        return messages.Answer(text=message.question.upper(), at=message.at)

    async def on_tell(self, connection: Connection, message: messages.Tell) -> None:
        await connection.send(messages.Note(text=message.text, tags=message.tags))

    async def on_join(self, connection: Connection, message: messages.Join) -> None:
        manager.join(connection, message.channel)
        await connection.send(messages.Note(text="joined"))

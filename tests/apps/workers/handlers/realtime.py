# pyright: reportMissingImports=false
"""Handlers that echo, so that a client knows what it has been sent so far."""

from __future__ import annotations

from typing import Any

from ..contract import Connection, RealtimeContract, manager


class RealtimeHandlers(RealtimeContract):
    async def on_connect(self, connection: Connection) -> None:
        if channel := connection.websocket.query_params.get("channel"):
            manager.join(connection, channel)

    async def on_message(self, connection: Connection, message: dict[str, Any]) -> None:
        await connection.send(message)

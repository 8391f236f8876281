# pyright: reportMissingImports=false
"""Handlers that let a client join the channel that it asks for."""

from __future__ import annotations

from ..contract import Connection, RealtimeContract, manager


class RealtimeHandlers(RealtimeContract):
    async def on_connect(self, connection: Connection) -> None:
        if channel := connection.websocket.query_params.get("channel"):
            manager.join(connection, channel)

"""Handlers of ``websockets.realtime`` (path ``/ws``).

Created by mdbgen once; now it is yours.
"""

from __future__ import annotations

from ..contract import (  # noqa: F401
    Connection,
    RealtimeContract,
    Reject,
    manager,
    messages,
)


class RealtimeHandlers(RealtimeContract):
    """One instance serves all clients: what belongs to one goes into its ``state``."""

    async def on_connect(self, connection: Connection) -> None:
        """Before the client hears anything. ``raise Reject(reason)`` refuses it."""

    async def on_disconnect(self, connection: Connection) -> None:
        """After the client is gone."""

    async def on_log(self, connection: Connection, message: messages.Log) -> None:
        """A client sent ``log``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_log(connection, message)

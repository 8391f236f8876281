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

    async def on_subscribe(
        self, connection: Connection, message: messages.Subscribe
    ) -> None:
        """Follow a channel."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_subscribe(connection, message)

    async def on_get_order(
        self, connection: Connection, message: messages.GetOrder
    ) -> messages.OrderState:
        """A client sent ``get_order``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        return await super().on_get_order(connection, message)

    async def on_note(self, connection: Connection, message: messages.Note) -> None:
        """A client sent ``note``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_note(connection, message)

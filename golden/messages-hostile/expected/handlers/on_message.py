"""Handlers of ``websockets.on-message`` (path ``/ws2``).

Created by mdbgen once; now it is yours.
"""

from __future__ import annotations

from ..contract import (  # noqa: F401
    Connection,
    OnMessageContract,
    Reject,
    manager,
    messages,
)


class OnMessageHandlers(OnMessageContract):
    """One instance serves all clients: what belongs to one goes into its ``state``."""

    async def on_connect(self, connection: Connection) -> None:
        """Before the client hears anything. ``raise Reject(reason)`` refuses it."""

    async def on_disconnect(self, connection: Connection) -> None:
        """After the client is gone."""

    async def on_connect_(
        self, connection: Connection, message: messages.Connect
    ) -> None:
        """A client sent ``connect``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_connect_(connection, message)

"""Handlers of ``websockets.class`` (path ``/ws``).

Created by mdbgen once; now it is yours.
"""

from __future__ import annotations

from ..contract import (  # noqa: F401
    ClassContract,
    Connection,
    Reject,
    manager,
    messages,
)


class ClassHandlers(ClassContract):
    """One instance serves all clients: what belongs to one goes into its ``state``."""

    async def on_connect(self, connection: Connection) -> None:
        """Before the client hears anything. ``raise Reject(reason)`` refuses it."""

    async def on_disconnect(self, connection: Connection) -> None:
        """After the client is gone."""

    async def on_hostile(
        self, connection: Connection, message: messages.Hostile
    ) -> None:
        """\"\"\"
        import os
        \"\"\" """
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_hostile(connection, message)

    async def on_connect_(
        self, connection: Connection, message: messages.Connect
    ) -> None:
        """A client sent ``connect``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_connect_(connection, message)

    async def on_message_(
        self, connection: Connection, message: messages.Message_
    ) -> messages.Message123:
        """ends with " """
        # Until this is implemented, the sender is answered ``not_implemented``.
        return await super().on_message_(connection, message)

    async def on_get__status_(
        self, connection: Connection, message: messages.GetStatus
    ) -> None:
        """A client sent ``get "status"``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_get__status_(connection, message)

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

    async def on_scalars(
        self, connection: Connection, message: messages.Scalars
    ) -> None:
        """A client sent ``scalars``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_scalars(connection, message)

    async def on_options(
        self, connection: Connection, message: messages.Options
    ) -> None:
        """Left out, null, or filled in."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_options(connection, message)

    async def on_compounds(
        self, connection: Connection, message: messages.Compounds
    ) -> None:
        """A client sent ``compounds``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        await super().on_compounds(connection, message)

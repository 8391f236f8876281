"""Handlers of ``websockets.typed`` (path ``/ws/typed``).

Created by mdbgen once; now it is yours.
"""

from __future__ import annotations

from ..contract import (  # noqa: F401
    Connection,
    Reject,
    TypedContract,
    manager,
    messages,
)


class TypedHandlers(TypedContract):
    """One instance serves all clients: what belongs to one goes into its ``state``."""

    async def on_connect(self, connection: Connection) -> None:
        """Before the client hears anything. ``raise Reject(reason)`` refuses it."""

    async def on_disconnect(self, connection: Connection) -> None:
        """After the client is gone."""

    async def on_hello(
        self, connection: Connection, message: messages.Hello
    ) -> messages.Welcome:
        """A client sent ``hello``."""
        # Until this is implemented, the sender is answered ``not_implemented``.
        return await super().on_hello(connection, message)

"""Handlers of ``websockets.public`` (path ``/public``).

Created by mdbgen once; now it is yours.
"""

from __future__ import annotations

from typing import Any

from ..contract import (  # noqa: F401
    Connection,
    PublicContract,
    Reject,
    manager,
    messages,
)


class PublicHandlers(PublicContract):
    """One instance serves all clients: what belongs to one goes into its ``state``."""

    async def on_connect(self, connection: Connection) -> None:
        """Before the client hears anything. ``raise Reject(reason)`` refuses it."""

    async def on_disconnect(self, connection: Connection) -> None:
        """After the client is gone."""

    async def on_message(self, connection: Connection, message: dict[str, Any]) -> None:
        """The client sent a JSON object; ``await connection.send(...)`` answers."""
        await super().on_message(connection, message)  # answers ``not_implemented``

"""Handlers of ``websockets.board`` (path ``/ws``).

Created by mdbgen once; now it is yours.
"""

from __future__ import annotations

from ...store import store
from ..contract import BoardContract, Connection, manager, messages


class BoardHandlers(BoardContract):
    """One instance serves all clients: what belongs to one goes into its ``state``."""

    async def on_connect(self, connection: Connection) -> None:
        """Tell everybody, the new one included, who is here."""
        await _tell_who_is_here()

    async def on_disconnect(self, connection: Connection) -> None:
        """Tell those who stay."""
        await _tell_who_is_here()

    async def on_add_note(
        self, connection: Connection, message: messages.AddNote
    ) -> messages.NoteAdded:
        """Pin a note: everybody hears of it, and the author gets it as the answer, too."""
        note = store.add(message.text, author=connection.user_id or "nobody")
        added = messages.NoteAdded(note=note)
        await manager.broadcast(added)
        return added

    async def on_remove_note(self, connection: Connection, message: messages.RemoveNote) -> None:
        """Take a note down. Two who do so at once are told once."""
        if store.remove(message.note_id):
            await manager.broadcast(messages.NoteRemoved(note_id=message.note_id))


async def _tell_who_is_here() -> None:
    names = {each.user_id for each in manager.active_connections if each.user_id is not None}
    await manager.broadcast(messages.PeopleChanged(names=sorted(names)))

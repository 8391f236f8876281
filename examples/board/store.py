"""The notes: in memory, and in a file so that they survive a restart."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from .ws.messages import Note

_NOTES = TypeAdapter(list[Note])


class Store:
    """All notes, the oldest first."""

    def __init__(self, file: Path) -> None:
        self._file = file
        saved = _NOTES.validate_json(file.read_bytes()) if file.exists() else []
        self._notes = {note.id: note for note in saved}

    @property
    def notes(self) -> list[Note]:
        """A copy."""
        return list(self._notes.values())

    def add(self, text: str, author: str) -> Note:
        """Keep a new note."""
        note = Note(id=uuid4(), text=text, author=author, at=datetime.now(UTC))
        self._notes[note.id] = note
        self._save()
        return note

    def remove(self, note_id: UUID) -> bool:
        """Forget a note; returns whether it was there."""
        is_known = self._notes.pop(note_id, None) is not None
        if is_known:
            self._save()
        return is_known

    def _save(self) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(_NOTES.dump_json(self.notes, by_alias=True))
        fresh.replace(self._file)  # a crash leaves the old file or the new one


store = Store(Path(os.environ.get("BOARD_FILE", "board.json")))

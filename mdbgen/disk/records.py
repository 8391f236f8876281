"""What earlier runs have left in a folder: the lock, and that of a run that was killed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from mdbgen.disk.atomic import read_file, temporary
from mdbgen.disk.lock import (
    LOCK_NAME,
    MAX_LOCK_BYTES,
    Lock,
    is_generated_name,
    parse_lock,
    unreadable_lock,
)
from mdbgen.errors import OutputError


class Records(NamedTuple):
    """What the lock says, and the lock of a run that was killed before it could replace it."""

    lock: Lock | None
    lock_text: str
    unfinished: Lock | None

    @property
    def paths(self) -> set[str]:
        """The files that one of the two lists."""
        return {path for lock in self._locks() for path in lock.files}

    def hold(self, path: str, digest: str | None) -> bool:
        """Return whether one of the two says that a file is mdbgen's and has this content."""
        return digest is not None and any(lock.files.get(path) == digest for lock in self._locks())

    def retired(self, rendered: Collection[str]) -> list[str]:
        """Return the files that an earlier run wrote and this one does not.

        Case makes no difference: on many disks ``AUTH.PY`` is the ``auth.py`` just written.
        """
        kept = {path.casefold() for path in (*rendered, LOCK_NAME)}
        paths = (path for path in self.paths if is_generated_name(path))
        return sorted(path for path in paths if path.casefold() not in kept)

    def _locks(self) -> list[Lock]:
        return [lock for lock in (self.lock, self.unfinished) if lock]


def read_records(target: Path) -> Records:
    """Read the locks of a folder.

    Raises:
        OutputError: the lock is unreadable, or one of the two is no regular file.
    """
    file = (target / LOCK_NAME).as_posix()
    disk = read_file(target, LOCK_NAME, MAX_LOCK_BYTES)
    unfinished = _read_unfinished(target)
    if disk is None:
        return Records(None, "", unfinished)
    if disk.digest is None:
        raise unreadable_lock(file, "it is not UTF-8")
    return Records(parse_lock(disk.text, file), disk.text, unfinished)


def _read_unfinished(target: Path) -> Lock | None:
    name = temporary(Path(LOCK_NAME)).name
    disk = read_file(target, name, MAX_LOCK_BYTES)
    try:
        return parse_lock(disk.text, name) if disk else None
    except OutputError:  # killed while writing it, so before any file was replaced
        return None

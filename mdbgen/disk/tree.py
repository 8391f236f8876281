"""Files against the disk: what a run would do, what has drifted, and whose file is whose.

``compare`` only looks; ``apply`` does what a comparison says.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from mdbgen import __version__
from mdbgen.disk.atomic import (
    Batch,
    DiskFile,
    Write,
    find_obstacle,
    publish,
    read_file,
    refuse,
    remove_file,
    temporary,
)
from mdbgen.disk.diff import diff_created, diff_deleted, diff_updated
from mdbgen.disk.handlers import MAX_HANDLER_BYTES, line_of_class, missing_stubs
from mdbgen.disk.lock import LOCK_NAME, Lock, digest, format_lock
from mdbgen.disk.records import Records, read_records
from mdbgen.errors import Diagnostic
from mdbgen.model.files import Owner, RenderedFile


class Action(Enum):
    """What ``generate`` does to a file."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"  # the app's own
    DELETE = "delete"
    UNCHANGED = "unchanged"


class Drift(Enum):
    """What ``check`` says about a file."""

    CHANGED = "changed"  # as an earlier run left it, but the manifest has moved on
    MISSING = "missing"
    STALE = "stale"  # as an earlier run left it, but no longer part of the package
    EDITED = "edited by hand"
    MISSING_HANDLER = "missing handler"


class Conflict(Enum):
    """Why a file is not mdbgen's to change; the value is the code of the diagnostic."""

    EDITED = "MDB301"  # in the lock, under another hash
    FOREIGN = "MDB302"  # not in the lock


class Change(NamedTuple):
    """One file of the package or of the lock."""

    path: str  # relative to the output folder, with forward slashes
    file: str  # as the user would type it
    action: Action
    drift: Drift | None = None
    conflict: Conflict | None = None
    old: str = ""  # what is on disk, with LF; empty unless something is to change
    new: str = ""  # the generated text; of a file that is kept, the stubs that it lacks
    line: int = 0  # where the stubs belong: that of the class, from 1

    @property
    def diff(self) -> str:
        """The unified diff from the disk to the generated text; "" where nothing changes."""
        match self.action:
            case Action.CREATE:
                return diff_created(self.file, self.new)
            case Action.DELETE:
                return diff_deleted(self.file, self.old)
            case Action.KEEP:
                return ""
            case _:
                return diff_updated(self.file, self.old, self.new)


class Comparison(NamedTuple):
    """A package against its folder."""

    target: Path  # as the user spelled it
    changes: tuple[Change, ...]  # sorted by path, the lock last
    retired: tuple[Path, ...]  # once in the lock and no longer rendered, gone already or not
    leftovers: tuple[Path, ...]  # temporary files of a run that was killed

    @property
    def is_first(self) -> bool:
        """Whether no earlier run has left its lock, so that there is no package to speak of."""
        return self.changes[-1].action is Action.CREATE

    @property
    def conflicts(self) -> tuple[Diagnostic, ...]:
        """Every file that mdbgen would have to change although it is not its own."""
        return tuple(_diagnose(each, each.conflict) for each in self.changes if each.conflict)


_REASONS = {
    Conflict.EDITED: "edited by hand or reformatted since mdbgen wrote it;"
    " move your change elsewhere",
    Conflict.FOREIGN: "not written by mdbgen; move it elsewhere",
}


def compare(files: Sequence[RenderedFile], target: Path) -> Comparison:
    """Compare every file with the disk.

    Raises:
        OutputError: the lock is unreadable, or something that is no regular file is in the way.
    """
    records = read_records(target)
    retired = records.retired({file.path for file in files})
    stale = [path for path in retired if _is_there(target / path)]
    _refuse_obstacles(files, stale, target)
    changes, hashes = _compare_rendered(files, target, records)
    changes += [_compare_stale(path, target, records) for path in stale]
    changes.sort(key=lambda change: change.path)
    return Comparison(
        target,
        changes=(*changes, _compare_lock(Lock(__version__, hashes), target, records)),
        retired=tuple(target / path for path in retired if not find_obstacle(target, path)),
        leftovers=_leftovers(target, {*(file.path for file in files), *retired, LOCK_NAME}),
    )


def apply(*comparisons: Comparison) -> None:
    """Bring folders up to date. Conflicts are overwritten: whoever minds them looks first.

    Raises:
        OutputError: a file cannot be written; the others are either old or new.
    """
    # Since the comparison, a link may have been put in a file's place.
    refuse(
        find_obstacle(comparison.target, each.path)
        for comparison in comparisons
        for each in comparison.changes
        if _is_written(each)
    )
    publish(*map(_batch, comparisons))
    for comparison in comparisons:
        for file in comparison.leftovers:
            remove_file(file)


def _batch(comparison: Comparison) -> Batch:
    target = comparison.target
    *writes, record = [
        Write(target / each.path, each.new) if _is_written(each) else None
        for each in comparison.changes
    ]
    return Batch(target, [write for write in writes if write], comparison.retired, record)


def _is_written(change: Change) -> bool:
    return change.action in (Action.CREATE, Action.UPDATE)


def _compare_rendered(
    files: Sequence[RenderedFile], target: Path, records: Records
) -> tuple[list[Change], Mapping[str, str]]:
    changes: list[Change] = []
    hashes: dict[str, str] = {}
    for file in files:
        if file.owner is Owner.APP:
            changes.append(_compare_handler(file, target))
            continue
        disk = read_file(target, file.path)
        text = _text_of(file, disk, records)
        hashes[file.path] = digest(text)
        changes.append(_compare_owned(file.path, text, disk, target, records))
    return changes, hashes


def _text_of(file: RenderedFile, disk: DiskFile | None, records: Records) -> str:
    """Return the final text; a draft that an earlier run wrote as it is needs no formatting."""
    if disk is None or disk.text != file.draft:
        return file.text
    return file.draft if records.hold(file.path, disk.digest) else file.text


def _compare_handler(file: RenderedFile, target: Path) -> Change:
    name = _spell(target, file.path)
    if os.path.isfile(target / file.path):
        disk = read_file(target, file.path, MAX_HANDLER_BYTES) if file.stubs else None
        missing = missing_stubs(file, disk.text) if disk else ""
        if not disk or not missing:
            return Change(file.path, name, Action.KEEP)
        line = line_of_class(file, disk.text)
        return Change(file.path, name, Action.KEEP, Drift.MISSING_HANDLER, new=missing, line=line)
    return Change(file.path, name, Action.CREATE, Drift.MISSING_HANDLER, new=file.text)


def _compare_owned(
    path: str, text: str, disk: DiskFile | None, target: Path, records: Records
) -> Change:
    name = _spell(target, path)
    if disk is None:
        return Change(path, name, Action.CREATE, Drift.MISSING, new=text)
    if disk.digest == digest(text):
        return Change(path, name, Action.UNCHANGED)
    conflict = _conflict(path, disk, records)
    drift = Drift.EDITED if conflict else Drift.CHANGED
    return Change(path, name, Action.UPDATE, drift, conflict, disk.text, text)


def _compare_stale(path: str, target: Path, records: Records) -> Change:
    disk = read_file(target, path) or DiskFile("", None)
    conflict = _conflict(path, disk, records)
    drift = Drift.EDITED if conflict else Drift.STALE
    return Change(path, _spell(target, path), Action.DELETE, drift, conflict, disk.text)


def _conflict(path: str, disk: DiskFile, records: Records) -> Conflict | None:
    if records.hold(path, disk.digest):
        return None
    return Conflict.EDITED if path in records.paths else Conflict.FOREIGN


def _compare_lock(wanted: Lock, target: Path, records: Records) -> Change:
    name, text = _spell(target, LOCK_NAME), format_lock(wanted)
    if records.lock is None:
        return Change(LOCK_NAME, name, Action.CREATE, Drift.MISSING, new=text)
    if records.lock == wanted:
        return Change(LOCK_NAME, name, Action.UNCHANGED)
    # Another version that writes the same files is a fact to record, not a drift.
    drift = Drift.CHANGED if records.lock.files != wanted.files else None
    return Change(LOCK_NAME, name, Action.UPDATE, drift, old=records.lock_text, new=text)


def _is_there(file: Path) -> bool:
    return os.path.lexists(file) and not os.path.isdir(file)


def _refuse_obstacles(files: Sequence[RenderedFile], stale: Sequence[str], target: Path) -> None:
    obstacles = [find_obstacle(target, path) for path in stale]
    for file in files:
        if not _is_kept(file, target):
            obstacles.append(find_obstacle(target, file.path))
        elif file.stubs:  # it will be read
            obstacles.append(find_obstacle(target, file.path, MAX_HANDLER_BYTES))
    refuse(obstacles)


def _is_kept(file: RenderedFile, target: Path) -> bool:
    return file.owner is Owner.APP and os.path.isfile(target / file.path)


def _leftovers(target: Path, paths: Iterable[str]) -> tuple[Path, ...]:
    candidates = [temporary(target / path) for path in sorted(paths)]
    return tuple(file for file in candidates if _is_there(file))


def _spell(target: Path, path: str) -> str:
    return (target / path).as_posix()


def _diagnose(change: Change, conflict: Conflict) -> Diagnostic:
    verb = "delete" if change.action is Action.DELETE else "overwrite"
    message = f"{_REASONS[conflict]}, or {verb} it with --force"
    return Diagnostic(change.file, 0, 0, conflict.value, "", message)

"""Reading and replacing files so that a stop in the middle leaves each one either old or new."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from mdbgen.disk.lock import digest, normalise
from mdbgen.errors import Diagnostic, OutputError

WINDOWS_PATH_CHARS = 260  # of a whole path, unless long ones are allowed
MAX_BYTES = 32 * 1024 * 1024  # of a file that is read; `render` refuses to make one as large
# Windows lacks some of these, and has neither pipes nor devices inside a folder.
_READ_ONLY = os.O_RDONLY | sum(
    getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")
)


class DiskFile(NamedTuple):
    """What is at a path now."""

    text: str  # with LF; bytes that are not UTF-8 are spelled \xNN
    digest: str | None  # None for a file that is not UTF-8


class Write(NamedTuple):
    """A text on its way to a file."""

    file: Path
    text: str


class Batch(NamedTuple):
    """What is to happen to one folder."""

    root: Path
    writes: Sequence[Write]
    deletes: Sequence[Path] = ()
    record: Write | None = None  # as long as it lies aside, it says what was already replaced

    @property
    def staged(self) -> Sequence[Write]:
        """What is written aside, the record first."""
        return [*([self.record] if self.record else []), *self.writes]


def read_file(target: Path, path: str, limit: int = MAX_BYTES) -> DiskFile | None:
    """Read a file of the package; None when there is none.

    Raises:
        OutputError: it is not a regular file inside ``target``, it is over the limit, or it may
            not be read.
    """
    refuse([find_obstacle(target, path, limit)])
    file = target / path
    try:
        content = _read_regular(file, limit)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if isinstance(error, PermissionError) or os.path.lexists(file):
            raise OutputError(_failure("read", error, file)) from error
        return None  # a name that no file can have
    try:
        text = normalise(content.decode())
    except UnicodeDecodeError:
        return DiskFile(normalise(content.decode(errors="backslashreplace")), None)
    return DiskFile(text, digest(text))


def _read_regular(file: Path, limit: int) -> bytes:
    """Read a regular file, whatever has taken its place since somebody looked.

    Opening a pipe would wait for its other end, and a device never ends.
    """
    descriptor = os.open(os.path.realpath(file), _READ_ONLY)
    with open(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OutputError(_no_regular_file(file))
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise OutputError(_too_large(file, limit))
    return content


def find_obstacle(target: Path, path: str, limit: int = MAX_BYTES) -> Diagnostic | None:
    """Say why ``path`` cannot be a regular file inside ``target`` that mdbgen reads or writes."""
    file = target / path
    parent = _first_existing(file.parent)
    if not parent.is_dir():
        return _obstacle("MDB304", parent, "there is a file where a folder belongs; move it away")
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(target)):
        message = "a symbolic link leads out of the output folder; remove the link"
        return _obstacle("MDB305", file, message)
    if not os.path.lexists(file):
        return None
    if not os.path.isfile(file):
        return _no_regular_file(file)
    return _too_large(file, limit) if os.path.getsize(file) > limit else None


def refuse(obstacles: Iterable[Diagnostic | None]) -> None:
    """Raise the obstacles that were found, if any.

    Raises:
        OutputError: with all of them.
    """
    found = dict.fromkeys(each for each in obstacles if each)  # one folder may block many files
    if found:
        raise OutputError(*found)


def _no_regular_file(file: Path) -> Diagnostic:
    kind = "a folder" if os.path.isdir(file) else "something other than a regular file"
    return _obstacle("MDB304", file, f"there is {kind} where a file belongs; move it away")


def _too_large(file: Path, limit: int) -> Diagnostic:
    message = f"is over the limit of {limit} bytes; move it away"
    return _obstacle("MDB309", file, message)


def _first_existing(folder: Path) -> Path:
    candidates = (folder, *folder.parents)
    return next((each for each in candidates if os.path.lexists(each)), candidates[-1])


def _obstacle(code: str, file: Path, message: str) -> Diagnostic:
    return Diagnostic(file.as_posix(), 0, 0, code, "", message)


def temporary(file: Path) -> Path:
    """Name the file beside ``file`` that is written first.

    Always the same name, so that the next run finds what a killed one left behind.
    """
    return file.with_name(f".{file.name}.mdbgen-tmp")


def publish(*batches: Batch) -> None:
    """Write everything aside, then replace and delete, folder by folder.

    So what cannot be written in one folder, for want of space or of a permission, keeps all of
    them as they are.

    Raises:
        OutputError: names the file that could not be written or deleted.
    """
    _stage([write for batch in batches for write in batch.staged])
    for number, batch in enumerate(batches, 1):
        try:
            _carry_out(batch)
        except BaseException:
            _forget([*batch.writes, *(write for each in batches[number:] for write in each.staged)])
            raise


def _carry_out(batch: Batch) -> None:
    """Replace the files, delete, and replace the record last.

    Folders below the root that the deletions leave empty go as well.
    """
    for write in batch.writes:
        _replace(write.file)
    for file in batch.deletes:
        remove_file(file)
        _remove_empty_folders(file.parent, batch.root)
    if batch.record:
        _replace(batch.record.file)


def remove_file(file: Path) -> None:
    """Delete a file if it is there.

    Raises:
        OutputError: names the file that could not be deleted.
    """
    with _naming(file):
        file.unlink(missing_ok=True)


def _remove_empty_folders(folder: Path, root: Path) -> None:
    with suppress(OSError):
        while folder != root and not folder.is_symlink():
            folder.rmdir()
            folder = folder.parent


def _stage(writes: Sequence[Write]) -> None:
    made: list[Path] = []
    try:
        for write in writes:
            with _naming(write.file):
                _make_folders(write.file.parent, made)
                _write_aside(write)
    except BaseException:
        _forget(writes)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        made.append(each)


def _write_aside(write: Write) -> None:
    aside = temporary(write.file)
    aside.unlink(missing_ok=True)  # what a killed run left, or a link to somewhere else
    with aside.open("x", encoding="utf-8", newline="") as stream:
        stream.write(write.text)
    if write.file.exists():
        aside.chmod(stat.S_IMODE(write.file.stat().st_mode))


def _replace(file: Path) -> None:
    with _naming(file):
        os.replace(temporary(file), file)


def _forget(writes: Sequence[Write]) -> None:
    for write in writes:
        with suppress(OSError):
            temporary(write.file).unlink(missing_ok=True)


@contextmanager
def _naming(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(_failure("written", error, file)) from error


def _failure(what: str, error: OSError, file: Path) -> Diagnostic:
    message = f"cannot be {what}: {error.strerror or error}"
    return Diagnostic(file.as_posix(), 0, 0, "MDB306", "", message, suggestion=_hint(error, file))


def _hint(error: OSError, file: Path) -> str:
    # Windows says of a long path that it is not there, and of a file in use that it is forbidden.
    is_long = (
        isinstance(error, FileNotFoundError) and len(os.path.abspath(file)) >= WINDOWS_PATH_CHARS
    )
    if is_long or error.errno == errno.ENAMETOOLONG:
        return "the path is too long: use a shorter output folder, or allow long paths in Windows"
    if isinstance(error, PermissionError):
        return "check its permissions, and close whatever has it open: an editor, a running server"
    return ""

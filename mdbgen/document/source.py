"""The manifest's text to values that know their line and column."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from mdbgen.document.jsontext import Json, Parser, Places, Text
from mdbgen.errors import Diagnostic, ManifestError, Severity, shown

MAX_BYTES = 1024 * 1024
STDIN = "<stdin>"

Path: TypeAlias = tuple[str | int, ...]


class Place(Enum):
    """Which end of a member a diagnostic points at."""

    KEY = "key"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Source:
    """A JSON object, and where in its text each key and value stands."""

    text: Text
    value: dict[str, Json]
    _places: Places = field(repr=False)
    _start: int = field(repr=False)

    @property
    def file(self) -> str:
        """The file as the user spelled it; ``<stdin>`` for standard input."""
        return self.text.file

    def at(self, path: Path) -> Json:
        """Return the value at a path, None where there is none."""
        value: Json = self.value
        for step in path:
            if isinstance(value, dict):
                value = value.get(str(step))
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step]
            else:
                return None
        return value

    def locate(self, path: Path, at: Place = Place.VALUE) -> tuple[int, int]:
        """Return line and column of a value or of its key, both from 1.

        For a path that is not in the document: the innermost value that is.
        """
        return self.text.position(self._offset(path, at))

    def where(self, path: Path, at: Place = Place.VALUE) -> str:
        """Spell a place as messages do: ``12:5``."""
        line, column = self.locate(path, at)
        return f"{line}:{column}"

    def diagnostic(
        self,
        path: Path,
        code: str,
        message: str,
        *,
        at: Place = Place.VALUE,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """Return a diagnostic that points at a value or at its key."""
        offset = self._offset(path, at)
        return self.text.diagnostic(offset, code, dotted(path), message, suggestion, severity)

    def _offset(self, path: Path, at: Place) -> int:
        places: Places | None = self._places
        offset = self._start
        for depth, step in enumerate(path, start=1):
            if places is None or step not in places:
                return offset
            key_offset, offset, places = places[step]
            if depth == len(path) and at is Place.KEY:
                return key_offset
        return offset


def dotted(path: Path) -> str:
    """Spell a path as messages do: ``websockets.realtime.ping_interval``."""
    return ".".join(str(step) for step in path)


def read_source(path: str) -> Source:
    """Read a JSON object from a file, or from standard input for ``-``.

    Raises:
        ManifestError: with every problem of the document that could be found.
    """
    file = STDIN if path == "-" else path
    try:
        data = _read_stdin() if path == "-" else _read_file(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _fileless(file, "MDB001", f"cannot be read: {reason}") from None
    return parse_source(data, file)


def parse_source(data: bytes, file: str) -> Source:
    """Parse a JSON object.

    Raises:
        ManifestError: with every problem of the document that could be found.
    """
    if len(data) > MAX_BYTES:
        whole = Text(file, data.decode("utf-8", "replace").removeprefix("\ufeff"))
        message = f"is over the limit of {MAX_BYTES} bytes (1 MiB)"
        raise ManifestError(whole.diagnostic(0, "MDB002", "", message))
    text = _decode(data, file)
    parser = Parser(text)
    value, places, start = parser.parse()
    if not isinstance(value, dict):
        message = f"{shown(value)} is not an object; a manifest is one JSON object"
        parser.problems.append(text.diagnostic(start, "MDB007", "", message))
    if parser.problems or not isinstance(value, dict):
        raise ManifestError(*parser.problems)
    return Source(text, value, places or {}, start)


def _fileless(file: str, code: str, message: str) -> ManifestError:
    return ManifestError(Diagnostic(file, 0, 0, code, "", message))


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _read_file(path: str) -> bytes:
    if os.path.isdir(path):
        raise OSError("it is a directory")
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _decode(data: bytes, file: str) -> Text:
    try:
        return Text(file, data.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        text = Text(file, before + data[error.start :].decode("utf-8", "replace"))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        hint = "the file looks like UTF-16; save it as UTF-8" if wide else "save the file as UTF-8"
        problem = text.diagnostic(len(before), "MDB003", "", message, hint)
        raise ManifestError(problem) from None

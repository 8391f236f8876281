"""``mdbgen.lock``: which files of an output folder are mdbgen's, and what it last wrote there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mdbgen.errors import Diagnostic, OutputError

LOCK_NAME = "mdbgen.lock"
MAX_LOCK_BYTES = 1024 * 1024  # some dozen entries of about 100 bytes are usual

_HASH = re.compile(r"sha256:[0-9a-f]{64}\Z")
# A part of a path that cannot mean anything but a name, on any system.
_PLAIN_PART = re.compile(r"(?!\.{1,2}\Z)[^/\\:\x00-\x1f\ud800-\udfff]+\Z")
# How mdbgen names its files. Others, such as "auth.py.", could be another file's second name.
_GENERATED_PART = re.compile(r"\w+(\.\w+)*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Lock:
    """What the last run left in the folder."""

    version: str  # of the mdbgen that ran
    files: Mapping[str, str]  # path inside the folder, with forward slashes -> digest()


def is_generated_name(path: str) -> bool:
    """Return whether mdbgen may have written a file, so that it may delete it.

    Under ``handlers/`` all but the ``__init__.py`` is the app's, whatever a lock says.
    """
    first, *others = path.split("/")
    if others and first.casefold() == "handlers":
        return path == "handlers/__init__.py"
    return all(_GENERATED_PART.match(part) for part in (first, *others))


def normalise(text: str) -> str:
    """Give a text LF line endings, the only ones that mdbgen compares or writes."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def digest(text: str) -> str:
    """Hash a text so that its line endings make no difference."""
    return "sha256:" + hashlib.sha256(normalise(text).encode()).hexdigest()


def format_lock(lock: Lock) -> str:
    """Print one entry per line, sorted, so that version control merges it line by line."""
    content = {"files": dict(lock.files), "version": lock.version}
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def parse_lock(text: str, file: str) -> Lock:
    """Read a lock and refuse what a path in it could do outside the folder.

    Raises:
        OutputError: names ``file``, says what is wrong with it and how to mend it.
    """
    try:
        content = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_unique)
        return _lock_of(content)
    except RecursionError:
        raise unreadable_lock(file, "nested too deeply") from None
    except ValueError as error:
        raise unreadable_lock(file, _reason(text, error)) from None


def unreadable_lock(file: str, reason: str) -> OutputError:
    """Say that a lock is of no use, and that deleting it is safe."""
    message = (
        f"the lock is unreadable: {reason}. "
        "Delete it and run mdbgen generate: files that are up to date are adopted"
    )
    return OutputError(Diagnostic(file, 0, 0, "MDB303", "", message))


def _reason(text: str, error: ValueError) -> str:
    if re.search(r"^<<<<<<< ", text, re.MULTILINE):
        return "it contains merge conflict markers"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno}"
    return str(error)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A merge that kept both sides of one line leaves an entry twice.
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("an entry appears twice")
    return content


def _lock_of(content: object) -> Lock:
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    version, files = content.get("version"), content.get("files")
    if not isinstance(version, str):
        raise ValueError("'version' is not a string")
    if not isinstance(files, dict):
        raise ValueError("'files' is not an object")
    for path, value in files.items():
        _check_entry(path, value)
    return Lock(version, files)


def _check_entry(path: str, value: object) -> None:
    if not all(_PLAIN_PART.match(part) for part in path.split("/")):
        raise ValueError(f"{path!r} is not a path inside the folder")
    if not isinstance(value, str) or not _HASH.match(value):
        raise ValueError(f"the entry of {path!r} is not a sha256 hash")

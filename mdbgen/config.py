"""``[[tool.mdbgen.app]]`` of the nearest ``pyproject.toml``: the apps of a project."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from mdbgen.errors import ConfigError, Diagnostic, shown

MAX_BYTES = 1024 * 1024

_KEYS = ("manifest", "output")
_SECTION_KEYS = ("app", "breaking")
_WAIVER_KEYS = ("rule", "path", "reason")
_WAIVER_HEADER = re.compile(r"\s*\[\[\s*tool\s*\.\s*mdbgen\s*\.\s*breaking\s*\.\s*waiver\s*\]\]")
_HEADER = re.compile(r"\s*\[\[\s*tool\s*\.\s*mdbgen\s*\.\s*app\s*\]\]")
_ANY_HEADER = re.compile(r"\s*\[")
# Python's parser takes minutes for a key of a hundred thousand parts.
_LONG_KEY = re.compile(r"(?<![\w-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}")
_EXAMPLE = '[[tool.mdbgen.app]] with manifest = "manifest.json" and output = "app/ws"'


@dataclass(frozen=True, slots=True)
class App:
    """A manifest and the folder of its package, as the user would type them here."""

    manifest: str
    output: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A change that ``breaking`` is to excuse."""

    file: str  # the pyproject.toml that says so
    line: int  # 0 where it is spelled in another of TOML's ways
    rule: str
    path: str  # as ``breaking`` prints it
    reason: str


@dataclass(frozen=True)
class _Project:
    """A ``pyproject.toml`` and how to spell it."""

    file: str
    text: str

    @cached_property
    def lines(self) -> Sequence[str]:
        return self.text.splitlines()

    @cached_property
    def headers(self) -> Sequence[int]:
        """The lines of ``[[tool.mdbgen.app]]``, from 0."""
        return [number for number, line in enumerate(self.lines) if _HEADER.match(line)]

    def source(self, line: int) -> str:
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def problem(self, code: str, message: str, line: int = 0, suggestion: str = "") -> Diagnostic:
        source = self.source(line)
        column = len(source) - len(source.lstrip()) + 1 if line else 0
        return Diagnostic(self.file, line, column, code, "", message, source, suggestion)


def read_apps(folder: Path) -> tuple[App, ...]:
    """Read the apps of the ``pyproject.toml`` nearest to ``folder``, upward.

    Paths in the result are relative to ``folder``, and none of them leaves the repository.

    Raises:
        ConfigError: with every problem of the file at once.
    """
    file = _find(folder)
    root = _repository(file.parent)
    project = _open(file, folder, root)
    entries = _entries(_section(project), project)
    _raise(each for index, entry in enumerate(entries) for each in _check(project, index, entry))
    _raise(
        each
        for index, entry in enumerate(entries)
        for each in _check_places(project, index, entry, file.parent, root)
    )
    _raise(_overlaps(project, [file.parent / entry["output"] for entry in entries]))
    return tuple(
        App(*(_typed(file.parent / entry[key], folder) for key in _KEYS)) for entry in entries
    )


def read_waivers(folder: Path) -> tuple[Waiver, ...]:
    """Read what ``breaking`` excuses; nothing where there is no ``pyproject.toml``.

    Raises:
        ConfigError: with every problem of the waivers at once.
    """
    file = _nearest(folder)
    if file is None:
        return ()
    project = _open(file, folder, _repository(file.parent))
    section = _section(project).get("breaking", {})
    stated = section.get("waiver", []) if isinstance(section, dict) else section
    if not isinstance(stated, list) or not all(isinstance(each, dict) for each in stated):
        message = "is not a list of tables; write [[tool.mdbgen.breaking.waiver]]"
        raise ConfigError(project.problem("MDB415", message))
    lines = [n for n, line in enumerate(project.lines, 1) if _WAIVER_HEADER.match(line)]
    placed = list(zip(stated, [*lines, *[0] * len(stated)], strict=False))
    _raise(_check_waivers(project, placed))
    return tuple(Waiver(project.file, line, **each) for each, line in placed)


def _check_waivers(project: _Project, placed: Sequence[tuple[Any, int]]) -> Iterator[Diagnostic]:
    for each, line in placed:
        for key in _WAIVER_KEYS:
            if not isinstance(each.get(key), str) or not str(each[key]).strip():
                yield project.problem("MDB415", f"a waiver needs a {key}", line)
        for key in each.keys() - set(_WAIVER_KEYS):
            yield _unknown(project, "tool.mdbgen.breaking.waiver", key, _WAIVER_KEYS, line)


def _raise(problems: Iterable[Diagnostic]) -> None:
    if found := tuple(problems):
        raise ConfigError(*found)


def _repository(folder: Path) -> Path:
    """Return the folder that no path may leave, symbolic links resolved."""
    # In a submodule or a worktree, .git is a file.
    inside = (each for each in (folder, *folder.parents) if os.path.lexists(each / ".git"))
    return _real(next(inside, folder))


def _real(path: Path) -> Path:
    return Path(os.path.normcase(os.path.realpath(path)))


def _nearest(folder: Path) -> Path | None:
    files = (each / "pyproject.toml" for each in (folder, *folder.parents))
    return next((each for each in files if each.is_file()), None)


def _open(file: Path, folder: Path, root: Path) -> _Project:
    spelled = _relative(file, folder)
    return _Project(spelled, _read(file, spelled, root))


def _find(folder: Path) -> Path:
    if file := _nearest(folder):
        return file
    message = (
        "there is no pyproject.toml here or above; name a manifest and a folder "
        f"(mdbgen generate manifest.json -o app/ws), or write one that lists the apps: {_EXAMPLE}"
    )
    raise ConfigError(Diagnostic("pyproject.toml", 0, 0, "MDB401", "", message))


def _read(file: Path, spelled: str, root: Path) -> str:
    if not _real(file).is_relative_to(root):
        reason = "a symbolic link leads out of the repository"
        raise ConfigError(Diagnostic(spelled, 0, 0, "MDB410", "", reason))
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) <= MAX_BYTES:
            return content.decode()
        reason = f"over the limit of {MAX_BYTES} bytes"
    except OSError as error:
        reason = error.strerror or str(error)
    except UnicodeDecodeError:
        reason = "not UTF-8"
    raise ConfigError(Diagnostic(spelled, 0, 0, "MDB402", "", f"cannot be read: {reason}"))


def _parse(project: _Project) -> dict[str, Any]:
    if long_key := _LONG_KEY.search(project.text):
        line = project.text.count("\n", 0, long_key.start()) + 1
        raise ConfigError(project.problem("MDB402", "a key has more than 64 parts", line))
    try:
        return tomllib.loads(project.text)
    except tomllib.TOMLDecodeError as error:
        message, line, column = _place(str(error), project.text)
    except RecursionError:
        message, line, column = "nested too deeply", 0, 0
    except ValueError:  # of int(): Python reads 4,300 digits
        message, line, column = "a number has too many digits", 0, 0
    text, source = f"not TOML: {message}", project.source(line)
    raise ConfigError(Diagnostic(project.file, line, column, "MDB402", "", text, source))


def _place(message: str, text: str) -> tuple[str, int, int]:
    """Take apart what tomllib says: "Invalid value (at line 3, column 5)"."""
    found = re.search(r" \(at line (\d+), column (\d+)\)\Z", message)
    if found:
        return message[: found.start()], int(found[1]), int(found[2])
    lines = text.splitlines() or [""]
    return message.removesuffix(" (at end of document)"), len(lines), len(lines[-1]) + 1


def _section(project: _Project) -> dict[str, Any]:
    section = _table(_table(_parse(project), "tool", project), "mdbgen", project)
    _raise(
        _unknown(project, "tool.mdbgen", key, _SECTION_KEYS, 0)
        for key in section
        if key not in _SECTION_KEYS
    )
    return section


def _entries(section: Mapping[str, Any], project: _Project) -> list[Any]:
    entries = section.get("app", [])
    if not isinstance(entries, list):
        message = "tool.mdbgen.app is not a list of tables; write [[tool.mdbgen.app]]"
        raise ConfigError(project.problem("MDB404", message))
    if not entries:
        raise ConfigError(project.problem("MDB403", f"lists no apps; add {_EXAMPLE}"))
    return entries


def _table(parent: dict[str, Any], key: str, project: _Project) -> dict[str, Any]:
    table = parent.get(key, {})
    if not isinstance(table, dict):
        name = "tool.mdbgen" if key == "mdbgen" else key
        raise ConfigError(project.problem("MDB404", f"{name} is not a table"))
    return table


def _check(project: _Project, index: int, entry: object) -> Iterator[Diagnostic]:
    name = f"tool.mdbgen.app[{index}]"
    if not isinstance(entry, dict):
        yield project.problem("MDB404", f"{name} is not a table")
        return
    for key in entry:
        if key not in _KEYS:
            yield _unknown(project, name, key, _KEYS, _line(project, index, key))
    for key in _KEYS:
        if key not in entry:
            line = _line(project, index)
            yield project.problem("MDB404", f"{name}.{key} is missing", line)
        elif not isinstance(entry[key], str) or not entry[key] or "\0" in entry[key]:
            line = _line(project, index, key)
            yield project.problem("MDB404", f"{name}.{key} is not a path", line)


def _unknown(project: _Project, name: str, key: str, known: Sequence[str], line: int) -> Diagnostic:
    near = get_close_matches(key, known, n=1)
    suggestion = f"did you mean {near[0]!r}?" if near else ""
    return project.problem("MDB405", f"{name}.{key} is unknown", line, suggestion)


def _line(project: _Project, index: int, key: str = "") -> int:
    """Find the line of a key of the index-th ``[[tool.mdbgen.app]]``, else of that header."""
    if index >= len(project.headers):
        return 0  # spelled in one of TOML's other ways
    header = project.headers[index]
    for number in range(header + 1, len(project.lines)):
        if _ANY_HEADER.match(project.lines[number]):
            break
        if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", project.lines[number]):
            return number + 1
    return header + 1


def _check_places(
    project: _Project, index: int, entry: Mapping[str, str], folder: Path, root: Path
) -> Iterator[Diagnostic]:
    for key in _KEYS:
        name, path = f"tool.mdbgen.app[{index}].{key}", folder / entry[key]
        if not _real(path).is_relative_to(root):
            message = f"{name} leads out of the repository: {shown(entry[key])}"
            hint = "name such a manifest or folder on the command line"
            yield project.problem("MDB410", message, _line(project, index, key), hint)
        elif key == "manifest" and os.path.lexists(path) and not path.is_file():
            message = f"{name} is not a file: {shown(entry[key])}"
            yield project.problem("MDB404", message, _line(project, index, key))


def _overlaps(project: _Project, outputs: Sequence[Path]) -> Iterator[Diagnostic]:
    """Yield a problem for each output folder that is, contains or is inside that of another app."""
    real = [_real(output) for output in outputs]
    first: dict[Path, int] = {}
    for index, path in enumerate(real):
        first.setdefault(path, index)
    pairs = {
        (max(index, first[each]), min(index, first[each])): None
        for index, path in enumerate(real)
        for each in (path, *path.parents)
        if first.get(each, index) != index
    }
    for later, earlier in pairs:
        line = _line(project, later, "output")
        yield project.problem("MDB406", _overlap(earlier, later), line)


def _overlap(first: int, second: int) -> str:
    return (
        f"tool.mdbgen.app[{second}].output overlaps with tool.mdbgen.app[{first}].output;"
        " give each app a folder of its own"
    )


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()


def _typed(path: Path, folder: Path) -> str:
    spelled = _relative(path, folder)
    return f"./{spelled}" if spelled.startswith("-") else spelled  # "-" would be standard input

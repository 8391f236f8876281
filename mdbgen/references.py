"""``$ref``: pointers to ``#/mdbgen/schemas/<name>``, and what else people write."""

from __future__ import annotations

import re
from collections.abc import Collection

from mdbgen.errors import shown
from mdbgen.problems import Problems
from mdbgen.schema import RefType
from mdbgen.source import Path
from mdbgen.unions import UNKNOWN

_POINTER = "#/mdbgen/schemas/"
_ELSEWHERE = re.compile(
    r"#?/?(?:components/schemas|definitions|\$defs|mdbgen/schemas|schemas)/(.+)"
)


def pointer_to(name: str) -> str:
    """Spell the pointer to one of ``mdbgen.schemas``."""
    return _POINTER + name.replace("%", "%25").replace("~", "~0").replace("/", "~1")


def name_in(pointer: str) -> str:
    """Return the name that a pointer spells, "" if it leads elsewhere."""
    if not pointer.startswith(_POINTER):
        return ""
    return _unescaped(pointer.removeprefix(_POINTER))


def read_ref(target: object, names: Collection[str], path: Path, problems: Problems) -> RefType:
    """Return what a ``$ref`` leads to; `UNKNOWN`, and a problem, if that is nothing.

    Args:
        names: of ``mdbgen.schemas``.
    """
    if not problems.expect(target, str, path) or not isinstance(target, str):
        return UNKNOWN
    name = name_in(target)
    if name in names:
        return RefType(name)
    message = f"{shown(target)} leads to none of mdbgen.schemas"
    problems.add(path, "MDB213", message, _hint(target, names, problems))
    return UNKNOWN


def _unescaped(pointer: str) -> str:
    """Undo the escapes of a URI, then those of a JSON pointer, of which ``/`` is the end."""
    if "/" in pointer:
        return ""
    return _unquoted(pointer).replace("~1", "/").replace("~0", "~")


def _unquoted(pointer: str) -> str:
    if "%" not in pointer:
        return pointer
    from urllib.parse import unquote  # rarely needed, and slow to import

    return unquote(pointer)


def _hint(target: str, names: Collection[str], problems: Problems) -> str:
    elsewhere = _ELSEWHERE.fullmatch(target)
    name = elsewhere[1] if elsewhere else target
    for spelled in (name, _unquoted(name)):
        if spelled in names:
            return f"write {shown(pointer_to(spelled))}"
    parent = name.partition("/")[0]
    if parent in names:
        return (
            f"only a whole schema has a name: move that part of {shown(parent)} into mdbgen.schemas"
        )
    near = problems.nearest(name, names)
    if near:
        return f"did you mean {shown(pointer_to(near))}?"
    return f"it has to look like '{_POINTER}<name>'"

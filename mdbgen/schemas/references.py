"""``$ref``: pointers to ``#/mdbgen/schemas/<name>``, and what else people write."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote

from mdbgen.document.problems import Problems
from mdbgen.document.source import Path
from mdbgen.errors import shown
from mdbgen.model.schema import UNKNOWN, RefType

POINTER = "#/mdbgen/schemas/"
_ELSEWHERE = re.compile(
    r"#?/?(?:components/schemas|definitions|\$defs|mdbgen/schemas|schemas)/(.+)"
)


def read_ref(target: object, names: Collection[str], path: Path, problems: Problems) -> RefType:
    """Return what a ``$ref`` leads to; `UNKNOWN`, and a problem, if that is nothing.

    Args:
        names: of ``mdbgen.schemas``.
    """
    if not problems.expect(target, str, path) or not isinstance(target, str):
        return UNKNOWN
    name = _name_in(target)
    if name in names:
        return RefType(name)
    message = f"{shown(target)} does not match any schema in mdbgen.schemas"
    problems.add(path, "MDB213", message, _hint(target, names, problems))
    return UNKNOWN


def _hint(target: str, names: Collection[str], problems: Problems) -> str:
    elsewhere = _ELSEWHERE.fullmatch(target)
    name = elsewhere[1] if elsewhere else target
    for spelled in (name, unquote(name)):
        if spelled in names:
            return f"write {shown(_pointer_to(spelled))}"
    parent = name.partition("/")[0]
    if parent in names:
        return (
            f"only whole schemas have names: move that part of {shown(parent)} into mdbgen.schemas"
        )
    near = problems.nearest(name, names)
    if near:
        return f"did you mean {shown(_pointer_to(near))}?"
    return f"write it as '{POINTER}<name>'"


def _pointer_to(name: str) -> str:
    """Spell the pointer to one of ``mdbgen.schemas``."""
    return POINTER + name.replace("%", "%25").replace("~", "~0").replace("/", "~1")


def _name_in(pointer: str) -> str:
    """Return the name that a pointer spells, "" if it leads elsewhere.

    The escapes of a URI are undone first, then those of a JSON pointer, of which ``/`` is the end.
    """
    name = pointer.removeprefix(POINTER)
    if name == pointer or "/" in name:
        return ""
    return unquote(name).replace("~1", "/").replace("~0", "~")

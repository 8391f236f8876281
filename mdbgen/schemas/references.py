"""``$ref``: pointers to ``#/mdbgen/schemas/<name>``, and what else people write."""

from __future__ import annotations

import re
from collections.abc import Collection

from mdbgen.document.problems import Problems
from mdbgen.document.source import Path
from mdbgen.errors import shown
from mdbgen.model.schema import POINTER, UNKNOWN, RefType, name_in, pointer_to, unquoted

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
    name = name_in(target)
    if name in names:
        return RefType(name)
    message = f"{shown(target)} leads to none of mdbgen.schemas"
    problems.add(path, "MDB213", message, _hint(target, names, problems))
    return UNKNOWN


def _hint(target: str, names: Collection[str], problems: Problems) -> str:
    elsewhere = _ELSEWHERE.fullmatch(target)
    name = elsewhere[1] if elsewhere else target
    for spelled in (name, unquoted(name)):
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
    return f"it has to look like '{POINTER}<name>'"

"""Keys that are nearly those that mdbgen reads, in objects whose other keys belong to others.

A restriction that is misspelt must not fall away in silence. What the engine's own manifests have
beside mdbgen's keys is near to none of them; a test says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from mdbgen.document.source import Path, Place, Source
from mdbgen.errors import Diagnostic, Severity, shown

_MAX_COMPARED_KEYS = 1_000  # of one object; nobody misspells so many
_MAX_COMPARED_CHARS = 40
_SHORT_CHARS = 5
_WORD = re.compile("[A-Z]?[^A-Z_ -]+|[A-Z]+")
_STEM_CHARS = 4  # or more, before most endings
_ENDING = re.compile("(?<=..)(?:ies|ied|y)$|(?<=....)(?:es|s|ed|e)$")


class Table(NamedTuple):
    """The keys of one object that mdbgen reads."""

    path: Path
    keys: Sequence[str]
    elsewhere: Mapping[str, str] = MappingProxyType({})  # keys of others, and their places
    severity: Severity = Severity.ERROR


def check_misspelt(source: Source, tables: Sequence[Table]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each key that is nearly one of its table, or belongs elsewhere."""
    for table in tables:
        others = (key for key in _object_at(source, table.path) if key not in table.keys)
        for key in islice(others, _MAX_COMPARED_KEYS):
            meant = _meant(key, table) if len(key) <= _MAX_COMPARED_CHARS else ""
            if meant:
                yield source.diagnostic(
                    (*table.path, key),
                    "MDB102" if table.severity is Severity.ERROR else "MDB156",
                    f"{shown(key)} is not a known key",
                    at=Place.KEY,
                    suggestion=f"did you mean {shown(meant)}?",
                    severity=table.severity,
                )


def nearest_key(key: str, known: Iterable[str]) -> str:
    """Return the known key that was probably meant, or "".

    Near is what differs by a letter or two, by the ending of a word (``allow_role``), or by how
    words are joined (``allowed-roles``, ``allowedRoles``).
    """
    near = [each for each in known if _is_near(key, each)]
    return min(near, key=lambda each: _distance(_joined(key), _joined(each)), default="")


def spellings(known: str) -> str:
    """Return a regular expression for some wrong spellings of a key: what a schema can say."""
    first, *others = (_endings(word) for word in known.split("_"))
    humps = (f"(?:[_-][{each[0].upper()}{each[0]}]|{each[0].upper()}){each[1:]}" for each in others)
    return f"^(?!{known}$)[{first[0].upper()}{first[0]}]{first[1:]}{''.join(humps)}$"


def _endings(word: str) -> str:
    """Return a regular expression for a word with any ending of its kind, or none."""
    stem = _ENDING.sub("", word)
    if word.removeprefix(stem) in ("ies", "ied", "y"):
        return f"{stem}(?:ies|ied|y)?"
    return f"{stem}(?:es|s|ed|e)?" if len(stem) >= _STEM_CHARS else stem


def _meant(key: str, table: Table) -> str:
    """Return a key of the table, the place of one that belongs elsewhere, or ""."""
    if near := nearest_key(key, table.keys):
        return near
    if near := nearest_key(key, table.elsewhere):
        return table.elsewhere[near]
    if not table.path:
        return ""  # At the root, a word in common says little.
    return next((each for each in table.keys if _stems(key) < _stems(each)), "")


def _object_at(source: Source, path: Path) -> Mapping[str, object]:
    value = source.at(path)
    return value if isinstance(value, dict) else {}


def _is_near(key: str, known: str) -> bool:
    if _stems(key) == _stems(known):
        return True
    one, other = _joined(key), _joined(known)
    # Of a short word, a letter more or another letter makes a different word.
    is_likely = len(other) > _SHORT_CHARS or set(one) <= set(other)
    return is_likely and _distance(one, other) <= min(3, max(1, len(other) // 4))


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(key)]


def _joined(key: str) -> str:
    return "".join(_words(key))


def _stems(key: str) -> frozenset[str]:
    """Return the words without their endings; a key without words is like no other."""
    return frozenset(_ENDING.sub("", word) for word in _words(key)) or frozenset([key])


def _distance(one: str, other: str) -> int:
    """Count the letters to add, remove, change or swap with the next, from one word to another."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row]
        for column, wanted in enumerate(other, start=1):
            cheapest = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and (letter, wanted) == (other[column - 2], one[row - 2]):
                cheapest = min(cheapest, before[column - 2] + 1)
            current.append(cheapest)
        before, last = last, current
    return last[-1]

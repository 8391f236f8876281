"""Collecting what is wrong with the key ``mdbgen``, all of it at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice

from mdbgen.document.jsontext import whole
from mdbgen.document.source import Path, Place, Source
from mdbgen.errors import UNSEEN, Diagnostic, shown

MAX_NAME_CHARS = 100
MAX_VALUES = 10_000  # of all enums together; formatting many takes long
MAX_PATTERNS_US = 500_000  # that the patterns of all types together take to be compiled, about
MAX_NUMBER = 2**53 - 1  # the last whole number that every reader of JSON keeps exactly
_COMPARISONS = 20_000  # of words, over a whole manifest; thousands of typos are no typos
_MAX_COMPARED_CHARS = 80

_EXPECTED: tuple[tuple[type, str], ...] = (
    (dict, "an object"),
    (list, "a list"),
    (str, "a string"),
    (bool, "true or false"),
)


@dataclass(slots=True)
class Problems:
    """The diagnostics of one manifest, in the order in which they were found."""

    source: Source
    found: list[Diagnostic] = field(default_factory=list)
    comparisons_left: int = _COMPARISONS
    values_left: int = MAX_VALUES
    patterns_left_us: int = MAX_PATTERNS_US

    def add(
        self, path: Path, code: str, message: str, hint: str = "", at: Place = Place.VALUE
    ) -> None:
        """Keep a problem of a value, or of its key."""
        self.found.append(self.source.diagnostic(path, code, message, at=at, suggestion=hint))

    def expect(self, value: object, kind: type, path: Path) -> bool:
        """Return whether a value has a JSON type; keep a problem if it has not."""
        if isinstance(value, kind):
            return True
        expected = next(text for each, text in _EXPECTED if each is kind)
        self.add(path, "MDB103", f"{shown(value)} is not {expected}")
        return False

    def expect_whole(self, value: object, path: Path, least: int, most: int) -> int | None:
        """Return a whole number of a range (``5.0`` is 5), or keep a problem."""
        value = whole(value)
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(path, "MDB103", f"{shown(value)} is not a whole number")
        elif value < least:
            self.add(path, "MDB104", f"{shown(value)} is below the minimum of {least}")
        elif value > most:
            self.add(path, "MDB104", f"{shown(value)} is above the maximum of {most}")
        else:
            return value
        return None

    def allow_values(self, count: int, path: Path) -> bool:
        """Return whether an enum is not too much; keep a problem of the first that is."""
        if self.values_left < 0:
            return False
        self.values_left -= count
        if self.values_left >= 0:
            return True
        message = f"is one value too many: all enums together may have {MAX_VALUES}"
        hint = "use a string with a pattern, and check the values in the app"
        self.add((*path, max(0, count + self.values_left)), "MDB224", message, hint)
        return False

    def allow_pattern(self, cost_us: int, path: Path) -> bool:
        """Return whether a pattern is not too much; keep a problem of the first that is."""
        if self.patterns_left_us < 0:
            return False
        self.patterns_left_us -= cost_us
        if self.patterns_left_us >= 0:
            return True
        message = "is one pattern too many: together they would take too long to compile"
        hint = r"repeat large sets such as '\p{L}' or '.' less often, or write maxLength"
        self.add(path, "MDB223", message, hint)
        return False

    def refuse_unknown(self, keys: Collection[str], known: Sequence[str], path: Path) -> None:
        """Keep a problem for each key of an object that has no meaning."""
        for key in keys:
            if key not in known:
                near = self.nearest(key, known)
                hint = f"did you mean '{near}'?" if near else f"known keys: {', '.join(known)}"
                message = f"{shown(key)} is not a known key"
                self.add((*path, key), "MDB102", message, hint, Place.KEY)

    def refuse_doubles(self, values: Sequence[object], path: Path) -> None:
        """Keep a problem for each scalar of a list that stands there before."""
        first: dict[object, int] = {}
        for index, value in enumerate(values):
            if isinstance(value, list | dict):
                continue
            before = first.setdefault((isinstance(value, bool), value), index)
            if before != index:
                where = self.source.where((*path, before))
                self.add(
                    (*path, index), "MDB209", f"{shown(value)} appears twice, first at {where}"
                )

    def nearest(self, word: object, known: Collection[str], likeness: float = 0.6) -> str:
        """Return the known word that was probably meant, or "".

        Args:
            likeness: that it needs at least; 1 is the same word.
        """
        if not isinstance(word, str) or self.comparisons_left <= 0:
            return ""
        compared = list(islice(known, self.comparisons_left))
        self.comparisons_left -= len(compared)
        word = word[:_MAX_COMPARED_CHARS]
        return next(iter(get_close_matches(word, compared, n=1, cutoff=likeness)), "")

    def did_you_mean(self, word: object, known: Collection[str]) -> str:
        """Return a suggestion, or ""."""
        near = self.nearest(word, known)
        return f"did you mean {shown(near)}?" if near else ""


@dataclass(slots=True)
class TakenNames:
    """Names of one scope, and who has them."""

    kind: str  # "class name"
    problems: Problems
    owners: dict[str, tuple[str, Path, Place]] = field(default_factory=dict)

    def take(self, name: str, owner: str, path: Path, at: Place = Place.KEY) -> bool:
        """Give a name to something; a problem, and False, if it is taken.

        Args:
            owner: as messages call it: ``the message 'created'``.
        """
        other, other_path, other_at = self.owners.setdefault(name, (owner, path, at))
        if (other_path, other_at) == (path, at):
            return True
        where = self.problems.source.where(other_path, other_at)
        message = f"{owner} and {other} ({where}) map to the same {self.kind}: {name}"
        self.problems.add(path, "MDB205", message, "rename one of the two", at)
        return False


def check_name(name: str, path: Path, problems: Problems) -> bool:
    """Return whether a name of the wire can be read and compared by people."""
    if not name.strip():
        problems.add(path, "MDB208", f"{shown(name)} is not a valid name", at=Place.KEY)
    elif UNSEEN.search(name):
        message = f"{shown(name)} has an unprintable character"
        problems.add(path, "MDB208", message, at=Place.KEY)
    elif len(name) > MAX_NAME_CHARS:
        message = f"{shown(name)} is longer than {MAX_NAME_CHARS} characters"
        problems.add(path, "MDB208", message, at=Place.KEY)
    else:
        return True
    return False

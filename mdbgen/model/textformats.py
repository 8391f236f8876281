"""The formats that a text may have: all that is said of one anywhere is printed from its row.

Only the Python type itself stands elsewhere, under its name: in the template of ``jsontypes.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mdbgen.model.codetext import Code


class TextFormat(NamedTuple):
    """A value of the keyword ``format``."""

    name: str  # in JSON Schema
    annotation: Code  # the name in ``jsontypes.py``
    python: str  # what a handler gets
    pattern: str | None = None  # what stays text in Python matches it; None for what is parsed
    misspellings: tuple[str, ...] = ()  # in lower case; what people write for it

    @property
    def is_parsed(self) -> bool:
        """Whether it is no text in Python, and so has neither length nor pattern."""
        return self.pattern is None


_ROWS = (
    TextFormat("date-time", Code("DateTime"), "datetime", misspellings=("datetime", "timestamp")),
    TextFormat("date", Code("Date"), "date"),
    TextFormat("time", Code("Time"), "time"),
    TextFormat("uuid", Code("Uuid"), "UUID", misspellings=("guid", "uuid4")),
    TextFormat("email", Code("Email"), "str", pattern=r"[^@\s]+@[^@\s]+"),
    TextFormat(
        "uri",
        Code("Uri"),
        "str",
        pattern=r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\"<>\\^`{|}]*",
        misspellings=("url",),
    ),
)
TEXT_FORMATS: Mapping[str, TextFormat] = {each.name: each for each in _ROWS}

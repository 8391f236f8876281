"""A strict JSON parser (RFC 8259) that keeps positions and reports duplicate keys.

One pass builds the values and the places of their keys and values.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from mdbgen.errors import Diagnostic, ManifestError, Severity, shown

MAX_DEPTH = 64

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
# Of each member: the offset of its key (in a list: of its value), of its value, and its members.
Places: TypeAlias = "dict[str | int, tuple[int, int, Places | None]]"

_LINE_END = re.compile(r"\r\n|\n|\r")  # what JSON knows as such; U+2028 and others are text
_BLANK = re.compile(r"[ \t\n\r]*+")
_COMMA = re.compile(r"[ \t\n\r]*+,[ \t\n\r]*+(?![\]}])")
_STRING = re.compile(
    r'"([^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+)"'
)
_STRING_START = re.compile(
    r'"(?:[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+)'
)
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*+))((?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)(?![\w.+-])")
_WORD = re.compile(r"[\w.+-]+")
_LITERALS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAMED = {"": "the end of the file", "\n": "the end of the line", "\r": "the end of the line"}


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, and where its lines are."""

    file: str
    content: str
    line_starts: Sequence[int] = field(init=False, repr=False)
    lines: Sequence[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ends = [match.end() for match in _LINE_END.finditer(self.content)]
        object.__setattr__(self, "line_starts", (0, *ends))
        object.__setattr__(self, "lines", _LINE_END.split(self.content))

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def diagnostic(
        self,
        offset: int,
        code: str,
        path: str,
        message: str,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """Return a diagnostic that points at an offset."""
        line, column = self.position(offset)
        shown_line = self.lines[line - 1]
        return Diagnostic(
            self.file, line, column, code, path, message, shown_line, suggestion, severity
        )


class Parser:
    """Reads one JSON document; collects what it can read past, raises at what it cannot."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.content = text.content
        self.problems: list[Diagnostic] = []

    def parse(self) -> tuple[Json, Places | None, int]:
        """Return the value, the places of its members, and its own offset."""
        start = self._skip_blank(0)
        if start == len(self.content):
            self._fail(start, "the file is empty; a manifest is one JSON object")
        value, places, end = self._value(start, 0)
        end = self._skip_blank(end)
        if end < len(self.content):
            self._fail(end, f"expected the end of the file, found {self._found(end)}")
        return value, places, start

    def _value(self, at: int, depth: int) -> tuple[Json, Places | None, int]:
        first = self.content[at : at + 1]
        if first == '"':
            text, end = self._string(at)
            return text, None, end
        if first == "{":
            return self._object(at, depth + 1)
        if first == "[":
            return self._array(at, depth + 1)
        number = _NUMBER.match(self.content, at)
        if number:
            return _as_number(number[1], number[2]), None, number.end()
        return self._literal(at)

    def _object(self, start: int, depth: int) -> tuple[Json, Places, int]:
        self._refuse_depth(start, depth)
        value: dict[str, Json] = {}
        places: Places = {}
        at = self._skip_blank(start + 1)
        closed = self.content.startswith("}", at)
        while not closed:
            key_at = at
            key, at = self._key(at)
            at = self._skip_blank(self._colon(self._skip_blank(at)))
            if key in places:
                self._report_duplicate(key_at, key, places[key][0])
            member, inner, end = self._value(at, depth)
            value[key] = member
            places[key] = (key_at, at, inner)
            at, closed = self._next_member(end, "}")
        return value, places, at + 1

    def _array(self, start: int, depth: int) -> tuple[Json, Places, int]:
        self._refuse_depth(start, depth)
        value: list[Json] = []
        places: Places = {}
        at = self._skip_blank(start + 1)
        closed = self.content.startswith("]", at)
        while not closed:
            item, inner, end = self._value(at, depth)
            places[len(value)] = (at, at, inner)
            value.append(item)
            at, closed = self._next_member(end, "]")
        return value, places, at + 1

    def _next_member(self, at: int, closing: str) -> tuple[int, bool]:
        """Return where the next member starts, or where the container closes."""
        comma = _COMMA.match(self.content, at)
        if comma:
            return comma.end(), False
        at = self._skip_blank(at)
        found = self.content[at : at + 1]
        if found == ",":
            after = self._found(self._skip_blank(at + 1))
            self._fail(at, f"',' before {after}", "JSON has no trailing commas; remove it")
        if found != closing:
            self._fail(at, f"expected ',' or '{closing}', found {self._found(at)}")
        return at, True

    def _key(self, at: int) -> tuple[str, int]:
        if not self.content.startswith('"', at):
            found = self._found(at)
            self._fail(at, f"expected a key in double quotes, found {found}", self._hint(at))
        return self._string(at)

    def _colon(self, at: int) -> int:
        if not self.content.startswith(":", at):
            self._fail(at, f"expected ':' after the key, found {self._found(at)}")
        return at + 1

    def _string(self, at: int) -> tuple[str, int]:
        match = _STRING.match(self.content, at)
        if match is None:
            self._fail_in_string(at)
        raw = match[1]
        if "\\" not in raw:
            return raw, match.end()
        text: str = json.loads(match[0])
        if _SURROGATE.search(text):
            self._report_surrogate(at + 1, raw)
        return text, match.end()

    def _literal(self, at: int) -> tuple[Json, None, int]:
        word = _WORD.match(self.content, at)
        if word is None or word[0] not in _LITERALS:
            self._fail(at, f"expected a value, found {self._found(at)}", self._hint(at))
        return _LITERALS[word[0]], None, word.end()

    def _skip_blank(self, at: int) -> int:
        match = _BLANK.match(self.content, at)
        return match.end() if match else at

    def _refuse_depth(self, at: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._fail(at, f"nested more than {MAX_DEPTH} levels deep", code="MDB006")

    def _report_duplicate(self, at: int, key: str, first_at: int) -> None:
        line, column = self.text.position(first_at)
        message = f"key {shown(key)} appears twice, first at {line}:{column}"
        self.problems.append(self.text.diagnostic(at, "MDB005", "", message))

    def _report_surrogate(self, start: int, raw: str) -> None:
        at, escape = _lone_surrogate(raw)
        message = f"{escape} is half a character (a lone surrogate)"
        hint = "write the character itself, or both halves"
        self.problems.append(self.text.diagnostic(start + at, "MDB008", "", message, hint))

    def _fail_in_string(self, start: int) -> NoReturn:
        match = _STRING_START.match(self.content, start)
        at = match.end() if match else start
        found = self.content[at : at + 1]
        if found in ("", "\n", "\r"):
            self._fail(start, f"unterminated string: no closing '\"' before {_NAMED[found]}")
        if found == "\\":
            message = f"{self.content[at : at + 2]} is not a valid escape"
            self._fail(at, message, 'a backslash is written as "\\\\"')
        code = f"\\u{ord(found):04x}"
        message = f"control character U+{ord(found):04X} inside a string"
        self._fail(at, message, f"write it as {code}")

    def _found(self, at: int) -> str:
        word = _WORD.match(self.content, at)
        found = word[0] if word else self.content[at : at + 1]
        return _NAMED.get(found) or shown(found)

    def _hint(self, at: int) -> str:
        """Guess what was meant, from what stands where a key or value was expected."""
        rest = self.content[at : at + 12]
        return next((hint for pattern, hint in _HINTS if re.match(pattern, rest)), "")

    def _fail(self, at: int, message: str, hint: str = "", code: str = "MDB004") -> NoReturn:
        if code == "MDB004" and self.content.startswith(("//", "/*", "#"), at):
            hint = "JSON has no comments; remove it"
        raise ManifestError(*self.problems, self.text.diagnostic(at, code, "", message, hint))


# What stands where a key or value was expected -> what to do about it. The first match counts.
_HINTS = (
    (r"['‘’“”]", 'JSON strings need straight double quotes: "text"'),
    (r"(?i)(nan|[+-]?inf)", "JSON has no NaN or infinity; write a number or null"),
    (r"(None|undefined|NULL|Null|nil)\b", "write null"),
    (r"(?i)(true|yes|on)\b", "write true"),
    (r"(?i)(false|no|off)\b", "write false"),
    (r"[+-]?[0-9.]", "JSON numbers look like 30, -1.5 or 2e3"),
    (r",", "there is an extra ','"),
    (r"[A-Za-z_$]", 'put it in double quotes: "text"'),
)


def _as_number(whole: str, rest: str) -> int | float:
    """Convert a number; a whole number longer than Python reads becomes an infinity."""
    try:
        return float(whole + rest) if rest else int(whole)
    except ValueError:
        return float(whole)


def _lone_surrogate(raw: str) -> tuple[int, str]:
    """Return offset and spelling of the first escape that is half a character."""
    pending: tuple[int, str] | None = None
    end = -1
    for match in _ESCAPE.finditer(raw):
        code = int(match[1], 16) if match[1] else 0
        if pending and match.start() == end and 0xDC00 <= code <= 0xDFFF:
            pending = None
            continue
        if pending:
            return pending
        if 0xDC00 <= code <= 0xDFFF:
            return match.start(), match[0]
        if 0xD800 <= code <= 0xDBFF:
            pending, end = (match.start(), match[0]), match.end()
    return pending or (0, raw[:6])


def whole(value: Any) -> Any:
    """Take 30.0 for 30, as JSON Schema does; anything else is returned as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

"""The error tree: every problem is a Diagnostic that says where, what and how to mend it.

MdbgenError
├── ManifestError   the manifest is not JSON, or not a manifest
├── OutputError     the output folder holds something that mdbgen must not touch
└── ConfigError     the command line or ``pyproject.toml`` asks for something impossible

Every code is explained in ``docs/errors.md``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

SHOWN_VALUE_CHARS = 60
SHOWN_LINE_CHARS = 100
SHOWN_PATH_CHARS = 1_000  # to tools

# Characters that change how the text around them is displayed, or that cannot be seen: controls,
# spaces other than " ", zero-width and bidi marks, surrogates, private use, specials,
# noncharacters, tags.
# A fixed list, as `str.isprintable` differs between Python versions.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ud800-\uf8ff\ufdd0-\ufdef"
    "\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Severity(Enum):
    """What a diagnostic does to a run."""

    ERROR = "error"  # nothing is written, exit code 2
    WARNING = "warning"  # printed, nothing else


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem at one place."""

    file: str  # as the user spelled it; "<stdin>" for standard input
    line: int  # from 1; 0 where the problem has no place in the file
    column: int  # from 1, in characters
    code: str  # "MDB104"
    path: str  # "websockets.realtime.ping_interval", "" for the document itself
    message: str  # what is wrong, with the value
    source_line: str = ""  # the text of that line; "" where there is none to show
    suggestion: str = ""  # "did you mean 'ping_interval'?"
    severity: Severity = Severity.ERROR


class MdbgenError(Exception):
    """Something the user can mend. Carries all problems at once."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(diagnostic.message for diagnostic in diagnostics))
        self.diagnostics = diagnostics


class ManifestError(MdbgenError):
    """The manifest is not JSON, or not a manifest."""


class OutputError(MdbgenError):
    """The output folder holds something that mdbgen must not touch."""


class ConfigError(MdbgenError):
    """The command line or ``pyproject.toml`` asks for something impossible."""


def format_text(diagnostic: Diagnostic) -> str:
    """Spell a diagnostic for a terminal: place and message, source line and caret, suggestion.

    Nothing that the manifest or a file name contains reaches the terminal as a control character.
    """
    lines = [_headline(diagnostic)]
    if diagnostic.line and diagnostic.source_line and not diagnostic.source_line.isspace():
        lines += _excerpt(diagnostic.source_line, diagnostic.column - 1)
    if diagnostic.suggestion:
        lines.append("  " + visible(diagnostic.suggestion))
    return "\n".join(lines)


def format_github(diagnostic: Diagnostic) -> str:
    """Spell a diagnostic as a GitHub Actions annotation."""
    place = f",line={diagnostic.line},col={diagnostic.column}" if diagnostic.line else ""
    file = _github_data(diagnostic.file).replace(":", "%3A").replace(",", "%2C")
    text = _github_data(_subject(diagnostic) + _with_suggestion(diagnostic))
    return f"::{diagnostic.severity.value} file={file}{place},title={diagnostic.code}::{text}"


def as_json(diagnostic: Diagnostic) -> dict[str, str | int]:
    """Return the members of one entry of the ``errors`` list that ``--format json`` prints."""
    return {
        "file": diagnostic.file.encode("utf-8", "backslashreplace").decode("utf-8"),
        "line": diagnostic.line,
        "column": diagnostic.column,
        "code": diagnostic.code,
        "path": _shortened(diagnostic.path, SHOWN_PATH_CHARS),
        "message": _with_suggestion(diagnostic),
    }


def visible(text: str) -> str:
    """Spell characters that cannot be seen as escapes: ``\\x1b``, ``\\u202e``, ``\\U000e0001``."""
    return UNSEEN.sub(lambda match: escape(match[0]), text)


def escape(character: str) -> str:
    """Spell one character as an escape that Python, and a reader, understands."""
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def shown(value: object) -> str:
    """Spell a JSON value for a message: as JSON, strings in single quotes, never long."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return "an object"
        case list():
            return "a list"
        case float() if value in (float("inf"), float("-inf")):
            return "a number that is out of range"
        case str():
            return _shortened(repr(value[: SHOWN_VALUE_CHARS + 1]))
        case _:
            return _shortened(repr(value))


def _headline(diagnostic: Diagnostic) -> str:
    place = f":{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    kind = "warning: " if diagnostic.severity is Severity.WARNING else ""
    what = _subject(diagnostic) + diagnostic.message
    return visible(f"{diagnostic.file}{place}: {kind}{diagnostic.code} {what}")


def _subject(diagnostic: Diagnostic) -> str:
    return f"{_shortened(diagnostic.path, 3 * SHOWN_VALUE_CHARS)}: " if diagnostic.path else ""


def _with_suggestion(diagnostic: Diagnostic) -> str:
    suggestion = f" ({diagnostic.suggestion})" if diagnostic.suggestion else ""
    return diagnostic.message + suggestion


def _github_data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _excerpt(line: str, offset: int) -> list[str]:
    """Return the source line, clipped around the offset, and the line with the caret."""
    start = max(0, min(offset - SHOWN_LINE_CHARS // 2, len(line) - SHOWN_LINE_CHARS))
    end = start + SHOWN_LINE_CHARS
    before = ("…" if start else "") + line[start:offset]
    after = line[offset:end] + ("…" if end < len(line) else "")
    caret = "".join(_blank(character) for character in before) + "^"
    return [_visible_but_tabs(before + after), caret]


def _visible_but_tabs(text: str) -> str:
    return "\t".join(visible(part) for part in text.split("\t"))


def _blank(character: str) -> str:
    """Return white space as wide as the terminal shows the character."""
    if character == "\t":
        return "\t"
    if UNSEEN.match(character):
        return " " * len(escape(character))
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "


def _shortened(text: str, limit: int = SHOWN_VALUE_CHARS) -> str:
    return text if len(text) <= limit else f"{text[: limit - 2]}…{text[-1]}"

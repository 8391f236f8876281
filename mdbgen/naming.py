"""Manifest text on its way into code: names, literals, docstrings, comments.

All functions are total, pure and independent of the Python version that runs them. Two wire names
may meet in one Python name; refusing such a pair is the business of the manifest's checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from mdbgen.errors import UNSEEN, escape, visible

DOCSTRING_COLUMNS = 88
MAX_WORD_LENGTH = 100  # characters of a file name, which may have 255 bytes at most

# Fixed sets: `keyword.kwlist` and `softkwlist` differ between Python versions.
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "False None True and as assert async await break class continue def del elif else except "
        "finally for from global if import in is lambda nonlocal not or pass raise return try "
        "while with yield _ case lazy match type",
    )
)
_WINDOWS_DEVICES = frozenset(
    ["con", "nul", "aux", "prn"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)
_DOCSTRING_UNIT = re.compile(r'"{3,}|.', re.DOTALL)
_TOOL_DIRECTIVE = re.compile(
    r"\b(coding|flake8|fmt|isort|mypy|pragma|pylint|pyright|ruff|type|yapf)(?=\s*[:=])"
    r"|\b(noqa|nosec)\b",
    re.IGNORECASE,
)


def identifier(name: str) -> str:
    """Return the Python name of an endpoint, which is also a module name on every platform.

    Args:
        name: matches ``[a-zA-Z0-9_-]+``.
    """
    word = _kept_short(name.replace("-", "_"))
    if word[0].isdigit():
        return "endpoint_" + word
    if word.startswith("__") or not word.strip("_"):
        return "endpoint" + word
    return word + "_" if word in _KEYWORDS or word.lower() in _WINDOWS_DEVICES else word


def class_name(name: str) -> str:
    """Return the class name of an endpoint: ``real-time`` and ``realTime`` are ``RealTime``.

    Args:
        name: matches ``[a-zA-Z0-9_-]+``.
    """
    words = re.split("[-_]+", _kept_short(name))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    if not joined or joined[0].isdigit():
        return "Endpoint" + joined
    return joined + "_" if joined in _KEYWORDS else joined


def literal(value: str | int | float | tuple[object, ...] | None) -> str:
    """Return the Python literal of a value, quoted as black quotes it.

    Raises:
        TypeError: for a value that has no literal here, such as an infinity.
    """
    match value:
        case None | bool() | int():
            return repr(value)
        case float() if value - value == 0:
            return repr(value)
        case str():
            return _string_literal(value)
        case tuple():
            return _tuple_literal([literal(item) for item in value])  # type: ignore[arg-type]
        case _:
            raise TypeError(f"no literal for {value!r}")


def docstring(text: str, indent: int = 4) -> str:
    r"""Return text that may stand between triple quotes, as black leaves it.

    Evaluates to the words of the text: lines are kept, wrapped at 88 columns and indented, runs of
    blanks and of empty lines become one, what cannot be seen becomes an escape (``\u202e``).
    Text without any word gives "", which is no docstring: the caller writes a sentence of its own.

    Args:
        indent: columns before the opening quotes.
    """
    width = DOCSTRING_COLUMNS - indent - len('"""') * 2
    lines = [_wrapped(line, width) for line in re.split(r"\r\n|\n|\r", text)]
    paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
    body = "\n\n".join(paragraphs).replace("\n", "\n" + " " * indent)
    body = re.sub(r"\n +(?=\n)", "\n", body)
    return _away_from_quotes(body)


def comment(text: str) -> str:
    """Return text that may follow ``# ``: one line that no tool takes for an order to itself."""
    line = visible(" ".join(re.split(r"[ \t\r\n]+", text))).strip(" ")
    return _TOOL_DIRECTIVE.sub(r"'\g<0>'", line)


def _kept_short(word: str) -> str:
    """Cut a word that no file system takes as a file name; a digest keeps it apart from others."""
    if len(word) <= MAX_WORD_LENGTH:
        return word
    return f"{word[:MAX_WORD_LENGTH]}_{sha256(word.encode()).hexdigest()[:8]}"


def _string_literal(text: str) -> str:
    body = visible(text.replace("\\", "\\\\"))
    quote = "'" if body.count('"') > body.count("'") else '"'
    return quote + body.replace(quote, "\\" + quote) + quote


def _tuple_literal(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _wrapped(line: str, width: int) -> str:
    """Fill lines with the words of one line; a word wider than a line is cut."""
    lines = [""]
    for word in re.split("[ \t]+", line.strip(" \t")):
        for piece in _pieces(word, width):
            joined = f"{lines[-1]} {piece}" if lines[-1] else piece
            if len(joined) <= width:
                lines[-1] = joined
            else:
                lines.append(piece)
    return "\n".join(lines)


def _pieces(word: str, width: int) -> Iterator[str]:
    """Cut an escaped word into pieces that fit a line, never inside of an escape."""
    piece = ""
    for unit in _escaped_units(_DOCSTRING_UNIT.findall(word)):
        if len(piece) + len(unit) > width:
            yield piece
            piece = ""
        piece += unit
    yield piece


def _escaped_units(units: Iterable[str]) -> Iterator[str]:
    for unit in units:
        if unit.startswith('"""'):
            yield from ['\\"'] * len(unit)
        elif unit == "\\":
            yield "\\\\"
        else:
            yield escape(unit) if UNSEEN.match(unit) else unit


def _away_from_quotes(body: str) -> str:
    """Keep a quote at either end away from the triple quotes, with a space as black does."""
    before = " " if body.startswith('"') else ""
    after = " " if body.endswith('"') else ""
    return before + body + after

"""Patterns of JSON Schema: the language of ECMA-262, respelled for those who match by them,
measured, and compiled by the engine that the generated package will use.

pydantic matches by Rust's ``regex``, which has another idea of digits, blanks and sets; the readers
of an AsyncAPI document match by ECMA-262 in its ``u`` mode, which takes no needless backslash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

_ESCAPE = (
    r"\\(?:[bBdDsSwWfnrtv]|0(?![0-9])|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]+\}"
    r"|[pP]\{(?:[A-Z][a-z]?|(?:Script|General_Category)=\w+)\}|[!-/:-@\[-`{-~])"
)
_TOKEN = re.compile(
    rf"(?P<anchor>\\[bB]|[|^$])|(?P<escape>{_ESCAPE})|(?P<set>\[(?:{_ESCAPE}|[^\\\]])*\])"
    r"|(?P<open>\((?:\?:|\?<[A-Za-z_]\w*>|(?!\?)))|(?P<close>\))"
    r"|(?P<quantifier>(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??)|(?P<plain>[^\\\[\](){}?*+])",
    re.DOTALL | re.ASCII,
)
_ITEM = re.compile(rf"({_ESCAPE}|.)(?:-({_ESCAPE}|.))?", re.DOTALL)  # of a set
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_REPEATABLE = ("escape", "set", "close", "plain")
_NOT_UNDERSTOOD = (
    (r"\(\?(?:=|!|<=|<!)", "look-ahead and look-behind are not supported"),
    (r"\\(?:[1-9]|k<)", "back-references are not supported"),
    (r"\(\?P<", "a named group is written '(?<name>…)'"),
    (r"\(\?", "'(?' must be followed by ':' or '<name>'"),
    (r"\\[pP]", r"write a category such as '\p{Lu}', or '\p{Script=Greek}'"),
    (r"\\\Z", "it ends in a backslash"),
    (r"\\", "this escape has no meaning in ECMA-262"),
    (r"\[", "a '[' is never closed; the character itself is written '\\['"),
    (r"[\]{}]", "outside a set, '[', ']', '{' and '}' need a backslash before them"),
    (r"[*+?]", "there is nothing to repeat"),
)

# ECMA-262 counts ASCII alone as digits and words, and has its own idea of blanks and of lines.
_SETS = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[0-9A-Za-z_]",
    r"\W": "[^0-9A-Za-z_]",
    r"\s": r"[\s\uFEFF--\x85]",
    r"\S": r"[^\s\uFEFF--\x85]",
}
_BARE = {r"\0": r"\x00", r"\<": "<", r"\>": ">"}  # Rust's \< is where a word begins
_RUST_OUTSIDE = {
    **_SETS,
    ".": r"[^\n\r\u2028\u2029]",
    r"\b": r"(?-u:\b)",
    r"\B": r"(?-u:\B)",
    **_BARE,
}
_RUST_INSIDE = {
    **_SETS,
    r"\d": "0-9",
    r"\w": "0-9A-Za-z_",
    r"\b": r"\x08",
    **_BARE,
    # Together, two of these mean something else: [a-z&&[^b]].
    **{character: rf"\{character}" for character in "[&~-^"},
}

_MAX_US = 75_000  # for one pattern; about where the engine finds it too large
# What a part of a pattern takes, and each copy of it that a quantifier makes.
_PLAIN_US, _WIDE_US, _SCRIPT_US, _CATEGORY_US = 0.2, 3, 30, 150
_WIDE = re.compile(r"\[\^|\\[sSWD]|[^\x00-\x7f]|^\.$|\\u")  # characters beyond ASCII
_SCRIPT = re.compile(r"\\[pP]\{Script=")
_CATEGORY = re.compile(r"\\[pP]\{(?!Script=)")


class Token(NamedTuple):
    """A part of a pattern."""

    kind: str  # the name of a group of `_TOKEN`
    text: str


def as_rust(pattern: str) -> str:
    """Return a pattern that matches in Rust what the given one matches by ECMA-262.

    Raises:
        ValueError: with the reason, if it is none of ECMA-262, or cannot be matched in linear time.
    """
    return "".join(
        _rust_set(text) if kind == "set" else _RUST_OUTSIDE.get(text, text)
        for kind, text in tokens(pattern)
    )


def as_ecma(pattern: str) -> str:
    """Return a pattern as the ``u`` mode of ECMA-262 has it.

    Raises:
        ValueError: as `as_rust` does.
    """
    return "".join(
        _ecma_set(text) if kind == "set" else _bare(text, also="") if kind == "escape" else text
        for kind, text in tokens(pattern)
    )


def tokens(pattern: str) -> Iterator[Token]:
    """Yield the parts of a pattern.

    Raises:
        ValueError: with the reason, if it is none of ECMA-262.
    """
    at, before = 0, ""
    while at < len(pattern):
        found = _TOKEN.match(pattern, at)
        kind = str(found.lastgroup) if found else ""
        if not found or (kind == "quantifier" and before not in _REPEATABLE):
            raise ValueError(_why_not(pattern, at))
        if found[0] in ("[]", "[^]"):
            raise ValueError(f"'{found[0]}' is empty; a ']' in a set is written '\\]'")
        yield Token(kind, found[0])
        at, before = found.end(), kind


def _why_not(pattern: str, at: int) -> str:
    reasons = (why for start, why in _NOT_UNDERSTOOD if re.compile(start).match(pattern, at))
    return f"{next(reasons)} (character {at + 1})"


def _rust_set(text: str) -> str:
    items = ("-".join(_RUST_INSIDE.get(each, each) for each in ends) for ends in _ranges(text))
    return f"{_opening(text)}{''.join(items)}]"


def _ecma_set(text: str) -> str:
    items = (
        "-".join(r"\-" if each == "-" else _bare(each, also="-") for each in ends)
        for ends in _ranges(text)
    )
    return f"{_opening(text)}{''.join(items)}]"


def _opening(text: str) -> str:
    return "[^" if text.startswith("[^") else "["


def _ranges(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the characters of a set one by one, those of a range as first and last."""
    for first, last in _ITEM.findall(text[len(_opening(text)) : -1]):
        if not last:
            yield (first,)
        elif _is_character(first) and _is_character(last):
            yield (first, last)
        else:  # [\w-.]: no range begins or ends with many characters
            yield from ((first,), ("-",), (last,))


def _is_character(item: str) -> bool:
    return item not in _SETS and not item.startswith((r"\p", r"\P"))


def _bare(escape: str, also: str) -> str:
    """Leave out a backslash that the ``u`` mode refuses before a character that needs none."""
    character = escape[-1]
    is_needed = len(escape) != 2 or character.isalnum() or character in _SYNTAX
    return escape if is_needed or character in also else character


def estimate_us(pattern: str) -> int:
    """Return about how many microseconds a pattern takes to be compiled.

    Raises:
        ValueError: with the reason, if it is none of ECMA-262, or takes too long.
    """
    sums = [0.0]  # of the open groups
    last = 0.0  # what a quantifier would repeat
    for kind, text in tokens(pattern):
        if kind == "open":
            sums.append(_PLAIN_US)
        elif kind == "close" and len(sums) > 1:
            last = sums.pop()
            sums[-1] += last
        elif kind == "quantifier":
            sums[-1] += last * (_times(text) - 1)
            last *= _times(text)
        else:
            last = _part_us(text)
            sums[-1] += last
        if sums[-1] > _MAX_US:
            raise ValueError("it is too large")
    if len(pattern) > _MAX_US:
        raise ValueError("it is too large")
    return len(pattern) + int(sum(sums))


def _times(quantifier: str) -> int:
    """Return how many copies of a part a quantifier makes."""
    counts = re.findall("[0-9]+", quantifier)
    return max((int(each.lstrip("0")[:9] or "0") for each in counts), default=1)


def _part_us(text: str) -> float:
    basis = _WIDE_US if _WIDE.search(text) else _PLAIN_US
    scripts, categories = len(_SCRIPT.findall(text)), len(_CATEGORY.findall(text))
    return basis + scripts * _SCRIPT_US + categories * _CATEGORY_US


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return what tells whether a text matches a pattern of ECMA-262.

    Raises:
        ValueError: with the reason, if the engine does not take the pattern.
    """
    from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=as_rust(pattern)))
    except SchemaError as error:
        raise ValueError(_reason(str(error))) from None

    def matches(text: str) -> bool:
        try:
            validator.validate_python(text)
        except ValidationError:
            return False
        return True

    return matches


def _reason(said: str) -> str:
    """Put into words what Rust's regex crate says about a pattern."""
    if "size limit" in said:
        return "it is too large"
    found = re.search(r"error: ([^\n]+)", said)
    return found[1] if found else "it cannot be parsed"

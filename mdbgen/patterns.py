"""Patterns, compiled by the engine that the generated package will use."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from mdbgen.regexes import as_rust, tokens

_MAX_US = 75_000  # for one pattern; about where the engine finds it too large
# What a part of a pattern takes, and each copy of it that a quantifier makes.
_PLAIN_US, _WIDE_US, _SCRIPT_US, _CATEGORY_US = 0.2, 3, 30, 150
_WIDE = re.compile(r"\[\^|\\[sSWD]|[^\x00-\x7f]|^\.$|\\u")  # characters beyond ASCII
_SCRIPT = re.compile(r"\\[pP]\{Script=")
_CATEGORY = re.compile(r"\\[pP]\{(?!Script=)")


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
    return found[1] if found else "it is not understood"

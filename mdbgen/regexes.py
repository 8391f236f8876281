"""Patterns of JSON Schema in the language of Rust's ``regex``, which pydantic matches them by."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\.|[\[\].]|&&|--|~~|.", re.DOTALL)
# ECMA-262 counts ASCII alone as digits and words, and has its own idea of blanks and of lines.
_CLASSES = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[0-9A-Za-z_]",
    r"\W": "[^0-9A-Za-z_]",
    r"\s": r"[\s\uFEFF--\x85]",
    r"\S": r"[^\s\uFEFF--\x85]",
}
_OUTSIDE = {
    **_CLASSES,
    ".": r"[^\n\r\u2028\u2029]",
    r"\b": r"(?-u:\b)",
    "\\B": r"(?-u:\B)",
}
_INSIDE = {
    **_CLASSES,
    r"\d": "0-9",
    r"\w": "0-9A-Za-z_",
    "[": r"\[",  # else a class within the class
    "&&": r"\&\&",  # else what two classes have in common
    "--": r"\-\-",
    "~~": r"\~\~",
}


def as_rust(pattern: str) -> str:
    """Return a pattern that matches in Rust what the given one matches by ECMA-262.

    Args:
        pattern: one that Rust understands too, maybe otherwise.
    """
    found: list[str] = []
    is_inside = False
    for token in _TOKEN.findall(pattern):
        found.append((_INSIDE if is_inside else _OUTSIDE).get(token, token))
        if token == ("]" if is_inside else "["):
            is_inside = not is_inside
    return "".join(found)

"""Patterns for readers other than the generated package: Rust's spelling to ECMAScript's."""

from __future__ import annotations

import re

_CLASS_ESCAPE = (
    r"\\(?:[dDsSwWnrtfv]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[pP]\{[A-Z][a-z]?\}|[!-/:-@\[-`{-~])"
)
# What both engines take for the same; whatever else there is may mean something else, or nothing.
_ATOM = re.compile(
    rf"(?P<escape>{_CLASS_ESCAPE})"
    r"|(?P<anchor>\\[bB]|[|^$])"
    r"|(?P<open>\((?:\?:|\?P?<(?P<group>[A-Za-z_][A-Za-z0-9_]*)>|(?!\?)))"
    rf"|(?P<set>\[\^?(?:{_CLASS_ESCAPE}|(?!--|&&|~~)[^\\\[\]^])(?:{_CLASS_ESCAPE}|(?!--|&&|~~)[^\\\[\]])*\])"
    r"|(?P<plain>[^\\\[\](){}?*+|^$])"
    r"|(?P<close>\))",
    re.DOTALL,
)
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_REPEATABLE = ("escape", "set", "plain", "close")
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")


def ecmascript_pattern(pattern: str) -> str | None:
    """Return a pattern as ECMAScript spells it, ``None`` where that might mean something else.

    Args:
        pattern: one that Rust's ``regex`` takes.
    """
    spelled, at = "", 0
    while at < len(pattern):
        atom = _ATOM.match(pattern, at)
        if atom is None:
            return None
        spelled += _spelled(atom)
        at = atom.end()
        quantifier = _QUANTIFIER.match(pattern, at) if atom.lastgroup in _REPEATABLE else None
        if quantifier:
            spelled += quantifier[0]
            at = quantifier.end()
    return spelled


def _spelled(atom: re.Match[str]) -> str:
    if atom["group"]:
        return f"(?<{atom['group']}>"
    if atom["set"]:
        return re.sub(_CLASS_ESCAPE, lambda one: _unescaped(one[0], also="-"), atom["set"])
    return _unescaped(atom[0], also="") if atom["escape"] else atom[0]


def _unescaped(escape: str, also: str) -> str:
    """Leave out a backslash that ECMAScript refuses before a character that needs none."""
    character = escape[1]
    if len(escape) > 2 or character.isalnum() or character in _SYNTAX or character in also:
        return escape
    return character

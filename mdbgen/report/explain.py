"""What ``explain`` tells of a code or of a rule of ``breaking``: the text of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TypeAlias

from mdbgen.breaking.level import ChangeRule
from mdbgen.breaking.rules import CHANGE_RULES
from mdbgen.errors import ConfigError, Diagnostic, shown
from mdbgen.report.formats import OK, Format, Report, document, lines_of
from mdbgen.rules.catalogue import RULES
from mdbgen.rules.rule import Rule

WIDTH = 88
AnyRule: TypeAlias = Rule | ChangeRule


def all_rules() -> Sequence[AnyRule]:
    """Return all that can be explained: the codes, and the rules of ``breaking``."""
    return (*RULES.values(), *CHANGE_RULES.values())


def find_rules(code: str) -> Sequence[AnyRule]:
    """Return the rule of a code.

    Raises:
        ConfigError: there is no such code.
    """
    rule = RULES.get(code.upper()) or CHANGE_RULES.get(code.lower())
    if rule:
        return (rule,)
    from difflib import get_close_matches

    near = get_close_matches(code.upper(), RULES, n=1)
    near = near or get_close_matches(code.lower(), CHANGE_RULES, n=1)
    hint = f"did you mean {near[0]}?" if near else "mdbgen explain --all lists every code"
    message = f"there is no code {shown(code)}"
    raise ConfigError(Diagnostic("mdbgen", 0, 0, "MDB412", "", message, suggestion=hint))


def report_rules(rules: Sequence[AnyRule], form: Format) -> Report:
    """Report what rules mean."""
    if form is Format.JSON:
        return Report(document({"rules": [_entry(each) for each in rules]}), "", OK)
    return Report("\n".join(_text(each) for each in rules), "", OK)


def _entry(rule: AnyRule) -> dict[str, str]:
    match rule:
        case Rule():
            return {
                "code": rule.code,
                "meaning": rule.meaning,
                "mending": rule.mending,
                "wrong": rule.wrong,
                "right": rule.right,
                "place": rule.shown_place,
            }
        case ChangeRule():
            return {
                "code": rule.id,
                "meaning": rule.sentence,
                "mending": rule.instead,
                "receive": rule.receive.value,
                "send": rule.send.value,
                "area": rule.area.value,
            }


def _text(rule: AnyRule) -> str:
    match rule:
        case Rule():
            return lines_of(_lines(rule))
        case ChangeRule():
            return lines_of(_change_lines(rule))


def _lines(rule: Rule) -> Sequence[str]:
    place = f", in {rule.shown_place}" if rule.shown_place else ""
    return (
        *wrap(f"{rule.code}: {rule.meaning}", WIDTH),
        *wrap(f"To fix it: {rule.mending}", WIDTH),
        "",
        f"wrong{place}:",
        f"    {rule.wrong}",
        "right:",
        f"    {rule.right}",
    )


def _change_lines(rule: ChangeRule) -> Sequence[str]:
    levels = f"Level: {rule.receive.value}."
    if rule.receive is not rule.send:
        levels = (
            f"Level: {rule.receive.value} in what clients send,"
            f" {rule.send.value} in what they read."
        )
    instead = wrap(f"What breaks nobody: {rule.instead}.", WIDTH) if rule.instead else []
    return (*wrap(f"{rule.id}: {rule.sentence}.", WIDTH), levels, *instead)

"""What ``explain`` tells of a code: the text of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from mdbgen.errors import ConfigError, Diagnostic, shown
from mdbgen.report.formats import OK, Format, Report, document, lines_of
from mdbgen.rules.catalogue import RULES
from mdbgen.rules.rule import Rule

WIDTH = 88


def find_rules(code: str | None) -> Sequence[Rule]:
    """Return the rule of a code, or every rule where none is named.

    Raises:
        ConfigError: there is no such code.
    """
    if code is None:
        return tuple(RULES.values())
    rule = RULES.get(code.upper()) or RULES.get(code.lower())
    if rule:
        return (rule,)
    from difflib import get_close_matches

    near = get_close_matches(code.upper(), RULES, n=1)
    hint = f"did you mean {near[0]}?" if near else "mdbgen explain --all lists every code"
    message = f"there is no code {shown(code)}"
    raise ConfigError(Diagnostic("mdbgen", 0, 0, "MDB412", "", message, suggestion=hint))


def report_rules(rules: Sequence[Rule], form: Format) -> Report:
    """Report what rules mean."""
    if form is Format.JSON:
        return Report(document({"rules": [_entry(each) for each in rules]}), "", OK)
    return Report("\n".join(_text(each) for each in rules), "", OK)


def _entry(rule: Rule) -> dict[str, str]:
    return {
        "code": rule.code,
        "meaning": rule.meaning,
        "mending": rule.mending,
        "wrong": rule.wrong,
        "right": rule.right,
        "place": rule.shown_place,
    }


def _text(rule: Rule) -> str:
    place = f", in {rule.shown_place}" if rule.shown_place else ""
    return lines_of(
        (
            *wrap(f"{rule.code}: {rule.meaning}", WIDTH),
            *wrap(f"To mend it: {rule.mending}", WIDTH),
            "",
            f"wrong{place}:",
            f"    {rule.wrong}",
            "right:",
            f"    {rule.right}",
        )
    )

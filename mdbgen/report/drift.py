"""What ``generate`` and ``check`` tell people, tools and pull requests, as text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

from mdbgen.apps import Outcome
from mdbgen.disk.lock import LOCK_NAME
from mdbgen.disk.tree import Action, Change, Drift
from mdbgen.errors import Diagnostic, Severity, as_json, format_github, format_text, visible
from mdbgen.report.formats import DRIFTED, FAILED, OK, Format, Report, document, first_of, lines_of


class Show(Enum):
    """What ``generate`` prints."""

    LINES = "lines"
    DIFF = "diff"
    LINES_AND_DIFF = "lines and diff"


# What a reader wants to see stands last, where the eye is.
_LAST = {Action.KEEP: 1, Action.DELETE: 2, Action.UPDATE: 3, Action.CREATE: 4}


def report_generate(outcome: Outcome, form: Format, show: Show) -> Report:
    """Report what was, or would be, done to each file."""
    changes = [change for each in outcome.comparisons for change in each.changes]
    outcome = replace(outcome, lacking=[_lack(each) for each in changes if _lacks_methods(each)])
    if form is Format.JSON:
        files = [_file_entry(change, show) for change in changes]
        return Report(document({"files": files, "warnings": _warnings(outcome)}), "", OK)
    shown = sorted(changes, key=lambda each: _LAST.get(each.action, 0))
    lines = "" if show is Show.DIFF else lines_of(_action_line(change) for change in shown)
    diff = "" if show is Show.LINES else "".join(change.diff for change in changes)
    is_summed_up = len(outcome.apps) > 1 and show is Show.LINES
    summary = f"{_summary_of_generate(outcome)}\n" if is_summed_up else ""
    return _with_problems(lines + diff + summary, outcome, form, OK)


def report_check(outcome: Outcome, form: Format) -> Report:
    """Report what has drifted; the last line says how to repair it."""
    code = FAILED if outcome.errors else DRIFTED if outcome.drifted else OK
    if form is Format.JSON:
        return Report(document(_check_document(outcome)), "", code)
    if form is Format.GITHUB:
        command = outcome.repair
        stdout = lines_of(format_github(_annotation(each, command)) for each in outcome.drifted)
    else:
        drifted = sorted(outcome.drifted, key=_lacks_methods)
        firsts = [each for each in outcome.comparisons if each.is_first]
        bare = {change.file for each in firsts for change in each.changes}
        stdout = "".join(_describe(change, bare) for change in drifted)
    return _with_problems(stdout + lines_of(_last_lines(outcome)), outcome, form, code)


def _last_lines(outcome: Outcome) -> Iterator[str]:
    """Yield how the apps are, what to paste where, and the command, which repairs all else."""
    if len(outcome.apps) > 1:
        yield _summary_of_check(outcome)
    elif not outcome.drifted:
        yield f"{outcome.comparisons[0].target.as_posix()}/ is up to date"
    lacking = [change.file for change in outcome.drifted if change.action is Action.KEEP]
    if lacking:
        yield f"paste the missing methods printed above into {', '.join(map(visible, lacking))}"
    if outcome.repair:
        yield outcome.repair


def _summary_of_check(outcome: Outcome) -> str:
    counts = {
        "up to date": sum(not each.drifted and not each.errors for each in outcome.apps),
        "with drift": sum(bool(each.drifted) for each in outcome.apps),
        "with errors": sum(bool(each.errors) for each in outcome.apps),
    }
    if counts["up to date"] == len(outcome.apps):
        return f"{len(outcome.apps)} apps are up to date"
    return _summary(outcome, counts)


def _summary_of_generate(outcome: Outcome) -> str:
    changed = sum(any(map(_is_changed, each.changes)) for each in outcome.comparisons)
    counts = {"with changes": changed, "unchanged": len(outcome.apps) - changed}
    return _summary(outcome, counts)


def _summary(outcome: Outcome, counts: Mapping[str, int]) -> str:
    told = (f"{count} {what}" for what, count in counts.items() if count)
    return f"{len(outcome.apps)} apps: {', '.join(told)}"


def _with_problems(stdout: str, outcome: Outcome, form: Format, code: int) -> Report:
    problems = first_of((*outcome.warnings, *outcome.errors))
    if form is Format.GITHUB:
        return Report(lines_of(format_github(each) for each in problems) + stdout, "", code)
    return Report(stdout, lines_of(format_text(each) for each in problems), code)


def _file_entry(change: Change, show: Show) -> dict[str, Any]:
    entry = {"action": change.action.value, "file": change.file}
    return entry if show is Show.LINES else {**entry, "diff": change.diff}


def _action_line(change: Change) -> str:
    width = max(len(action.value) for action in Action)
    return f"{change.action.value:{width}} {visible(change.file)}"


def _check_document(outcome: Outcome) -> dict[str, Any]:
    content = {
        "drift": [_drift_entry(each) for each in outcome.drifted],
        "command": outcome.repair or None,
        "warnings": _warnings(outcome),
    }
    errors = [as_json(each) for each in first_of(outcome.errors)]
    return {**content, "errors": errors} if errors else content


def _drift_entry(change: Change) -> dict[str, str]:
    kind = change.drift.value if change.drift else ""
    entry = {"kind": kind, "file": change.file, "diff": change.diff}
    return {**entry, "stub": change.new} if change.drift is Drift.MISSING_HANDLER else entry


def _describe(change: Change, bare: Collection[str]) -> str:
    """Name a drift and show what a reader cannot know: the difference, or the stub to paste.

    Args:
        bare: files of packages that are not there at all; to print all of them says no more.
    """
    if change.drift is None:
        return ""
    headline = f"{change.drift.value} {visible(change.file)}\n"
    if change.drift is Drift.MISSING_HANDLER:
        return f"{headline}{change.new}\n"
    if change.path == LOCK_NAME:  # hashes, which tell nobody anything
        return headline
    if change.drift is Drift.MISSING and change.file in bare:
        return headline
    return f"{headline}{change.diff}\n"


def _annotation(change: Change, command: str) -> Diagnostic:
    kind = change.drift.value if change.drift else ""
    message = f"{kind}; to repair it run: {command}"
    if change.action is Action.KEEP:  # the app's own: no command writes to it
        message = f"{kind}; paste into it:\n{change.new}"
    return Diagnostic(change.file, 0, 0, "mdbgen check", "", message)


def _is_changed(change: Change) -> bool:
    return change.action not in (Action.KEEP, Action.UNCHANGED)


def _lacks_methods(change: Change) -> bool:
    return change.action is Action.KEEP and change.drift is Drift.MISSING_HANDLER


def _lack(change: Change) -> Diagnostic:
    """Warn of the methods that a handler file lacks; ``check`` prints them."""
    names = re.findall(r"def (\w+)\(", change.new)
    return Diagnostic(
        change.file,
        change.line,
        1 if change.line else 0,
        "MDB312",
        "",
        f"lacks {', '.join(names)}",
        suggestion="mdbgen check prints what to paste",
        severity=Severity.WARNING,
    )


def _warnings(outcome: Outcome) -> list[dict[str, str | int]]:
    return [as_json(each) for each in first_of(outcome.warnings)]

"""What ``generate`` and ``check`` tell people, tools and pull requests, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from mdbgen.errors import Diagnostic, as_json, format_github, format_text, visible
from mdbgen.formats import DRIFTED, OK, Format, Report, document, lines_of
from mdbgen.tree import Action, Change, Comparison, Drift


class Show(Enum):
    """What ``generate`` prints."""

    LINES = "lines"
    DIFF = "diff"
    LINES_AND_DIFF = "lines and diff"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One or several apps, rendered and compared."""

    comparisons: Sequence[Comparison]
    warnings: Sequence[Diagnostic]
    command: str  # what repairs the folders, as the user would type it; without --force


def report_generate(outcome: Outcome, form: Format, show: Show) -> Report:
    """Report what was, or would be, done to each file."""
    changes = [change for each in outcome.comparisons for change in each.changes]
    if form is Format.JSON:
        files = [_file_entry(change, show) for change in changes]
        return Report(document({"files": files, "warnings": _warnings(outcome)}), "", OK)
    lines = "" if show is Show.DIFF else lines_of(_action_line(change) for change in changes)
    diff = "" if show is Show.LINES else "".join(change.diff for change in changes)
    return _with_warnings(lines + diff, outcome, form, OK)


def report_check(outcome: Outcome, form: Format) -> Report:
    """Report what has drifted; the last line is the command that repairs it."""
    drifted = [change for each in outcome.comparisons for change in each.changes if change.drift]
    code = DRIFTED if drifted else OK
    if form is Format.JSON:
        return Report(document(_check_document(outcome, drifted)), "", code)
    command = _repair(outcome, drifted)
    if form is Format.GITHUB:
        stdout = lines_of(format_github(_annotation(each, command)) for each in drifted)
    else:
        stdout = "".join(_describe(change) for change in drifted)
    if drifted:
        return _with_warnings(f"{stdout}{command}\n", outcome, form, code)
    clean = lines_of(f"{each.target.as_posix()}/ is up to date" for each in outcome.comparisons)
    return _with_warnings(clean, outcome, form, code)


def _with_warnings(stdout: str, outcome: Outcome, form: Format, code: int) -> Report:
    if form is Format.GITHUB:
        annotations = lines_of(format_github(each) for each in outcome.warnings)
        return Report(annotations + stdout, "", code)
    return Report(stdout, lines_of(format_text(each) for each in outcome.warnings), code)


def _file_entry(change: Change, show: Show) -> dict[str, Any]:
    entry = {"action": change.action.value, "file": change.file}
    return entry if show is Show.LINES else {**entry, "diff": change.diff}


def _action_line(change: Change) -> str:
    width = max(len(action.value) for action in Action)
    return f"{change.action.value:{width}} {visible(change.file)}"


def _check_document(outcome: Outcome, drifted: Sequence[Change]) -> dict[str, Any]:
    drift = [_drift_entry(each) for each in drifted]
    command = _repair(outcome, drifted) if drifted else None
    return {"drift": drift, "command": command, "warnings": _warnings(outcome)}


def _drift_entry(change: Change) -> dict[str, str]:
    kind = change.drift.value if change.drift else ""
    entry = {"kind": kind, "file": change.file, "diff": change.diff}
    return {**entry, "stub": change.new} if change.drift is Drift.MISSING_HANDLER else entry


def _describe(change: Change) -> str:
    """Name a drift and show what a reader cannot know: the difference, or the stub to paste."""
    if change.drift is None:
        return ""
    headline = f"{change.drift.value} {visible(change.file)}\n"
    match change.drift:
        case Drift.CHANGED | Drift.EDITED:
            return f"{headline}{change.diff}\n"
        case Drift.MISSING_HANDLER:
            return f"{headline}{change.new}\n"
        case Drift.MISSING | Drift.STALE:
            return headline


def _annotation(change: Change, command: str) -> Diagnostic:
    kind = change.drift.value if change.drift else ""
    message = f"{kind}; to repair it run: {command}"
    if change.action is Action.KEEP:  # the app's own: no command writes to it
        message = f"{kind}; paste into it:\n{change.new}"
    return Diagnostic(change.file, 0, 0, "mdbgen check", "", message)


def _repair(outcome: Outcome, drifted: Sequence[Change]) -> str:
    needs_force = any(change.conflict for change in drifted)
    return f"{outcome.command} --force" if needs_force else outcome.command


def _warnings(outcome: Outcome) -> list[dict[str, str | int]]:
    return [as_json(each) for each in outcome.warnings]

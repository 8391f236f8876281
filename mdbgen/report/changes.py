"""What ``breaking`` tells people, tools, pull requests and their readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mdbgen.against import PlacedChange
from mdbgen.breaking.change import Side
from mdbgen.breaking.level import Level
from mdbgen.breaking.rules import CHANGE_RULES
from mdbgen.errors import Diagnostic, Severity, format_github, visible
from mdbgen.report.formats import OK, ChangesFormat, Report, document, lines_of

BROKEN = 1
_ORDER = (Level.ERROR, Level.WARNING, Level.INFO)
_SUMMARY = {Level.ERROR: "breaking", Level.WARNING: "risky", Level.INFO: "harmless"}


def report_changes(changes: Sequence[PlacedChange], form: ChangesFormat) -> Report:
    """Report what has changed, the worst first."""
    ordered = sorted(changes, key=lambda each: _ORDER.index(each.level))
    code = BROKEN if any(each.level is Level.ERROR for each in changes) else OK
    match form:
        case ChangesFormat.JSON:
            return Report(document({"changes": [_entry(each) for each in ordered]}), "", code)
        case ChangesFormat.GITHUB:
            return Report(lines_of(_annotation(each) for each in ordered), "", code)
        case ChangesFormat.MARKDOWN:
            return Report(_markdown(ordered), "", code)
        case ChangesFormat.TEXT:
            lines = (*map(_line, ordered), _summary(ordered))
            return Report(lines_of(lines), "", code)


def _line(change: PlacedChange) -> str:
    place = f":{change.line}:{change.column}" if change.line else ""
    where = f" {change.path}" if change.path else ""
    what = f"{change.level.value} {change.rule}{where}: {change.message}"
    return visible(f"{change.file}{place}: {what}")


def _summary(changes: Sequence[PlacedChange]) -> str:
    counts = [(sum(each.level is level for each in changes), level) for level in _ORDER]
    told = [f"{count} {_SUMMARY[level]}" for count, level in counts if count]
    return f"changes: {', '.join(told)}" if told else "nothing has changed for clients"


def _entry(change: PlacedChange) -> dict[str, Any]:
    return {
        "level": change.level.value,
        "rule": change.rule,
        "path": change.path,
        "file": change.file,
        "line": change.line,
        "column": change.column,
        "message": change.message,
    }


def _annotation(change: PlacedChange) -> str:
    is_error = change.level is Level.ERROR
    severity = Severity.ERROR if is_error else Severity.WARNING
    diagnostic = Diagnostic(
        change.file,
        change.line,
        change.column,
        change.rule,
        change.path,
        change.message,
        severity=severity,
    )
    if change.side is Side.OLD:  # a pull request shows the new files
        diagnostic = replace(diagnostic, file=change.file.rpartition(":")[2], line=0, column=0)
    text = format_github(diagnostic)
    return text.replace("::warning", "::notice", 1) if change.level is Level.INFO else text


def _markdown(changes: Sequence[PlacedChange]) -> str:
    if not changes:
        return "Nothing has changed for clients.\n"
    lines = [f"**{_summary(changes).capitalize()}**"]
    for level in _ORDER:
        rows = [each for each in changes if each.level is level]
        if rows:
            lines += ["", f"| {level.value} | where | what |", "| --- | --- | --- |"]
            lines += [_row(each) for each in rows]
    return lines_of(lines)


def _row(change: PlacedChange) -> str:
    place = f"{change.file}:{change.line}" if change.line else change.file
    sentence = CHANGE_RULES[change.rule].sentence
    cells = (f"`{change.rule}`", f"`{change.path}` ({place})", f"{change.message}. {sentence}.")
    escaped = (visible(each).replace("|", "\\|").replace("<", "&lt;") for each in cells)
    return f"| {' | '.join(escaped)} |"

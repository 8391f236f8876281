"""The formats of ``--format``, and how what keeps a command from working is told in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mdbgen.errors import Diagnostic, Severity, as_json, format_github, format_text

OK, DRIFTED, FAILED, INTERRUPTED = 0, 1, 2, 130
MAX_SHOWN = 100  # problems of one run


class Format(StrEnum):
    """Who reads a report."""

    TEXT = "text"  # people
    JSON = "json"  # tools: one document on stdout, whatever happens
    GITHUB = "github"  # pull requests: workflow commands on stdout


class ChangesFormat(StrEnum):
    """Who reads what ``breaking`` reports."""

    TEXT = "text"  # people
    JSON = "json"  # tools
    GITHUB = "github"  # annotations of a pull request
    MARKDOWN = "markdown"  # a comment on one

    @property
    def for_failures(self) -> Format:
        """The format in which is told what kept the command from working."""
        return Format.TEXT if self is ChangesFormat.MARKDOWN else Format(self.value)


@dataclass(frozen=True, slots=True)
class Report:
    """What to print, and the exit code."""

    stdout: str
    stderr: str
    code: int


def report_failure(problems: Sequence[Diagnostic], form: Format) -> Report:
    """Report what kept a command from doing anything."""
    match form:
        case Format.JSON:
            errors = [each for each in problems if each.severity is Severity.ERROR]
            entries = [as_json(each) for each in first_of(errors)]
            return Report(document({"errors": entries}), "", FAILED)
        case Format.GITHUB:
            return Report(lines_of(map(format_github, first_of(problems))), "", FAILED)
        case Format.TEXT:
            return Report("", lines_of(map(format_text, first_of(problems))), FAILED)


def first_of(problems: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """Return the first problems, errors before warnings, and one that counts the others."""
    if len(problems) <= MAX_SHOWN:
        return problems
    urgent = sorted(problems, key=lambda each: each.severity is Severity.WARNING)
    shown, others = urgent[:MAX_SHOWN], urgent[MAX_SHOWN:]
    message = f"{len(others)} more problems are not shown; fix these first"
    severity = others[0].severity
    return [*shown, Diagnostic(others[0].file, 0, 0, "MDB009", "", message, severity=severity)]


def document(content: dict[str, Any]) -> str:
    """Print JSON in ASCII: it stays valid whatever the encoding of the terminal is."""
    import json  # which --version does without

    return json.dumps(content, indent=2) + "\n"


def lines_of(lines: Iterable[str]) -> str:
    """Join lines that lack their line ends."""
    return "".join(f"{line}\n" for line in lines)

"""The formats of ``--format``, and how what keeps a command from working is told in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mdbgen.errors import Diagnostic, Severity, as_json, format_github, format_text

OK, DRIFTED, FAILED, INTERRUPTED = 0, 1, 2, 130


class Format(StrEnum):
    """Who reads a report."""

    TEXT = "text"  # people
    JSON = "json"  # tools: one document on stdout, whatever happens
    GITHUB = "github"  # pull requests: workflow commands on stdout


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
            errors = [as_json(each) for each in problems if each.severity is Severity.ERROR]
            return Report(document({"errors": errors}), "", FAILED)
        case Format.GITHUB:
            return Report(lines_of(format_github(each) for each in problems), "", FAILED)
        case Format.TEXT:
            return Report("", lines_of(format_text(each) for each in problems), FAILED)


def document(content: dict[str, Any]) -> str:
    """Print JSON in ASCII: it stays valid whatever the encoding of the terminal is."""
    import json

    return json.dumps(content, indent=2) + "\n"


def lines_of(lines: Iterable[str]) -> str:
    """Join lines that lack their line ends."""
    return "".join(f"{line}\n" for line in lines)

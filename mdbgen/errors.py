"""The error tree: every problem is a Diagnostic that says where, what and how to mend it.

MdbgenError
├── ManifestError   the manifest is not JSON, or not a manifest
├── OutputError     the output folder holds something that mdbgen must not touch
└── ConfigError     the command line or ``pyproject.toml`` asks for something impossible
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """What a diagnostic does to a run."""

    ERROR = "error"  # nothing is written, exit code 2
    WARNING = "warning"  # printed, nothing else


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem at one place."""

    file: str  # as the user spelled it; "<stdin>" for standard input
    line: int  # from 1
    column: int  # from 1, in characters
    code: str  # "MDB104"
    path: str  # "websockets.realtime.ping_interval", "" for the document itself
    message: str  # what is wrong, with the value
    source_line: str = ""  # the text of that line; "" where there is none to show
    suggestion: str = ""  # "did you mean 'ping_interval'?"
    severity: Severity = Severity.ERROR


class MdbgenError(Exception):
    """Something the user can mend. Carries all problems at once."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(diagnostic.message for diagnostic in diagnostics))
        self.diagnostics = diagnostics


class ManifestError(MdbgenError):
    """The manifest is not JSON, or not a manifest."""


class OutputError(MdbgenError):
    """The output folder holds something that mdbgen must not touch."""


class ConfigError(MdbgenError):
    """The command line or ``pyproject.toml`` asks for something impossible."""

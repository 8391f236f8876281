"""What the commands share: arguments that several take, and how each prints and exits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from mdbgen.report.formats import Format, Report
from mdbgen.terminal import outcome_of, print_text

AppManifest = Annotated[
    str | None,
    typer.Argument(
        metavar="MANIFEST",
        help="The manifest, or - for standard input. "
        "Without it: every app that the nearest pyproject.toml lists.",
        show_default=False,
    ),
]
OneManifest = Annotated[
    str, typer.Argument(metavar="MANIFEST", help="The manifest, or - for standard input.")
]
PackageFolder = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="DIR", help="The package's folder."),
]
Form = Annotated[Format, typer.Option("--format", help="For people, tools or pull requests.")]


def emit(run: Callable[[], Report], form: Format) -> None:
    """Print what a command has to say, and exit."""
    report = outcome_of(run, form)
    print_text(sys.stderr, report.stderr, report.code)
    raise typer.Exit(print_text(sys.stdout, report.stdout, report.code))

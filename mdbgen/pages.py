"""The commands that show an app's contract in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mdbgen.options import Form, OneManifest, PackageFolder, emit
from mdbgen.report.formats import OK, Format, Report


def docs(
    manifest: OneManifest,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="The page's folder.")
    ],
    form: Form = Format.TEXT,
) -> None:
    """Write the contract as a page that a team can publish.

    index.html needs no server and loads nothing; asyncapi.json is the same for tools.

    Exit code: 0, or 2 for an error, in which case nothing was written.
    """

    def run() -> Report:
        from mdbgen.console.docs import write_docs
        from mdbgen.document.source import read_source
        from mdbgen.manifest.reader import parse_manifest
        from mdbgen.report.docs import report_docs

        parsed, warnings = parse_manifest(read_source(manifest))
        return report_docs(write_docs(parsed, warnings, Path(output)), warnings, form)

    emit(run, form)


def dev(
    manifest: Annotated[
        str | None,
        typer.Argument(
            metavar="MANIFEST",
            help="The manifest. Without it: that of the nearest pyproject.toml, or manifest.json.",
            show_default=False,
        ),
    ] = None,
    output: PackageFolder = None,
    app: Annotated[
        str | None,
        typer.Option(
            "--app",
            metavar="MODULE:NAME",
            help="The app. Without it: that of main.py, app.py, api.py, here or in app/.",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="Of the app; 0 is the first free one from 8000 on."),
    ] = 0,
    console_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the console; 0 is the next free one.")
    ] = 0,
) -> None:
    """Serve the app with a console that shows its sockets, and reload on change.

    For development only: it makes tokens, and listens on this machine alone. Without an app, a
    bare one is made from the manifest.

    Exit code: 0, or 2 for an error.
    """

    def run() -> Report:
        from mdbgen.dev.command import Options
        from mdbgen.dev.command import run as run_dev

        run_dev(Options(manifest, output, app, port, console_port))
        return Report("", "", OK)

    emit(run, Format.TEXT)

"""The commands, which alone exit and know typer. Each imports what it needs when it runs."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mdbgen import __version__
from mdbgen.errors import MdbgenError
from mdbgen.progress import watched
from mdbgen.report.formats import INTERRUPTED, OK, ChangesFormat, Format, Report
from mdbgen.terminal import (
    Shell,
    outcome_of,
    print_text,
    report_bug,
    report_usage_error,
    usage_problem,
)

if TYPE_CHECKING:
    from mdbgen.report.drift import Show

# Of every command line that typer cannot read. Older ones take it from click, newer ones bring
# their own, and neither has it under a name: it is what a bad parameter is a case of.
_UsageError: type[Exception]
(_UsageError,) = typer.BadParameter.__bases__

app = typer.Typer(
    help="Generate a typed FastAPI WebSocket package from a manifest, and keep the two in sync.",
    add_completion=False,
    no_args_is_help=True,
    epilog="Example: mdbgen check, in a project whose pyproject.toml lists its apps.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_Manifest = Annotated[
    str | None,
    typer.Argument(
        metavar="MANIFEST",
        help="The manifest, or - for standard input. "
        "Without it: every app that the nearest pyproject.toml lists.",
        show_default=False,
    ),
]
_Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="DIR", help="The package's folder."),
]
_Form = Annotated[Format, typer.Option("--format", help="For people, tools or pull requests.")]
_SHELL = "Print the completion script for a shell."


def main() -> None:
    """Run the command line and exit."""
    # What else is installed has no say in what is generated, and searching for it takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", newline="\n")
    if "_MDBGEN_COMPLETE" in os.environ:
        from mdbgen.completion import prepare

        prepare()
    try:
        code = app(prog_name="mdbgen", standalone_mode=False)
    except _UsageError as error:
        code = report_usage_error(error)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # exit code 1, Python's own for this, would mean drift
        code = report_bug(error)
    gc.freeze()  # or Python looks through every module once more on its way out
    sys.exit(print_text(sys.stdout, "", code if isinstance(code, int) else OK))


def _tell_version(wanted: bool) -> None:
    if wanted:
        raise typer.Exit(print_text(sys.stdout, f"mdbgen {__version__}\n", OK))


def _print_completion(shell: Shell | None) -> None:
    if shell:
        from mdbgen.completion import script_for

        raise typer.Exit(print_text(sys.stdout, script_for(shell.value), OK))


@app.callback()
def _mdbgen(
    completion: Annotated[
        Shell | None,
        typer.Option("--show-completion", callback=_print_completion, is_eager=True, help=_SHELL),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: mdbgen generate manifest.json -o app/ws/")
def generate(
    manifest: _Manifest = None,
    output: _Output = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing, print a unified diff.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite generated files that were edited by hand.")
    ] = False,
    form: _Form = Format.TEXT,
) -> None:
    """Write the package of a manifest.

    Only what changed is written; your handler files are created once and then kept.

    Exit code: 0, or 2 for an error, in which case nothing was written.
    """

    def run() -> Report:
        from mdbgen.apps import judge_apps
        from mdbgen.disk.tree import apply
        from mdbgen.report.drift import report_generate

        outcome = judge_apps("generate", manifest, output, watched)
        outcome.refuse_errors()
        if not force:
            outcome.refuse_conflicts()
        if not (dry_run or diff):
            apply(*outcome.comparisons)
        return report_generate(outcome, form, _show(dry_run, diff))

    _emit(run, form)


@app.command(epilog="Example: mdbgen check manifest.json -o app/ws/")
def check(manifest: _Manifest = None, output: _Output = None, form: _Form = Format.TEXT) -> None:
    """Compare the package with the manifest.

    The last line is the command that repairs the drift, or says what to paste.

    Exit code: 0, 1 for drift, 2 for an error.
    """

    def run() -> Report:
        from mdbgen.apps import judge_apps
        from mdbgen.report.drift import report_check

        outcome = judge_apps("check", manifest, output, watched)
        if not outcome.comparisons:
            outcome.refuse_errors()
        return report_check(outcome, form)

    _emit(run, form)


@app.command(epilog="Example: mdbgen inspect manifest.json")
def inspect(
    manifest: Annotated[
        str, typer.Argument(metavar="MANIFEST", help="The manifest, or - for standard input.")
    ],
    form: _Form = Format.TEXT,
) -> None:
    """Show who may connect, and which key of the manifest decided it.

    Exit code: 0, or 2 for an error.
    """

    def run() -> Report:
        from mdbgen.document.source import read_source
        from mdbgen.manifest.reader import parse_manifest
        from mdbgen.report.access import report_inspect

        parsed, warnings = parse_manifest(read_source(manifest))
        return report_inspect(parsed, warnings, form)

    _emit(run, form)


@app.command(epilog="Example: mdbgen init && mdbgen generate manifest.json -o app/ws/")
def init(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="The folder for the manifest.", show_default=False)
    ] = ".",
) -> None:
    """Write a first manifest, and the schema with which editors complete it.

    Asks nothing, and overwrites nothing.

    Exit code: 0, or 2 for an error, in which case nothing was written.
    """

    def run() -> Report:
        from mdbgen.report.starter import report_init
        from mdbgen.starter import write_starter

        return report_init(*write_starter(Path(folder)))

    _emit(run, Format.TEXT)


@app.command(epilog="Example: mdbgen explain MDB104")
def explain(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE", help="Such as MDB104, or message-removed.", show_default=False
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Explain every code.")] = False,
    form: _Form = Format.TEXT,
) -> None:
    """Explain an error, a warning, or a rule of breaking.

    Exit code: 0, or 2 for an error.
    """

    def run() -> Report:
        from mdbgen.report.explain import all_rules, find_rules, report_rules

        if every == (code is not None):
            raise MdbgenError(usage_problem("name a code, or use --all"))
        return report_rules(find_rules(code) if code else all_rules(), form)

    _emit(run, form)


@app.command(epilog="Example: mdbgen breaking manifest.json --against git:main")
def breaking(
    against: Annotated[
        str,
        typer.Option("--against", metavar="REF", help="git:main, git:v1.2, a file, or -."),
    ],
    manifest: _Manifest = None,
    form: Annotated[
        ChangesFormat, typer.Option("--format", help="For people, tools, pull requests, comments.")
    ] = ChangesFormat.TEXT,
) -> None:
    """Report which changes of the manifest break deployed clients.

    Exit code: 0, 1 for a change that breaks clients, 2 for an error.
    """

    def run() -> Report:
        from mdbgen.against import judge_changes
        from mdbgen.report.changes import report_changes

        return report_changes(judge_changes(manifest, against), form)

    _emit(run, form.for_failures)


@app.command(epilog="Example: mdbgen eject -o app/ws/ --yes")
def eject(
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="DIR", help="The package's folder."),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Confirm; this cannot be undone.")] = False,
) -> None:
    """Make a package the app's own, for good.

    Removes the headers and the lock: mdbgen will not touch the files again.

    Exit code: 0, or 2 for an error.
    """

    def run() -> Report:
        from mdbgen.disk.eject import eject
        from mdbgen.report.starter import report_eject

        if not yes:
            problem = usage_problem(
                f"{output} would no longer be managed by mdbgen; to confirm, add --yes"
            )
            raise MdbgenError(problem)
        return report_eject(eject(Path(output)))

    _emit(run, Format.TEXT)


@app.command(epilog="Example: mdbgen schema > manifest.schema.json")
def schema() -> None:
    """Print the JSON Schema of a manifest.

    Editors use it to complete and explain a manifest.

    Exit code: 0.
    """
    from mdbgen.manifest.metaschema import schema_text

    raise typer.Exit(print_text(sys.stdout, schema_text(), OK))


def _show(dry_run: bool, diff: bool) -> Show:
    from mdbgen.report.drift import Show

    if not diff:
        return Show.LINES
    return Show.LINES_AND_DIFF if dry_run else Show.DIFF


def _emit(run: Callable[[], Report], form: Format) -> None:
    """Print what a command has to say, and exit."""
    gc.disable()  # the process is gone before it pays, and imports alone trigger it often
    report = outcome_of(run, form)
    print_text(sys.stderr, report.stderr, report.code)
    raise typer.Exit(print_text(sys.stdout, report.stdout, report.code))

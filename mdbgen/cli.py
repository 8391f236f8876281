"""The commands: the only module that prints or exits, and the only one that knows typer.

Each command imports what it needs when it runs, so that ``mdbgen --version`` answers at once.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from mdbgen import __version__
from mdbgen.errors import Diagnostic, MdbgenError
from mdbgen.report.formats import FAILED, INTERRUPTED, OK, Format, Report, report_failure

if TYPE_CHECKING:
    from mdbgen.apps import Outcome
    from mdbgen.report.drift import Show

# Of every command line that typer cannot read. Older ones take it from click, newer ones bring
# their own, and neither has it under a name: it is what a bad parameter is a case of.
_UsageError: type[Exception]
(_UsageError,) = typer.BadParameter.__bases__

app = typer.Typer(
    help="Generate a typed FastAPI WebSocket package from a manifest, and keep the two in step.",
    add_completion=False,
    no_args_is_help=True,
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
    typer.Option("--output", "-o", metavar="DIR", help="The folder of the package."),
]
_Form = Annotated[Format, typer.Option("--format", help="For people, tools or pull requests.")]


def main() -> None:
    """Run the command line and exit."""
    # What else is installed has no say in what is generated, and searching for it takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(prog_name="mdbgen", standalone_mode=False)
    except _UsageError as error:
        code = _report_usage_error(error)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # exit code 1, Python's own for this, would mean drift
        code = _report_bug(error)
    gc.freeze()  # or Python looks through every module once more on its way out
    sys.exit(_print(sys.stdout, "", code if isinstance(code, int) else OK))


def _print_version(wanted: bool) -> None:
    if wanted:
        raise typer.Exit(_print(sys.stdout, f"mdbgen {__version__}\n", OK))


@app.callback()
def _mdbgen(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


@app.command()
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

    Exit code: 0, or 2 for an error; then nothing was written.
    """

    def run() -> Report:
        from mdbgen.apps import judge_apps
        from mdbgen.disk.tree import apply, compare
        from mdbgen.report.drift import report_generate

        outcome = judge_apps("generate", manifest, output, compare)
        _refuse_errors(outcome)
        if not force:
            _refuse_conflicts(outcome)
        if not (dry_run or diff):
            for comparison in outcome.comparisons:
                apply(comparison)
        return report_generate(outcome, form, _show(dry_run, diff))

    _emit(run, form)


@app.command()
def check(manifest: _Manifest = None, output: _Output = None, form: _Form = Format.TEXT) -> None:
    """Compare the package with the manifest.

    The last line is the command that repairs what has drifted, or says what to paste.

    Exit code: 0, 1 for drift, 2 for an error.
    """

    def run() -> Report:
        from mdbgen.apps import judge_apps
        from mdbgen.disk.tree import compare_drafts
        from mdbgen.report.drift import report_check

        outcome = judge_apps("check", manifest, output, compare_drafts)
        if not outcome.comparisons:
            _refuse_errors(outcome)
        return report_check(outcome, form)

    _emit(run, form)


@app.command()
def inspect(
    manifest: Annotated[
        str, typer.Argument(metavar="MANIFEST", help="The manifest, or - for standard input.")
    ],
    form: _Form = Format.TEXT,
) -> None:
    """Tell who may connect, and which key of the manifest decided it.

    Exit code: 0, or 2 for an error.
    """

    def run() -> Report:
        from mdbgen.document.source import read_source
        from mdbgen.manifest.reader import parse_manifest
        from mdbgen.report.access import report_inspect

        parsed, warnings = parse_manifest(read_source(manifest))
        return report_inspect(parsed, warnings, form)

    _emit(run, form)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a manifest.

    Editors complete and explain a manifest by it: name its file as "$schema".

    Exit code: 0.
    """
    from mdbgen.manifest.metaschema import schema_text

    raise typer.Exit(_print(sys.stdout, schema_text(), OK))


def _show(dry_run: bool, diff: bool) -> Show:
    from mdbgen.report.drift import Show

    if diff:
        return Show.LINES_AND_DIFF if dry_run else Show.DIFF
    return Show.LINES


def _refuse_errors(outcome: Outcome) -> None:
    if outcome.errors:
        raise MdbgenError(*outcome.warnings, *outcome.errors)


def _refuse_conflicts(outcome: Outcome) -> None:
    conflicts = [each for comparison in outcome.comparisons for each in comparison.conflicts]
    if conflicts:
        raise MdbgenError(*outcome.warnings, *conflicts)


def _emit(run: Callable[[], Report], form: Format) -> None:
    """Print what a command has to say, and exit."""
    gc.disable()  # the process is gone before it pays, and imports alone trigger it often
    try:
        report = run()
    except MdbgenError as error:
        report = report_failure(error.diagnostics, form)
    except OSError as error:  # such as a working directory that somebody deleted
        message = f"{error.filename or 'operating system'}: {error.strerror or error}"
        report = report_failure([_usage_problem(message, "MDB408")], form)
    _print(sys.stderr, report.stderr, report.code)
    raise typer.Exit(_print(sys.stdout, report.stdout, report.code))


def _usage_problem(message: str, code: str = "MDB407") -> Diagnostic:
    return Diagnostic("mdbgen", 0, 0, code, "", message)


def _report_usage_error(error: Exception) -> int:
    form = _requested_format(sys.argv[1:])
    if form is Format.TEXT:
        error.show()  # type: ignore[attr-defined]
        return FAILED
    message = error.format_message()  # type: ignore[attr-defined]
    return _print(sys.stdout, report_failure([_usage_problem(message)], form).stdout, FAILED)


def _report_bug(error: Exception) -> int:
    """Report what nobody thought of, in one line."""
    if os.environ.get("MDBGEN_TRACEBACK"):
        from traceback import print_exception

        print_exception(error)
    if isinstance(error, MemoryError):
        problem = _usage_problem("there is not enough memory", "MDB408")
    else:
        what = f"{type(error).__name__}: {error}".partition("\n")[0]
        hint = "please report it, with what mdbgen prints if MDBGEN_TRACEBACK=1 is set"
        problem = replace(_usage_problem(f"a bug in mdbgen: {what}", "MDB409"), suggestion=hint)
    report = report_failure([problem], _requested_format(sys.argv[1:]))
    _print(sys.stderr, report.stderr, FAILED)
    return _print(sys.stdout, report.stdout, FAILED)


def _requested_format(arguments: Sequence[str]) -> Format:
    """Find ``--format`` in a command line that typer could not read."""
    spelled = " ".join(arguments).replace("=", " ").split()
    named = [after for before, after in pairwise(spelled) if before == "--format"]
    return next((form for form in Format if form.value in named), Format.TEXT)


def _print(stream: TextIO | None, text: str, code: int) -> int:
    """Write and flush; return the exit code, which changes only if the text got lost."""
    if stream is None:  # closed by whoever started us
        return code
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:  # the reader has seen enough
        _silence(stream)
    except OSError as error:
        _silence(stream)
        if stream is sys.stdout:
            _print(sys.stderr, f"mdbgen: cannot write the report: {error.strerror}\n", code)
        return FAILED
    return code


def _silence(stream: TextIO) -> None:
    # Python would try once more to flush on its way out, and complain.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

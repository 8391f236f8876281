"""What goes to the terminal, and what is said of mistakes of the user's and of mdbgen's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise
from typing import TextIO

from mdbgen.errors import Diagnostic, MdbgenError
from mdbgen.report.formats import FAILED, Format, Report, report_failure


class Shell(StrEnum):
    """A shell that completes commands."""

    BASH = "bash"
    FISH = "fish"
    POWERSHELL = "powershell"
    ZSH = "zsh"


def usage_problem(message: str, code: str = "MDB407") -> Diagnostic:
    """Return a problem that no file has."""
    return Diagnostic("mdbgen", 0, 0, code, "", message)


def outcome_of(run: Callable[[], Report], form: Format) -> Report:
    """Run a command, and report what kept it from working, if anything did."""
    try:
        return run()
    except MdbgenError as error:
        return report_failure(error.diagnostics, form)
    except OSError as error:  # such as a working directory that somebody deleted
        place = str(error.filename or "operating system").replace(os.sep, "/")
        message = f"{place}: {error.strerror or error}"
        return report_failure([usage_problem(message, "MDB408")], form)


def report_usage_error(error: Exception) -> int:
    """Report a command line that typer could not read; return the exit code."""
    form = _requested_format(sys.argv[1:])
    if form is Format.TEXT:
        error.show()  # type: ignore[attr-defined]
        return FAILED
    message = error.format_message()  # type: ignore[attr-defined]
    return print_text(sys.stdout, report_failure([usage_problem(message)], form).stdout, FAILED)


def report_bug(error: Exception) -> int:
    """Report what nobody thought of, in one line."""
    if os.environ.get("MDBGEN_TRACEBACK"):
        from traceback import print_exception

        print_exception(error)
    if isinstance(error, MemoryError):
        problem = usage_problem("not enough memory", "MDB408")
    else:
        what = f"{type(error).__name__}: {error}".partition("\n")[0]
        hint = "please report it, with what mdbgen prints if MDBGEN_TRACEBACK=1 is set"
        problem = replace(usage_problem(f"a bug in mdbgen: {what}", "MDB409"), suggestion=hint)
    report = report_failure([problem], _requested_format(sys.argv[1:]))
    print_text(sys.stderr, report.stderr, FAILED)
    return print_text(sys.stdout, report.stdout, FAILED)


def _requested_format(arguments: Sequence[str]) -> Format:
    """Find ``--format`` in a command line that typer could not read."""
    spelled = " ".join(arguments).replace("=", " ").split()
    named = [after for before, after in pairwise(spelled) if before == "--format"]
    return next((form for form in Format if form.value in named), Format.TEXT)


def print_text(stream: TextIO | None, text: str, code: int) -> int:
    """Write and flush; return the exit code, which changes only if the text got lost."""
    if stream is None:  # closed by whoever started us
        return code
    try:
        if text:  # a terminal that is closed refuses even none
            stream.write(text)
        stream.flush()
    except BrokenPipeError:  # the reader has seen enough
        _silence(stream)
    except OSError as error:
        _silence(stream)
        if stream is sys.stdout:
            print_text(sys.stderr, f"mdbgen: cannot write the report: {error.strerror}\n", code)
        return FAILED
    return code


def _silence(stream: TextIO) -> None:
    # Python would try once more to flush on its way out, and complain.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

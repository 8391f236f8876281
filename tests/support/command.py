"""mdbgen's command line, run in the process of the tests: quick, and seen by the coverage."""

from __future__ import annotations

import gc
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from mdbgen.cli import main


def run(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """Run a command line in ``folder``."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["mdbgen", *arguments])
        patch.setenv("PYDANTIC_DISABLE_PLUGINS", "__all__")  # ``main`` sets it for good
        with pytest.raises(SystemExit) as caught:
            main()
    gc.unfreeze()  # ``main`` leaves both as they are at the end of a process
    gc.enable()
    assert isinstance(caught.value.code, int)
    return CompletedProcess(arguments, caught.value.code, out.getvalue(), err.getvalue())

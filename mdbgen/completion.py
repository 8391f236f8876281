"""What completes commands in a shell; imported only where one asks."""

from __future__ import annotations

from typer.completion import (  # type: ignore[attr-defined]
    completion_init,  # pyright: ignore[reportPrivateImportUsage]
    get_completion_script,  # pyright: ignore[reportPrivateImportUsage]
)

VARIABLE = "_MDBGEN_COMPLETE"  # how a shell asks


def prepare() -> None:
    """Let typer answer a shell that asks."""
    completion_init()


def script_for(shell: str) -> str:
    """Return what a shell is to run at its start."""
    script: str = get_completion_script(prog_name="mdbgen", complete_var=VARIABLE, shell=shell)
    return script + "\n"

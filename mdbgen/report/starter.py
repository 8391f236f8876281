"""What ``init`` and ``eject`` tell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mdbgen.errors import visible
from mdbgen.report.formats import OK, Report, lines_of

_EDITORS = (
    "editors complete and check the manifest with the schema; for VS Code, put this into"
    " .vscode/settings.json:"
)
_SYSTEM = os.name
_SERVE = "uvicorn app.ws:router --ws-per-message-deflate false"
_WITH_KEY = {
    "nt": '$env:SECRET_KEY = python -c "import secrets; print(secrets.token_hex())"; ' + _SERVE,
    "posix": 'SECRET_KEY="$(openssl rand -hex 32)" ' + _SERVE,
}


def report_init(manifest: Path, schema: Path) -> Report:
    """Report what was written, and the next two commands."""
    lines = (
        f"create {visible(manifest.as_posix())}",
        f"create {visible(schema.as_posix())}",
        "",
        _EDITORS,
        f'  "json.schemas": [{{"fileMatch": ["/{manifest.name}"], "url": "./{schema.name}"}}]',
        "",
        "next:",
        *(f"  {command}" for command in _next_commands(manifest)),
    )
    return Report(lines_of(lines), "", OK)


def _next_commands(manifest: Path) -> Sequence[str]:
    from shlex import quote

    folder = manifest.parent
    start = "" if folder == Path() else f"cd {quote(folder.as_posix())} && "
    return (
        f"{start}mdbgen generate {manifest.name} -o app/ws/",
        _WITH_KEY[_SYSTEM],
    )


def report_eject(files: Sequence[str]) -> Report:
    """Report which files were changed; the lock, which is gone, is the last."""
    *changed, lock = files
    lines = [*(f"update {visible(each)}" for each in changed), f"delete {visible(lock)}"]
    return Report(lines_of(lines), "", OK)

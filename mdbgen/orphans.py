"""Handler files that no endpoint uses any more: the app's own, so only the app deletes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mdbgen.disk import read_file
from mdbgen.errors import Diagnostic, Severity
from mdbgen.handlers import orphaned_methods
from mdbgen.render import Owner, RenderedFile

_IMPORTED = re.compile(r"^from\s+\.\.contract\s+import\s+(\([^)]*\)|[^\n]*)", re.MULTILINE)
_CONTRACT = re.compile(r"\b\w+Contract\b")


def find_orphans(files: Sequence[RenderedFile], target: Path) -> tuple[Diagnostic, ...]:
    """Warn of what is under ``handlers/`` for endpoints and messages that are no more.

    A file is for an endpoint if it imports its base class, a method if it is called like one.
    """
    own = [file for file in files if file.owner is Owner.APP]
    used = {file.contract for file in own}
    unused = _warnings(sorted((target / "handlers").glob("*.py")), used)
    return (*unused, *_method_warnings(own, target))


def _method_warnings(own: Sequence[RenderedFile], target: Path) -> Iterator[Diagnostic]:
    for file in own:
        disk = read_file(target / file.path)
        methods = orphaned_methods(file, disk.text) if disk else ()
        if methods:
            message = f"no message calls {', '.join(methods)} any more; rename or delete it"
            name = (target / file.path).as_posix()
            yield Diagnostic(name, 0, 0, "MDB308", "", message, severity=Severity.WARNING)


def _warnings(handlers: Sequence[Path], used: set[str]) -> Iterator[Diagnostic]:
    for file in handlers:
        disk = read_file(file)
        unknown = sorted(set(_contracts(disk.text)) - used) if disk else []
        if unknown:
            yield _warning(file, ", ".join(unknown))


def _contracts(text: str) -> Iterator[str]:
    for names in _IMPORTED.findall(text):
        yield from _CONTRACT.findall(names)


def _warning(file: Path, names: str) -> Diagnostic:
    message = f"no endpoint has {names} any more; this file is yours: mend or delete it"
    return Diagnostic(file.as_posix(), 0, 0, "MDB307", "", message, severity=Severity.WARNING)

"""Handler files that no endpoint uses any more: the app's own, so only the app deletes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mdbgen.disk import read_file
from mdbgen.errors import Diagnostic, Severity
from mdbgen.handlers import MAX_HANDLER_BYTES, orphaned_methods
from mdbgen.render import Owner, RenderedFile

_IMPORTED = re.compile(r"^from\s+\.\.contract\s+import\s+(\([^()]*\)|[^\n]*)", re.MULTILINE)
_CONTRACT = re.compile(r"\b\w+Contract\b")


def find_orphans(files: Sequence[RenderedFile], target: Path) -> tuple[Diagnostic, ...]:
    """Warn of what is under ``handlers/`` for endpoints and messages that are no more.

    A file is for an endpoint if it imports its base class, a method if it is called like one.

    Raises:
        OutputError: one of them is no regular file inside ``target``, or too large to be read.
    """
    own = [file for file in files if file.owner is Owner.APP]
    used = {file.contract for file in own}
    return (*_file_warnings(target, used), *_method_warnings(own, target))


def _method_warnings(own: Sequence[RenderedFile], target: Path) -> Iterator[Diagnostic]:
    for file in own:
        disk = read_file(target, file.path, MAX_HANDLER_BYTES)
        methods = orphaned_methods(file, disk.text) if disk else ()
        if methods:
            message = f"no message calls {', '.join(methods)} any more; rename or delete it"
            name = (target / file.path).as_posix()
            yield Diagnostic(name, 0, 0, "MDB308", "", message, severity=Severity.WARNING)


def _file_warnings(target: Path, used: set[str]) -> Iterator[Diagnostic]:
    # Editors keep hidden files beside those that are open.
    for file in sorted((target / "handlers").glob("[!.]*.py")):
        if not file.is_dir():
            disk = read_file(target, f"handlers/{file.name}", MAX_HANDLER_BYTES)
            unknown = sorted(set(_contracts(disk.text)) - used) if disk else []
            if unknown:
                yield _warning(file, ", ".join(unknown))


def _contracts(text: str) -> Iterator[str]:
    for names in _IMPORTED.findall(text):
        yield from _CONTRACT.findall(names)


def _warning(file: Path, names: str) -> Diagnostic:
    message = f"no endpoint has {names} any more; this file is yours: mend or delete it"
    return Diagnostic(file.as_posix(), 0, 0, "MDB307", "", message, severity=Severity.WARNING)

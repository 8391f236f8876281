"""What handler files import of the package: warned of where it is no longer there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mdbgen.disk.atomic import read_file
from mdbgen.disk.handlers import MAX_HANDLER_BYTES
from mdbgen.disk.parsed import parse_code
from mdbgen.disk.records import read_records
from mdbgen.errors import Diagnostic, Severity
from mdbgen.model.files import Owner, RenderedFile

# Handlers import what they need from one place; the modules below it may move.
_PLACE = "contract"
_EXPORTED = re.compile(r"\b(\w+) as \1\b|^class (\w+)", re.MULTILINE)


class _Import(NamedTuple):
    """An import from the package around a handler file."""

    node: ast.stmt
    prefix: str  # of its modules, as it is written there: "..", "app.ws."
    module: str  # "connection"; "" where the names are modules themselves
    names: tuple[ast.alias, ...]

    @property
    def modules(self) -> list[str]:
        """The modules that it names, with dots, below the package."""
        return [self.module] if self.module else [alias.name for alias in self.names]


def find_stale_imports(files: Sequence[RenderedFile], target: Path) -> Iterator[Diagnostic]:
    """Warn of each import of a module that this package does not have any more.

    Raises:
        OutputError: a handler file is no regular file inside ``target``, or too large to be read.
    """
    modules = {file.path.removesuffix(".py"): file for file in files if file.path.endswith(".py")}
    for file in files:
        disk = read_file(target, file.path, MAX_HANDLER_BYTES) if file.owner is Owner.APP else None
        for found in _package_imports(disk.text, target) if disk else ():
            gone = [name for name in found.modules if not _is_there(name, modules, target)]
            if gone:
                yield _warning((target / file.path).as_posix(), found, gone, modules)


def _package_imports(text: str, target: Path) -> list[_Import]:
    """Return the imports of a handler file from the package around it."""
    package = target.resolve().parts
    relative, absolute = rf"\.\.(?!{_PLACE}\b)", rf"\w[\w.]*\.{re.escape(package[-1])}\b"
    starts = rf"^[ \t]*(?:from|import)[ \t]+(?:{relative}|{absolute})"
    if not re.search(starts, text, re.MULTILINE):
        return []
    module = parse_code(text)
    nodes = ast.walk(module) if module else ()
    return [found for node in nodes for found in _imports_of(node, package)]


def _imports_of(node: ast.AST, package: Sequence[str]) -> Iterator[_Import]:
    match node:
        case ast.ImportFrom(level=2):
            yield _Import(node, "..", node.module or "", tuple(node.names))
        case ast.ImportFrom(level=0, module=str(dotted)):
            prefix = _prefix_of(dotted, package)
            if prefix:
                module = dotted[len(prefix) :]
                yield _Import(node, prefix, module, tuple(node.names))
        case ast.Import(names=names):
            for alias in names:
                prefix = _prefix_of(alias.name, package)
                module = alias.name[len(prefix) :]
                if prefix and module:
                    yield _Import(node, prefix, "", (ast.alias(module, alias.asname),))


def _prefix_of(dotted: str, package: Sequence[str]) -> str:
    """Return the part of an absolute name that is the package around, "" if none is.

    Its last two names at least: one alone may be that of a library.
    """
    parts = dotted.split(".")
    for length in range(len(parts), 1, -1):
        if parts[:length] == list(package[-length:]):
            return ".".join(parts[:length]) + "."
    return ""


def _is_there(module: str, modules: Iterable[str], target: Path) -> bool:
    """Return whether a package has a module: a generated one, or one of the app's own."""
    path = module.replace(".", "/")
    if path in modules or f"{path}/__init__" in modules or (target / path).is_dir():
        return True
    own = f"{path}.py"
    return (target / own).is_file() and own not in read_records(target).paths


def _warning(
    name: str, found: _Import, gone: Sequence[str], modules: Mapping[str, RenderedFile]
) -> Diagnostic:
    dotted = " and ".join(f"{found.prefix}{module}" for module in gone)
    message = f"imports {dotted}, which no longer exists"
    lines = "; ".join(_rewritten(found, gone, modules))
    hint = f"write: {lines}" if lines else f"nothing replaces it; use what ..{_PLACE} has"
    place = (found.node.lineno, found.node.col_offset + 1)
    return Diagnostic(
        name, *place, "MDB310", "", message, suggestion=hint, severity=Severity.WARNING
    )


def _rewritten(
    found: _Import, gone: Sequence[str], modules: Mapping[str, RenderedFile]
) -> Iterator[str]:
    """Yield the imports to write instead of those whose names are still somewhere."""
    exported = {one or other for one, other in _EXPORTED.findall(modules[_PLACE].draft)}
    names = [each for each in found.names if found.module or each.name in gone]
    spelled = {
        each.name: f"{each.name} as {each.asname}" if each.asname else each.name for each in names
    }
    ours = [text for name, text in spelled.items() if name in exported]
    if ours:
        yield f"from ..{_PLACE} import {', '.join(ours)}"
    others: dict[str, list[str]] = {}
    for name, text in spelled.items():
        home = None if name in exported else _home(name, found.module, modules)
        if home:
            others.setdefault(home, []).append(text)
    for home, texts in others.items():
        yield f"from {home} import {', '.join(texts)}"


def _home(name: str, module: str, modules: Mapping[str, RenderedFile]) -> str | None:
    """Return where a name is now that was in a module that is gone, or was that module itself."""
    if not module:
        return None if "." in name else "..runtime"  # where all that stood on top has gone
    if f"runtime/{module}" in modules:
        return f"..runtime.{module}"
    defined = re.compile(rf"^(?:class |def |async def )?{re.escape(name)}\b", re.MULTILINE)
    homes = (path for path, file in modules.items() if defined.search(file.draft))
    return next((f"..{path.replace('/', '.')}" for path in homes), None)

"""The app's own handler files, read: the methods they have, lack, and no longer need."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from mdbgen.disk.atomic import read_file
from mdbgen.disk.parsed import parse_code
from mdbgen.errors import Diagnostic, Severity
from mdbgen.model.files import Owner, RenderedFile

MAX_HANDLER_BYTES = 512 * 1024  # Python needs a second, and some hundred times as much memory

_HOOKS = {"on_connect", "on_disconnect"}
_IMPORTED = re.compile(r"^from\s+\.\.contract\s+import\s+(\([^()]*\)|[^\n]*)", re.MULTILINE)
_CONTRACT = re.compile(r"\b\w+Contract\b")
_IMPORTED_NAMES = ("Connection", "messages")  # that a stub needs


class _Handlers(NamedTuple):
    """What a handler file defines."""

    names: Mapping[str, ast.AST]  # in the module
    methods: Mapping[str, ast.AST]  # of the class, with those that it inherits within the file
    takers: AbstractSet[str]  # of the methods, those that take a model


def missing_stubs(file: RenderedFile, text: str) -> str:
    """Return what to paste into a handler file for the messages that it does not handle.

    Methods for the end of the class, then the imports that they need and the file lacks: so
    all of it works at the end of a file that ends with the class.

    Returns "" where nothing is missing, or where that cannot be told: the class inherits from
    one of another file, or is not in the file at all.

    Args:
        text: the file as it is.
    """
    own = _read(file, text) if file.stubs else None
    if own is None:
        return ""
    stubs = [stub for name, stub in file.stubs.items() if name not in own.methods]
    if not stubs:
        return ""
    pasted = "\n\n".join(stubs) + "\n"
    lacking = [name for name in _IMPORTED_NAMES if name not in own.names]
    return f"{pasted}\n\nfrom ..contract import {', '.join(lacking)}\n" if lacking else pasted


def line_of_class(file: RenderedFile, text: str) -> int:
    """Return the line of the class that a stub belongs to, from 1; 0 where there is none."""
    found = re.search(rf"^class {file.handlers}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def find_orphans(files: Sequence[RenderedFile], target: Path) -> tuple[Diagnostic, ...]:
    """Warn of what is under ``handlers/`` for endpoints and messages that are no more.

    A file is for an endpoint if it imports its base class, a method if it is called like one.

    Raises:
        OutputError: one of them is no regular file inside ``target``, or too large to be read.
    """
    own = [file for file in files if file.owner is Owner.APP]
    used = {file.contract for file in own}
    return (*_file_warnings(target, used), *_method_warnings(own, target))


def _orphaned_methods(file: RenderedFile, text: str) -> tuple[str, ...]:
    """Return the methods of a handler file that no message calls any more.

    An ``on_message`` that takes any object may call methods by names of the app's choice; then
    only those that take a model are left over.
    """
    if not file.stubs and "messages." not in text:
        return ()  # as are most, which need no reading then
    own = _read(file, text)
    called = _HOOKS | (file.stubs.keys() or {"on_message"})
    found = {name for name in (own.methods if own else ()) if name.startswith("on_")}
    if own and not file.stubs:
        found &= own.takers
    return tuple(sorted(found - called))


def _read(file: RenderedFile, text: str) -> _Handlers | None:
    module = parse_code(text)
    if module is None:
        return None
    try:
        names = dict(_bound(module))
        methods = _methods(file, names)
        takers = {name for name, node in (methods or {}).items() if _takes_model(node)}
    except (RecursionError, MemoryError):  # no code that anybody has written
        return None
    return None if methods is None else _Handlers(names, methods, takers)


def _methods(file: RenderedFile, names: Mapping[str, ast.AST]) -> Mapping[str, ast.AST] | None:
    """Return the methods of the class and its bases; None if one of those is not in the file."""
    found: dict[str, ast.AST] = {}
    waiting = [file.handlers]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        node = names.get(name)
        if name in seen or _is_contract(name, node, file.contract):
            continue
        if not isinstance(node, ast.ClassDef):
            return None
        seen.add(name)
        found.update(_bound(node))
        waiting += [ast.unparse(base) for base in node.bases]
    return found


def _is_contract(name: str, node: ast.AST | None, contract: str) -> bool:
    """Return whether a name is that of the generated base, also by way of ``import … as``."""
    imported = node.name if isinstance(node, ast.alias) else name
    return imported.rpartition(".")[2] == contract


def _bound(scope: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that the statements of a module or class define, the last one last."""
    for node in ast.iter_child_nodes(scope):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node
            case ast.Name(ctx=ast.Store()):
                yield node.id, node
            case ast.alias():
                yield node.asname or node.name, node
            case _:
                yield from _bound(node)


def _takes_model(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return "messages." in ast.unparse(node.args)


def _method_warnings(own: Sequence[RenderedFile], target: Path) -> Iterator[Diagnostic]:
    for file in own:
        disk = read_file(target, file.path, MAX_HANDLER_BYTES)
        methods = _orphaned_methods(file, disk.text) if disk else ()
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
    message = f"no endpoint has {names} any more; the file is yours: adapt it or delete it"
    return Diagnostic(file.as_posix(), 0, 0, "MDB307", "", message, severity=Severity.WARNING)

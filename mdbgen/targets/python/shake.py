"""Tree shaking: of templates that know everything, a package gets what it uses.

A template may import whatever one of its branches needs, define whatever one of the other files
needs, and be a file that only some apps need. What nothing leads to is left out here: a file, a
definition in ``runtime/`` or ``settings.py``, an import.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mdbgen.targets.python.methods import LINE_LENGTH

ROOT = "__init__.py"  # what it leads to is what the package has
_CONSTANTS = "settings.py"
EVERYTHING = "*"
_IMPORT = re.compile(r"^ *from \.+[\w.]* import (?:\([^)]*\)|[^\n(]*)", re.MULTILINE)


class Draft(NamedTuple):
    """A module that the package could have, as its template printed it."""

    text: str
    is_fixed: bool = False  # taken as it is, or not at all


class _Symbol(NamedTuple):
    """Something that a module defines; "" stands for the module itself."""

    path: str  # "runtime/wire.py"
    name: str


@dataclass(frozen=True, slots=True)
class _Module:
    """A module, and what its parts need."""

    path: str
    text: str
    statements: list[ast.stmt]  # none of a module that is taken as it is
    uses: Mapping[str, set[str]]  # by definition; "" for what is there in any case
    imports: Mapping[str, _Symbol]  # what other modules of the package give it

    def needs(self, name: str) -> Iterator[_Symbol]:
        """Yield what a definition leads to, or a name that the module only hands on."""
        yield _Symbol(self.path, "")
        for used in self.uses if name == EVERYTHING else self.uses.get(name, {name}):
            if used in self.imports:
                yield self.imports[used]
            elif used in self.uses:
                yield _Symbol(self.path, used)


def shake(draft: Callable[[str], Draft | None]) -> dict[str, str]:
    """Return the modules that a package uses, by their paths, without what it does not use.

    Args:
        draft: gives the module at a path; None where there is none, such as the app's handlers.
    """
    modules: dict[str, _Module] = {}
    reached: dict[str, set[str]] = {}
    waiting = [_Symbol(ROOT, "")]
    while waiting:
        path, name = waiting.pop()
        names = reached.setdefault(path, set())
        if path not in modules:
            modules[path] = _read(path, draft(path))
        if name not in names:
            names.add(name)
            waiting += modules[path].needs(name)
    return {path: _printed(each, reached[path]) for path, each in modules.items() if each.text}


@lru_cache(maxsize=256)  # most modules are the same for every app of a project
def _read(path: str, draft: Draft | None) -> _Module:
    if draft is None:
        return _Module(path, "", [], {}, {})
    return _fixed(path, draft.text) if draft.is_fixed else _parsed(path, draft.text)


def _fixed(path: str, text: str) -> _Module:
    nodes = ast.parse("\n".join(line.strip() for line in _IMPORT.findall(text))).body
    imports = dict(_imported(path, nodes))
    return _Module(path, text, [], {"": set(imports)}, imports)


def _parsed(path: str, text: str) -> _Module:
    statements = ast.parse(text).body
    is_whole = "/" not in path and path != _CONSTANTS  # the app's own
    uses: dict[str, set[str]] = {"": set()}
    for statement in statements:
        name = "" if is_whole else _defined(statement)
        uses.setdefault(name, set()).update(_names(statement))
    return _Module(path, text, statements, uses, dict(_imported(path, statements)))


def _defined(statement: ast.stmt) -> str:
    """Return the name that a statement defines; "" if it does something else as well."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement uses, or that it exports."""
    is_export = isinstance(statement, ast.Assign) and "__all__" in ast.dump(statement.targets[0])
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias) and node.name == node.asname:
            yield node.name
        elif isinstance(node, ast.Constant) and is_export:
            yield str(node.value)


def _imported(path: str, statements: Iterable[ast.stmt]) -> Iterator[tuple[str, _Symbol]]:
    """Yield what a module imports from others of the package, by the names that it has there."""
    nodes = (node for statement in statements for node in _walk_imports(statement))
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = posixpath.normpath(posixpath.join(path, *[".."] * node.level))
            for alias in node.names:
                module = node.module or alias.name
                found = posixpath.normpath(posixpath.join(folder, module.replace(".", "/") + ".py"))
                name = alias.name if node.module else EVERYTHING
                yield alias.asname or alias.name, _Symbol(found, name)


def _walk_imports(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the imports of a module, also those that are for type checkers alone."""
    yield statement
    if isinstance(statement, ast.If):
        yield from statement.body


def _printed(module: _Module, reached: Collection[str]) -> str:
    """Return the text of what is reached; the lines above a statement belong to it."""
    if not module.statements:
        return module.text
    used = set[str]().union(*(module.uses.get(name, ()) for name in reached))
    lines = module.text.splitlines(keepends=True)
    text: list[str] = []
    gap: list[str] = []  # between groups of imports, where the first of a group is left out
    end = 0
    for statement in module.statements:
        start = _start(statement)
        above, own = lines[end:start] or gap, lines[start : statement.end_lineno]
        end = statement.end_lineno or start
        gap = []
        if isinstance(statement, ast.Import | ast.ImportFrom):
            own = _shortened(statement, own, used)
            gap = [] if own else above
        elif _defined(statement) in module.uses.keys() - reached:
            own = []
        text += [*above, *own] if own else []
    return "".join([*text, *lines[end:]])


def _start(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)]) - 1


def _shortened(
    statement: ast.Import | ast.ImportFrom, lines: list[str], used: Collection[str]
) -> list[str]:
    """Return the lines of an import without the names that are not used, as black does it."""
    names = [each for each in statement.names if (each.asname or each.name) in used]
    is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    if len(names) == len(statement.names) or is_future:
        return lines
    if not names:
        return []
    start = lines[0].partition("import ")[0]
    spelled = [f"{each.name} as {each.asname}" if each.asname else each.name for each in names]
    line = f"{start}import {', '.join(spelled)}\n"
    if len(line) <= LINE_LENGTH + 1:
        return [line]
    return [f"{start}import (\n", *(f"    {name},\n" for name in spelled), ")\n"]

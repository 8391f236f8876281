"""The app's own handler files, read: which methods are there, which are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mdbgen.render import RenderedFile

if TYPE_CHECKING:
    import ast

_HOOKS = {"on_connect", "on_disconnect"}


def missing_stubs(file: RenderedFile, text: str) -> str:
    """Return what to paste into a handler file for the messages that it does not handle.

    Returns "" where nothing is missing, or where that cannot be told: the class inherits from
    others as well, or is not in the file at all.

    Args:
        text: the file as it is.
    """
    methods = _methods(file, text)
    if methods is None:
        return ""
    stubs = [stub for name, stub in file.stubs.items() if name not in methods]
    if not stubs:
        return ""
    imports = [] if "import messages" in text else ["from .. import messages"]
    return "\n\n".join(imports + stubs) + "\n"


def orphaned_methods(file: RenderedFile, text: str) -> tuple[str, ...]:
    """Return the methods of a handler file that no message calls any more."""
    methods = _methods(file, text) or set()
    called = _HOOKS | file.stubs.keys()
    return tuple(sorted(each for each in methods - called if each.startswith("on_")))


def _methods(file: RenderedFile, text: str) -> set[str] | None:
    if not file.stubs:
        return None
    import ast  # only packages with declared messages pay for it

    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):  # the app will hear of it when it starts
        return None
    for node in module.body:
        if isinstance(node, ast.ClassDef) and node.name == file.handlers:
            return set(_defined(node)) if len(node.bases) == 1 else None
    return None


def _defined(node: ast.ClassDef) -> Iterator[str]:
    import ast

    for each in node.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            yield each.name
        elif isinstance(each, ast.Assign):
            yield from (target.id for target in each.targets if isinstance(target, ast.Name))

"""Where the app is, as ``fastapi dev`` finds it: by looking at files, nothing is imported."""

from __future__ import annotations

import re
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from mdbgen.disk.lock import LOCK_NAME

CANDIDATES = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")


_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")


class Target(NamedTuple):
    """What to import, and what to look for in it."""

    search: str  # the folder that must be on the path of Python
    module: str  # "app.main"
    name: str  # "app"; "" to look for it


def find_app(folder: Path) -> str | None:
    """Return the file that holds the app, relative to ``folder``; None where there is none."""
    return next((each for each in CANDIDATES if (folder / each).is_file()), None)


def find_package(folder: Path, slug: str) -> str | None:
    """Return the folder of the app's package, where somebody has generated it already."""
    found = [
        lock.parent
        for depth in ("", "*/", "*/*/")
        for lock in sorted(folder.glob(depth + LOCK_NAME))
        if slug_of(lock.parent) == slug
    ]
    return found[0].relative_to(folder).as_posix() if len(found) == 1 else None


def slug_of(package: Path) -> str | None:
    """Return the app that a generated package is of."""
    try:
        text = (package / "settings.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r'^APP_SLUG = "([a-z0-9_-]+)"$', text, re.MULTILINE)
    return found[1] if found else None


def resolve(app: str, folder: Path) -> Target:
    """Take ``main.py``, ``main``, ``main:app`` or ``app/main.py:app`` apart."""
    module, name = app, ""
    if not app.endswith(".py") and ":" in app:
        module, _, name = app.rpartition(":")
    if module.endswith(".py"):
        return _of_file(folder / module, name)
    return Target(str(folder), module, name)


def what_is_missing(app: str, folder: Path) -> str:
    """Say what of ``main:app`` is not there, as far as files can tell; else ""."""
    file = app if app.endswith(".py") else app.rpartition(":")[0]
    if file.endswith(".py"):
        return "" if (folder / file).is_file() else f"there is no file {file} in {folder}"
    module, colon, name = app.partition(":")
    if not _DOTTED.match(module) or (colon and not _DOTTED.match(name)):
        return "this names neither a module nor a Python file"
    return _missing_module(module, folder)


def _missing_module(module: str, folder: Path) -> str:
    """Look for a module, and import nothing, not even the packages that it is in."""
    path = [str(folder), *sys.path]
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        name = ".".join(parts[:depth])
        spec = PathFinder.find_spec(name, path) or (find_spec(name) if depth == 1 else None)
        if spec is None:
            place = "/".join(parts[:depth])
            looked = f"no {place}.py and no {place}/ in {folder}"
            return f"there is no module {name}: {looked}, and no installed package of that name"
        path = list(spec.submodule_search_locations or ())
    return ""


def package_target(package: Path, folder: Path) -> Target:
    """Return how a package is imported: from ``folder`` where that is possible."""
    parts = package.relative_to(folder).parts if package.is_relative_to(folder) else ()
    if parts and all(part.isidentifier() for part in parts):
        return Target(str(folder), ".".join(parts), "")
    return Target(str(package.parent), package.name, "")


def _of_file(file: Path, name: str) -> Target:
    """Go up as long as the folders are packages."""
    parts, parent = [file.stem], file.parent
    if file.stem == "__init__":
        parts = []
    while (parent / "__init__.py").is_file():
        parts.insert(0, parent.name)
        parent = parent.parent
    return Target(str(parent), ".".join(parts), name)

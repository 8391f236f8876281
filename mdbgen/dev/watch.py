"""Which files have changed: those of the user, and not what mdbgen itself has just written."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

DEBOUNCE_MS = 150


class _Filter(DefaultFilter):
    """Source text, and ``.env``; neither caches nor virtual environments."""

    def __init__(self, manifest: Path) -> None:
        super().__init__()
        self._manifest = str(manifest)

    def __call__(self, change: Change, path: str) -> bool:
        name = os.path.basename(path)
        is_source = name.endswith((".py", ".pyi")) or name.startswith(".env")
        return (path == self._manifest or is_source) and super().__call__(change, path)


class Watcher:
    """Watches the project's folder, and those of manifest and package where they are others."""

    def __init__(self, folders: Iterable[Path], manifest: Path) -> None:
        self._folders = _outermost(folders)
        self._manifest = manifest
        self._own: dict[str, tuple[int, int] | None] = {}

    def expect(self, files: Iterable[Path]) -> None:
        """Do not report what mdbgen itself has just done to these files."""
        self._own = {str(file): _state(str(file)) for file in map(_absolute, files)}

    async def changes(self) -> AsyncIterator[list[Path]]:
        """Yield the files that have changed, each time that some have."""
        watched = awatch(
            *self._folders,
            watch_filter=_Filter(self._manifest),
            debounce=DEBOUNCE_MS,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        async for batch in watched:
            paths = sorted({path for _, path in batch})
            found = [Path(each) for each in paths if not self._is_own(each)]
            for each in paths:
                _forget_bytecode(each)
            if found:
                yield found

    def _is_own(self, path: str) -> bool:
        return path in self._own and self._own[path] == _state(path)


def _forget_bytecode(path: str) -> None:
    """Python takes a file for unchanged that has its size, and was written in the same second."""
    if path.endswith(".py"):
        with suppress(OSError, NotImplementedError):
            os.remove(cache_from_source(path))


def _state(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _absolute(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _outermost(folders: Iterable[Path]) -> list[Path]:
    """Leave out what lies in another of them."""
    found: list[Path] = []
    for each in sorted({_absolute(folder) for folder in folders}):
        if each.is_dir() and not any(each.is_relative_to(other) for other in found):
            found.append(each)
    return found

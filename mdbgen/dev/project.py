"""What is served: the manifest, the folder of its package, the app."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from mdbgen.apps import judge_apps
from mdbgen.breaking.compare import compare_manifests
from mdbgen.config import App, read_apps
from mdbgen.dev.discover import find_app, find_package, what_is_missing
from mdbgen.disk.tree import Action, apply
from mdbgen.document.source import dotted, read_source
from mdbgen.errors import ConfigError, Diagnostic
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.manifest import Manifest

DEFAULT_MANIFEST = "manifest.json"
TURN_TIMEOUT_S = 5.0  # for another process to write its files
LOOK_AGAIN_S = 0.01


@dataclass(frozen=True, slots=True)
class Project:
    """What the command line, ``pyproject.toml`` and the folder say."""

    manifest: str  # as the user would type it
    output: str | None  # where the package is generated; None: nothing of the user's is written
    app: str | None  # as the user has named it

    def find_app(self) -> str | None:
        """Return the app that there is now; None: a bare one is made."""
        return self.app or find_app(Path.cwd())


@dataclass(frozen=True, slots=True)
class Reading:
    """A manifest that is without errors."""

    manifest: Manifest
    warnings: Sequence[Diagnostic]


class Written(NamedTuple):
    """What was generated."""

    files: Mapping[Path, str]  # "create", "update" or "delete"; those that changed
    stubs: Mapping[str, str]  # by handler file: the methods that it lacks, to be pasted


def find_project(manifest: str | None, output: str | None, app: str | None) -> Project:
    """Find out what is meant, from what is said and what is there.

    Raises:
        ConfigError: it is not clear which app is meant, or what there is of it.
    """
    if manifest == "-":
        raise _problem("a manifest from standard input cannot be watched; name a file")
    listed = _listed(manifest)
    if manifest is None:
        manifest = listed.manifest if listed else _default_manifest()
    if output is None and listed is not None:
        output = listed.output
    if app is not None and not _is_generated(app, output):
        _check_app(app)
    return Project(manifest, output, app)


def read_manifest(project: Project) -> Reading:
    """Read the manifest.

    Raises:
        MdbgenError: with all that is wrong with it.
    """
    manifest, warnings = parse_manifest(read_source(project.manifest))
    return Reading(manifest, warnings)


def package_of(project: Project, reading: Reading, spare: Path) -> str | None:
    """Return the folder of the package that a bare app is made of; None where there is an app.

    Args:
        spare: where a package may be generated, if there is none.
    """
    if project.find_app() is not None:
        return None
    there = project.output or find_package(Path.cwd(), reading.manifest.slug)
    return there or str(spare / "ws")


def write_package(manifest: str, output: str) -> Written:
    """Generate the package, as ``mdbgen generate`` does.

    Raises:
        MdbgenError: with all that is in the way; then nothing was written.
    """
    with _in_turn(Path(manifest).parent):
        outcome = judge_apps("generate", manifest, output, iter)
        outcome.refuse_errors()
        outcome.refuse_conflicts()
        apply(*outcome.comparisons)
    changes = [each for comparison in outcome.comparisons for each in comparison.changes]
    idle = (Action.UNCHANGED, Action.KEEP)
    return Written(
        {Path(each.file): each.action.value for each in changes if each.action not in idle},
        {each.file: each.new for each in changes if each.action is Action.KEEP and each.new},
    )


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    """Let another ``mdbgen dev`` of the same project finish first: both write the same files."""
    if sys.platform == "win32":
        yield
        return
    deadline = time.monotonic() + TURN_TIMEOUT_S
    with ExitStack() as stack:
        with suppress(OSError):  # a folder or a file system that cannot be locked
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            while not _is_locked(descriptor) and time.monotonic() < deadline:
                time.sleep(LOOK_AGAIN_S)
        yield


def _is_locked(descriptor: int) -> bool:
    """Lock a file until it is closed; False while somebody else has locked it."""
    from fcntl import LOCK_EX, LOCK_NB, flock

    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def find_drift(project: Project, reading: Reading) -> str:
    """Say what to do about a package that is not generated here, and not in step; else ""."""
    package = find_package(Path.cwd(), reading.manifest.slug)
    if project.output is not None or package is None:
        return ""
    outcome = judge_apps("check", project.manifest, package, iter)
    if not any(each.action is not Action.KEEP for each in outcome.drifted):
        return ""
    drift = f"{package} is not in sync with {project.manifest}"
    return f"{drift}; add -o {package}, or run: {outcome.repair}"


def changes_between(old: Reading, new: Reading) -> list[dict[str, str]]:
    """Say what has changed for clients, as ``mdbgen breaking`` judges it."""
    return [
        {
            "level": each.level.value,
            "rule": each.rule,
            "path": dotted(each.path),
            "message": each.message,
        }
        for each in compare_manifests(old.manifest, new.manifest)
    ]


def _check_app(app: str) -> None:
    """Refuse a module that is not there; what is in it shows when it is imported.

    Raises:
        ConfigError: says what was looked for.
    """
    problem = what_is_missing(app, Path.cwd())
    if problem:
        raise no_app(app, problem)


def _is_generated(app: str, output: str | None) -> bool:
    """Whether a module belongs to the package, which may not be there yet."""
    return output is not None and app.startswith(".".join(Path(output).parts))


def no_app(app: str, problem: str) -> ConfigError:
    """Return the error that what the command line names is not there, or is no app."""
    found = find_app(Path.cwd())
    hint = "name a module or a file of this folder, like main:app, main or src/main.py"
    without = f"; without --app, {found} is served" if found else ""
    return _problem(f"--app {app or repr(app)}: {problem}", hint + without)


def _listed(manifest: str | None) -> App | None:
    """Return the app of ``pyproject.toml`` that is meant; None where it lists none."""
    try:
        apps = read_apps(Path.cwd())
    except ConfigError as error:
        if {each.code for each in error.diagnostics} <= {"MDB401", "MDB403"}:  # no file, no app
            return None
        raise
    if manifest is not None:
        meant = [each for each in apps if Path(each.manifest).resolve() == Path(manifest).resolve()]
        return meant[0] if meant else None
    if len(apps) == 1:
        return apps[0]
    lines = ", ".join(f"mdbgen dev {quote(each.manifest)}" for each in apps)
    raise _problem(f"pyproject.toml lists {len(apps)} apps; name the manifest of one: {lines}")


def _default_manifest() -> str:
    if Path(DEFAULT_MANIFEST).is_file():
        return DEFAULT_MANIFEST
    hint = f"mdbgen init writes a first one; then: mdbgen dev {DEFAULT_MANIFEST}"
    raise _problem(f"there is no {DEFAULT_MANIFEST} here, and no pyproject.toml lists one", hint)


def _problem(message: str, hint: str = "") -> ConfigError:
    return ConfigError(Diagnostic("mdbgen", 0, 0, "MDB407", "", message, suggestion=hint))

"""The apps of a command: each is rendered and compared with its folder; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from shlex import quote
from typing import TypeAlias

from mdbgen import generate
from mdbgen.config import App, read_apps
from mdbgen.disk.handlers import find_orphans
from mdbgen.disk.imports import find_stale_imports
from mdbgen.disk.tree import Action, Change, Comparison, compare
from mdbgen.document.source import read_source
from mdbgen.errors import ConfigError, Diagnostic, MdbgenError

Watch: TypeAlias = Callable[[Sequence[App]], Iterable[App]]


@dataclass(frozen=True, slots=True)
class AppOutcome:
    """What was found out about one app."""

    app: App
    comparison: Comparison | None  # None where there are errors
    warnings: Sequence[Diagnostic]
    errors: Sequence[Diagnostic]

    @property
    def drifted(self) -> Sequence[Change]:
        """The changes that ``check`` reports."""
        changes = self.comparison.changes if self.comparison else ()
        return [change for change in changes if change.drift]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found out about all apps."""

    apps: Sequence[AppOutcome]
    is_project: bool  # the apps are those that pyproject.toml lists
    lacking: Sequence[Diagnostic] = ()  # warnings of ``generate`` about handler files

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """Those of the apps without errors."""
        return [each.comparison for each in self.apps if each.comparison]

    @property
    def warnings(self) -> Sequence[Diagnostic]:
        """The warnings of all apps."""
        return [*self.lacking, *chain.from_iterable(each.warnings for each in self.apps)]

    @property
    def errors(self) -> Sequence[Diagnostic]:
        """The errors of all apps."""
        return list(chain.from_iterable(each.errors for each in self.apps))

    @property
    def drifted(self) -> Sequence[Change]:
        """The changes that ``check`` reports of all apps."""
        return list(chain.from_iterable(each.drifted for each in self.apps))

    def refuse_errors(self) -> None:
        """Raise what is wrong with any of the apps.

        Raises:
            MdbgenError: with all errors, and the warnings before them.
        """
        if self.errors:
            raise MdbgenError(*self.warnings, *self.errors)

    def refuse_conflicts(self) -> None:
        """Raise the files that are not mdbgen's to change.

        Raises:
            MdbgenError: with all of them.
        """
        conflicts = [each for comparison in self.comparisons for each in comparison.conflicts]
        if conflicts:
            raise MdbgenError(*self.warnings, *conflicts)

    @property
    def repair(self) -> str:
        """The command that repairs all that can be repaired; "" where a command repairs nothing.

        ``mdbgen generate`` alone writes nothing as long as one app has errors.
        """
        drifting = [each for each in self.apps if any(map(_is_repaired, each.drifted))]
        if not drifting:
            return ""
        if self.is_project and not self.errors:
            return "mdbgen generate" + _force(self.drifted)
        return " && ".join(
            _command("generate", each.app) + _force(each.drifted) for each in drifting
        )


def judge_apps(verb: str, manifest: str | None, output: str | None, watch: Watch) -> Outcome:
    """Render every app and compare it with its folder.

    Args:
        verb: the command, for hints.
        watch: gives the apps one after the other, and may tell how far it has come.

    Raises:
        ConfigError: it is not clear which apps are meant.
    """
    if manifest is None and output is None:
        apps = watch(read_apps(Path.cwd()))
        return Outcome([_judge(app) for app in apps], is_project=True)
    if not manifest or not output:
        raise ConfigError(_half_a_command(verb, manifest, output))
    return Outcome([_judge(App(manifest, output))], is_project=False)


def _judge(app: App) -> AppOutcome:
    warnings: Sequence[Diagnostic] = ()
    target = Path(app.output)
    try:
        package = generate.generate(read_source(app.manifest))
        warnings = package.warnings
        comparison = compare(package.files, target)
        warnings = (*warnings, *find_orphans(package.files, target))
        warnings = (*warnings, *find_stale_imports(package.files, target))
    except MdbgenError as error:
        return AppOutcome(app, None, warnings, error.diagnostics)
    return AppOutcome(app, comparison, warnings, ())


def _half_a_command(verb: str, manifest: str | None, output: str | None) -> Diagnostic:
    missing = "the output folder" if manifest else "the manifest"
    whole = _command(verb, App(manifest or "manifest.json", output or "app/ws/"))
    message = f"{missing} is missing; write: {whole}"
    return Diagnostic("mdbgen", 0, 0, "MDB407", "", message)


def _command(verb: str, app: App) -> str:
    """Write a command line as the user would type it."""
    return f"mdbgen {verb} {quote(app.manifest)} -o {quote(app.output)}"


def _is_repaired(change: Change) -> bool:
    return change.action is not Action.KEEP  # the app's own: no command writes to it


def _force(changes: Sequence[Change]) -> str:
    return " --force" if any(change.conflict for change in changes) else ""

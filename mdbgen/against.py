"""The two sides of ``breaking``: the manifest as it is, and as it was."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from mdbgen.breaking.change import Change, Side
from mdbgen.breaking.compare import compare_manifests
from mdbgen.breaking.level import Level
from mdbgen.config import Waiver, read_apps, read_waivers
from mdbgen.document.source import Place, Source, dotted, parse_source, read_source
from mdbgen.errors import ConfigError, Diagnostic, ManifestError, MdbgenError, shown
from mdbgen.manifest.reader import parse_manifest

_GIT = "git:"


@dataclass(frozen=True, slots=True)
class PlacedChange:
    """A change, and where a reader finds it."""

    level: Level
    rule: str
    path: str  # "websockets.realtime"
    file: str
    line: int  # from 1; 0 where it has no place
    column: int
    message: str
    side: Side = Side.NEW


def judge_changes(manifest: str | None, against: str) -> Sequence[PlacedChange]:
    """Compare manifests with what they were, and excuse what is waived.

    Args:
        manifest: None stands for every app of ``pyproject.toml``.
        against: ``git:`` and a ref, a file, or ``-``.

    Raises:
        MdbgenError: with every problem of all manifests.
    """
    here = Path.cwd()
    manifests = [manifest] if manifest is not None else [app.manifest for app in read_apps(here)]
    if len(manifests) > 1 and not against.startswith(_GIT):
        raise _problem(
            "MDB407",
            f"--against {against} is one manifest, and pyproject.toml lists {len(manifests)} apps;"
            " name the manifest to compare with it",
        )
    if not against:  # a variable of a workflow that is not set
        raise _problem("MDB407", "--against is empty; write git:main, a file, or -")
    if manifest == against == "-":
        raise _problem("MDB407", "only one of the two manifests can come from standard input")
    waivers = read_waivers(here)
    problems: list[Diagnostic] = []
    changes: list[PlacedChange] = []
    for each in manifests:
        try:
            changes += _judge(each, against)
        except MdbgenError as error:
            problems += error.diagnostics
    if problems:
        raise MdbgenError(*dict.fromkeys(problems))
    return _waived(changes, waivers)


def _judge(manifest: str, against: str) -> list[PlacedChange]:
    new = read_source(manifest)
    is_git = against.startswith(_GIT)
    old = _read_ref(manifest, against.removeprefix(_GIT)) if is_git else _read_other(against)
    if old is None:
        message = f"{against} has no such manifest"
        return [PlacedChange(Level.INFO, "manifest-added", "", new.file, 1, 1, message)]
    changes = compare_manifests(parse_manifest(old)[0], parse_manifest(new)[0])
    return [_place(each, old, new) for each in changes]


def _place(change: Change, old: Source, new: Source) -> PlacedChange:
    source = old if change.side is Side.OLD else new
    line, column = source.locate(change.path, Place.KEY)
    path, message = dotted(change.path), change.message
    return PlacedChange(
        change.level, change.rule, path, source.file, line, column, message, change.side
    )


def _waived(changes: Sequence[PlacedChange], waivers: Sequence[Waiver]) -> Sequence[PlacedChange]:
    by_change = {(each.rule, each.path): each for each in waivers}
    found = {(each.rule, each.path) for each in changes}
    unused = [each for key, each in by_change.items() if key not in found]
    return [
        *(_excused(each, by_change.get((each.rule, each.path))) for each in changes),
        *(_unused(each) for each in unused),
    ]


def _excused(change: PlacedChange, waiver: Waiver | None) -> PlacedChange:
    if waiver is None:
        return change
    message = f"{change.message} (waived: {waiver.reason})"
    return replace(change, level=Level.INFO, message=message)


def _unused(waiver: Waiver) -> PlacedChange:
    message = f"the waiver of {waiver.rule} matches no change; remove it"
    column = 1 if waiver.line else 0
    place = (waiver.file, waiver.line, column)
    return PlacedChange(Level.WARNING, "waiver-unused", waiver.path, *place, message)


def _read_other(file: str) -> Source:
    try:
        return read_source(file)
    except ManifestError as error:
        if file == "-" or os.path.lexists(file):
            raise
        hint = f"a branch, a tag or a commit is written {_GIT}{file}"
        raise ManifestError(
            *(replace(each, suggestion=hint) for each in error.diagnostics)
        ) from None


def _read_ref(manifest: str, ref: str) -> Source | None:
    """Read a manifest as it was at a ref; None where it was not there."""
    if manifest == "-":
        raise _problem(
            "MDB407", "a manifest from standard input cannot be found in git; name a file"
        )
    folder = Path(manifest).parent
    top = Path(_git(folder, "rev-parse", "--show-toplevel"))
    commit = _commit(folder, ref)
    path = Path(manifest).resolve()
    if not path.is_relative_to(top.resolve()):
        raise _problem("MDB413", f"{manifest} is outside the repository")
    old = _path_at(folder, commit, path.relative_to(top.resolve()).as_posix())
    if old is None:
        return None
    data = _run(folder, "cat-file", "blob", f"{commit}:{old}").stdout
    return parse_source(data, f"{_GIT}{ref}:{old}")


def _path_at(folder: Path, commit: str, path: str) -> str | None:
    """Return where a file was at a commit, renames followed."""
    if _run(folder, "cat-file", "-e", f"{commit}:{path}").returncode == 0:
        return path
    listed = _git(folder, "diff", "--name-status", "-z", "-M30%", "--diff-filter=R", commit, "--")
    parts = listed.split("\0")
    renames = {parts[i + 2]: parts[i + 1] for i in range(0, len(parts) - 2, 3)}
    return renames.get(path)


def _commit(folder: Path, ref: str) -> str:
    found = _run(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )
    if found.returncode == 0:
        return found.stdout.decode().strip()
    is_name = not _run(folder, "check-ref-format", "--allow-onelevel", ref).returncode
    fetch = f"git fetch --depth=1 origin {quote(_refspec(ref))}"
    if _git(folder, "rev-parse", "--is-shallow-repository") == "true":
        fetch = fetch if is_name else "git fetch --unshallow"
        raise _problem("MDB414", f"the clone is shallow and lacks {shown(ref)}; run: {fetch}")
    if not is_name:
        hint = "name a branch, a tag or a commit, such as git:main"
        raise _problem("MDB413", f"git does not know {shown(ref)}", hint)
    hint = f"perhaps it has not been fetched; run: {fetch}"
    raise _problem("MDB413", f"git does not know {shown(ref)}", hint)


def _refspec(ref: str) -> str:
    remote, _, branch = ref.partition("/")
    if remote == "origin" and branch:
        return f"{branch}:refs/remotes/{ref}"
    is_hash = len(ref) >= 7 and all(each in "0123456789abcdef" for each in ref)
    return ref if is_hash else f"{ref}:{ref}"


def _git(folder: Path, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode:
        reason = done.stderr.decode(errors="backslashreplace").strip().partition("\n")[0]
        raise _problem("MDB413", f"git says: {reason.removeprefix('fatal: ')}")
    return done.stdout.decode(errors="surrogateescape").strip("\n")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise _problem("MDB413", "git is not installed") from None


def _problem(code: str, message: str, hint: str = "") -> ConfigError:
    return ConfigError(Diagnostic("mdbgen", 0, 0, code, "", message, suggestion=hint))

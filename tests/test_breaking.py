"""``breaking`` as people run it: refs, renames, shallow clones, waivers, formats, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OLD: dict[str, Any] = {
    "slug": "shop",
    "websockets": {"orders": {"path": "/ws"}},
    "mdbgen": {"endpoints": {"orders": {"receive": {"cancel": {}, "ask": {}}, "send": {}}}},
}
NEW: dict[str, Any] = {
    **OLD,
    "mdbgen": {"endpoints": {"orders": {"receive": {"ask": {}}, "send": {"news": {}}}}},
}
GONE = "mdbgen.endpoints.orders.receive.cancel"
AUTHOR = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class Repository:
    """A repository with a manifest in its first commit, tagged v1."""

    folder: Path

    def git(self, *arguments: str) -> None:
        environment = {**os.environ, **AUTHOR, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, check=True, capture_output=True
        )

    def write(self, manifest: object, name: str = "manifest.json") -> None:
        (self.folder / name).write_text(json.dumps(manifest, indent=1), "utf-8")

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mdbgen", "breaking", *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )

    def changes(self, *arguments: str) -> Sequence[dict[str, Any]]:
        done = self.run(*arguments, "--format", "json")
        assert done.stderr == ""
        found = json.loads(done.stdout)["changes"]
        assert isinstance(found, list)
        return found


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "shop")
    found.folder.mkdir()
    found.git("init", "-b", "main")
    found.write(OLD)
    found.git("add", ".")
    found.git("commit", "-m", "first")
    found.git("tag", "v1")
    return found


def test_against_a_branch_and_a_tag(repository: Repository) -> None:
    repository.write(NEW)
    for ref in ("git:main", "git:v1", "git:HEAD"):
        done = repository.run("manifest.json", "--against", ref)
        assert (done.returncode, done.stderr) == (1, "")
        first, second, last = done.stdout.splitlines()
        assert first == (
            f"{ref}:manifest.json:12:6: error message-removed {GONE}: 'cancel' is gone: "
            "clients that send it get unknown_type"
        )
        assert second.startswith("manifest.json:15:6: info message-added ")
        assert last == "changes: 1 breaking, 1 harmless"


def test_nothing_has_changed(repository: Repository) -> None:
    done = repository.run("manifest.json", "--against", "git:main")
    assert (done.returncode, done.stdout) == (0, "nothing has changed for clients\n")


def test_against_a_file_and_standard_input(repository: Repository) -> None:
    repository.write(NEW)
    repository.write(OLD, "old.json")
    assert [each["file"] for each in repository.changes("manifest.json", "--against", "old.json")]
    done = repository.run("manifest.json", "--against", "-", stdin=json.dumps(OLD))
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>:1:")


def test_a_branch_that_is_taken_for_a_file(repository: Repository) -> None:
    done = repository.run("manifest.json", "--against", "main")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("main: MDB001 cannot be read: ")
    assert done.stderr.endswith("  a branch, a tag or a commit is written git:main\n")


def test_a_ref_that_is_empty(repository: Repository) -> None:
    done = repository.run("manifest.json", "--against", "")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mdbgen: MDB407 --against is empty; write git:main, a file, or -\n"


def test_a_manifest_that_was_moved_is_followed(repository: Repository) -> None:
    (repository.folder / "apps").mkdir()
    repository.git("mv", "manifest.json", "apps/shop.json")
    repository.write(NEW, "apps/shop.json")
    [gone, _] = repository.changes("apps/shop.json", "--against", "git:main")
    assert (gone["level"], gone["file"]) == ("error", "git:main:manifest.json")


def test_a_manifest_in_a_folder_of_the_repository(repository: Repository) -> None:
    folder = repository.folder / "apps"
    folder.mkdir()
    repository.write(OLD, "apps/manifest.json")
    repository.git("add", ".")
    repository.git("commit", "-m", "second")
    repository.write(NEW, "apps/manifest.json")
    [gone, _] = Repository(folder).changes("manifest.json", "--against", "git:main")
    assert gone["file"] == "git:main:apps/manifest.json"


def test_a_new_manifest_breaks_nobody(repository: Repository) -> None:
    repository.write({"slug": "other", "websockets": {"x": {"path": "/x"}}}, "other.json")
    [told] = repository.changes("other.json", "--against", "git:main")
    assert (told["level"], told["rule"]) == ("info", "manifest-added")


@pytest.mark.parametrize("ref", ["no-such-branch", "--help", "v1:manifest.json"])
def test_a_ref_that_does_not_exist(repository: Repository, ref: str) -> None:
    done = repository.run("manifest.json", "--against", f"git:{ref}")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"MDB413 git does not know '{ref}'" in done.stderr


def test_only_a_ref_that_could_be_fetched_comes_with_a_command(repository: Repository) -> None:
    for ref, is_fetched in (("other", True), ("HEAD~9", False), ("", False)):
        done = repository.run("manifest.json", "--against", f"git:{ref}")
        assert done.returncode == 2
        assert ("git fetch" in done.stderr) is is_fetched, done.stderr


def test_a_manifest_outside_of_the_repository_has_no_past(
    repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "outside.json").write_text(json.dumps(NEW), "utf-8")
    (repository.folder / "link.json").symlink_to(tmp_path / "outside.json")
    done = repository.run("link.json", "--against", "git:main")
    assert done.returncode == 2
    assert "MDB413 link.json is outside the repository" in done.stderr


def test_one_input_is_not_two_manifests(repository: Repository) -> None:
    done = repository.run("-", "--against", "-", stdin=json.dumps(NEW))
    assert done.returncode == 2
    assert "MDB407 only one of the two manifests can come from standard input" in done.stderr


def test_a_shallow_clone_names_the_command_that_helps(
    repository: Repository, tmp_path: Path
) -> None:
    repository.git("checkout", "-b", "feature")
    repository.write(NEW)
    repository.git("commit", "-am", "second")
    source = repository.folder.as_uri()
    repository.git("clone", "--depth=1", "--branch=feature", source, str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    done = clone.run("manifest.json", "--against", "git:main")
    assert done.returncode == 2
    assert "MDB414" in done.stderr
    command = done.stderr.partition("run: ")[2].split()
    assert command == ["git", "fetch", "--depth=1", "origin", "main:main"]
    clone.git(*command[1:])
    assert [each["level"] for each in clone.changes("manifest.json", "--against", "git:main")] == [
        "error",
        "info",
    ]


def test_outside_of_a_repository(tmp_path: Path) -> None:
    folder = Repository(tmp_path)
    folder.write(NEW)
    done = folder.run("manifest.json", "--against", "git:main")
    assert done.returncode == 2
    assert "MDB413 git says: not a git repository" in done.stderr


def test_every_app_of_the_project(repository: Repository) -> None:
    for name in ("a", "b"):
        repository.write(OLD, f"{name}.json")
    project = "".join(
        f'[[tool.mdbgen.app]]\nmanifest = "{name}.json"\noutput = "{name}/ws"\n' for name in "ab"
    )
    (repository.folder / "pyproject.toml").write_text(project, "utf-8")
    repository.git("add", ".")
    repository.git("commit", "-m", "apps")
    repository.write(NEW, "b.json")
    assert [each["file"] for each in repository.changes("--against", "git:main")] == [
        "git:main:b.json",
        "b.json",
    ]
    done = repository.run("--against", "manifest.json")
    assert (done.returncode, "MDB407" in done.stderr) == (2, True)
    assert "pyproject.toml lists 2 apps; name the manifest" in done.stderr


def test_the_only_app_of_the_project_against_a_file(repository: Repository) -> None:
    repository.write(OLD, "old.json")
    repository.write(NEW)
    project = '[[tool.mdbgen.app]]\nmanifest = "manifest.json"\noutput = "ws"\n'
    (repository.folder / "pyproject.toml").write_text(project, "utf-8")
    told = repository.changes("manifest.json", "--against", "old.json")
    assert told == repository.changes("--against", "old.json")
    assert repository.run("--against", "-", stdin=json.dumps(OLD)).returncode == 1


def _waive(repository: Repository, *entries: str) -> None:
    text = "".join(f"[[tool.mdbgen.breaking.waiver]]\n{each}\n" for each in entries)
    (repository.folder / "pyproject.toml").write_text(text, "utf-8")


def test_what_is_waived_breaks_nothing_and_is_still_told(repository: Repository) -> None:
    repository.write(NEW)
    _waive(repository, f'rule = "message-removed"\npath = "{GONE}"\nreason = "never used"')
    done = repository.run("manifest.json", "--against", "git:main")
    assert done.returncode == 0
    assert "info message-removed" in done.stdout
    assert "(waived: never used)" in done.stdout


def test_an_unused_waiver_is_a_warning(repository: Repository) -> None:
    reason = 'rule = "message-removed"\npath = "x"\nreason = "y"'
    _waive(repository, f'rule = "slug-changed"\n{reason[reason.index("path"):]}', reason)
    told = repository.changes("manifest.json", "--against", "git:main")
    assert [(each["level"], each["rule"], each["line"]) for each in told] == [
        ("warning", "waiver-unused", 1),
        ("warning", "waiver-unused", 5),
    ]
    assert repository.run("manifest.json", "--against", "git:main").returncode == 0


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('rule = "message-removed"\npath = "x"', "a waiver needs a reason"),
        ('rule = "message-removed"\npath = "x"\nreason = " "', "a waiver needs a reason"),
        ('rule = "a"\npath = 1\nreason = "y"', "a waiver needs a path"),
        ('rule = "a"\npath = "x"\nreason = "y"\nreasons = 1', "did you mean 'reason'?"),
    ],
)
def test_a_waiver_says_what_and_why(repository: Repository, entry: str, message: str) -> None:
    _waive(repository, entry)
    done = repository.run("manifest.json", "--against", "git:main")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_the_formats(repository: Repository) -> None:
    repository.write(NEW)
    arguments = ("manifest.json", "--against", "git:main", "--format")
    entry = repository.changes(*arguments[:3])[0]
    assert entry.keys() == {"level", "rule", "path", "file", "line", "column", "message"}
    assert (entry["level"], entry["rule"], entry["path"]) == ("error", "message-removed", GONE)
    github = repository.run(*arguments, "github").stdout.splitlines()
    assert github[0].startswith("::error file=manifest.json,title=message-removed::")
    assert github[1].startswith("::notice file=manifest.json,line=15,col=6,title=message-added::")
    markdown = repository.run(*arguments, "markdown").stdout
    assert markdown.startswith("**Changes: 1 breaking, 1 harmless**\n")
    assert f"| `message-removed` | `{GONE}` (git:main:manifest.json:12) |" in markdown


def test_a_broken_manifest_is_an_error_in_every_format(repository: Repository) -> None:
    repository.write({"slug": "shop"})
    for form in ("text", "json", "github", "markdown"):
        done = repository.run("manifest.json", "--against", "git:main", "--format", form)
        assert done.returncode == 2
        assert "MDB101" in done.stdout + done.stderr

"""Files against the disk: ownership, drift, and runs that are stopped in the middle."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mdbgen import __version__
from mdbgen.disk.lock import Lock, digest, format_lock, parse_lock
from mdbgen.disk.tree import Action, Comparison, Drift, apply, compare
from mdbgen.errors import OutputError
from mdbgen.model.files import Owner, RenderedFile

HANDLER = RenderedFile("handlers/realtime.py", Owner.APP, "class Realtime: ...\n")


def owned(path: str, text: str) -> RenderedFile:
    return RenderedFile(path, Owner.GENERATOR, text)


def package(**texts: str) -> list[RenderedFile]:
    files = [owned(f"{name}.py", text) for name, text in texts.items()]
    return [*files, owned("handlers/__init__.py", ""), HANDLER]


OLD = package(auth="a = 1\n", router="r = 1\n", tickets="t = 1\n")
NEW = package(auth="a = 2\n", messages="m = 2\n", router="r = 2\n")
OTHER = package(manager="m = 3\n", router="r = 3\n")
FRESH = {"old": OLD, "new": NEW, "other": OTHER}


def actions(comparison: Comparison) -> dict[str, str]:
    return {change.path: change.action.value for change in comparison.changes}


def drift(comparison: Comparison) -> dict[str, str]:
    return {change.path: change.drift.value for change in comparison.changes if change.drift}


def contents(folder: Path) -> dict[str, bytes]:
    files = (each for each in folder.rglob("*") if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}


def codes(error: OutputError) -> list[tuple[str, str]]:
    return [(each.code, each.file) for each in error.diagnostics]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "app" / "ws"
    apply(compare(OLD, folder))
    return folder


# What a run does


def test_a_first_run_creates_everything(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "ws"
    first = compare(OLD, folder)
    assert set(actions(first).values()) == {"create"}
    assert drift(first) == {
        "auth.py": "missing",
        "handlers/__init__.py": "missing",
        "handlers/realtime.py": "missing handler",
        "mdbgen.lock": "missing",
        "router.py": "missing",
        "tickets.py": "missing",
    }
    assert first.changes[-1].path == "mdbgen.lock"
    assert not folder.parent.exists()
    apply(first)
    assert contents(folder) == {
        "auth.py": b"a = 1\n",
        "handlers/__init__.py": b"",
        "handlers/realtime.py": b"class Realtime: ...\n",
        "router.py": b"r = 1\n",
        "tickets.py": b"t = 1\n",
        "mdbgen.lock": (folder / "mdbgen.lock").read_bytes(),
    }


def test_the_lock_has_one_sorted_entry_per_line_and_no_handlers(target: Path) -> None:
    assert (target / "mdbgen.lock").read_bytes().decode() == (
        "{\n"
        '  "files": {\n'
        f'    "auth.py": "sha256:{sha256(b"a = 1%c" % 10).hexdigest()}",\n'
        f'    "handlers/__init__.py": "sha256:{sha256().hexdigest()}",\n'
        f'    "router.py": "sha256:{sha256(b"r = 1%c" % 10).hexdigest()}",\n'
        f'    "tickets.py": "sha256:{sha256(b"t = 1%c" % 10).hexdigest()}"\n'
        "  },\n"
        f'  "version": "{__version__}"\n'
        "}\n"
    )


def test_a_second_run_touches_nothing(target: Path) -> None:
    before = {file: file.stat() for file in target.rglob("*")}
    again = compare(OLD, target)
    apply(again)
    assert set(actions(again).values()) == {"unchanged", "keep"}
    assert drift(again) == {}
    assert {file: file.stat() for file in target.rglob("*")} == before


def test_a_changed_manifest_updates_creates_deletes_and_leaves_the_rest(target: Path) -> None:
    untouched = (target / "handlers/__init__.py").stat()
    comparison = compare(NEW, target)
    assert actions(comparison) == {
        "auth.py": "update",
        "handlers/__init__.py": "unchanged",
        "handlers/realtime.py": "keep",
        "messages.py": "create",
        "router.py": "update",
        "tickets.py": "delete",
        "mdbgen.lock": "update",
    }
    assert drift(comparison) == {
        "auth.py": "changed",
        "messages.py": "missing",
        "router.py": "changed",
        "tickets.py": "stale",
        "mdbgen.lock": "changed",
    }
    apply(comparison)
    assert drift(compare(NEW, target)) == {}
    assert not (target / "tickets.py").exists()
    assert (target / "handlers/__init__.py").stat() == untouched


def test_line_endings_are_no_difference(target: Path) -> None:
    for name in ("auth.py", "router.py", "mdbgen.lock"):
        file = target / name
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    before = contents(target)
    comparison = compare(OLD, target)
    apply(comparison)
    assert drift(comparison) == {}
    assert contents(target) == before
    apply(compare(NEW, target))
    assert (target / "auth.py").read_bytes() == b"a = 2\n"


def test_a_file_keeps_its_mode(target: Path) -> None:
    (target / "auth.py").chmod(0o640)
    apply(compare(NEW, target))
    assert (target / "auth.py").read_text() == "a = 2\n"
    assert (target / "auth.py").stat().st_mode & 0o777 == 0o640


def test_a_handler_is_created_once_and_never_looked_at_again(target: Path) -> None:
    handler = target / "handlers/realtime.py"
    handler.write_bytes(b"\xff mine")
    comparison = compare(NEW, target)
    apply(comparison)
    assert handler.read_bytes() == b"\xff mine"
    handler.unlink()
    assert drift(compare(NEW, target)) == {"handlers/realtime.py": "missing handler"}


def test_files_that_the_lock_does_not_list_are_the_users(target: Path) -> None:
    mine = target / "handlers/helpers.py"
    mine.write_text("mine")
    comparison = compare(NEW, target)
    apply(comparison)
    assert "handlers/helpers.py" not in actions(comparison)
    assert mine.read_text() == "mine"


# Stale files


def with_stale(target: Path) -> Path:
    apply(compare([*OLD, owned("deep/er/old.py", "o = 1\n")], target))
    return target / "deep/er/old.py"


def test_folders_that_a_deletion_leaves_empty_go_too(target: Path) -> None:
    with_stale(target)
    apply(compare(OLD, target))
    assert not (target / "deep").exists()
    assert (target / "handlers").is_dir()


def test_a_folder_that_holds_a_users_file_stays(target: Path) -> None:
    with_stale(target)
    (target / "deep/mine.txt").write_text("mine")
    apply(compare(OLD, target))
    assert contents(target / "deep") == {"mine.txt": b"mine"}


def test_a_stale_file_that_is_gone_already_leaves_only_the_lock_to_mend(target: Path) -> None:
    with_stale(target).unlink()
    comparison = compare(OLD, target)
    assert drift(comparison) == {"mdbgen.lock": "changed"}
    apply(comparison)
    assert not (target / "deep").exists()
    assert drift(compare(OLD, target)) == {}


def test_a_stale_path_that_became_a_users_folder_is_left_alone(target: Path) -> None:
    (target / "tickets.py").unlink()
    (target / "tickets.py").mkdir()
    apply(compare(NEW, target))
    assert (target / "tickets.py").is_dir()


def test_a_stale_file_that_was_edited_is_a_conflict(target: Path) -> None:
    (target / "tickets.py").write_text("t = 'mine'\n")
    comparison = compare(NEW, target)
    assert drift(comparison)["tickets.py"] == "edited by hand"
    assert [(each.code, each.file) for each in comparison.conflicts] == [
        ("MDB301", (target / "tickets.py").as_posix())
    ]
    assert "delete it with --force" in comparison.conflicts[0].message


# Conflicts


def test_every_file_that_is_not_mdbgens_to_change_is_named_at_once(target: Path) -> None:
    (target / "auth.py").write_text("a = 'mine'\n")
    (target / "router.py").write_bytes(b"r = '\xe9'\n")
    (target / "messages.py").write_text("mine\n")
    comparison = compare(NEW, target)
    assert [(each.code, Path(each.file).name) for each in comparison.conflicts] == [
        ("MDB301", "auth.py"),
        ("MDB302", "messages.py"),
        ("MDB301", "router.py"),
    ]
    assert {drift(comparison)[name] for name in ("auth.py", "messages.py", "router.py")} == {
        "edited by hand"
    }
    apply(comparison)  # what --force does
    assert drift(compare(NEW, target)) == {}


def test_a_file_that_holds_what_would_be_written_is_fine_whoever_wrote_it(target: Path) -> None:
    (target / "auth.py").write_text("a = 2\n")
    (target / "messages.py").write_text("m = 2\n")
    comparison = compare(NEW, target)
    assert comparison.conflicts == ()
    assert actions(comparison)["messages.py"] == "unchanged"
    apply(comparison)
    assert drift(compare(NEW, target)) == {}


def test_bytes_that_are_not_utf8_show_in_the_diff(target: Path) -> None:
    (target / "router.py").write_bytes(b"r = '\xe9'\n")
    (change,) = (each for each in compare(OLD, target).changes if each.path == "router.py")
    assert "-r = '\\xe9'\n+r = 1\n" in change.diff


# The lock


def test_a_missing_lock_beside_identical_files_is_rewritten(target: Path) -> None:
    lock = (target / "mdbgen.lock").read_bytes()
    (target / "mdbgen.lock").unlink()
    comparison = compare(OLD, target)
    assert (drift(comparison), comparison.conflicts) == ({"mdbgen.lock": "missing"}, ())
    apply(comparison)
    assert (target / "mdbgen.lock").read_bytes() == lock


def test_without_a_lock_a_different_file_is_nobodys_to_overwrite(target: Path) -> None:
    (target / "mdbgen.lock").unlink()
    assert [each.code for each in compare(NEW, target).conflicts] == ["MDB302", "MDB302"]


def test_another_version_in_the_lock_is_recorded_but_no_drift(target: Path) -> None:
    file = target / "mdbgen.lock"
    file.write_text(file.read_text().replace(__version__, "99.0"))
    comparison = compare(OLD, target)
    assert drift(comparison) == {}
    assert actions(comparison)["mdbgen.lock"] == "update"
    apply(comparison)
    assert json.loads(file.read_text())["version"] == __version__


HASH = digest("")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON at line 1, column 1"),
        ("{\n", "not JSON at line 2, column 1"),
        ("[" * 100_000, "nested too deeply"),
        ("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> topic\n", "conflict markers"),
        ('["files"]', "not a JSON object"),
        ('{"files": {}}', "'version' is not a string"),
        ('{"version": "1", "files": []}', "'files' is not an object"),
        ('{"version": "1", "files": {"a.py": 1}}', "the entry of 'a.py' is not a sha256 hash"),
        ('{"version": "1", "files": {"a.py": "sha256:00"}}', "not a sha256 hash"),
        (f'{{"version": "1", "files": {{"a": "{HASH}", "a": "{HASH}"}}}}', "appears twice"),
        *(
            (f'{{"version": "1", "files": {{{json.dumps(path)}: "{HASH}"}}}}', repr(path))
            for path in (
                *("/etc/passwd", "../a.py", "a/../../b.py", "a/./b.py", "C:/a.py", "c:a.py"),
                *("a\\b.py", "..\\a.py", "", "a//b.py", "a/", "a\nb", "a\0b", ".", ".."),
            )
        ),
    ],
)
def test_an_unreadable_lock_is_an_error_that_names_it(target: Path, text: str, reason: str) -> None:
    (target / "mdbgen.lock").write_text(text)
    before = contents(target)
    with pytest.raises(OutputError) as caught:
        compare(OLD, target)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file) == ("MDB303", (target / "mdbgen.lock").as_posix())
    assert reason in diagnostic.message
    assert "Delete it and run mdbgen generate" in diagnostic.message
    assert contents(target) == before


def test_a_lock_that_is_not_utf8_is_unreadable(target: Path) -> None:
    (target / "mdbgen.lock").write_bytes(b"\xff\xfe{\0}\0")
    with pytest.raises(OutputError, match="not UTF-8"):
        compare(OLD, target)


def test_a_lock_survives_being_printed_and_read() -> None:
    lock = Lock("1.2.3", {"handlers/__init__.py": HASH, "é.py": HASH})
    assert parse_lock("\ufeff" + format_lock(lock), "mdbgen.lock") == lock


# Things in the way


def test_a_file_in_place_of_the_target_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ws").write_text("a file")
    for folder in (tmp_path / "ws", tmp_path / "ws" / "deeper"):
        with pytest.raises(OutputError) as caught:
            compare(OLD, folder)
        assert codes(caught.value) == [("MDB304", (tmp_path / "ws").as_posix())]


def test_folders_and_files_in_each_others_place_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "auth.py").mkdir()
    (tmp_path / "handlers").write_text("a file")
    with pytest.raises(OutputError) as caught:
        compare(OLD, tmp_path)
    assert codes(caught.value) == [
        ("MDB304", (tmp_path / "auth.py").as_posix()),
        ("MDB304", (tmp_path / "handlers").as_posix()),
    ]


def test_a_folder_in_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mdbgen.lock").mkdir()
    with pytest.raises(OutputError) as caught:
        compare(OLD, tmp_path)
    assert codes(caught.value) == [("MDB304", (tmp_path / "mdbgen.lock").as_posix())]


def link(file: Path, to: Path) -> None:
    try:
        file.symlink_to(to)
    except OSError:
        pytest.skip("no symbolic links here")


@pytest.mark.parametrize("name", ["auth.py", "mdbgen.lock", "tickets.py"])
def test_a_link_to_a_file_outside_is_refused(target: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / name
    (target / name).rename(outside)
    link(target / name, outside)
    before = outside.read_bytes()
    with pytest.raises(OutputError) as caught:
        compare(NEW, target)
    assert codes(caught.value) == [("MDB305", (target / name).as_posix())]
    assert outside.read_bytes() == before


def test_a_linked_subfolder_is_refused_but_for_handlers_that_are_there(
    target: Path, tmp_path: Path
) -> None:
    (target / "handlers").rename(tmp_path / "outside")
    link(target / "handlers", tmp_path / "outside")
    with pytest.raises(OutputError) as caught:
        compare(OLD, target)
    assert codes(caught.value) == [("MDB305", (target / "handlers/__init__.py").as_posix())]


def test_the_target_itself_may_be_a_link(target: Path, tmp_path: Path) -> None:
    link(tmp_path / "linked", target)
    apply(compare(NEW, tmp_path / "linked"))
    assert drift(compare(NEW, target)) == {}


def test_a_link_that_lies_where_a_temporary_file_goes_is_not_followed(
    target: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("precious")
    link(target / ".auth.py.mdbgen-tmp", tmp_path / "precious")
    apply(compare(NEW, target))
    assert (tmp_path / "precious").read_text() == "precious"
    assert (target / "auth.py").read_text() == "a = 2\n"
    assert not (target / "auth.py").is_symlink()


# Drafts


class Unformatted(RenderedFile):
    @cached_property
    def text(self) -> str:
        raise AssertionError("formatted without need")


def test_a_clean_run_formats_nothing(target: Path) -> None:
    files = [Unformatted(file.path, file.owner, file.draft) for file in OLD]
    assert drift(compare(files, target)) == {}


class Formatted(RenderedFile):
    @cached_property
    def text(self) -> str:
        return self.draft.replace("=  ", "= ")


def test_a_draft_that_is_no_final_text_is_formatted(target: Path) -> None:
    files = [Formatted(each.path, each.owner, each.draft.replace("= ", "=  ")) for each in OLD]
    assert drift(compare(files, target)) == {}
    (target / "auth.py").write_text("a =  1\n")  # the draft, but not what the lock says
    assert drift(compare(files, target)) == {"auth.py": "edited by hand"}


# Runs that are stopped


def assert_old_or_new(folder: Path, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    now = {name: text for name, text in contents(folder).items() if "mdbgen-tmp" not in name}
    for name in old.keys() | new.keys():
        assert now.get(name) in (old.get(name), new.get(name)), name
    assert now.keys() <= old.keys() | new.keys()


KILLED_RUNS = """
import os, pathlib, shutil, sys
from tests.test_tree import NEW, OLD
from mdbgen.disk.tree import apply, compare

def kill_at(owner, name, left):
    real = getattr(owner, name)
    def counted(*arguments, **options):
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
        return real(*arguments, **options)
    setattr(owner, name, counted)

for steps in range(1000):
    folder = pathlib.Path(sys.argv[1], str(steps))
    apply(compare(OLD, folder))
    child = os.fork()
    if not child:
        left = [steps]
        for name in ("open", "unlink", "rmdir", "mkdir", "chmod"):
            kill_at(pathlib.Path, name, left)
        kill_at(os, "replace", left)
        apply(compare(NEW, folder))
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        shutil.rmtree(folder)
        break
print(steps)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process")
def test_a_run_that_is_killed_anywhere_leaves_old_or_new_and_is_mended_by_the_next(
    tmp_path: Path,
) -> None:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", KILLED_RUNS, str(tmp_path / "runs")]
    (tmp_path / "runs").mkdir()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    old, new, other = (fresh(files, tmp_path / name) for name, files in FRESH.items())
    runs = sorted((tmp_path / "runs").iterdir())
    assert len(runs) == int(done.stdout) > 10
    for folder in runs:
        assert_old_or_new(folder, old, new)
        shutil.copytree(folder, tmp_path / "copy" / folder.name)
        assert_mended(NEW, folder, new)
        assert_mended(OTHER, tmp_path / "copy" / folder.name, other)


def fresh(files: list[RenderedFile], folder: Path) -> dict[str, bytes]:
    apply(compare(files, folder))
    return contents(folder)


def assert_mended(files: list[RenderedFile], folder: Path, expected: dict[str, bytes]) -> None:
    comparison = compare(files, folder)
    assert comparison.conflicts == ()
    apply(comparison)
    assert contents(folder) == expected


def fail_at(index: int, real: Callable[..., None]) -> Callable[..., None]:
    calls = iter(range(1000))

    def replace(*arguments: object) -> None:
        if next(calls) == index:
            raise PermissionError(13, "Permission denied")
        real(*arguments)

    return replace


@pytest.mark.parametrize(
    ("index", "name"),
    [(0, "auth.py"), (1, "messages.py"), (2, "router.py"), (3, "mdbgen.lock")],
)
def test_a_file_that_cannot_be_replaced_is_named_and_the_next_run_mends(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int, name: str
) -> None:
    old = contents(target)
    new = fresh(NEW, tmp_path / "new")
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail_at(index, os.replace))
        with pytest.raises(OutputError) as caught:
            apply(compare(NEW, target))
    assert codes(caught.value) == [("MDB306", (target / name).as_posix())]
    assert caught.value.diagnostics[0].message == "cannot be written: Permission denied"
    assert_old_or_new(target, old, new)
    assert_mended(NEW, target, new)


def full(*arguments: object, **options: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_run_that_fails_before_the_first_file_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = compare(OLD, tmp_path / "app" / "ws")
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputError, match="No space left on device"):
        apply(comparison)
    assert list(tmp_path.iterdir()) == []


# Several folders


def test_what_cannot_be_written_in_one_folder_keeps_all_as_they_are(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = contents(tmp_path)
    write = Path.open

    def full_in_the_second(file: Path, *arguments: Any, **options: Any) -> Any:
        opened = full if tmp_path / "second" in file.parents else write
        return opened(file, *arguments, **options)

    comparisons = compare(NEW, target), compare(NEW, tmp_path / "second")
    monkeypatch.setattr(Path, "open", full_in_the_second)
    with pytest.raises(OutputError) as caught:
        apply(*comparisons)
    assert [code for code, _ in codes(caught.value)] == ["MDB306"]
    assert contents(tmp_path) == old
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize("index", range(8))  # files of two folders, the locks included
def test_a_run_that_fails_between_folders_is_mended_by_the_next(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    second = tmp_path / "second"
    old = fresh(OLD, second)
    new = fresh(NEW, tmp_path / "new")
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail_at(index, os.replace))
        with pytest.raises(OutputError):
            apply(compare(NEW, target), compare(NEW, second))
    for folder in (target, second):
        assert_old_or_new(folder, old, new)
    if index < 4:  # nothing had happened to the second folder
        assert contents(second) == old
    for folder in (target, second):
        assert_mended(NEW, folder, new)


# Diffs


AWKWARD = {
    "no_newline": ("a\nb", "a\nc"),
    "gains_newline": ("a", "a\n"),
    "separators": ("a\x0cb\u2028c\n1\n", "a\x0cb\u2028c\n2\n"),
    "emptied": ("a\n", ""),
    "filled": ("", "a\n"),
    "long": ("a\n" * 99_999 + "b", "c\n"),
    "grown": ("c\n", "a\n" * 100_000),
    "has space": ("a\n", "b\n"),
}


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_git_applies_the_diffs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    old = package(**{name: text for name, (text, _) in AWKWARD.items()}, gone="g\n", gone_empty="")
    new = package(**{name: text for name, (_, text) in AWKWARD.items()}, come="c\n", come_empty="")
    apply(compare(old, Path("a/ws")))
    apply(compare(new, Path("b/ws")))
    comparison = compare(new, Path("a/ws"))
    diff = "".join(change.diff for change in comparison.changes)
    assert "+++ b/a/ws/has space.py\t\n" in diff
    assert "-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n" in diff
    git = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(git, input=diff.encode(), check=True)
    assert contents(Path("a/ws")) == contents(Path("b/ws"))


def test_what_does_not_change_has_no_diff(target: Path) -> None:
    comparison = compare(OLD, target)
    assert {change.action for change in comparison.changes} == {Action.KEEP, Action.UNCHANGED}
    assert "".join(change.diff for change in comparison.changes) == ""


def test_every_drift_has_a_name_of_its_own() -> None:
    assert [each.value for each in Drift] == [
        "changed",
        "missing",
        "stale",
        "edited by hand",
        "missing handler",
    ]

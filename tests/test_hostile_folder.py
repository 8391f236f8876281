"""An output folder full of traps: only regular files inside it are read, and none without end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mdbgen.disk.lock import digest
from support.hostile import codes, mdbgen

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="sets traps that Windows does not have"),
]

MANIFEST = {
    "slug": "my_app",
    "websockets": {"realtime": {"path": "/ws"}},
    "mdbgen": {"endpoints": {"realtime": {"receive": {"ask": {}}}}},
}
ARGUMENTS = ("manifest.json", "-o", "app/ws")
COMMANDS = (("check", *ARGUMENTS), ("generate", *ARGUMENTS), ("generate", "--force", *ARGUMENTS))
SECRET = "from .. import secret_of_another_folder\n"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    assert mdbgen(folder, "generate", *ARGUMENTS).returncode == 0
    return folder


@pytest.fixture
def folder(generated: Path, tmp_path: Path) -> Path:
    """A folder whose package is up to date, and a file outside of that."""
    shutil.copytree(generated, tmp_path, dirs_exist_ok=True)
    (tmp_path / "secret").write_text(SECRET)
    return tmp_path


@pytest.fixture
def ws(folder: Path) -> Path:
    return folder / "app/ws"


def zero(file: Path) -> None:
    file.symlink_to("/dev/zero")


def outside(file: Path) -> None:
    file.symlink_to(
        os.path.relpath(file.parents[file.parts[::-1].index("app")] / "secret", file.parent)
    )


def loop(file: Path) -> None:
    file.symlink_to(file.name)


def bound(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        here = os.getcwd()
        os.chdir(file.parent)  # the whole path may be too long for a socket
        try:
            one.bind(file.name)
        finally:
            os.chdir(here)


def sparse(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(1 << 40)


TRAPS: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "device": (zero, {"MDB305"}),
    "outside": (outside, {"MDB305"}),
    "loop": (loop, {"MDB304"}),
    "pipe": (os.mkfifo, {"MDB304"}),  # type: ignore[attr-defined, unused-ignore]
    "socket": (bound, {"MDB304"}),
    "folder": (Path.mkdir, {"MDB304"}),
    "huge": (sparse, {"MDB309"}),
}
PLACES = (
    ".mdbgen.lock.mdbgen-tmp",
    "mdbgen.lock",
    "compat.py",
    "handlers/__init__.py",
    "handlers/realtime.py",
    "handlers/helpers.py",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_regular_file_inside_the_folder_is_an_error(
    folder: Path, ws: Path, place: str, trap: str
) -> None:
    (ws / place).unlink(missing_ok=True)
    lay, expected = TRAPS[trap]
    lay(ws / place)
    for command in COMMANDS:
        done = mdbgen(folder, *command)
        if (trap, place) == ("folder", "handlers/helpers.py"):  # one of the app's own
            assert done.returncode == 0
        else:
            assert (done.returncode, codes(done)) == (2, expected), done
            assert f"app/ws/{place}: MDB" in done.stderr
        assert "secret_of" not in done.stdout + done.stderr
    assert (folder / "secret").read_text() == SECRET


def test_everything_in_the_way_is_named_at_once(folder: Path, ws: Path) -> None:
    for place in ("compat.py", "router.py", "handlers/realtime.py"):
        (ws / place).unlink()
        zero(ws / place)
    lines = mdbgen(folder, *COMMANDS[0]).stderr.splitlines()
    assert len([line for line in lines if "MDB305" in line]) == 3


def test_a_file_that_becomes_a_trap_after_it_was_looked_at(
    ws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mdbgen.disk import atomic
    from mdbgen.errors import OutputError

    for trap in (os.mkfifo, sparse):  # type: ignore[attr-defined, unused-ignore]
        (ws / "compat.py").unlink()
        trap(ws / "compat.py")
        with monkeypatch.context() as patched:
            patched.setattr(atomic, "find_obstacle", lambda *arguments: None)
            with pytest.raises(OutputError, match=r"regular file|limit of"):
                atomic.read_file(ws, "compat.py")


@pytest.mark.parametrize("line", ["\n", "}\n\n", "        return None\n"])
def test_a_file_of_many_lines_is_compared_in_time(folder: Path, ws: Path, line: str) -> None:
    (ws / "compat.py").write_text(line * 1_000_000)
    done = mdbgen(folder, *COMMANDS[0])
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "mdbgen generate manifest.json -o app/ws --force"


def test_hidden_files_of_editors_are_left_alone(folder: Path, ws: Path) -> None:
    (ws / "handlers/.#realtime.py").symlink_to("somebody@example.org.1234:5678")
    assert mdbgen(folder, *COMMANDS[0]).returncode == 0


def test_a_link_between_comparing_and_writing_is_not_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mdbgen.disk.tree import apply, compare
    from mdbgen.errors import OutputError
    from mdbgen.model.files import Owner, RenderedFile

    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    target = folder / "new"
    comparison = compare([RenderedFile("handlers/__init__.py", Owner.GENERATOR, "")], target)
    target.mkdir()
    (target / "handlers").symlink_to(elsewhere)
    with pytest.raises(OutputError) as caught:
        apply(comparison)
    assert [each.code for each in caught.value.diagnostics] == ["MDB305"]
    assert list(elsewhere.iterdir()) == []


# Locks


def write_lock(ws: Path, **files: str) -> None:
    lock = json.loads((ws / "mdbgen.lock").read_text())
    lock["files"] |= files
    (ws / "mdbgen.lock").write_text(json.dumps(lock))


@pytest.mark.parametrize("forced", [(), ("--force",)])
def test_a_lock_cannot_make_mdbgen_delete_a_handler(
    folder: Path, ws: Path, forced: tuple[str, ...]
) -> None:
    mine = ws / "handlers/mine.py"
    mine.write_text("mine = 1\n")
    (ws / "handlers/deep").mkdir()
    (ws / "handlers/deep/er.py").write_text("mine = 1\n")
    own = digest("mine = 1\n")
    stub = digest((ws / "handlers/realtime.py").read_text())
    write_lock(
        ws,
        **{
            "handlers/mine.py": own,
            "HANDLERS/mine.py": own,
            "handlers/deep/er.py": own,
            "handlers/realtime.py": stub,
        },
    )
    (ws / ".mdbgen.lock.mdbgen-tmp").write_text((ws / "mdbgen.lock").read_text())
    assert mdbgen(folder, "generate", *ARGUMENTS, *forced).returncode == 0
    assert mine.read_text() == "mine = 1\n"
    assert (ws / "handlers/deep/er.py").exists()
    assert (ws / "handlers/realtime.py").exists()
    assert "mine.py" not in (ws / "mdbgen.lock").read_text()
    removed = {**MANIFEST, "websockets": {"other": {"path": "/ws"}}, "mdbgen": {}}
    (folder / "manifest.json").write_text(json.dumps(removed))
    assert mdbgen(folder, "generate", *ARGUMENTS, *forced).returncode == 0
    assert (ws / "handlers/realtime.py").exists()


@pytest.mark.parametrize(
    "name", ["COMPAT.PY", "compat.py.", "compat.py ", "COMPAT~1.PY", "com\u200dpat.py"]
)
def test_a_second_name_of_a_file_in_the_lock_deletes_nothing(
    folder: Path, ws: Path, name: str
) -> None:
    """On a disk for which both are one file; here, they are two."""
    (ws / name).write_text((ws / "compat.py").read_text())
    write_lock(ws, **{name: digest((ws / "compat.py").read_text())})
    assert mdbgen(folder, "generate", *ARGUMENTS).returncode == 0
    assert (ws / name).exists()
    assert (ws / "compat.py").exists()


def test_a_lock_of_half_characters_is_unreadable(folder: Path, ws: Path) -> None:
    write_lock(ws, **{"a\ud800.py": digest("")})
    for command in COMMANDS:
        done = mdbgen(folder, *command)
        assert (done.returncode, codes(done)) == (2, {"MDB303"})


def test_a_lock_that_is_far_too_long_is_refused(folder: Path, ws: Path) -> None:
    write_lock(ws, **{f"former_{number}.py": digest("") for number in range(300_000)})
    done = mdbgen(folder, *COMMANDS[0])
    assert (done.returncode, codes(done)) == (2, {"MDB309"})


# Handler files


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "1+" * 100_000 + "1\n",
        "class RealtimeHandlers(" + "a." * 5000 + "RealtimeContract): ...\n",
        "class RealtimeHandlers(" + "f(" * 50 + ")" * 50 + ", RealtimeContract): ...\n",
        "class RealtimeHandlers(" + "-" * 5000 + "x, RealtimeContract): ...\n",
        "(" * 10_000,
        "if x:\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 99)) + " " * 99 + "y\n",
        "x = 1\0\n",
        "from ..contract import (\n" * 20_000,
        "'''" * 100_001,
        "# coding: utf-7\n",
        "class RealtimeHandlers(RealtimeContract):\n def on_x(self, a: " + "-" * 5000 + "x): ...\n",
        "\r" * 500_000,
        "a;" * 250_000,
    ],
    ids=[
        *("operators", "attributes", "calls", "minuses", "brackets", "ifs", "null", "imports"),
        *("quotes", "coding", "annotation", "returns", "statements"),
    ],
)
def test_a_handler_file_that_nobody_has_written(folder: Path, ws: Path, text: str) -> None:
    (ws / "handlers/realtime.py").write_bytes(text.encode())
    for command in COMMANDS:
        done = mdbgen(folder, *command)
        assert (done.returncode, codes(done)) == (0, set()), done
    assert (ws / "handlers/realtime.py").read_bytes() == text.encode()


def test_a_handler_file_of_many_megabytes_is_refused(folder: Path, ws: Path) -> None:
    (ws / "handlers/realtime.py").write_text("x = 1\n" * 9_000_000)
    done = mdbgen(folder, *COMMANDS[0])
    assert (done.returncode, codes(done)) == (2, {"MDB309"})


# The manifest


def test_a_manifest_may_be_a_pipe_and_ends_at_its_limit(folder: Path) -> None:
    endless = mdbgen(folder, "check", "/dev/zero", "-o", "app/ws")
    assert (endless.returncode, codes(endless)) == (2, {"MDB002"})
    os.mkfifo(folder / "pipe")  # type: ignore[attr-defined, unused-ignore]
    writing = subprocess.Popen(["cp", "manifest.json", "pipe"], cwd=folder)
    assert mdbgen(folder, "check", "pipe", "-o", "app/ws").returncode == 0
    assert writing.wait(10) == 0

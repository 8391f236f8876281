"""What the disk may hold that no usual run meets: odd handler files, odd places, odd moments."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mdbgen.disk import atomic
from mdbgen.disk.atomic import MAX_BYTES, Batch, Write, publish, read_file, temporary
from mdbgen.disk.handlers import MAX_HANDLER_BYTES, find_orphans, missing_stubs
from mdbgen.disk.imports import find_stale_imports
from mdbgen.disk.lock import LOCK_NAME
from mdbgen.disk.records import read_records
from mdbgen.disk.tree import apply, compare
from mdbgen.errors import OutputError
from mdbgen.model.files import Owner, RenderedFile

STUB = "    async def on_tell(self) -> None: ..."
HANDLER = RenderedFile(
    "handlers/realtime.py",
    Owner.APP,
    "class RealtimeHandlers(RealtimeContract): ...\n",
    handlers="RealtimeHandlers",
    contract="RealtimeContract",
    stubs={"on_tell": STUB},
)


def codes(error: OutputError) -> list[tuple[str, str]]:
    return [(each.code, each.file) for each in error.diagnostics]


# Handler files


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RealtimeHandlers = object\n",
        "from elsewhere import Base\nclass RealtimeHandlers(Base): ...\n",
        "class RealtimeHandlers(:\n",
        "\0",
        f"x = {'-' * 20_000}1\n",
        f"x = {'+1' * 2_000}\n",
    ],
    ids=[
        *("empty", "no class", "inherits from elsewhere", "no Python", "a null"),
        *("too deep to parse", "too deep to walk"),
    ],
)
def test_nothing_is_missing_where_nobody_can_tell(text: str) -> None:
    assert missing_stubs(HANDLER, text) == ""


def test_a_class_that_lacks_a_method_is_told_so() -> None:
    assert missing_stubs(HANDLER, HANDLER.text).startswith(f"{STUB}\n")


def test_a_class_that_inherits_from_itself_ends() -> None:
    text = "class RealtimeHandlers(RealtimeHandlers): ...\n"
    assert missing_stubs(HANDLER, text).startswith(f"{STUB}\n")


def test_a_handler_file_for_no_endpoint_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "handlers"
    folder.mkdir()
    (folder / "old.py").write_text("from ..contract import (\n    OldContract,\n    Reject,\n)\n")
    (folder / "realtime.py").write_text("from ..contract import RealtimeContract\n")
    (folder / ".old.py").write_text("from ..contract import HiddenContract\n")
    (folder / "folder.py").mkdir()
    [warning] = find_orphans([HANDLER], tmp_path)
    assert (warning.code, warning.file) == ("MDB307", (folder / "old.py").as_posix())
    assert "no endpoint has OldContract any more" in warning.message


def test_methods_that_no_message_calls_are_named(tmp_path: Path) -> None:
    own = "class RealtimeHandlers(RealtimeContract):\n    async def on_gone(self): ...\n"
    (tmp_path / "handlers").mkdir()
    (tmp_path / HANDLER.path).write_text(own)
    [warning] = find_orphans([HANDLER], tmp_path)
    assert (warning.code, warning.file) == ("MDB308", (tmp_path / HANDLER.path).as_posix())
    assert "no message calls on_gone any more" in warning.message


def test_without_messages_only_what_takes_a_model_is_left_over(tmp_path: Path) -> None:
    plain = RenderedFile(
        HANDLER.path, Owner.APP, "", handlers=HANDLER.handlers, contract=HANDLER.contract
    )
    (tmp_path / "handlers").mkdir()
    (tmp_path / HANDLER.path).write_text(
        "class RealtimeHandlers(RealtimeContract):\n"
        "    on_event = print\n"
        "    async def on_join(self, message: dict): ...\n"
        "    async def on_tell(self, message: messages.Tell): ...\n"
    )
    [warning] = find_orphans([plain], tmp_path)
    assert "no message calls on_tell any more" in warning.message


def test_a_handler_file_that_is_read_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "handlers").mkdir()
    with (tmp_path / HANDLER.path).open("wb") as file:
        file.truncate(MAX_HANDLER_BYTES + 1)
    with pytest.raises(OutputError) as caught:
        compare([HANDLER], tmp_path)
    assert codes(caught.value) == [("MDB309", (tmp_path / HANDLER.path).as_posix())]


@pytest.mark.parametrize("text", ["from ..auth import x\nclass (:\n", "from ..auth import x\n\0"])
def test_imports_of_what_is_no_python_are_not_looked_at(tmp_path: Path, text: str) -> None:
    """The app hears of that when it starts."""
    (tmp_path / "handlers").mkdir()
    (tmp_path / HANDLER.path).write_text(text)
    assert list(find_stale_imports([HANDLER], tmp_path)) == []


# Places and moments


def test_a_name_that_no_file_can_have_is_not_there(tmp_path: Path) -> None:
    assert read_file(tmp_path, "n" * 300) is None


@pytest.mark.parametrize("path", [LOCK_NAME, HANDLER.path, "router.py"])
def test_a_file_that_may_not_be_read_is_neither_missing_nor_edited(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [HANDLER, RenderedFile("router.py", Owner.GENERATOR, "router = 1\n")]
    apply(compare(files, tmp_path))
    read = os.open

    def refuse(file: str, *arguments: int) -> int:
        if file == os.path.realpath(tmp_path / path):
            raise PermissionError(errno.EACCES, "Permission denied", file)
        return read(file, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError) as caught:
        compare(files, tmp_path)
    assert codes(caught.value) == [("MDB306", (tmp_path / path).as_posix())]
    assert caught.value.diagnostics[0].message == "cannot be read: Permission denied"


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_in_the_way(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "auth.py"
    if kind == "pipe":
        if os.name == "nt":
            pytest.skip("Windows has no pipes that are files")
        os.mkfifo(place)  # type: ignore[attr-defined, unused-ignore]
    else:
        place.mkdir()
    with pytest.raises(OutputError) as caught:
        read_file(tmp_path, "auth.py")
    assert codes(caught.value) == [("MDB304", place.as_posix())]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes that are files")
def test_what_becomes_a_pipe_after_the_look_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "find_obstacle", lambda *_: None)
    os.mkfifo(tmp_path / "auth.py")  # type: ignore[attr-defined, unused-ignore]
    with pytest.raises(OutputError) as caught:
        read_file(tmp_path, "auth.py")
    assert codes(caught.value) == [("MDB304", (tmp_path / "auth.py").as_posix())]


def test_what_grows_after_the_look_is_not_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "find_obstacle", lambda *_: None)
    with (tmp_path / "auth.py").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(OutputError) as caught:
        read_file(tmp_path, "auth.py")
    assert codes(caught.value) == [("MDB309", (tmp_path / "auth.py").as_posix())]


def test_a_lock_that_was_half_written_says_nothing(tmp_path: Path) -> None:
    """The run that wrote it had replaced no file yet."""
    apply(compare([RenderedFile("auth.py", Owner.GENERATOR, "a = 1\n")], tmp_path))
    before = read_records(tmp_path)
    temporary(tmp_path / LOCK_NAME).write_text('{"version": ')
    after = read_records(tmp_path)
    assert after.unfinished is None
    assert after == before


@pytest.mark.parametrize(
    ("problem", "hint"),
    [
        (PermissionError(13, "Access is denied"), "close whatever has it open"),  # Windows: in use
        (OSError(36, "File name too long"), "the path is too long"),
        (OSError(28, "No space left on device"), ""),
        (FileNotFoundError(2, "No such file or directory"), ""),
    ],
    ids=["in-use", "too-long", "full", "gone"],
)
def test_a_file_that_cannot_be_replaced_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: OSError, hint: str
) -> None:
    def refuse(*_: object) -> None:
        raise problem

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError) as caught:
        publish(Batch(tmp_path, [Write(tmp_path / "a.py", "")]))
    [found] = caught.value.diagnostics
    assert (found.file, found.code) == ((tmp_path / "a.py").as_posix(), "MDB306")
    assert found.message == f"cannot be written: {problem.strerror}"
    assert hint in found.suggestion
    assert bool(hint) is bool(found.suggestion)
    assert list(tmp_path.iterdir()) == []


def test_a_long_path_that_windows_cannot_find_is_called_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise FileNotFoundError(2, "The system cannot find the path specified")

    monkeypatch.setattr(os, "replace", refuse)
    file = tmp_path / ("a" * 130) / ("b" * 130) / "c.py"
    with pytest.raises(OutputError) as caught:
        publish(Batch(tmp_path, [Write(file, "")]))
    assert "the path is too long" in caught.value.diagnostics[0].suggestion

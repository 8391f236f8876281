"""Messages that come and go, and the app's own handler files, which are never touched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live import running, serving

HANDLERS = "app/ws/handlers/realtime.py"
REPAIR = "mdbgen generate manifest.json -o app/ws/"
BEFORE = {"ask": {"reply": "answer"}, "tell": {}}
AFTER = {"ask": {"reply": "answer"}, "shout": {"description": "Loud."}}


def manifest(receive: dict[str, Any]) -> dict[str, Any]:
    return {
        "slug": "my_app",
        "websockets": {"realtime": {"path": "/ws", "auth": {"required": False}}},
        "mdbgen": {"endpoints": {"realtime": {"receive": receive, "send": {"answer": {}}}}},
    }


def mdbgen(folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mdbgen", command, "manifest.json", "-o", "app/ws/", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A package whose manifest has then lost one message and got another."""
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(BEFORE)))
    assert mdbgen(tmp_path, "generate").returncode == 0
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(AFTER)))
    own = (tmp_path / HANDLERS).read_text()
    yield tmp_path
    assert (tmp_path / HANDLERS).read_text().startswith(own[:100])


def test_check_prints_the_stub_to_paste_and_names_the_orphan(folder: Path) -> None:
    mdbgen(folder, "generate")
    checked = mdbgen(folder, "check")
    assert checked.returncode == 1
    assert checked.stdout == (
        f"missing handler {HANDLERS}\n"
        "    async def on_shout(self, connection: Connection, message: messages.Shout) -> None:\n"
        '        """Loud."""\n'
        "        # Until it is handled here, its sender is answered ``not_implemented``.\n"
        "        await super().on_shout(connection, message)\n"
        "\n"
        f"{REPAIR}\n"
    )
    assert checked.stderr == (
        f"{HANDLERS}: warning: MDB308 no message calls on_tell any more; rename or delete it\n"
    )


def test_the_pasted_stub_makes_it_clean(folder: Path) -> None:
    mdbgen(folder, "generate")
    file = folder / HANDLERS
    stub = mdbgen(folder, "check").stdout.removeprefix(f"missing handler {HANDLERS}\n")
    pasted = stub.removesuffix(f"\n{REPAIR}\n")
    own = file.read_text()
    file.write_text(own[: own.index("    async def on_tell")] + pasted)
    checked = mdbgen(folder, "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    strict = [sys.executable, "-m", "mypy", "--strict", "app"]
    typed = subprocess.run(strict, cwd=folder, capture_output=True, text=True, timeout=120)
    assert typed.returncode == 0, typed.stdout
    assert mdbgen(folder, "generate", "--diff").stdout == ""


def test_generate_leaves_the_handlers_alone(folder: Path) -> None:
    before = (folder / HANDLERS).read_bytes()
    generated = mdbgen(folder, "generate")
    assert f"keep      {HANDLERS}\n" in generated.stdout
    assert (folder / HANDLERS).read_bytes() == before


def test_for_tools(folder: Path) -> None:
    mdbgen(folder, "generate")
    document = json.loads(mdbgen(folder, "check", "--format", "json").stdout)
    assert [(each["kind"], each["file"]) for each in document["drift"]] == [
        ("missing handler", HANDLERS)
    ]
    assert "async def on_shout" in document["drift"][0]["stub"]
    assert [each["code"] for each in document["warnings"]] == ["MDB308"]
    lines = mdbgen(folder, "check", "--format", "github").stdout.splitlines()
    assert lines[0].startswith(f"::warning file={HANDLERS},title=MDB308::no message calls on_tell")
    assert lines[1].startswith(
        f"::error file={HANDLERS},title=mdbgen check::"
        "missing handler; paste into it:%0A    async def on_shout("
    )
    assert lines[2:] == [REPAIR]


def test_handlers_of_an_endpoint_that_now_declares_messages_lack_an_import(tmp_path: Path) -> None:
    bare = {**manifest({}), "mdbgen": {}}
    (tmp_path / "manifest.json").write_text(json.dumps(bare))
    assert mdbgen(tmp_path, "generate").returncode == 0
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(AFTER)))
    mdbgen(tmp_path, "generate")
    checked = mdbgen(tmp_path, "check")
    assert checked.returncode == 1
    assert checked.stdout.splitlines()[1] == "from .. import messages"
    assert "on_ask" in checked.stdout
    assert "on_shout" in checked.stdout
    assert "on_message" in checked.stderr, "nothing calls it any more"


@pytest.mark.parametrize(
    "text",
    [
        "class RealtimeHandlers(Mixin, RealtimeContract): ...",
        "from .elsewhere import RealtimeHandlers",
        "this is no Python",
        "",
    ],
)
def test_what_cannot_be_told_is_no_drift(folder: Path, text: str) -> None:
    mdbgen(folder, "generate")
    own = (folder / HANDLERS).read_text()
    (folder / HANDLERS).write_text(text)
    checked = mdbgen(folder, "check")
    (folder / HANDLERS).write_text(own)
    assert (checked.returncode, checked.stderr) == (0, "")


async def test_a_running_app_does_not_mind_a_new_message(tmp_path: Path) -> None:
    """Old handlers beside a new contract: the message is ``not_implemented``, the rest works."""
    root = tmp_path / "old"
    root.mkdir()
    receive = {"ask": {"reply": "answer"}, "tell": {}, "shout": {}}
    with serving(root, "golden", {"app": manifest(receive)}):
        pass
    handlers = (root / HANDLERS).read_text()
    start = handlers.index("    async def on_shout")
    (root / HANDLERS).write_text(handlers[:start])

    with running(root) as server:
        async with server.join("/ws") as client:
            error = await client.ask({"type": "shout", "id": 1})
            assert (error["code"], error["reply_to"]) == ("not_implemented", 1)
            assert (await client.ask({"type": "tell", "id": 2}))["code"] == "not_implemented"

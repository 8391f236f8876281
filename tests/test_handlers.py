"""Messages that come and go, and the app's own handler files, which are never touched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mdbgen.naming import class_name
from support.command import run
from support.live import imported, running, serving

HANDLERS = "app/ws/handlers/realtime.py"
PASTE = f"paste the missing methods printed above into {HANDLERS}"
BEFORE = {"ask": {"reply": "answer"}, "tell": {}}
AFTER = {"ask": {"reply": "answer"}, "shout": {"description": "Loud."}}


def manifest(receive: dict[str, Any]) -> dict[str, Any]:
    return {
        "slug": "my_app",
        "websockets": {"realtime": {"path": "/ws", "auth": {"required": False}}},
        "mdbgen": {"endpoints": {"realtime": {"receive": receive, "send": {"answer": {}}}}},
    }


def mdbgen(folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder, command, "manifest.json", "-o", "app/ws/", *arguments)


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
        "        # Until this is implemented, the sender is answered ``not_implemented``.\n"
        "        await super().on_shout(connection, message)\n"
        "\n"
        f"{PASTE}\n"
    )
    assert checked.stderr == (
        f"{HANDLERS}: warning: MDB308 no message calls on_tell any more; rename or delete it\n"
    )


@pytest.mark.parametrize("command", ["generate", "check"])
@pytest.mark.parametrize(
    ("line", "gone", "instead"),
    [
        (
            "from ..connection import Connection",
            "..connection",
            "from ..contract import Connection",
        ),
        (
            "from ..manager import ConnectionManager as M, manager",
            "..manager",
            "from ..contract import manager; from ..runtime.manager import ConnectionManager as M",
        ),
        ("from .. import messages, tickets", "..tickets", "from ..runtime import tickets"),
        ("    from ..tokens import Refused", "..tokens", "from ..runtime.tokens import Refused"),
        ("from app.ws.manager import manager", "app.ws.manager", "from ..contract import manager"),
        ("from app.ws import tickets", "app.ws.tickets", "from ..runtime import tickets"),
        ("import app.ws.tickets as t", "app.ws.tickets", "from ..runtime import tickets as t"),
        (
            "from ..runtime.heartbeat import Heartbeat",
            "..runtime.heartbeat",
            "from ..runtime.client import Heartbeat",
        ),
    ],
)
def test_an_import_of_a_module_that_has_moved_is_named(
    folder: Path, command: str, line: str, gone: str, instead: str
) -> None:
    mdbgen(folder, "generate")
    handlers = folder / HANDLERS
    body = f"\n\ndef later() -> None:\n{line}\n" if line.startswith(" ") else f"\n{line}\n"
    number = handlers.read_text().count("\n") + body.count("\n")
    handlers.write_text(handlers.read_text() + body)
    told = mdbgen(folder, command).stderr.splitlines()
    column = 5 if line.startswith(" ") else 1
    assert told[-2:] == [
        f"{HANDLERS}:{number}:{column}: warning: MDB310" f" imports {gone}, which no longer exists",
        f"  write: {instead}",
    ]


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("from ..runtime.gone import Nothing", "..runtime.gone"),
        ("import app.ws.runtime.gone", "app.ws.runtime.gone"),
    ],
)
def test_no_import_is_proposed_of_what_is_nowhere(folder: Path, line: str, gone: str) -> None:
    mdbgen(folder, "generate")
    handlers = folder / HANDLERS
    handlers.write_text(handlers.read_text() + f"\n{line}\n")
    told = mdbgen(folder, "check").stderr.splitlines()
    assert told[-2].endswith(f"MDB310 imports {gone}, which no longer exists")
    assert told[-1] == "  nothing replaces it; use what ..contract has"


def test_what_is_there_may_be_imported(folder: Path) -> None:
    mdbgen(folder, "generate")
    (folder / "app/ws/mine.py").write_text("x = 1\n")
    (folder / "app/ws/tools").mkdir()
    handlers = folder / HANDLERS
    handlers.write_text(
        handlers.read_text()
        + "\nfrom .. import mine, messages, runtime, tools\nfrom ..mine import x\n"
        "from ..runtime.tokens import Identity\nfrom ...main import app\n"
        "import app.ws, app.ws.mine, ws.gone, app.other\nfrom app.ws.messages import Ask\n"
        "from app.ws import mine as m\nfrom ws.gone import y\n"
    )
    assert "MDB310" not in mdbgen(folder, "check").stderr


@pytest.mark.slow
def test_the_pasted_stub_makes_it_clean(folder: Path) -> None:
    mdbgen(folder, "generate")
    file = folder / HANDLERS
    stub = mdbgen(folder, "check").stdout.removeprefix(f"missing handler {HANDLERS}\n")
    pasted = stub.removesuffix(f"\n{PASTE}\n")
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
    assert lines[2:] == [PASTE]


def test_a_missing_file_needs_the_command_and_a_missing_method_the_words(folder: Path) -> None:
    both = {**manifest(AFTER), "websockets": {"realtime": {"path": "/ws"}, "b": {"path": "/b"}}}
    (folder / "manifest.json").write_text(json.dumps(both))
    mdbgen(folder, "generate")
    (folder / "app/ws/handlers/b.py").unlink()
    for form in ("text", "github"):
        lines = mdbgen(folder, "check", "--format", form).stdout.splitlines()
        assert lines[-2:] == [PASTE, "mdbgen generate manifest.json -o app/ws/"]
    document = json.loads(mdbgen(folder, "check", "--format", "json").stdout)
    assert document["command"] == "mdbgen generate manifest.json -o app/ws/"
    assert mdbgen(folder, "generate").returncode == 0
    assert mdbgen(folder, "check").stdout.splitlines()[-1] == PASTE
    assert json.loads(mdbgen(folder, "check", "--format", "json").stdout)["command"] is None


def test_first_message_and_back(tmp_path: Path) -> None:
    """What was for any object is left over, and what is pasted as it is printed works."""
    bare = {**manifest({}), "mdbgen": {}}
    (tmp_path / "manifest.json").write_text(json.dumps(bare))
    assert mdbgen(tmp_path, "generate").returncode == 0
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(AFTER)))
    mdbgen(tmp_path, "generate")
    checked = mdbgen(tmp_path, "check")
    assert checked.returncode == 1
    assert "no message calls on_message any more" in checked.stderr
    stub = checked.stdout.removeprefix(f"missing handler {HANDLERS}\n")
    pasted = stub.removesuffix(f"\n{PASTE}\n")
    assert "import" not in pasted, "the file has all that it needs already"
    file = tmp_path / HANDLERS
    file.write_text(f"{file.read_text()}\n{pasted}")
    assert mdbgen(tmp_path, "check").returncode == 0
    driven = [sys.executable, "-c", f"import {HANDLERS[:-3].replace('/', '.')}"]
    assert subprocess.run(driven, cwd=tmp_path, timeout=60).returncode == 0

    (tmp_path / "manifest.json").write_text(json.dumps(bare))
    mdbgen(tmp_path, "generate")
    undone = mdbgen(tmp_path, "check")
    assert undone.returncode == 0
    assert "no message calls on_ask, on_shout any more" in undone.stderr


def test_on_message_may_call_what_it_likes(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest({}), "mdbgen": {}}))
    mdbgen(tmp_path, "generate")
    with (tmp_path / HANDLERS).open("a") as file:
        file.write("\n    async def on_join(self, message: dict[str, Any]) -> None: ...\n")
    checked = mdbgen(tmp_path, "check")
    assert (checked.returncode, checked.stderr) == (0, "")


FROM_CONTRACT = "from ..contract import RealtimeContract\n"
BASE = f"{FROM_CONTRACT}class Base(RealtimeContract):\n    def on_ask(self): ...\n"
OWN = "class RealtimeHandlers(RealtimeContract):\n"


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{FROM_CONTRACT}{OWN}    def on_ask(self): ...\n",
        f"{FROM_CONTRACT}{OWN}\tdef on_ask(self): ...\n",
        f"{FROM_CONTRACT}{OWN}    if True:\n        async def on_ask(self): ...\n",
        f"{FROM_CONTRACT}{OWN}    on_ask: object = print\n",
        f"{FROM_CONTRACT}{OWN}    from x import on_ask\n",
        f"{FROM_CONTRACT}{OWN}    ...\n{OWN}    def on_ask(self): ...\n",
        f"{BASE}class RealtimeHandlers(Base): ...\n",
        f"{BASE}class Mixin: ...\nclass RealtimeHandlers(Mixin, Base): ...\n",
        "from .. import contract as c\n"
        "class RealtimeHandlers(c.RealtimeContract):\n    def on_ask(self): ...\n",
        "from ..contract import RealtimeContract as C\n"
        "class RealtimeHandlers(C):\n    def on_ask(self): '\\d'\n",
    ],
)
def test_methods_are_found_wherever_the_file_defines_them(folder: Path, text: str) -> None:
    mdbgen(folder, "generate")
    own = (folder / HANDLERS).read_text()
    (folder / HANDLERS).write_text(text)
    checked = mdbgen(folder, "check")
    (folder / HANDLERS).write_text(own)
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "on_ask" not in checked.stdout
    assert "def on_shout(" in checked.stdout
    assert checked.stdout.endswith(
        f"\n\n\nfrom ..contract import Connection, messages\n\n{PASTE}\n"
    )


@pytest.mark.parametrize(
    "imports",
    [
        "from .. import messages",
        "from .. import (\n    contract,\n    messages,\n)",
        "if True:\n    from app.ws import messages",
        "import app.ws.messages as messages",
    ],
)
def test_a_name_that_the_file_has_is_not_imported_twice(folder: Path, imports: str) -> None:
    mdbgen(folder, "generate")
    own = (folder / HANDLERS).read_text()
    (folder / HANDLERS).write_text(own.replace("from .. import messages", imports))
    checked = mdbgen(folder, "check")
    assert "def on_shout(" in checked.stdout
    assert "import" not in checked.stdout


@pytest.mark.parametrize("name", ["_1", "_a", "-a", "__a", "_", "a_", "A-_b"])
async def test_messages_reach_endpoints_of_odd_names(name: str, tmp_path: Path) -> None:
    declared: dict[str, Any] = {"endpoints": {name: {"receive": {"tell": {}}}}}
    odd = {"slug": "my_app", "websockets": {name: {"path": "/ws"}}, "mdbgen": declared}
    with imported(tmp_path, odd) as ws:
        contract = sys.modules[f"{ws.__name__}.contract"]

        async def on_tell(self: Any, connection: Any, message: Any) -> None:
            told.append(message.type)

        base = getattr(contract, f"{class_name(name)}Contract")
        handlers = type("Handlers", (base,), {"on_tell": on_tell})()
        told: list[str] = []
        await handlers.dispatch(None, '{"type": "tell"}')
        assert told == ["tell"]


async def test_what_no_method_handles_is_passed_on_as_its_client_wrote_it(tmp_path: Path) -> None:
    """A handler that ``compat`` registered expects the object, not what a model makes of it."""
    receive = {"tell": {"properties": {"at": {"type": "string", "format": "date-time"}}}}
    with imported(tmp_path, manifest(receive)) as ws:
        passed_on: list[Any] = []

        async def handler(websocket: Any, message: dict[str, Any]) -> None:
            passed_on.append((websocket, message))

        ws.compat.register_message_handler("my_app", "realtime", handler)
        handlers = sys.modules[f"{ws.__name__}.router"].ENDPOINTS["realtime"].handlers
        connection = SimpleNamespace(websocket=object())
        sent = {"type": "tell", "at": "2026-01-02t03:04:05.000z", "more": [1], "id": 7}
        assert await handlers.handle(connection, json.dumps(sent)) is None
        assert passed_on == [(connection.websocket, sent)]


@pytest.mark.slow
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


def test_generate_names_what_a_handler_file_lacks(folder: Path) -> None:
    """On stderr, where warnings go, with the line of the class."""
    done = mdbgen(folder, "generate")
    text = (folder / HANDLERS).read_text("utf-8")
    line = text[: text.index("class RealtimeHandlers")].count("\n") + 1
    assert done.returncode == 0
    assert f"{HANDLERS}:{line}:1: warning: MDB312 lacks on_shout\n" in done.stderr
    assert "mdbgen check prints what to paste" in done.stderr


def test_what_matters_stands_last(folder: Path) -> None:
    actions = [line.split()[0] for line in mdbgen(folder, "generate").stdout.splitlines()]
    assert actions == sorted(actions, key=["unchanged", "keep", "delete", "update"].index)


def test_the_lock_has_no_diff(folder: Path) -> None:
    told = mdbgen(folder, "check").stdout
    assert "changed app/ws/mdbgen.lock\n" in told
    assert "sha256:" not in told
    assert told.index("changed app/ws/mdbgen.lock") < told.index(f"missing handler {HANDLERS}")

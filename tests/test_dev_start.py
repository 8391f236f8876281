"""How ``mdbgen dev`` begins: what it finds, what it says, what it asks for."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import slow
from support.command import run
from support.devserver import developing, free_port, in_terminal
from support.valkey import valkey

MANIFEST: dict[str, Any] = {"slug": "start", "websockets": {"realtime": {"path": "/ws"}}}
APP = "from fastapi import FastAPI\n\n{imports}\n\n{name} = FastAPI()\n{name}.{mount}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    return folder


def _write_app(
    folder: Path,
    file: str,
    *,
    package: str = "ws",
    name: str = "app",
    mount: str = "include_router(ws.router)",
) -> None:
    """An app in ``file``, which includes a package that is generated already."""
    assert run(folder, "generate", "manifest.json", "-o", package.replace(".", "/")).returncode == 0
    parent, _, last = package.rpartition(".")
    imports = f"from {parent} import {last} as ws" if parent else f"import {last} as ws"
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(APP.format(imports=imports, name=name, mount=mount))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "package", "more", "arguments"),
    [
        ("main.py", "app.ws", [], []),
        ("app.py", "ws", [], []),
        ("api.py", "chat", [], []),
        ("app/main.py", "app.ws", ["app/__init__.py"], []),
        ("app/main.py", "ws", [], []),
        ("src/server.py", "ws", [], ["--app", "src/server.py"]),
        ("server/run.py", "ws", [], ["--app", "server.run:app"]),
    ],
)
async def test_an_app_is_found_as_fastapi_finds_it(
    folder: Path, file: str, package: str, more: list[str], arguments: list[str]
) -> None:
    _write_app(folder, file, package=package)
    for each in more:
        (folder / each).touch()
    with developing(folder, *arguments) as dev:
        async with dev.page() as page:
            assert page.state["app"]["status"] == "up", page.state["app"]
            assert not page.state["app"]["bare"]
            await page.join("ada", "realtime")
        assert re.search(rf"serves {arguments[1] if arguments else file}\n", dev.log)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["api", "server"])
async def test_the_app_may_have_another_name(folder: Path, name: str) -> None:
    _write_app(folder, "main.py", name=name)
    with developing(folder) as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mount", "path"),
    [
        ('include_router(ws.router, prefix="/api")', "/api/ws"),
        ('mount("/sub", ws.router)', "/sub/ws"),
    ],
)
async def test_endpoints_are_found_where_the_app_has_them(
    folder: Path, mount: str, path: str
) -> None:
    _write_app(folder, "main.py", mount=mount)
    with developing(folder) as dev:
        async with dev.page() as page:
            assert page.state["app"]["paths"] == {"realtime": path}
            await page.join("ada", "realtime")


@pytest.mark.slow
async def test_an_app_without_the_package_is_served_and_told(folder: Path) -> None:
    (folder / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    with developing(folder) as dev:
        dev.until_logged("the app includes no package generated from this manifest")
        async with dev.page() as page:
            client = await page.connect("ada", "realtime")
            shown = await page.reaches(client, "refused")
    assert {each["outcome"] for each in shown["trail"]} == {"not_reached"}
    assert shown["handshake"]["status"] == 403


@pytest.mark.slow
async def test_a_module_without_an_app_is_told(folder: Path) -> None:
    (folder / "main.py").write_text("answer = 42\n")
    with developing(folder) as dev:
        async with dev.page() as page:
            trace = (
                "main.py has no FastAPI app; if it has another ASGI app, name that:"
                " mdbgen dev --app main:app"
            )
            assert page.state["app"]["traceback"] == trace
        assert trace in dev.log


@pytest.mark.parametrize(
    ("app", "problem"),
    [
        ("nope:app", "there is no module nope: no nope.py and no nope/ in "),
        ("nope", "there is no module nope: "),
        ("nope.sub:app", "there is no module nope: "),
        ("package.nope:app", "there is no module package.nope: no package/nope.py and no "),
        ("nope.py", "there is no file nope.py in "),
        ("nope.py:app", "there is no file nope.py in "),
        ("main:", "this names neither a module nor a Python file"),
        (":app", "this names neither a module nor a Python file"),
        ("src/main", "this names neither a module nor a Python file"),
        ("", "this names neither a module nor a Python file"),
    ],
)
def test_an_app_that_is_not_there_is_a_mistake_of_the_command_line(
    folder: Path, app: str, problem: str
) -> None:
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").write_text("raise RuntimeError('imported')\n")
    done = run(folder, "dev", "--app", app)
    assert (done.returncode, done.stdout) == (2, "")
    first, hint = done.stderr.splitlines()
    assert first.startswith(f"mdbgen: MDB407 --app {app or repr(app)}: {problem}")
    assert hint == "  name a module or a file of this folder, like main:app, main or src/main.py"
    (folder / "main.py").touch()
    assert "; without --app, main.py is served\n" in run(folder, "dev", "--app", "nope").stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("app", "problem"),
    [
        ("main:nope", "main has no nope; there is main:api, main:other"),
        ("main:api.nope", "main has no api.nope; there is main:api, main:other"),
        (
            "main:answer",
            "main:answer is of type int, not an ASGI app; there is main:api, main:other",
        ),
        (
            "main.py:make",
            "main:make is of type function, not an ASGI app; there is main:api, main:other",
        ),
        ("empty:app", "empty has no app; empty has no FastAPI app at all"),
        (
            "empty",
            "empty has no FastAPI app; if it has another ASGI app, name that:"
            " mdbgen dev --app empty:app",
        ),
    ],
)
def test_a_name_that_is_no_app_is_a_mistake_of_the_command_line(
    folder: Path, app: str, problem: str
) -> None:
    slow.require("a server")
    (folder / "main.py").write_text(
        "from fastapi import FastAPI\n\nanswer = 42\napi = FastAPI()\nother = FastAPI()\n\n\n"
        "def make():\n    return api\n"
    )
    (folder / "empty.py").touch()
    ports = ["--port", str(free_port()), "--console-port", str(free_port())]
    done = subprocess.run(
        [sys.executable, "-m", "mdbgen", "dev", "--app", app, *ports],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"mdbgen: MDB407 --app {app}: {problem}\n")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("def app(:\n", "SyntaxError: "),
        ("import not_installed\n", "ModuleNotFoundError: No module named 'not_installed'"),
    ],
)
async def test_an_app_that_is_named_and_broken_is_waited_for(
    folder: Path, text: str, last: str
) -> None:
    (folder / "main.py").write_text(text)
    with developing(folder, "--app", "main:app") as dev:
        async with dev.page() as page:
            assert page.state["app"]["status"] == "down"
            assert page.state["app"]["traceback"].splitlines()[-1].startswith(last)
            _write_app(folder, "main.py")
            await page.join("ada", "realtime")
            (folder / "main.py").write_text("answer = 42\n")  # from now on this is a step back
            dev.until_logged("main has no app; main has no FastAPI app at all")
            await page.until(lambda: page.state["app"]["traceback"])
            assert page.state["app"]["status"] == "up"


@pytest.mark.slow
async def test_the_app_may_be_the_package_that_is_yet_to_be_generated(folder: Path) -> None:
    with developing(folder, "manifest.json", "-o", "app/ws", "--app", "app.ws:router") as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")


@pytest.mark.slow
async def test_a_package_that_is_there_is_served_with_its_handlers(folder: Path) -> None:
    assert run(folder, "generate", "manifest.json", "-o", "app/ws").returncode == 0
    (folder / "app" / "ws" / "handlers" / "realtime.py").write_text(
        "from ..contract import RealtimeContract\n\n\nclass RealtimeHandlers(RealtimeContract):\n"
        "    async def on_message(self, connection, message):\n"
        "        await connection.send({'type': 'mine'})\n"
    )
    with developing(folder) as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            await page.do("send", client=client, text="{}")
            await page.frame(client, type="mine")
        assert "serves a bare one, with the handlers of app/ws" in dev.log


@pytest.mark.slow
async def test_a_package_that_is_behind_is_told(folder: Path) -> None:
    _write_app(folder, "main.py", package="app.ws")
    moved = {**MANIFEST, "websockets": {"realtime": {"path": "/moved"}}}
    (folder / "manifest.json").write_text(json.dumps(moved))
    with developing(folder) as dev:
        dev.until_logged(
            "app/ws is not in sync with manifest.json; add -o app/ws, or run: "
            "mdbgen generate manifest.json -o app/ws"
        )


@pytest.mark.slow
async def test_the_app_of_pyproject_is_generated_where_it_says(folder: Path) -> None:
    (folder / "manifest.json").rename(folder / "chat.json")
    table = '[[tool.mdbgen.app]]\nmanifest = "chat.json"\noutput = "chat/ws"\n'
    (folder / "pyproject.toml").write_text(table)
    with developing(folder) as dev:
        async with dev.page() as page:
            assert page.state["contract"]["slug"] == "start"
            await page.join("ada", "realtime")
    assert (folder / "chat" / "ws" / "mdbgen.lock").is_file()


@pytest.mark.slow
async def test_a_bare_app_gives_way_to_one_that_appears(folder: Path) -> None:
    with developing(folder, "-o", "ws", "manifest.json") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            assert page.state["app"]["bare"]
            _write_app(folder, "main.py", mount='include_router(ws.router, prefix="/api")')
            await page.until(lambda: page.state["app"]["paths"] == {"realtime": "/api/ws"})
            assert not page.state["app"]["bare"]
            await page.until(lambda: page.clients[client]["status"] == "open")


@pytest.mark.slow
async def test_a_key_in_dotenv_is_the_apps_own(folder: Path) -> None:
    _write_app(folder, "main.py")
    key = "a key that only the app itself knows of, long enough"
    (folder / ".env").write_text(f"SECRET_KEY={key}\n")
    text = (folder / "main.py").read_text()
    load = "import os\n\nos.environ['SECRET_KEY'] = open('.env').read().strip().split('=', 1)[1]\n"
    (folder / "main.py").write_text(load + text)
    with developing(folder) as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")


@pytest.mark.slow
async def test_the_state_of_a_backplane_is_seen(folder: Path) -> None:
    (folder / "manifest.json").write_text(
        json.dumps({**MANIFEST, "mdbgen": {"backplane": "redis"}})
    )
    with (
        valkey(folder.parent / "valkey") as server,
        developing(folder, env={"REDIS_URL": server.url}) as dev,
    ):
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            await page.until(lambda: page.state["view"])
            assert page.state["view"]["stats"]["backplane"]["connected"]
            server.add("{mdbgen:start}:ws", m='{"type": "from elsewhere"}')
            assert await page.frame(client, type="from elsewhere")


@pytest.mark.slow
async def test_its_terminal_says_all_that_one_needs(folder: Path) -> None:
    with developing(folder) as dev:
        dev.until_logged("started in")
        lines = dev.log.splitlines()
    assert re.fullmatch(
        r"  mdbgen dev \S+   no app here: serves a bare one, made from manifest.json", lines[1]
    )
    assert lines[3:5] == [f"  app      {dev.app}", f"  console  {dev.address}"]
    assert lines[6] == "  /ws  a token is required (default)"
    assert lines[8].endswith("mdbgen dev manifest.json -o app/ws/")
    assert "For development only" in lines[10]
    assert not [line for line in lines if "\x1b" in line], "colours are for terminals"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_keys_of_a_terminal(folder: Path) -> None:
    with in_terminal(folder) as (process, terminal, until):
        seen = until(b"started in")
        assert b"Press o to open the console" in seen.replace(b"\x1b[2m", b"")
        os.write(terminal, b"h")
        until(b"restart the app\r\n")
        os.write(terminal, b"r")
        until(b"restarted from the terminal; took")
        os.write(terminal, b"c")
        until(b"\x1b[2J")
        os.write(terminal, b"q")
        assert process.wait(10) == 0


def test_without_the_extra_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mdbgen.dev import command

    missing = ("uvicorn", "watchfiles")
    monkeypatch.setattr(command, "find_spec", lambda name: None if name in missing else object())
    done = run(folder, "dev")
    assert (done.returncode, done.stdout) == (2, "")
    what = 'mdbgen dev needs uvicorn, watchfiles; run: pip install "mdbgen[dev-server]"'
    assert done.stderr == f"mdbgen: MDB407 {what}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-"], "a manifest from standard input cannot be watched; name a file"),
        (["none.json"], "cannot be read: No such file or directory"),
        ([], "there is no manifest.json here, and no pyproject.toml lists one"),
    ],
)
def test_what_it_cannot_serve_is_said(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = run(tmp_path, "dev", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_of_several_apps_one_must_be_named(folder: Path) -> None:
    entries = [f'[[tool.mdbgen.app]]\nmanifest = "{n}.json"\noutput = "{n}"\n' for n in ("a", "b")]
    (folder / "pyproject.toml").write_text("".join(entries))
    done = run(folder, "dev")
    assert done.returncode == 2
    assert "lists 2 apps; name the manifest of one: mdbgen dev a.json, mdbgen dev b.json" in (
        done.stderr
    )


def test_a_manifest_that_is_broken_at_the_start_is_shown(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"slug": "x", "websockets": {}}')
    done = run(folder, "dev")
    assert done.returncode == 2
    assert "manifest.json:1:29: MDB" in done.stderr


@pytest.mark.parametrize("option", ["--port", "--console-port"])
def test_a_port_that_is_taken_is_said(folder: Path, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(folder, "dev", option, str(port))
    assert done.returncode == 2
    assert f"port {port} is taken; name another with {option}" in done.stderr


def test_its_help_has_an_example(folder: Path) -> None:
    done = run(folder, "dev", "--help")
    assert done.returncode == 0
    assert "Example: mdbgen dev manifest.json -o app/ws/" in done.stdout

"""What changes while ``mdbgen dev`` runs: handlers, the app, the manifest, for better or worse."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.command import run
from support.devserver import Page, await_end, children_of, developing

pytestmark = pytest.mark.slow

CLIENTS = 20
ROUNDS = 10
RELOAD_S = 3.0
DECLARED = {
    "receive": {"get_status": {"reply": "status"}},
    "send": {"status": {"properties": {"state": {"type": "string"}}, "required": ["state"]}},
}
HANDLERS = """
from ..contract import Connection, RealtimeContract, messages


class RealtimeHandlers(RealtimeContract):
    async def on_get_status(
        self, connection: Connection, message: messages.GetStatus
    ) -> messages.Status:
        return messages.Status(state="ROUND")
"""


def _manifest(**changes: Any) -> str:
    endpoints = {"realtime": {**DECLARED, "limits": {"connections_per_user": 100}}}
    whole = {
        "slug": "reload",
        "websockets": {"realtime": {"path": "/ws"}},
        "mdbgen": {"endpoints": endpoints},
    }
    return json.dumps({**whole, **changes}, indent=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a manifest and handlers, whose package is generated into ``app/ws``."""
    folder = tmp_path / "project"
    handlers = folder / "app" / "ws" / "handlers"
    handlers.mkdir(parents=True)
    (folder / "manifest.json").write_text(_manifest())
    (handlers / "realtime.py").write_text(HANDLERS)
    return folder


async def _state(page: Page, client: str, number: int) -> str:
    """Ask the app how it is."""
    await page.do("send", client=client, text=json.dumps({"type": "get_status", "id": number}))
    return str((await page.frame(client, reply_to=number))["state"])


def _set_round(folder: Path, name: str) -> None:
    path = folder / "app" / "ws" / "handlers" / "realtime.py"
    path.write_text(HANDLERS.replace("ROUND", name))


async def test_twenty_clients_come_back_from_ten_reloads(folder: Path) -> None:
    durations = []
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            clients = [await page.connect("ada", "realtime") for _ in range(CLIENTS)]
            for each in clients:
                await page.reaches(each, "open")
            for number in range(ROUNDS):
                before = {each: page.clients[each]["connection_id"] for each in clients}
                start = time.monotonic()
                _set_round(folder, f"round {number}")
                await page.until(
                    lambda before=before: all(  # type: ignore[misc]
                        page.clients[each]["status"] == "open"
                        and page.clients[each]["connection_id"] != before[each]
                        for each in clients
                    )
                )
                durations.append(time.monotonic() - start)
                assert await _state(page, clients[0], number) == f"round {number}"
            codes = [each["text"] for each in page.frames if each["way"] == "event"]
            closes = Counter(each for each in codes if each.startswith("closed"))
            assert closes == {"closed 1012 the app is reloaded": CLIENTS * ROUNDS}
            assert len(children_of(dev.process.pid)) == 1
    share = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # who else wants the processors
    assert max(durations) < RELOAD_S * share, durations


async def test_a_syntax_error_keeps_the_last_good_app_until_it_is_mended(folder: Path) -> None:
    handlers = folder / "app" / "ws" / "handlers" / "realtime.py"
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            handlers.write_text("def broken(:\n")
            await page.until(lambda: page.state["app"]["traceback"])
            app = page.state["app"]
            assert app["status"] == "up"
            assert "realtime.py" in app["traceback"]
            assert "SyntaxError" in app["traceback"]
            assert app["why"] == "the changed app cannot be imported; the last good one goes on"
            assert "SyntaxError" in dev.log
            assert await _state(page, client, 1) == "ROUND"
            _set_round(folder, "mended")
            await page.until(lambda: "; took" in page.state["app"]["why"])
            assert page.state["app"]["traceback"] is None
            await page.until(lambda: page.clients[client]["status"] == "open")
            assert await _state(page, client, 2) == "mended"


async def test_an_app_that_is_broken_from_the_start_is_tried_again(folder: Path) -> None:
    main = folder / "main.py"
    main.write_text("raise RuntimeError('not yet')\n")
    _generated(folder)
    with developing(folder) as dev:
        async with dev.page() as page:
            app = page.state["app"]
            assert app["status"] == "down"
            assert app["why"].startswith("the app cannot be imported")
            assert app["traceback"].splitlines()[-1] == "RuntimeError: not yet"
            assert "mdbgen/dev" not in app["traceback"]
            client = await page.connect("ada", "realtime")
            await page.reaches(client, "waiting")
            main.write_text("from fastapi import FastAPI\n\nfrom app import ws\n\n" + MAIN)
            await page.reaches(client, "open")
            assert page.state["app"]["why"].startswith("main.py changed; took ")


MAIN = "app = FastAPI()\napp.include_router(ws.router)\n"


async def test_an_app_that_does_not_start_is_down_and_says_why(folder: Path) -> None:
    with developing(folder, "manifest.json", "-o", "app/ws", env={"SECRET_KEY": "short"}) as dev:
        async with dev.page() as page:
            app = page.state["app"]
            assert app["status"] == "down"
            assert "SECRET_KEY has 5 bytes" in app["traceback"]
            assert re.search(r"did not start: SettingsError: SECRET_KEY has 5 bytes", app["why"])


async def test_a_crash_is_told_and_the_next_change_starts_it_again(folder: Path) -> None:
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            [child] = children_of(dev.process.pid)
            os.kill(child, signal.SIGKILL)
            await page.until(lambda: page.state["app"]["status"] == "down")
            assert "the app has ended by itself" in page.state["app"]["why"]
            await page.reaches(client, "waiting")
            assert page.clients[client]["close"]["by"] == "network"
            _set_round(folder, "again")
            await page.reaches(client, "open")
            assert await _state(page, client, 1) == "again"


async def test_a_broken_manifest_keeps_the_last_good_one(folder: Path) -> None:
    manifest = folder / "manifest.json"
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            connection = page.clients[client]["connection_id"]
            manifest.write_text(_manifest().replace('"/ws"', '"ws"'))
            [problem] = await page.until(lambda: page.state["problems"])
            assert problem["file"] == "manifest.json"
            assert problem["path"] == "websockets.realtime.path"
            assert (problem["line"], problem["column"]) == (5, 15)
            assert page.state["text"].splitlines()[0] in dev.log
            assert await _state(page, client, 1) == "ROUND"
            assert page.clients[client]["connection_id"] == connection
            manifest.write_text(_manifest().replace('"/ws"', '"/moved"'))
            await page.until(lambda: not page.state["problems"])
            await page.until(
                lambda: page.clients[client]["connection_id"] not in (connection, None)
            )
            assert await _state(page, client, 2) == "ROUND"
            changes = [each for each in page.events if each["is"] == "contract"][-1]["changes"]
    assert [(each["level"], each["rule"]) for each in changes] == [
        ("error", "endpoint-path-changed")
    ]
    assert '"/moved"' in (folder / "app" / "ws" / "router.py").read_text()


async def test_people_follow_the_policy(folder: Path) -> None:
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")
            policy = {"policy": {"allowed_roles": ["member"]}}
            (folder / "manifest.json").write_text(_manifest(auth=policy))
            await page.until(lambda: page.person("ada")["roles"] == ["member"])
            await page.until(lambda: "grace" in [each["name"] for each in page.state["people"]])
            await page.join("ada", "realtime")
            await page.reaches(await page.connect("grace", "realtime"), "refused")


async def test_what_was_edited_by_hand_is_not_overwritten(folder: Path) -> None:
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            settings = folder / "app" / "ws" / "settings.py"
            edited = settings.read_text() + "# mine\n"
            settings.write_text(edited)
            await page.until(lambda: "settings.py changed" in page.state["app"]["why"])
            (folder / "manifest.json").write_text(_manifest(auth={"policy": {"required": False}}))
            problems = await page.until(lambda: page.state["problems"])
            assert [each["code"] for each in problems] == ["MDB301"]
            assert settings.read_text() == edited


async def test_what_mdbgen_writes_itself_is_no_second_change(folder: Path) -> None:
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            (folder / "manifest.json").write_text(_manifest().replace('"/ws"', '"/moved"'))
            await page.until(lambda: page.state["app"]["paths"] == {"realtime": "/moved"})
            _set_round(folder, "last")
            await page.until(lambda: "realtime.py changed" in page.state["app"]["why"])
            starts = [each["app"]["why"] for each in page.events if each["is"] == "app"]
            restarts = [each for each in starts if each.endswith(" changed")]
    assert [each.partition(";")[0] for each in restarts] == [
        "manifest.json changed",
        "realtime.py changed",
    ]


async def test_without_a_folder_nothing_of_the_users_is_written(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    with developing(folder) as dev:
        async with dev.page() as page:
            assert page.state["app"]["bare"]
    after = [each for each in sorted(folder.rglob("*")) if "__pycache__" not in each.parts]
    assert after == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_whatever_ends_it_leaves_nothing_behind(folder: Path, number: int) -> None:
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")
            children = children_of(dev.process.pid)
            assert children
        code = dev.stop(number)
        assert code == (-number if number == signal.SIGKILL else 0)
        assert await_end(children)


async def test_an_app_that_blocks_ends_all_the_same(folder: Path) -> None:
    (folder / "main.py").write_text(
        "import threading, time\nfrom fastapi import FastAPI\n\nfrom app import ws\n\n"
        + MAIN
        + "threading.Thread(target=time.sleep, args=(600,)).start()\n"
    )
    _generated(folder)
    with developing(folder) as dev:
        async with dev.page():
            children = children_of(dev.process.pid)
        assert dev.stop() == 0
        assert await_end(children)


async def test_ctrl_c_reaches_the_whole_group(folder: Path) -> None:
    """As a terminal sends it: to the app's process too, which leaves the decision to its parent."""
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            await page.join("ada", "realtime")
            children = children_of(dev.process.pid)
        for pid in (*children, dev.process.pid):
            os.kill(pid, signal.SIGINT)
        assert dev.process.wait(10) == 0
        assert await_end(children)


def _generated(folder: Path) -> None:
    assert run(folder, "generate", "manifest.json", "-o", "app/ws").returncode == 0


BLOCKING = """
import time

from ..contract import Connection, RealtimeContract, messages


class RealtimeHandlers(RealtimeContract):
    async def on_get_status(
        self, connection: Connection, message: messages.GetStatus
    ) -> messages.Status:
        print("blocked", flush=True)
        time.sleep(600)
        return messages.Status(state="never")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_an_event_loop_that_is_blocked_ends_as_well(folder: Path, number: int) -> None:
    (folder / "app" / "ws" / "handlers" / "realtime.py").write_text(BLOCKING)
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            await page.do("send", client=client, text='{"type":"get_status"}')
            dev.until_logged("blocked")
            children = children_of(dev.process.pid)
        dev.stop(number)
        assert await_end(children)


async def test_an_event_loop_that_is_blocked_is_replaced(folder: Path) -> None:
    handlers = folder / "app" / "ws" / "handlers" / "realtime.py"
    handlers.write_text(BLOCKING)
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            connection = page.clients[client]["connection_id"]
            await page.do("send", client=client, text='{"type":"get_status"}')
            dev.until_logged("blocked")
            _set_round(folder, "free")
            await page.until(
                lambda: page.clients[client]["connection_id"] not in (connection, None)
            )
            assert await _state(page, client, 1) == "free"


async def test_a_change_while_another_is_imported_takes_its_place(folder: Path) -> None:
    handlers = folder / "app" / "ws" / "handlers" / "realtime.py"
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            stuck = "import time\n\nprint('imports', flush=True)\ntime.sleep(600)\n"
            handlers.write_text(stuck + HANDLERS)
            dev.until_logged("imports")
            _set_round(folder, "quick")
            await page.until(lambda: "; took" in page.state["app"]["why"])
            await page.until(lambda: page.clients[client]["status"] == "open")
            assert await _state(page, client, 1) == "quick"
            assert len(children_of(dev.process.pid)) == 1


async def test_handlers_that_a_new_message_lacks_are_printed_to_be_pasted(folder: Path) -> None:
    handlers = folder / "app" / "ws" / "handlers" / "realtime.py"
    more = {**DECLARED, "receive": {"get_status": {"reply": "status"}, "subscribe": {}}}
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            (folder / "manifest.json").write_text(
                _manifest(mdbgen={"endpoints": {"realtime": more}})
            )
            what = r"app/ws/handlers/realtime.py lacks handlers; until you paste them, .*:\n"
            stub = dev.until_logged(what + r"((?:    .*\n|\n)+)")[1]
            assert "    async def on_subscribe(" in stub
            handlers.write_text(HANDLERS + stub)
            await page.until(lambda: "realtime.py changed; took" in page.state["app"]["why"])
            await page.until(lambda: page.clients[client]["status"] == "open")
            await page.do("send", client=client, text='{"type":"subscribe","id":1}')
            assert await page.frame(client, code="not_implemented", reply_to=1)

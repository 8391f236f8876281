"""Several ``mdbgen dev`` at once: on which ports they are, and that none disturbs another."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from mdbgen.dev.command import Options, _places
from support.devserver import Page, developing, free_port

DECLARED = {"receive": {"ask": {"reply": "answer"}}, "send": {"answer": {}}}


def _project(folder: Path, path: str = "/ws") -> Path:
    folder.mkdir(exist_ok=True)
    manifest = {
        "slug": folder.name,
        "websockets": {"realtime": {"path": path}},
        "mdbgen": {"endpoints": {"realtime": DECLARED}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _is_at(page: Page, paths: Mapping[str, str]) -> bool:
    return bool(page.state["app"]["paths"] == paths)


def _options(**changes: Any) -> Options:
    return Options(**{"manifest": None, "output": None, "app": None, **changes})


def test_a_port_that_is_named_has_precedence_over_one_that_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    monkeypatch.setattr("mdbgen.dev.command.APP_PORT", port)
    place, console = _places(_options(port=0, console_port=port))
    with place, console:
        assert console.getsockname()[1] == port
        assert place.getsockname()[1] != port


@pytest.mark.slow
async def test_four_at_once_find_a_port_each(tmp_path: Path) -> None:
    """Two in one project, two in another; each is started before the one before listens."""
    folders = [_project(tmp_path / name) for name in ("one", "two")]
    for folder in folders:
        (folder / "main.py").write_text(
            "import time\n\nfrom fastapi import FastAPI\n\ntime.sleep(4)\napp = FastAPI()\n"
        )
    with ExitStack() as stack:
        devs = [stack.enter_context(developing(folder, ports=())) for folder in folders * 2]
        for dev in devs:
            async with dev.page() as page:
                assert page.state["app"]["status"] == "up", page.state["app"]["why"]
    places = [address for dev in devs for address in (dev.app, dev.console)]
    assert len(set(places)) == len(places)


@pytest.mark.slow
def test_a_port_is_taken_before_the_app_listens(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project")
    (folder / "main.py").write_text(
        "import time\n\nprint('imports', flush=True)\ntime.sleep(600)\n"
    )
    port = str(free_port())
    with developing(folder, ports=["--port", port]) as dev:
        dev.until_logged("imports")
        again = subprocess.run(
            [sys.executable, "-m", "mdbgen", "dev", "--port", port],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == (
        f"mdbgen: MDB407 port {port} is taken; name another with --port, or leave --port out: then"
        " the next free one is used\n"
    )


@pytest.mark.slow
async def test_an_app_whose_port_is_lost_says_so(tmp_path: Path) -> None:
    """Nobody holds the port of an app that is down: its clients are to be refused at once."""
    folder = _project(tmp_path / "project")
    (folder / "main.py").write_text("raise RuntimeError('not yet')\n")
    port = free_port()
    with developing(folder, ports=["--port", str(port)]) as dev:
        async with dev.page() as page:
            assert page.state["app"]["status"] == "down"
            with socket.socket() as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                other.bind(("127.0.0.1", port))
                other.listen()
                (folder / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
                what = f"the app did not start: another program has taken port {port};"
                await page.until(lambda: page.state["app"]["why"].startswith(what))
            (folder / "main.py").write_text("from fastapi import FastAPI\n\napi = FastAPI()\n")
            await page.until(lambda: page.state["app"]["status"] == "up")


@pytest.mark.slow
async def test_two_in_one_project_write_one_package_in_turn(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project")
    options = ("manifest.json", "-o", "app/ws")
    with ExitStack() as stack:
        devs = [stack.enter_context(developing(folder, *options)) for _ in range(2)]
        async with devs[0].page() as one, devs[1].page() as two:
            pages = (one, two)
            clients = [await page.join("ada", "realtime") for page in pages]
            for number in range(4):
                _project(folder, f"/ws{number}")
                there = {"realtime": f"/ws{number}"}
                for page in pages:
                    await page.until(partial(_is_at, page, there))
            for page, client in zip(pages, clients, strict=True):
                await page.reaches(client, "open")
    for dev in devs:
        assert "MDB" not in dev.log
        assert "Task was destroyed" not in dev.log


@pytest.mark.slow
async def test_the_page_of_one_can_do_nothing_at_another(tmp_path: Path) -> None:
    """Their pages have one host name, so all that a browser keeps by host is common to them."""
    with (
        developing(_project(tmp_path / "one")) as one,
        developing(_project(tmp_path / "two")) as two,
    ):
        control = f"{two.console.replace('http', 'ws')}/control?secret="
        for secret, origin in ((one.secret, two.console), (two.secret, one.console)):
            with pytest.raises(InvalidStatus) as caught:
                await connect(control + secret, origin=origin, proxy=None)  # type: ignore[arg-type]
            assert caught.value.response.status_code == 403
        async with one.page() as first, two.page() as second:
            await asyncio.gather(first.join("ada", "realtime"), second.join("ada", "realtime"))
            headers = [["Origin", one.console]]
            foreign = await second.connect("ada", "realtime", headers=headers)
            refused = await second.reaches(foreign, "refused")
            assert refused["handshake"]["status"] == 403

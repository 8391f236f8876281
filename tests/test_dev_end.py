"""How ``mdbgen dev`` ends: by a key, a signal, or a terminal that is closed; never with a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.devserver import await_end, children_of, developing, in_terminal

MANIFEST = {"slug": "end", "websockets": {"realtime": {"path": "/ws"}}}
BLOCKING = """
import signal
import time
from typing import Any

from ..contract import Connection, RealtimeContract


class RealtimeHandlers(RealtimeContract):
    async def on_message(self, connection: Connection, message: dict[str, Any]) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("blocked", flush=True)
        time.sleep(600)
"""
BLOCKED_S = 2.5  # so long an app may take that does not hear

posix = pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    return folder


@posix
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_handler_that_blocks_cannot_keep_it(folder: Path, number: int) -> None:
    _write_handlers(folder)
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            await page.do("send", client=client, text="{}")
            dev.until_logged("blocked")
            children = children_of(dev.process.pid)
            assert children
            before = len(dev.log)
        assert dev.stop(number) == 0
        assert await_end(children)
        assert dev.log[before:] == ""


@posix
@pytest.mark.slow
async def test_who_says_so_twice_does_not_wait_for_handlers(folder: Path) -> None:
    _write_handlers(folder)
    with developing(folder, "manifest.json", "-o", "app/ws") as dev:
        async with dev.page() as page:
            client = await page.join("ada", "realtime")
            await page.do("send", client=client, text="{}")
            dev.until_logged("blocked")
            children = children_of(dev.process.pid)
            before = len(dev.log)
        dev.process.send_signal(signal.SIGINT)
        time.sleep(0.2)  # it has begun to end; that a second one comes too soon is no fault
        dev.process.send_signal(signal.SIGINT)
        start = time.monotonic()
        dev.process.wait(20)
        assert time.monotonic() - start < BLOCKED_S / 2
        assert dev.process.returncode == 0
        assert await_end(children)
        assert dev.log[before:] == ""


@posix
@pytest.mark.slow
def test_a_terminal_that_is_closed_ends_it(folder: Path) -> None:
    with in_terminal(folder) as (process, terminal, until):
        until(b"started in")
        children = children_of(process.pid)
        assert children
        os.close(terminal)
        assert process.wait(20) == 0
        assert await_end(children)


@posix
@pytest.mark.slow
def test_ctrl_c_in_a_terminal(folder: Path) -> None:
    with in_terminal(folder) as (process, terminal, until):
        until(b"started in")
        children = children_of(process.pid)
        os.write(terminal, b"\x03")
        assert process.wait(20) == 0
        assert await_end(children)


@posix
@pytest.mark.slow
async def test_under_nohup_the_terminal_may_close(folder: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # which processes inherit
    try:
        with developing(folder) as dev:
            async with dev.page() as page:
                dev.process.send_signal(signal.SIGHUP)
                await page.join("ada", "realtime")
            assert dev.stop() == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ctrl_c_before_anything_is_imported_leaves_no_trace(folder: Path) -> None:
    (folder / "typer.py").write_text("raise KeyboardInterrupt\n")
    done = subprocess.run(
        [sys.executable, "-m", "mdbgen", "dev"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def _write_handlers(folder: Path) -> None:
    handlers = folder / "app" / "ws" / "handlers"
    handlers.mkdir(parents=True)
    (handlers / "realtime.py").write_text(BLOCKING)

"""The example in a real browser: two pages talk, lose their connections, and come back."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import live, nodejs
from support.browser import Browser, Page, browsing
from support.live import Server

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
BOARD = ROOT / "examples" / "board"
TEXTS = "[...document.querySelectorAll('#notes li:not(.waiting) p')].map((p) => p.textContent)"
STATE = "document.getElementById('status').dataset.state"
PEOPLE = "document.getElementById('people').textContent"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving_board(root: Path, port: int) -> Iterator[Server]:
    """The example on a port, with the notes that are kept in ``root``."""
    with live.running(
        root, env={"BOARD_FILE": str(root / "board.json")}, arguments=("--port", str(port))
    ) as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text((live.APPS / "board" / "main.py").read_text("utf-8"), "utf-8")
    return tmp_path


@pytest.fixture
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with browsing(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


async def join(browser: Browser, port: int, name: str) -> Page:
    page = await browser.open(f"http://127.0.0.1:{port}/")
    await page.type("#join input", name)
    await page.press_enter()
    await page.until(STATE, "open")
    return page


async def pin(page: Page, text: str) -> None:
    await page.type("#add input", text)
    await page.press_enter()


def unexpected(page: Page) -> list[str]:
    """What a page complained of, besides connections that could not be made."""
    expected = ("WebSocket connection to", "Failed to load resource: net::ERR")
    return [each for each in page.complaints if not each.startswith(expected)]


async def test_two_pages_talk(root: Path, browser: Browser) -> None:
    port = free_port()
    with serving_board(root, port):
        ada, bob = await join(browser, port, "Ada"), await join(browser, port, "Bob")
        for page in (ada, bob):
            await page.until(PEOPLE, "Ada, Bob")
        await pin(ada, "hello")
        await bob.until(TEXTS, ["hello"])
        await pin(bob, "hi there")
        for page in (ada, bob):
            await page.until(TEXTS, ["hello", "hi there"])
        await ada.evaluate("document.querySelector('#notes button').click()")
        for page in (ada, bob):
            await page.until(TEXTS, ["hi there"])
        assert unexpected(ada) == unexpected(bob) == []


async def test_what_users_write_stays_text(root: Path, browser: Browser) -> None:
    hostile = "<img src=x onerror=alert(1)></script><script>alert(2)</script> ${x} \u202e"
    port = free_port()
    with serving_board(root, port):
        ada, bob = await join(browser, port, "<b>Ada</b>"), await join(browser, port, "Bob")
        await pin(ada, hostile)
        for page in (ada, bob):
            await page.until(TEXTS, [hostile])
            await page.until(PEOPLE, "<b>Ada</b>, Bob")
            assert await page.evaluate("document.querySelectorAll('main img, p b').length") == 0
        assert unexpected(ada) == unexpected(bob) == []


async def test_a_name_of_spaces_is_none(root: Path, browser: Browser) -> None:
    port = free_port()
    with serving_board(root, port):
        page = await browser.open(f"http://127.0.0.1:{port}/")
        await page.type("#join input", "   ")
        await page.press_enter()
        assert await page.evaluate("document.getElementById('add').hidden")
        assert unexpected(page) == []


async def test_the_focus_stays_where_it_is(root: Path, browser: Browser) -> None:
    port = free_port()
    with serving_board(root, port):
        ada, bob = await join(browser, port, "Ada"), await join(browser, port, "Bob")
        await pin(ada, "first")
        await ada.until(TEXTS, ["first"])
        await ada.evaluate("document.querySelector('#notes button').focus()")
        await pin(bob, "second")
        await ada.until(TEXTS, ["first", "second"])
        assert await ada.evaluate("document.activeElement.ariaLabel") == "Take down: first"


async def test_a_page_says_what_it_could_not_do(root: Path, browser: Browser) -> None:
    port = free_port()
    with serving_board(root, port):
        ada = await join(browser, port, "Ada")
        await pin(ada, "first")
        await ada.until(TEXTS, ["first"])
    await ada.until(f"{STATE} !== 'open'")
    for number in range(20):
        await pin(ada, f"note {number}")
    await ada.evaluate("document.querySelector('#notes button').click()")
    await ada.until(
        "document.getElementById('problem').textContent",
        "The note was not taken down: 20 messages wait for a connection already",
    )
    assert unexpected(ada) == []


async def test_a_page_that_was_away_misses_nothing(root: Path, browser: Browser) -> None:
    """By the history: it does not read the notes again."""
    port = free_port()
    with serving_board(root, port) as server:
        ada, bob = await join(browser, port, "Ada"), await join(browser, port, "Bob")
        await bob.until(PEOPLE, "Ada, Bob")
        await bob.evaluate(
            "(window.reads = 0, window.oldFetch = window.fetch, window.fetch = "
            "(...a) => (a[0] === '/notes' && window.reads++, oldFetch(...a)), 0)"
        )
        await bob.go_offline()
        assert await server.post("/drop?name=Bob") == 1
        await ada.until(PEOPLE, "Ada")
        for number in range(5):
            await pin(ada, f"note {number}")
            await ada.until(f"{TEXTS}.length", number + 1)
        assert await bob.evaluate(TEXTS) == [], "nothing gets through, also no close"
        await bob.go_online()
        wanted = [f"note {number}" for number in range(5)]
        for page in (bob, ada):
            await page.until(TEXTS, wanted)
        assert await bob.evaluate("window.reads") == 0
        assert unexpected(ada) == unexpected(bob) == []


async def test_pages_survive_a_restart(root: Path, browser: Browser) -> None:
    """The new process has no history: ``resync``, and they read the notes again."""
    port = free_port()
    with serving_board(root, port):
        ada, bob = await join(browser, port, "Ada"), await join(browser, port, "Bob")
        await pin(ada, "before")
        await bob.until(TEXTS, ["before"])
    for page in (ada, bob):
        await page.until(f"{STATE} !== 'open'")
    await pin(bob, "while it was down")
    with serving_board(root, port):
        for page in (ada, bob):
            await page.until(STATE, "open")
            await page.until(TEXTS, ["before", "while it was down"])
            await page.until(PEOPLE, "Ada, Bob")
        await pin(ada, "after")
        await bob.until(TEXTS, ["before", "while it was down", "after"])
        assert unexpected(ada) == unexpected(bob) == []


def test_the_package_is_in_step_with_its_manifest() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "mdbgen", "check", "manifest.json", "-o", "ws/"],
        cwd=BOARD,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "ws/ is up to date\n")


def test_the_compiled_client_is_the_generated_one(tmp_path: Path) -> None:
    nodejs.compile_typescript(BOARD / "ws" / "client.ts", out=tmp_path)
    compiled = (tmp_path / "client.js").read_text("utf-8")
    assert compiled == (BOARD / "static" / "client.js").read_text("utf-8"), "compile it again"


def test_the_example_is_typed(tmp_path: Path) -> None:
    shutil.copytree(BOARD, tmp_path / "board")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "board"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_one_command_starts_it(tmp_path: Path) -> None:
    port = free_port()
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "mdbgen.examples.board", "--port", str(port)],
        cwd=tmp_path,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        server = Server(process, tmp_path / "log", port)
        live.wait_for_port(server)
        assert "<title>Board</title>" in (await server.request("GET", "/")).text
        assert json.loads((await server.request("GET", "/notes")).text) == []
        assert server.stop() in (0, -15)
    finally:
        process.kill()
        process.wait()
        log.close()

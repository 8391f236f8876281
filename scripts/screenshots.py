"""Take the pictures of docs/: an app under ``mdbgen dev``, in the Chromium of the system.

python scripts/screenshots.py            into docs/images/
python scripts/screenshots.py DIR        elsewhere
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Browser, Page, expect  # noqa: E402

from support.consoles import connect, developing_orders, go_to, send  # noqa: E402
from support.devserver import Dev  # noqa: E402
from support.webpages import chromium  # noqa: E402

SIZE = {"width": 1280, "height": 740}
MAX_BYTES = 150_000


def _clients(page: Page) -> None:
    """Somebody asks and is answered; somebody else is not let in."""
    ada = connect(page, "ada", "realtime")
    send(ada, "subscribe")
    send(ada, "get_order")
    expect(ada.locator(".answer")).to_contain_text("order_state")
    refused = connect(page, "grace")
    expect(refused.locator(".badge").first).to_have_text("refused")


def _log(page: Page) -> None:
    """A frame, and what has changed since the one before it."""
    go_to(page, "Clients")
    ada = page.locator(".panel").first
    send(ada, "note")
    send(ada, "get_order")
    expect(ada.locator(".frame.in b", has_text="order_state")).to_have_count(2)
    go_to(page, "Log")
    page.locator(".frame.in", has_text="order_state").last.click()
    page.get_by_role("tab", name="Difference").click()


def _server(page: Page) -> None:
    """Some minutes of a server, pressed into seconds."""
    go_to(page, "Clients")
    for name in ("ada", "anonymous"):
        connect(page, name, "board")
    ada = page.locator(".panel").first
    for _ in range(12):
        send(ada, "get_order")
        page.wait_for_timeout(350)
    go_to(page, "Server")
    form = page.get_by_role("form", name="Broadcast")
    form.get_by_label("Message to broadcast").select_option(label="order_count")
    form.get_by_role("button", name="Broadcast").click()
    expect(form.locator(".outcome.good")).to_be_visible()


def _contract(page: Page) -> None:
    go_to(page, "Contract")
    expect(page.get_by_role("heading", name="Close codes")).to_be_visible()


PICTURES: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("dev-clients", "light", _clients),
    ("dev-log", "dark", _log),
    ("dev-server", "light", _server),
    ("dev-contract", "dark", _contract),
)


def take_all(browser: Browser, dev: Dev, folder: Path) -> None:
    """Take every picture, one after the other: each goes on where the last one ended."""
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_context(viewport=SIZE, reduced_motion="reduce").new_page()  # type: ignore[arg-type]
    page.goto(dev.address)
    expect(page.locator(".app-status")).to_have_class(re.compile("good"))
    for name, scheme, prepare in PICTURES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        prepare(page)
        page.mouse.move(0, 0)
        file = folder / f"{name}.png"
        page.screenshot(path=file)
        assert file.stat().st_size <= MAX_BYTES, f"{file} is too large"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    with (
        tempfile.TemporaryDirectory() as root,
        developing_orders(Path(root)) as dev,
        chromium() as browser,
    ):
        take_all(browser, dev, target)

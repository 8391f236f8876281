"""The console of ``mdbgen dev`` in a browser: apps to try it on, and what a person does there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from support.devserver import Dev, developing
from support.live import write_project
from support.webpages import WIDE, opened

GOLDEN = Path(__file__).parent.parent.parent / "golden"


@contextmanager
def developing_orders(root: Path) -> Iterator[Dev]:
    """Develop an app around the package of ``golden/outputs``."""
    folder = root / "project"
    folder.mkdir()
    manifest = (GOLDEN / "outputs" / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(manifest)
    write_project(folder, "orders", {"app": manifest})
    with developing(folder, "manifest.json", "-o", "app/ws") as running:
        yield running


@contextmanager
def developing_golden(root: Path, case: str) -> Iterator[Dev]:
    """Develop no app at all: a manifest of ``golden`` alone."""
    folder = root / "project"
    folder.mkdir()
    manifest = GOLDEN / case / "manifest.json"
    (folder / "manifest.json").write_bytes(manifest.read_bytes())
    with developing(folder) as running:
        yield running


@contextmanager
def opened_console(
    browser: Browser, dev: Dev, *, width: int = WIDE, scheme: str = "light"
) -> Iterator[Page]:
    """Open the console when the app is up; its clients are forgotten in the end."""
    with opened(browser, dev.address, width=width, scheme=scheme) as watched:
        expect(watched.page.locator(".app-status")).to_have_class(re.compile("good"))
        yield watched.page
        forget_all(watched.page)


def forget_all(page: Page) -> None:
    """Have no client left, and nothing in the log."""
    page.goto(page.url.partition("#")[0] + "#clients")
    panels = page.locator(".panel")
    for _ in range(panels.count()):
        before = panels.count()
        page.get_by_role("button", name=re.compile("^Forget")).first.click()
        expect(panels).to_have_count(before - 1)
    go_to(page, "Log")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".frame")).to_have_count(0)


def connect(page: Page, name: str, endpoint: str = "") -> Locator:
    """Connect one more client of somebody; its panel."""
    if endpoint:
        page.get_by_label("Endpoint", exact=True).select_option(endpoint)
    panels = page.locator(".panel")
    before = panels.count()
    page.get_by_role("button", name=f"Connect {name}", exact=True).click()
    expect(panels).to_have_count(before + 1)
    return panels.nth(before)


def send(panel: Locator, message: str) -> None:
    """Send a message as it is proposed."""
    panel.get_by_label("Message to send").select_option(label=message)
    panel.get_by_role("button", name="Send", exact=True).click()


def go_to(page: Page, view: str) -> None:
    """Choose one of the four views."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()

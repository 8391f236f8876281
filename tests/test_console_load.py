"""The console under a thousand frames a second: it stays usable, and holds no more than it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.consoles import connect, developing_orders, go_to, opened_console
from support.webpages import chromium

pytestmark = pytest.mark.slow

SECONDS = 12
FRAMES = 1_000 * SECONDS
KEPT = 10_000
MAX_ROWS = 150  # in the document


def test_flood_leaves_the_console_usable_and_its_memory_bounded(tmp_path: Path) -> None:
    with (
        developing_orders(tmp_path) as dev,
        chromium() as browser,
        opened_console(browser, dev) as page,
    ):
        ada = connect(page, "ada", "realtime")
        ada.get_by_label("Message to send").select_option(label="note")
        ada.get_by_role("tab", name="JSON").click()
        ada.get_by_label("The message as JSON").fill(
            f'{{"type": "note", "text": "flood {SECONDS}"}}'
        )
        ada.get_by_role("button", name="Send", exact=True).click()
        go_to(page, "Server")
        expect(page.get_by_role("region", name="Connections")).to_be_visible()
        go_to(page, "Log")
        page.get_by_label("Search").fill("no frame holds this")
        expect(page.locator(".frame")).to_have_count(0)
        page.get_by_role("button", name="Show all").click()
        page.get_by_role("button", name="Pause").click()
        shown = page.locator(".frame").last.inner_text()
        expect(page.get_by_text("more have come")).to_be_visible()
        assert page.locator(".frame").last.inner_text() == shown
        page.get_by_role("button", name="Go on").click()
        last = f"{SECONDS * 50 - 1} 19"
        expect(page.locator(".frame", has_text=last).first).to_be_visible(timeout=60_000)
        expect(page.locator(".log-count")).to_contain_text(f"{KEPT:,} frames")
        dropped = re.search(r"([\d,]+) older", page.locator(".log-count").inner_text())
        assert dropped
        assert FRAMES - KEPT <= int(dropped[1].replace(",", "")) < FRAMES - KEPT + 100
        assert page.locator(".frame").count() < MAX_ROWS
        go_to(page, "Clients")
        assert ada.locator(".frame").count() < MAX_ROWS

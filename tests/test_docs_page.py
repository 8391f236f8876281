"""What ``mdbgen docs`` writes, opened from the disk in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.command import run
from support.webpages import NARROW, WIDE, Watched, barriers, chromium, opened, overflow

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = ("outputs", "messages-hostile", "hostile-descriptions", "hostile-names", "backplane-redis")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def published(folder: Path, case: str) -> str:
    done = run(folder, "docs", str(GOLDEN / case / "manifest.json"), "-o", case)
    assert done.returncode == 0, done.stderr
    return (folder / case / "index.html").as_uri()


@pytest.mark.parametrize("case", CASES)
def test_page_needs_nothing_and_keeps_nobody_out(
    browser: Browser, tmp_path: Path, case: str
) -> None:
    url = published(tmp_path, case)
    for width in (WIDE, NARROW):
        for scheme in ("light", "dark"):
            with opened(browser, url, width=width, scheme=scheme) as watched:
                watched.page.get_by_role("heading", name="Close codes").wait_for()
                assert barriers(watched.page) == []
                assert overflow(watched.page) <= 0
                assert watched.requests == [url]


@pytest.fixture
def orders(browser: Browser, tmp_path: Path) -> Iterator[Watched]:
    with opened(browser, published(tmp_path, "outputs")) as watched:
        yield watched


def test_page_tells_the_contract(orders: Watched) -> None:
    page = orders.page
    realtime = page.locator("section.endpoint").first
    assert realtime.get_by_role("heading", level=2).inner_text() == "realtime"
    assert "A token is required." in realtime.inner_text()
    who = realtime.get_by_role("list", name="Who is let in to realtime")
    assert "anybody else with a token\nforbidden\nauth.policy.allowed_roles" in who.inner_text()
    subscribe = message(page, "subscribe")
    assert "channel\ntext\nat most 64 characters" in subscribe
    assert '"channel": "news"' in subscribe
    assert "get_order\nanswered by\norder_state" in message(page, "get_order")
    assert "longer: closed with 1009" in realtime.inner_text()
    closes = page.locator("#closes").inner_text()
    assert "token_expired" in closes
    assert "reconnect with a new token" in closes


def message(page: Page, name: str) -> str:
    return (
        page.locator("details.message")
        .filter(has=page.get_by_text(name, exact=True))
        .first.inner_text()
    )


def test_schemas_open_as_far_as_one_wants(orders: Watched) -> None:
    """They may be recursive: an order replaces an order."""
    state = orders.page.locator("[id='realtime/send/order_state']")
    for times in range(1, 4):
        state.locator(".property details:not([open]) > summary").last.click()
        replaced = state.locator(".property-name", has_text="replaces")
        expect(replaced).to_have_count(times)


def test_snippets_are_chosen_by_the_keyboard_and_can_be_copied(
    browser: Browser, orders: Watched
) -> None:
    page = orders.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("tab", name="TypeScript").first.focus()
    assert "new RealtimeClient({" in page.get_by_label("typescript for realtime").first.inner_text()
    page.keyboard.press("ArrowRight")
    python = page.get_by_role("region", name="python for realtime")
    assert '"Authorization": f"Bearer {token}"' in python.inner_text()
    compile(python.inner_text(), "snippet", "exec")
    page.keyboard.press("ArrowRight")
    websocat = page.get_by_role("region", name="websocat for realtime").inner_text()
    assert websocat.startswith('echo \'{"type":"subscribe","channel":"news"}\' | \\\n  websocat')
    page.get_by_role("button", name="Copy websocat for realtime").click()
    assert page.evaluate("navigator.clipboard.readText()") == websocat


def test_links_lead_to_messages_and_colours_change(orders: Watched) -> None:
    page = orders.page
    page.get_by_role("link", name="order_count").click()
    page.wait_for_function("scrollY > 500")
    page.get_by_role("button", name="Use dark colours").click()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    page.reload()
    page.get_by_role("button", name="Use light colours").wait_for()

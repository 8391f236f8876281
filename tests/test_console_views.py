"""The console in a browser: the log, the server's side, what is wrong; for everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.consoles import (
    connect,
    developing_golden,
    developing_orders,
    go_to,
    opened_console,
    send,
)
from support.devserver import Dev
from support.webpages import NARROW, WIDE, barriers, chromium, overflow

pytestmark = pytest.mark.slow

VIEWS = ("Clients", "Log", "Server", "Contract")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    with developing_orders(tmp_path_factory.mktemp("orders")) as running:
        yield running


@pytest.fixture
def console(browser: Browser, orders: Dev) -> Iterator[Page]:
    with opened_console(browser, orders) as page:
        yield page


@pytest.fixture
def log(console: Page) -> Page:
    """The log after two people have been here, and one of them has said something."""
    ada = connect(console, "ada", "realtime")
    connect(console, "anonymous", "realtime")
    send(ada, "get_order")
    expect(ada.locator(".answer")).to_contain_text("order_state")
    send(ada, "get_order")
    expect(ada.locator(".frame.in b", has_text="order_state")).to_have_count(2)
    go_to(console, "Log")
    return console


def rows(page: Page) -> Locator:
    return page.locator(".frame")


def test_log_is_filtered_and_searched(log: Page) -> None:
    everything = rows(log).count()
    log.get_by_label("Type", exact=True).select_option("order_state")
    expect(rows(log)).to_have_count(2)
    log.get_by_label("Direction").select_option("out")
    expect(rows(log)).to_have_count(0)
    expect(log.get_by_text("No frame is like this.")).to_be_visible()
    log.get_by_role("button", name="Show all").click()
    expect(rows(log)).to_have_count(everything)
    log.get_by_label("Person").select_option(label="anonymous")
    expect(rows(log).filter(has_text="ada")).to_have_count(0)
    expect(rows(log).filter(has_text="unauthenticated").first).to_be_visible()
    log.get_by_role("button", name="Show all").click()
    log.get_by_label("Search").fill("GET_ORDER")
    expect(rows(log)).to_have_count(2)
    log.get_by_label("Search").fill("")
    log.get_by_label("Endpoint").select_option("board")
    expect(rows(log)).to_have_count(0)


def test_frame_is_a_tree_what_was_on_the_wire_and_a_difference(log: Page) -> None:
    log.get_by_label("Type", exact=True).select_option("order_state")
    rows(log).last.click()
    detail = log.locator(".detail")
    expect(detail.locator(".tree")).to_contain_text('state: "open"')
    detail.get_by_role("tab", name="Wire").click()
    text = detail.get_by_role("region", name="frame").inner_text()
    assert json.loads(text)["type"] == "order_state"
    assert '"type":"order_state"' in text
    log.context.grant_permissions(["clipboard-read", "clipboard-write"])
    detail.get_by_role("button", name="Copy the frame").click()
    expect(detail.get_by_role("button", name="Copied")).to_be_visible()
    assert log.evaluate("navigator.clipboard.readText()") == text
    detail.get_by_role("tab", name="Difference").click()
    expect(detail.locator(".change", has_text="reply_to")).to_be_visible()
    expect(detail.locator(".change", has_text="order.placed_at")).to_be_visible()
    expect(detail.locator(".change", has_text="app_slug")).to_have_count(0)


def test_log_is_paused_while_it_goes_on(log: Page) -> None:
    log.get_by_role("button", name="Pause").click()
    before = rows(log).count()
    go_on = log.get_by_role("button", name="Go on")
    expect(go_on).to_have_attribute("aria-pressed", "true")
    # A second page makes noise meanwhile.
    other = log.context.new_page()
    other.goto(log.url.partition("#")[0] + "#clients")
    send(other.locator(".panel").first, "note")
    expect(log.get_by_text("more have come")).to_be_visible()
    assert rows(log).count() == before
    go_on.click()
    expect(rows(log)).to_have_count(before + 2)
    other.close()


def test_log_is_exported_and_replayed(log: Page, tmp_path: Path) -> None:
    with log.expect_download() as downloading:
        log.get_by_role("button", name="Export").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    assert file.name == "orders.jsonl"
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    sent = [json.loads(each["text"])["type"] for each in lines if each["way"] == "out"]
    assert sent == ["get_order", "get_order"]
    assert {each["person"] for each in lines} == {"ada", "anonymous"}
    before = rows(log).count()
    log.get_by_role("button", name="Replay").first.click()
    dialog = log.get_by_role("dialog")
    dialog.get_by_label("File").set_input_files(file)
    dialog.get_by_role("button", name="Replay").click()
    expect(dialog).to_contain_text("2 frames of it are being sent.")
    dialog.get_by_role("button", name="Close").click()
    expect(rows(log)).to_have_count(before + 4)
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\nno json\n", "utf-8")
    log.get_by_role("button", name="Replay").first.click()
    dialog.get_by_label("File").set_input_files(bad)
    dialog.get_by_role("button", name="Replay").click()
    expect(dialog).to_contain_text("Line 2 of the file is no JSON object.")


def test_server_has_its_own_view(console: Page) -> None:
    ada = connect(console, "ada", "realtime")
    send(ada, "subscribe")
    connect(console, "anonymous", "board")
    go_to(console, "Server")
    connections = console.get_by_role("region", name="Connections")
    row = connections.locator("tr", has_text="ada")
    expect(row).to_contain_text("realtime")
    expect(row).to_contain_text("news")
    expect(row.get_by_role("meter")).to_have_accessible_name(re.compile("Outbox: 0 B of 1 MiB"))
    expect(connections.locator("tr", has_text="anonymous")).to_contain_text("board")
    for plot in ("Frames in", "Frames out", "Replies", "Waiting in outboxes"):
        expect(console.get_by_role("img", name=plot)).to_be_visible()
    expect(console.locator(".part", has_text="Channels").locator("li")).to_contain_text("news")
    expect(console.get_by_label("Log lines, the newest first")).to_contain_text("client connected")
    row.get_by_label("Channel to join").fill("sports")
    row.get_by_label("Channel to join").press("Enter")
    row.get_by_role("button", name="Leave news").click()
    channels = console.locator(".part", has_text="Channels").locator("li")
    expect(channels).to_have_count(1)
    expect(channels).to_contain_text("sports")


def test_broadcast_reaches_whom_it_is_for(console: Page) -> None:
    ada = connect(console, "ada", "realtime")
    send(ada, "subscribe")
    connect(console, "ada")
    go_to(console, "Server")
    form = console.get_by_role("form", name="Broadcast")
    form.get_by_label("Message to broadcast").select_option(label="note")
    form.get_by_role("tab", name="JSON").click()
    form.get_by_label("The message as JSON").fill('{"type": "note", "text": "to all"}')
    submit = form.get_by_role("button", name="Broadcast")
    submit.click()
    expect(form.get_by_role("status").last).to_have_text("Queued for 2 clients.")
    form.get_by_label("Channel").fill("news")
    submit.click()
    expect(form.get_by_role("status").last).to_have_text("Queued for 1 client.")
    form.get_by_label("User").fill("nobody")
    submit.click()
    expect(form.get_by_role("status").last).to_have_text("Queued for 0 clients.")
    form.get_by_label("The message as JSON").fill('{"type": "note", "text": 3}')
    submit.click()
    expect(form.locator(".outcome.bad")).to_be_visible()
    go_to(console, "Clients")
    expect(ada.locator(".frame.in", has_text="to all")).to_have_count(2)


@pytest.mark.parametrize(
    ("drop", "meaning"),
    [
        ("Drop: 1000", "Done."),
        ("Drop: 1003", "A binary frame."),
        ("Drop: 1008 forbidden", "Not let in."),
        ("Drop: 1009", "A frame over max_message_bytes."),
    ],
)
def test_client_is_dropped_by_a_close_code_and_told_why(
    console: Page, drop: str, meaning: str
) -> None:
    ada = connect(console, "ada", "realtime")
    expect(ada.locator(".badge").first).to_have_text("open")
    ada_id = ada.locator(".panel-name .quiet").inner_text()
    go_to(console, "Server")
    rows_of_table = console.get_by_role("region", name="Connections").locator("tr")
    rows_of_table.filter(has_text=ada_id).get_by_role("button").click()
    console.get_by_role("menuitem", name=drop).click()
    code = drop.split()[1]
    go_to(console, "Clients")
    expect(ada.locator(".frame", has_text=f"closed {code}").first).to_be_visible()
    expect(ada.locator(".close-note")).to_contain_text(code)
    expect(ada.locator(".close-note")).to_contain_text(meaning)
    expect(ada.locator(".close-note")).to_contain_text("by the server")


def test_restart_is_told_and_survived(console: Page) -> None:
    ada = connect(console, "ada", "realtime")
    expect(ada.locator(".badge").first).to_have_text("open")
    console.get_by_role("button", name="Restart the server").first.click()
    expect(ada.locator(".frame", has_text="1012").first).to_be_visible()
    expect(console.locator(".app-status")).to_contain_text("up")
    expect(ada.locator(".badge").first).to_have_text("open", timeout=15_000)


def test_traceback_of_a_handler_is_in_the_log(console: Page) -> None:
    ada = connect(console, "ada", "realtime")
    ada.get_by_label("Message to send").select_option(label="note")
    ada.get_by_role("tab", name="JSON").click()
    ada.get_by_label("The message as JSON").fill('{"type": "note", "text": "fail"}')
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.locator(".answer")).to_contain_text("handler_failed")
    go_to(console, "Server")
    records = console.get_by_label("Log lines, the newest first")
    expect(records).to_contain_text("RuntimeError: asked to fail")


def test_contract_is_there_too(console: Page) -> None:
    go_to(console, "Contract")
    expect(console.get_by_role("heading", name="Close codes")).to_be_visible()
    assert "ws://127.0.0.1:" in console.locator(".code").last.inner_text()


def test_broken_manifest_is_told_with_its_place_until_it_is_mended(
    browser: Browser, tmp_path: Path
) -> None:
    with developing_golden(tmp_path, "quick-start") as dev, opened_console(browser, dev) as page:
        manifest = tmp_path / "project" / "manifest.json"
        whole = manifest.read_text("utf-8")
        manifest.write_text(whole.replace('"path": "', '"ping_interval": 2, "path": "', 1), "utf-8")
        banner = page.locator(".banner.bad")
        expect(banner).to_contain_text("MDB104", timeout=15_000)
        expect(banner).to_contain_text(re.compile(r"manifest\.json:\d+:\d+"))
        expect(banner).to_contain_text("2 is below the minimum of 5")
        assert barriers(page) == []
        manifest.write_text(whole.replace('"path": "', '"ping_interval": 9, "path": "', 1), "utf-8")
        expect(banner).to_have_count(0, timeout=15_000)


def test_lost_control_socket_is_told(browser: Browser, tmp_path: Path) -> None:
    with developing_golden(tmp_path, "quick-start") as dev:
        context = browser.new_context()
        page = context.new_page()
        page.goto(dev.address)
        expect(page.locator(".app-status")).to_be_visible()
        dev.stop()
        banner = page.locator(".banner.warn").first
        expect(banner).to_contain_text("mdbgen dev cannot be reached.")
        expect(banner).to_contain_text("open the address that it prints: each run has a new one.")
        expect(page.get_by_role("button", name=re.compile("^Connect ")).first).to_be_disabled()
        context.close()


@pytest.mark.parametrize("case", ["messages-hostile", "hostile-descriptions", "hostile-names"])
def test_hostile_manifests_change_nothing_but_texts(
    browser: Browser, tmp_path: Path, case: str
) -> None:
    with developing_golden(tmp_path, case) as dev:
        for width in (WIDE, NARROW):
            with opened_console(browser, dev, width=width) as page:
                panel = connect(page, "ada")
                expect(panel.locator(".badge").first).to_have_text("open")
                panel.get_by_role("button", name="Send", exact=True).click()
                expect(panel.locator(".answer")).to_contain_text("not_implemented")
                for view in VIEWS:
                    go_to(page, view)
                    expect(page.locator("main")).to_be_visible()
                    assert overflow(page) <= 0, view
                    assert page.locator("script").count() == 3


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_every_view(
    browser: Browser, orders: Dev, width: int, scheme: str
) -> None:
    with opened_console(browser, orders, width=width, scheme=scheme) as page:
        assert barriers(page) == []
        ada = connect(page, "ada", "realtime")
        connect(page, "anonymous")
        send(ada, "get_order")
        expect(ada.locator(".answer")).to_contain_text("order_state")
        for view in VIEWS:
            go_to(page, view)
            if view == "Log":
                rows(page).nth(2).click()
            if view == "Server":
                expect(page.get_by_role("region", name="Connections")).to_be_visible()
            assert barriers(page) == [], view
            assert overflow(page) <= 0, view


def test_change_of_the_contract_is_judged(browser: Browser, tmp_path: Path) -> None:
    with developing_golden(tmp_path, "messages") as dev, opened_console(browser, dev) as page:
        manifest = tmp_path / "project" / "manifest.json"
        whole = manifest.read_text("utf-8")
        manifest.write_text(whole.replace('"maxLength": 64', '"maxLength": 32'), "utf-8")
        banner = page.locator(".banner", has_text="The contract has changed.")
        expect(banner).to_contain_text("breaks clients", timeout=15_000)
        expect(banner).to_contain_text("receive.subscribe.properties.channel")
        banner.get_by_role("button", name="Put away").click()
        expect(banner).to_have_count(0)
        panel = connect(page, "ada")
        expect(panel.locator(".field-note").first).to_contain_text("at most 32 characters")


def test_warnings_of_the_manifest_are_in_the_contract(browser: Browser, tmp_path: Path) -> None:
    with (
        developing_golden(tmp_path, "cors-any-origin") as dev,
        opened_console(browser, dev) as page,
    ):
        go_to(page, "Contract")
        expect(page.get_by_role("list", name="Warnings")).to_contain_text("MDB")
        assert barriers(page) == []

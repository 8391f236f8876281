"""The console in a browser: people who connect, why they are refused, what they send and get."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.command import run
from support.consoles import (
    connect,
    developing_golden,
    developing_orders,
    forget_all,
    opened_console,
    send,
)
from support.devserver import Dev, developing
from support.webpages import Watched, barriers, chromium, opened

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    with developing_orders(tmp_path_factory.mktemp("orders")) as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    with developing_golden(tmp_path_factory.mktemp("office"), "policy-everything") as running:
        yield running


@pytest.fixture
def console(browser: Browser, orders: Dev) -> Iterator[Page]:
    with opened_console(browser, orders) as page:
        yield page


@pytest.fixture
def bare_console(browser: Browser, office: Dev) -> Iterator[Page]:
    with opened_console(browser, office) as page:
        yield page


def test_people_connect_side_by_side(console: Page) -> None:
    ada = connect(console, "ada", "realtime")
    again = connect(console, "ada")
    expect(ada.locator(".badge").first).to_have_text("open")
    expect(again.locator(".badge").first).to_have_text("open")
    boxes = [panel.bounding_box() for panel in (ada, again)]
    assert all(boxes)
    left, right = [box for box in boxes if box]
    assert left["x"] + left["width"] <= right["x"]
    assert left["y"] == right["y"]


@pytest.mark.parametrize(
    ("name", "step", "key"),
    [
        ("anonymous", "Credential", "auth.policy.required"),
        ("expired", "Credential", "always"),
        ("wrong key", "Credential", "always"),
        ("refresh token", "Credential", "always"),
        ("other audience", "Credential", "always"),
        ("grace", "Policy", "auth.policy"),
        ("denied", "Policy", "auth.policy.denied_users"),
    ],
)
def test_refusal_says_which_step_failed_and_which_key_decided(
    bare_console: Page, name: str, step: str, key: str
) -> None:
    panel = connect(bare_console, name, "orders")
    expect(panel.locator(".badge").first).to_have_text("refused")
    trail = panel.get_by_role("list", name="Why it was refused")
    failed = trail.locator("li.failed")
    expect(failed).to_have_count(1)
    expect(failed.locator(".trail-name")).to_contain_text(step)
    expect(failed.locator(".key")).to_contain_text(key)
    expect(trail.locator("li.not_reached").first).to_be_visible()
    expect(panel.locator(".close-note")).to_contain_text("1008")
    expect(panel.locator(".close-note")).to_contain_text("The generated client:")


def test_foreign_origin_is_refused_with_an_http_answer(bare_console: Page) -> None:
    bare_console.get_by_text("How it connects").click()
    bare_console.get_by_label("Origin", exact=True).fill("https://evil.example")
    panel = connect(bare_console, "ada", "orders")
    failed = panel.get_by_role("list", name="Why it was refused").locator("li.failed")
    expect(failed.locator(".trail-name")).to_contain_text("Origin")
    expect(failed.locator(".key")).to_contain_text("cors")
    panel.get_by_text("HTTP 403").click()
    expect(panel.locator(".headers")).to_contain_text("Content-Length")


def test_who_may_connect_is_told_with_its_keys(bare_console: Page) -> None:
    bare_console.get_by_text("Who may connect").click()
    who = bare_console.get_by_role("list", name="Who is let in to orders")
    expect(who).to_contain_text("in denied_users")
    expect(who).to_contain_text("auth.policy.denied_users")


@pytest.mark.parametrize(
    "carrier", ["authorization", "subprotocol", "ticket", "query", "cookie", "browser"]
)
def test_token_is_shown_in_every_way(console: Page, carrier: str) -> None:
    console.get_by_text("How it connects").click()
    console.get_by_label("Shows its token").select_option(carrier)
    panel = connect(console, "ada", "realtime")
    expect(panel.locator(".badge").first).to_have_text("open")
    send(panel, "note")
    expect(panel.locator(".frame.in b", has_text="note")).to_have_count(1)
    if carrier == "browser":
        expect(panel.locator(".panel-how")).to_contain_text("as this browser")


def test_the_console_works_under_the_other_name_of_this_machine(
    browser: Browser, orders: Dev
) -> None:
    with opened(browser, orders.address.replace("127.0.0.1", "localhost")) as watched:
        page = watched.page
        page.get_by_text("How it connects").click()
        page.get_by_label("Shows its token").select_option("browser")
        panel = connect(page, "ada", "realtime")
        expect(panel.locator(".badge").first).to_have_text("open")
        how = "as this browser, with its cookies for localhost"
        expect(panel.locator(".panel-how")).to_contain_text(how)
        forget_all(page)


def test_the_first_day(browser: Browser, tmp_path: Path) -> None:
    """From ``mdbgen init`` to an answer, as the console itself tells how to get there."""
    folder = tmp_path / "chat"
    assert run(tmp_path, "init", "chat").returncode == 0
    with (
        developing(folder, "manifest.json", "-o", "app/ws") as dev,
        opened_console(browser, dev) as page,
    ):
        panel = connect(page, "ada")
        panel.get_by_role("button", name="Send", exact=True).click()
        answer = panel.locator(".answer")
        expect(answer).to_contain_text("not_implemented")
        expect(answer).to_contain_text("You have not written a handler for it yet.")
        handlers = folder / "app" / "ws" / "handlers" / "realtime.py"
        mine = 'await connection.send(messages.ItemCreated(name="mine"))\n'
        handlers.write_text(
            re.sub(r"await super\(\)\.on_message.*\n", lambda _: mine, handlers.read_text("utf-8")),
            "utf-8",
        )
        dev.until_logged("realtime.py changed; took")
        expect(panel.locator(".badge").first).to_have_text("open")
        panel.get_by_role("button", name="Send", exact=True).click()
        expect(panel.locator(".frame.in b", has_text="item_created")).to_have_count(1)
        assert barriers(page) == []


def test_somebody_new_can_be_made_up(console: Page) -> None:
    console.get_by_role("button", name="New person").click()
    dialog = console.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill('"><script>alert(1)</script>')
    dialog.get_by_label("User id").fill("mallory")
    dialog.get_by_label("Roles").fill("clerk, boss")
    dialog.get_by_label("More claims").fill('{"team": "x"')
    expect(dialog.locator(".mistake")).to_contain_text("line 1, column 13")
    dialog.get_by_label("More claims").fill('{"team": "x"}')
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_be_hidden()
    panel = connect(console, '"><script>alert(1)</script>', "realtime")
    expect(panel.locator(".badge").first).to_have_text("open")
    panel.locator(".frame", has_text="connected").first.click()
    expect(panel.locator(".detail")).to_contain_text('user_id: "mallory"')


def test_form_and_json_are_in_step_and_the_reply_is_under_its_question(console: Page) -> None:
    panel = connect(console, "ada", "realtime")
    panel.get_by_label("Message to send").select_option(label="get_order")
    field = panel.get_by_label("order")
    assert re.fullmatch("[0-9a-f-]{36}", field.input_value())  # filled from an example
    other = "00000000-0000-4000-8000-000000000001"
    field.fill(other)
    panel.get_by_role("tab", name="JSON").click()
    text = panel.get_by_label("The message as JSON")
    assert json.loads(text.input_value()) == {"type": "get_order", "order": other}
    text.fill(text.input_value().replace("0001", "0002"))
    panel.get_by_role("tab", name="Form").click()
    expect(field).to_have_value(other.replace("0001", "0002"))
    panel.get_by_role("button", name="Send", exact=True).click()
    answer = panel.locator(".answer")
    expect(answer).to_contain_text(re.compile(r"get_order #\d+\s*→ order_state\s*\d+(\.\d)? ms"))
    expect(answer.locator(".tree")).to_contain_text(f'id: "{other.replace("0001", "0002")}"')
    expect(panel.locator(".frame.in .badge", has_text=re.compile(r"#\d+ · "))).to_be_visible()


def test_error_of_the_app_is_an_answer_too(console: Page) -> None:
    panel = connect(console, "ada", "realtime")
    panel.get_by_label("Message to send").select_option(label="get_order")
    panel.get_by_label("order").fill("00000000-0000-0000-0000-000000000000")
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(panel.locator(".answer")).to_contain_text("error not_found")


def test_every_offered_violation_is_refused(console: Page) -> None:
    panel = connect(console, "ada", "realtime")
    panel.get_by_label("Message to send").select_option(label="subscribe")
    offer = panel.get_by_role("button", name="Send it broken")
    offer.click()
    items = console.get_by_role("menuitem")
    labels = items.all_inner_texts()
    assert labels == [
        "channel: missing",
        "channel: of another kind",
        "channel: longer than 64",
        "a property that is not declared",
        "a type that does not exist",
    ]
    console.keyboard.press("Escape")
    for label in labels:
        offer.click()
        console.get_by_role("menuitem", name=label).click()
        code = "unknown_type" if label == "a type that does not exist" else "invalid_message"
        answer = panel.locator(".answer")
        expect(answer.locator(".answer-head")).to_contain_text(label)
        expect(answer.locator(".answer-head")).to_contain_text(f"error {code}")


def test_field_that_breaks_the_contract_is_told_so(console: Page) -> None:
    panel = connect(console, "ada", "realtime")
    panel.get_by_label("Message to send").select_option(label="get_order")
    panel.get_by_label("order").fill("no uuid")
    expect(panel.get_by_label("order")).to_have_attribute("aria-invalid", "true")
    expect(panel.locator(".field-wrong")).to_contain_text("uuid")


def test_json_editor_says_where_the_text_is_wrong(console: Page) -> None:
    panel = connect(console, "ada", "echo")
    text = panel.get_by_label("The message as JSON")
    text.fill('{\n  "type": "hello",\n  "n": 01\n}')
    mistake = panel.locator(".mistake")
    expect(mistake).to_contain_text("line 3, column 8: this is no number")
    mistake.get_by_role("button").click()
    assert text.evaluate("each => each.selectionStart") == 28
    text.fill('{"type": "hello"}')
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(panel.locator(".answer")).to_contain_text("error not_implemented")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("Vanish", "comes back"),
        ("Flood", "4429"),
        ("Send a frame over the limit", "1009"),
        ("Send a binary frame", "1003"),
        ("Let its token expire now", "token_expired"),
    ],
)
def test_faults_have_the_end_that_they_announce(console: Page, fault: str, outcome: str) -> None:
    panel = connect(console, "ada", "realtime")
    expect(panel.locator(".badge").first).to_have_text("open")
    break_it(panel, fault)
    log = panel.locator(".frames-box")
    wanted = re.compile("vanish|closed") if fault == "Vanish" else re.compile(outcome)
    expect(log.locator(".frame.event", has_text=wanted).first).to_be_attached()


def break_it(panel: Locator, fault: str) -> None:
    panel.get_by_role("button", name="Break it").click()
    panel.locator(".menu-item").filter(has=panel.page.get_by_text(fault, exact=True)).click()


def test_bad_json_and_silence_leave_the_connection(console: Page) -> None:
    panel = connect(console, "ada", "realtime")
    break_it(panel, "Send what is no JSON")
    expect(panel.locator(".frame.in", has_text="invalid_json")).to_be_visible()
    expect(panel.locator(".frame.out", has_text="breaks the contract")).to_be_visible()
    break_it(panel, "Answer no pings")
    expect(panel.locator(".panel-how")).to_contain_text("no pongs")
    break_it(panel, "Answer pings again")
    expect(panel.locator(".panel-how")).not_to_contain_text("no pongs")
    break_it(panel, "Stop reading")
    expect(panel.locator(".panel-how")).to_contain_text("not reading")
    break_it(panel, "Read again")
    expect(panel.locator(".panel-how")).not_to_contain_text("not reading")
    expect(panel.locator(".badge").first).to_have_text("open")


def test_close_is_explained_and_the_client_can_come_back(console: Page) -> None:
    panel = connect(console, "ada", "realtime")
    panel.get_by_role("button", name=re.compile("^More for")).click()
    console.get_by_role("menuitem", name="Close").click()
    expect(panel.locator(".badge").first).to_have_text("closed")
    expect(panel.locator(".close-note")).to_contain_text("1000")
    expect(panel.locator(".close-note")).to_contain_text("by the client")
    panel.get_by_role("button", name=re.compile("^More for")).click()
    console.get_by_role("menuitem", name="Reconnect").click()
    expect(panel.locator(".badge").first).to_have_text("open")
    expect(panel.locator(".close-note")).to_have_count(0)


def test_keyboard_alone_connects_sends_and_reads(browser: Browser, orders: Dev) -> None:
    with opened(browser, orders.address) as watched:
        page = watched.page
        expect(page.locator(".person").first).to_be_visible()
        tab_to(watched, "Connect ada")
        page.keyboard.press("Enter")
        panel = page.locator(".panel")
        expect(panel.locator(".badge").first).to_have_text("open")
        tab_to(watched, "Message to send")
        page.keyboard.type("get_order")
        tab_to(watched, "Send")
        page.keyboard.press("Enter")
        expect(panel.locator(".answer")).to_contain_text("order_state")
        tab_to(watched, "Send it broken", backwards=False)
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(panel.locator(".answer")).to_contain_text("error invalid_message")
        tab_to(watched, "Frames of ada")
        page.keyboard.press("End")
        page.keyboard.press("ArrowUp")
        expect(panel.locator(".detail")).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel.locator(".detail")).to_have_count(0)
        assert barriers(page) == []
        forget_all(page)


NAME = """() => {
  const each = document.activeElement;
  return each.ariaLabel ?? each.labels?.[0]?.innerText ?? each.innerText ?? "";
}"""


def tab_to(watched: Watched, name: str, *, backwards: bool = False) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(120):
        watched.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        found = str(watched.page.evaluate(NAME))
        if found.startswith(name) and (name != "Send" or found == "Send"):
            return
    raise AssertionError(f"Tab never comes to {name}")

"""The generated client in a real browser, against the generated package under uvicorn."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import test_live_client_package

from support.browser import Browser, Page, browsing
from support.live import Server, serving, token
from support.scripted import compiled

pytestmark = pytest.mark.slow

MANIFEST: dict[str, Any] = {
    **test_live_client_package.MANIFEST,
    "cors": {"enabled": True, "allow_origins": ["*"]},
}
SECRET = "eyjsecret"  # also what a browser makes of it in an address


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served"), "typed", {"app": MANIFEST}) as server:
        yield server


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the compiled client."""
    code = compiled(tmp_path_factory.mktemp("client"), MANIFEST).read_bytes()
    return f"data:text/javascript;base64,{base64.b64encode(code).decode()}"


@pytest.fixture
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with browsing(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


async def made(page: Page, client: str, name: str, **options: Any) -> None:
    """Make a client in a page."""
    await page.evaluate(
        f"import({json.dumps(client)}).then(({{ {name} }}) => {{"
        f"  window.ws = new {name}({json.dumps({'minDelayMs': 50, **options})});"
        "  window.notes = [];"
        "  ws.on('note', ({ text }) => notes.push(text));"
        "})"
    )


async def opened(page: Page, client: str, name: str, **options: Any) -> None:
    """Make a client in a page, and wait until it is let in."""
    await made(page, client, name, **options)
    await page.until("ws.status.state", "open")


def complaints(page: Page) -> list[str]:
    """What the console shows, but that there is no icon."""
    return [each for each in page.complaints if "404" not in each]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_token_gets_a_ticket_from_pages_of_any_origin(
    browser: Browser, server: Server, client: str, host: str
) -> None:
    page = await browser.open(f"http://{host}:{server.port}/stats")
    url = f"http://127.0.0.1:{server.port}"
    await opened(page, client, "MembersClient", url=url, ticket=True, token=token())


async def test_a_page_that_one_goes_back_to_has_missed_nothing(
    browser: Browser, server: Server, client: str
) -> None:
    """The browser keeps such a page, without its connections."""
    page = await browser.open(f"http://127.0.0.1:{server.port}/stats")
    await opened(page, client, "RealtimeClient")
    await page.evaluate("onpageshow = (event) => { window.isBack = event.persisted; }")
    await server.post("/broadcast", note={"text": "seen"})
    await page.until("notes", ["seen"])
    await page.call("Page.navigate", url=f"http://127.0.0.1:{server.port}/docs/oauth2-redirect")
    await page.until("window.ws === undefined")
    await server.post("/broadcast", note={"text": "missed"})
    await page.evaluate("history.back()")
    await page.until("window.isBack")
    await page.until("notes", ["seen", "missed"])


async def test_questions_are_answered_on_pages_without_tls(
    browser: Browser, server: Server, client: str
) -> None:
    """Such pages lack parts of ``crypto``, which the ids of questions are made with."""
    page = await browser.open(f"http://plain.test:{server.port}/stats")
    assert await page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [
        False,
        "undefined",
    ]
    await opened(page, client, "RealtimeClient")
    first, second = [
        await page.evaluate("ws.ask({ question: 'now' }).then((reply) => reply.reply_to)")
        for _ in range(2)
    ]
    assert re.fullmatch("1-[0-9a-z]{20,}", first)
    assert re.fullmatch("2-[0-9a-z]{20,}", second)
    assert first[2:] != second[2:]
    assert complaints(page) == []


async def test_questions_are_answered_in_workers(
    browser: Browser, server: Server, client: str
) -> None:
    page = await browser.open(f"http://plain.test:{server.port}/stats")
    script = (
        f"import {{ RealtimeClient }} from {json.dumps(client)};"
        f"const ws = new RealtimeClient({{ url: 'http://plain.test:{server.port}' }});"
        "ws.ask({ question: 'now' }).then((reply) => postMessage(reply.text));"
    )
    await page.evaluate(
        f"window.code = new Blob([{json.dumps(script)}], {{ type: 'text/javascript' }});"
        "window.worker = new Worker(URL.createObjectURL(code), { type: 'module' });"
        "worker.onmessage = ({ data }) => { window.answer = data; };"
        "null"
    )
    await page.until("window.answer", "NOW")
    assert complaints(page) == []


@pytest.mark.parametrize(
    "token", [f"{SECRET}\n", f"Bearer {SECRET}", f"{SECRET}=", f"{SECRET},x", f"{SECRET}ü"]
)
async def test_a_token_that_cannot_travel_is_not_shown(
    browser: Browser, server: Server, client: str, token: str
) -> None:
    page = await browser.open(f"http://127.0.0.1:{server.port}/stats")
    await made(page, client, "RealtimeClient", token=token)
    await page.until("ws.status.state", "closed")
    assert await page.evaluate("ws.status") == {
        "state": "closed",
        "code": 1008,
        "reason": "the token contains characters that cannot be sent",
    }
    assert complaints(page) == []


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ({"ticket": True, "token": f"{SECRET}\r\nX: y"}, 1008, "contains characters that cannot"),
        ({"ticket": True, "token": f"{SECRET}😀"}, 1008, "contains characters that cannot"),
        ({"ticket": True, "token": f"{SECRET}="}, 1008, "unauthenticated"),
        ({"url": f"http://[/?token={SECRET}"}, 1008, "is not an address"),
        ({"url": f"ftp://a/?token={SECRET}"}, 1008, "cannot create a WebSocket"),
        ({"url": f"http://{SECRET}:1", "ticket": True}, 1006, "no ticket: the request failed"),
    ],
)
async def test_what_the_browser_complains_of_is_not_shown(
    browser: Browser,
    server: Server,
    client: str,
    options: dict[str, Any],
    code: int,
    reason: str,
) -> None:
    page = await browser.open(f"http://127.0.0.1:{server.port}/stats")
    await made(page, client, "MembersClient", **options)
    # Kept when it is seen: a client that waits goes on by itself.
    await page.until("!!(window.ended ??= 'code' in ws.status ? ws.status : undefined)")
    status = await page.evaluate("window.ended")
    assert status["code"] == code
    assert reason in status["reason"]
    assert SECRET not in json.dumps(status)

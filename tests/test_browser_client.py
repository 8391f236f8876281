"""The generated client in a real browser, against the generated package under uvicorn."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import test_live_client_package
from browser import Browser, Page, browsing
from live import Server, serving, token
from scripted import compiled

MANIFEST: dict[str, Any] = {
    **test_live_client_package.MANIFEST,
    "cors": {"enabled": True, "allow_origins": ["*"]},
}


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


async def opened(page: Page, client: str, name: str, **options: Any) -> None:
    """Make a client in a page, and wait until it is let in."""
    await page.evaluate(
        f"import({json.dumps(client)}).then(({{ {name} }}) => {{"
        f"  window.ws = new {name}({json.dumps({'minDelayMs': 50, **options})});"
        "  window.notes = [];"
        "  ws.on('note', ({ text }) => notes.push(text));"
        "})"
    )
    await page.until("ws.status.state", "open")


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

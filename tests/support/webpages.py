"""A page in Chromium, by Playwright: what it asks for, complains of, and whom it keeps out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from support.nodejs import require

TIMEOUT_MS = 15_000
WIDE, NARROW = 1280, 360
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_LOCAL = ("127.0.0.1", "localhost", "")  # the machine, or no server at all


@dataclass
class Watched:
    """A page, and what it should not have done."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note everything from now on."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    @property
    def elsewhere(self) -> list[str]:
        """The requests that left the machine."""
        return [url for url in self.requests if (urlsplit(url).hostname or "") not in _LOCAL]

    def until(self, is_so: Callable[[], object], what: str) -> None:
        """Wait until something is so that no locator can wait for."""
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while not is_so():
            assert time.monotonic() < deadline, what
            self.page.wait_for_timeout(30)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the system; nothing is downloaded."""
    program = require(*_NAMES, purpose="the console in a browser goes untested")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, url: str, *, width: int = WIDE, scheme: str = "light"
) -> Iterator[Watched]:
    """Open a page with storage of its own; it must have nothing to complain of."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(TIMEOUT_MS)
    watched = Watched(context.new_page())
    watched.listen()
    try:
        watched.page.goto(url)
        yield watched
    finally:
        context.close()
    assert watched.complaints == []
    assert watched.elsewhere == []


def barriers(page: Page) -> list[str]:
    """What keeps people from using a page, by axe: the serious and the critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]


def overflow(page: Page) -> int:
    """By how much the page is wider than the window."""
    width: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width

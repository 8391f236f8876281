"""A headless Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from support.nodejs import require

TIMEOUT_S = 20.0
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-port=0",
    "--host-resolver-rules=MAP plain.test 127.0.0.1",  # a page without TLS that is not local
)  # fmt: skip


class Browser:
    """The connection to the browser; pages share it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pages: dict[str, Page] = {}

    async def read(self) -> None:
        """Hand out what the browser says, until it ends."""
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif page := self._pages.get(message.get("sessionId", "")):
                page.take(message["method"], message["params"])

    async def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        where = {"sessionId": session} if session else {}
        message = {"id": number, "method": method, "params": params, **where}
        await self._socket.send(json.dumps(message))
        async with asyncio.timeout(TIMEOUT_S):
            found = await answer
        assert "error" not in found, f"{method}: {found['error']}"
        result: dict[str, Any] = found["result"]
        return result

    async def open(self, url: str) -> Page:
        """Open a page in a window of its own, with storage of its own."""
        context = await self.call("Target.createBrowserContext")
        target = await self.call("Target.createTarget", url="about:blank", **context)
        attached = await self.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        page = Page(self, attached["sessionId"])
        self._pages[attached["sessionId"]] = page
        for domain in ("Runtime", "Log", "Page", "Network"):
            await page.call(f"{domain}.enable")
        await page.call("Page.navigate", url=url)
        await page.until("document.readyState === 'complete'")
        return page


class Page:
    """One page."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self.complaints: list[str] = []  # uncaught exceptions, and what the console calls an error

    def take(self, method: str, params: dict[str, Any]) -> None:
        """Note what the page complains of."""
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.complaints.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(params["entry"]["text"])

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol on this page."""
        return await self._browser.call(method, self._session, **params)

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited where it is a promise."""
        found = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, expression: str, wanted: Any = True) -> None:
        """Wait until an expression has the value that is wanted."""
        deadline = time.monotonic() + TIMEOUT_S
        while (value := await self.evaluate(expression)) != wanted:
            assert time.monotonic() < deadline, f"{expression} is still {value!r}, not {wanted!r}"
            await asyncio.sleep(0.02)

    async def type(self, selector: str, text: str) -> None:
        """Put the cursor into a field and type."""
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.call("Input.insertText", text=text)

    async def press_enter(self) -> None:
        """Press and let go of the key."""
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    async def go_offline(self) -> None:
        """No new connection of this page succeeds, until ``go_online``."""
        await self._set_network(offline=True)

    async def go_online(self) -> None:
        """Undo ``go_offline``."""
        await self._set_network(offline=False)

    async def screenshot(self, file: Path) -> None:
        """For the eyes of whoever works on the page."""
        found = await self.call("Page.captureScreenshot")
        file.write_bytes(base64.b64decode(found["data"]))

    async def _set_network(self, *, offline: bool) -> None:
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await self.call("Network.emulateNetworkConditions", offline=offline, **speed)


@asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator[Browser]:
    """Start a browser with an empty profile; it ends with the block."""
    program = require(*_NAMES, purpose="the example in a browser goes untested")
    process = subprocess.Popen(
        [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port, path = await _address(process, profile / "DevToolsActivePort")
        async with connect(f"ws://127.0.0.1:{port}{path}", max_size=2**24) as socket:
            browser = Browser(socket)
            reading = asyncio.create_task(browser.read())
            yield browser
            reading.cancel()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _address(process: subprocess.Popen[bytes], file: Path) -> tuple[str, str]:
    deadline = time.monotonic() + TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        lines = file.read_text().split() if file.exists() else []
        if len(lines) == 2:
            return lines[0], lines[1]
        await asyncio.sleep(0.05)
    raise AssertionError("the browser did not start")

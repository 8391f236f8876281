"""The console of ``mdbgen dev`` under a thousand frames a second: clicks, and memory.

    python benchmarks/console.py [--seconds 60]

Needs the tests' extra and Chromium. A click is answered when the view that it asks for has been
drawn: from the click to the second animation frame after that.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from playwright.sync_api import CDPSession, Locator, Page, expect

from support.consoles import connect, developing_orders, opened_console
from support.webpages import chromium

VIEWS = {"Log": ".log", "Server": ".server", "Contract": ".contract", "Clients": ".clients"}
BETWEEN_CLICKS_MS = 400
CLICK = """([name, selector]) => new Promise((done) => {
  const links = [...document.querySelectorAll(".shell-nav a")];
  const start = performance.now();
  links.find((each) => each.textContent.includes(name)).click();
  const look = () => requestAnimationFrame(() => {
    if (!document.querySelector(selector)) look();
    else requestAnimationFrame(() => done(performance.now() - start));
  });
  look();
})"""


def flood(ada: Locator, seconds: int) -> None:
    """Have the app send a thousand frames a second to a client."""
    ada.get_by_label("Message to send").select_option(label="note")
    ada.get_by_role("tab", name="JSON").click()
    text = f'{{"type": "note", "text": "flood {seconds}"}}'
    ada.get_by_label("The message as JSON").fill(text)
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.locator(".frame.in b", has_text="note").first).to_be_visible()


def heap_mb(session: CDPSession) -> float:
    """Return what the page's JavaScript holds, garbage included."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    held = next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")
    return float(held) / 1e6


def measure(page: Page, seconds: int) -> None:
    """Click through the views while frames arrive; print what that took."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    clicks: dict[str, list[float]] = {name: [] for name in VIEWS}
    heaps = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name, selector in VIEWS.items():
            clicks[name].append(page.evaluate(CLICK, [name, selector]))
            page.wait_for_timeout(BETWEEN_CLICKS_MS)
        heaps.append(heap_mb(session))
    print("| view | clicks | median ms | 95 % ms | slowest ms |\n| --- | --- | --- | --- | --- |")
    every = [each for times in clicks.values() for each in times]
    for name, times in {**clicks, "all": every}.items():
        ordered = sorted(times)
        p95 = ordered[int(len(ordered) * 0.95)]
        print(f"| {name} | {len(times)} | {median(times):.0f} | {p95:.0f} | {ordered[-1]:.0f} |")
    third = len(heaps) // 3 or 1
    print(f"\nheap, MB: {max(heaps[:third]):.0f} at most in the first third, ", end="")
    print(f"{max(heaps[-third:]):.0f} in the last")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as root,
        developing_orders(Path(root)) as dev,
        chromium() as browser,
        opened_console(browser, dev) as page,
    ):
        flood(connect(page, "ada", "realtime"), arguments.seconds)
        measure(page, arguments.seconds)
        page.goto(f"{dev.address}#log")
        print(page.locator(".log-count").inner_text())

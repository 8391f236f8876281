"""What the console shows, kept for pages that come later, and told to those that are there."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

MAX_FRAMES = 10_000
MAX_FRAME_BYTES = 64 * 1024 * 1024  # of text, all frames together
SHOWN_FRAMES = 1_000  # to a page that has just come
MAX_RECORDS = 1_000
MAX_EVENTS = 2_000  # that wait for a page; one that lags further behind starts anew
FLUSH_INTERVAL_S = 0.05

Event = dict[str, Any]
Way = Literal["in", "out", "event"]


def now_ms() -> int:
    """The time of day, as the page counts it."""
    return int(time.time() * 1000)


class Frames:
    """The last frames of all clients, bounded in number and in bytes."""

    def __init__(self) -> None:
        self._kept: deque[Event] = deque()
        self._bytes = 0
        self._count = 0
        self.dropped = 0

    def add(self, client: str, way: Way, content: str | bytes) -> Event:
        """Keep a frame, and forget the oldest where it needs their place."""
        self._count += 1
        size = len(content.encode(errors="replace") if isinstance(content, str) else content)
        frame: Event = {
            "n": self._count,
            "t": now_ms(),
            "client": client,
            "way": way,
            "text": content if isinstance(content, str) else None,
            "bytes": size,
            "binary": isinstance(content, bytes),
        }
        self._kept.append(frame)
        self._bytes += size
        while len(self._kept) > MAX_FRAMES or self._bytes > MAX_FRAME_BYTES:
            self._bytes -= self._kept.popleft()["bytes"]
            self.dropped += 1
        return frame

    def last(self) -> list[Event]:
        """What a page is shown that has just come."""
        return list(self._kept)[-SHOWN_FRAMES:]

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._bytes = 0
        self.dropped = 0


class Page:
    """A page that is there, and what it is to be told."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue(MAX_EVENTS)
        self.lags = asyncio.Event()

    def tell(self, event: Event) -> None:
        """Queue an event; a page that takes none is given up."""
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            self.lags.set()


class Board:
    """All that is known, and who is told."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._pages: set[Page] = set()
        self._new_frames: list[Event] = []
        self._new_records: list[Event] = []
        self._things: dict[str, dict[str, Event]] = {"person": {}, "client": {}}
        self._records: deque[Event] = deque(maxlen=MAX_RECORDS)
        self._view: Event | None = None
        self.frames = Frames()
        self.contract: Mapping[str, Any] = {}
        self.app: Event = {}
        self.problems: Event = {"problems": [], "text": ""}

    def hello(self) -> Event:
        """Everything, for a page that has just come."""
        self.flush()
        return {
            "is": "hello",
            "version": self._version,
            "contract": self.contract,
            "app": self.app,
            "people": list(self._things["person"].values()),
            "clients": list(self._things["client"].values()),
            "frames": self.frames.last(),
            "dropped": self.frames.dropped,
            "records": list(self._records),
            **self.problems,
            "view": self._view,
        }

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Let a page in, until the block ends."""
        page = Page()
        page.tell(self.hello())
        self._pages.add(page)
        try:
            yield page
        finally:
            self._pages.discard(page)

    def tell(self, event: Event) -> None:
        """Tell all pages, after the frames that came before."""
        self.flush()
        for page in self._pages:
            page.tell(event)

    def show(self, kind: Literal["person", "client"], thing: Event) -> None:
        """Show a person or a client, new or changed."""
        self._things[kind][thing["id"]] = thing
        self.tell({"is": kind, kind: thing})

    def hide(self, kind: Literal["person", "client"], thing_id: str) -> None:
        """Forget a person or a client."""
        self._things[kind].pop(thing_id, None)
        self.tell({"is": f"{kind}_gone", kind: thing_id})

    def show_app(self, app: Event) -> None:
        """Show how the app is."""
        self.app = app
        self.tell({"is": "app", "app": app})

    def show_problems(self, problems: list[Event], text: str) -> None:
        """Show what is wrong with the manifest; nothing, where it is mended."""
        self.problems = {"problems": problems, "text": text}
        self.tell({"is": "problems", **self.problems})

    def show_contract(self, contract: Mapping[str, Any], changes: list[Event]) -> None:
        """Show the contract, and what has changed in it."""
        self.contract = contract
        self.tell({"is": "contract", "contract": contract, "changes": changes})

    def show_view(self, view: Event | None) -> None:
        """Show how the server sees its clients; None, where there is none."""
        self._view = view
        if view is not None:
            self.tell({"is": "view", "view": view})

    def log_frame(self, client: str, way: Way, content: str | bytes) -> None:
        """Log a frame, or an event of a client."""
        self._new_frames.append(self.frames.add(client, way, content))

    def log_record(self, record: Event) -> None:
        """Log what the app or the server has to say."""
        self._records.append(record)
        self._new_records.append(record)

    def clear(self) -> None:
        """Forget frames and records."""
        self.flush()
        self.frames.clear()
        self._records.clear()
        self.tell({"is": "cleared"})

    def flush(self) -> None:
        """Tell what was logged."""
        frames, self._new_frames = self._new_frames, []
        records, self._new_records = self._new_records, []
        for page in self._pages:
            if frames:
                page.tell({"is": "frames", "frames": frames, "dropped": self.frames.dropped})
            if records:
                page.tell({"is": "records", "records": records})

    async def keep_flushing(self) -> None:
        """Tell what is logged, a few times a second."""
        while True:
            await asyncio.sleep(FLUSH_INTERVAL_S)
            self.flush()

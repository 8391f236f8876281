"""The line to the development process: JSON, a document a line, from any thread."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from queue import Empty, Full, Queue
from typing import Any

MAX_QUEUED = 10_000  # lines; an app that logs more at once loses some
FLUSH_TIMEOUT_S = 2.0

Command = dict[str, Any]


class Link:
    """A connection that never makes the app wait.

    Args:
        port: on which the development process waits.
        secret: the first thing that it wants to see.
    """

    def __init__(self, port: int, secret: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.settimeout(None)
        self._queue: Queue[dict[str, Any] | None] = Queue(MAX_QUEUED)
        self._writer = threading.Thread(target=self._write, name="mdbgen-writer", daemon=True)
        self._writer.start()
        self.tell({"secret": secret})

    def tell(self, event: dict[str, Any]) -> None:
        """Send something, soon."""
        try:
            self._queue.put_nowait(event)
        except Full:
            return

    def listen(self, on_command: Callable[[Command], None], on_end: Callable[[], None]) -> None:
        """Call back, in a thread of its own, for each command and once at the end."""

        def read() -> None:
            try:
                for line in self._socket.makefile("r", encoding="utf-8"):
                    on_command(json.loads(line))
            except (OSError, ValueError):
                pass
            on_end()

        threading.Thread(target=read, name="mdbgen-reader", daemon=True).start()

    def flush(self) -> None:
        """Wait until all is written, or a short time has passed; nothing can follow."""
        try:
            self._queue.put(None, timeout=FLUSH_TIMEOUT_S)
        except Full:
            return
        self._writer.join(FLUSH_TIMEOUT_S)

    def _write(self) -> None:
        while (event := self._queue.get()) is not None:
            events = [event, *self._others()]
            text = "".join(json.dumps(each) + "\n" for each in events if each is not None)
            try:
                self._socket.sendall(text.encode())
            except OSError:  # the reader notices as well
                return
            if None in events:
                return

    def _others(self) -> list[dict[str, Any] | None]:
        """What waits besides, so that a thousand lines are one write."""
        found: list[dict[str, Any] | None] = []
        while True:
            try:
                found.append(self._queue.get_nowait())
            except Empty:
                return found

"""What a client understands of its frames: how long answers take to what it asks."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

MAX_ASKED = 1_000  # that nobody has answered


def parse_frame(content: str | bytes) -> dict[str, Any]:
    """Read a frame; whatever is no JSON object has no members."""
    try:
        value = json.loads(content) if isinstance(content, str) else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


class Replies:
    """The questions of one client that are open, by ``id``, and the time that answers took."""

    def __init__(self) -> None:
        self._asked_at: dict[str | int, float] = {}
        self._took_ms: list[float] = []

    def sent(self, frame: Mapping[str, Any]) -> None:
        """Note a question, if it is one."""
        message_id = frame.get("id")
        if isinstance(message_id, str | int):
            self._asked_at[message_id] = time.monotonic()
        if len(self._asked_at) > MAX_ASKED:
            del self._asked_at[next(iter(self._asked_at))]

    def received(self, frame: Mapping[str, Any]) -> None:
        """Note an answer, if it is one."""
        reply_to = frame.get("reply_to")
        if isinstance(reply_to, str | int) and reply_to in self._asked_at:
            self._took_ms.append((time.monotonic() - self._asked_at.pop(reply_to)) * 1000)

    def take(self) -> list[float]:
        """Return how long the answers took that came since the last call, in ms."""
        taken, self._took_ms = self._took_ms, []
        return taken

    def forget(self) -> None:
        """Nobody will answer any more."""
        self._asked_at.clear()

"""How much goes to and fro, from one look at the server to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Rates:
    """Frames a second, as the server counts them, and how long replies took."""

    def __init__(self) -> None:
        self._before: tuple[int, int, int] | None = None  # ms, received, sent

    def forget(self) -> None:
        """The server counts from nought again."""
        self._before = None

    def of(self, view: Mapping[str, Any], reply_ms: Sequence[float]) -> dict[str, float | None]:
        """Return the rates since the view before."""
        stats = view["stats"]
        now = int(view["t"]), int(stats["received"]), int(stats["sent"])
        before = self._before or now
        self._before = now
        seconds = max(now[0] - before[0], 1) / 1000
        return {
            "frames_in": round((now[1] - before[1]) / seconds, 1),
            "frames_out": round((now[2] - before[2]) / seconds, 1),
            "reply_ms": round(sum(reply_ms) / len(reply_ms), 1) if reply_ms else None,
            "outbox_bytes": stats["queued_bytes"],
        }

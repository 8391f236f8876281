"""What clients may use: every limit, its default, and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

MAX_HISTORY = 10_000  # messages


class Limit(NamedTuple):
    """A limit of every endpoint, which the manifest or the environment may set."""

    name: str  # in the manifest and in ``settings.py``
    default: int
    meaning: str

    @property
    def variable(self) -> str:
        """The variable of the environment that sets it for all endpoints."""
        return f"MDB_WS_{self.name.upper()}"

    @property
    def default_literal(self) -> str:
        """The default as Python: ``65_536``."""
        return f"{self.default:_}"


_ROWS = (
    Limit(
        "max_message_bytes",
        65_536,
        "Longest frame from a client, in bytes; a longer one closes with 1009.",
    ),
    Limit(
        "messages_per_second",
        20,
        "Messages per second from one client; a burst may be twice that, more closes with 4429.",
    ),
    Limit(
        "outbox_bytes", 1_048_576, "Bytes that may wait for a slow client; more closes with 1013."
    ),
    Limit("connections", 10_000, "Connections in one process; more are closed with 1013."),
    Limit(
        "connections_per_user",
        20,
        "Connections of one user, not counting anonymous clients; more are closed with 4429.",
    ),
)
LIMITS: Mapping[str, Limit] = {each.name: each for each in _ROWS}
DEFAULT_LIMITS: Mapping[str, int] = {each.name: each.default for each in _ROWS}

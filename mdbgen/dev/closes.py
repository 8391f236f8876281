"""What a close means, and what the generated client does after it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from mdbgen.model.wire import CLOSES, Reaction

By = Literal["server", "client", "network"]
ABNORMAL, NO_STATUS, NORMAL = 1006, 1005, 1000
POLICY_VIOLATION = 1008
GOING = (1001, 1012)  # the server, not the client, is the reason

_REACTIONS = {
    Reaction.STOP: "stops and does not come back",
    Reaction.RENEW: "asks for a new token and tries once more; refused again, it stops",
    Reaction.RESTART: "comes back after a random delay of up to 5 s, so that not all come at once",
    Reaction.BACKOFF: "comes back after a random delay, which grows with each failure up to 30 s",
    Reaction.RECONNECT: "comes back after a random delay, which grows with each failure up to 30 s",
}
# What stands in no table, because no server says it.
_OTHERS = {
    NO_STATUS: "closed without a code",
    ABNORMAL: "the connection broke without a close",
}


_LEFT = re.compile(r"client left .* close=(\d{4}) ['\"](.*)['\"]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Explained:
    """How a connection ended."""

    code: int
    reason: str
    by: By
    meaning: str
    client: str  # what the generated client does now
    again_in_s: float | None = None  # when the console's client does

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        return asdict(self)


def reaction_to(code: int, reason: str) -> Reaction:
    """Return what the generated client does: by code and reason, as the table has it."""
    of_code = [each for each in CLOSES if each.code == code]
    exact = [each for each in of_code if each.reason == reason]
    if code == POLICY_VIOLATION and not exact:
        return Reaction.STOP
    return next((each.reaction for each in exact or of_code), Reaction.BACKOFF)


def logged_close(records: Iterable[str]) -> tuple[int, str] | None:
    """Return how the server closed a connection, by its log: its client may never have read it."""
    found = [_LEFT.match(each) for each in records]
    return next(((int(each[1]), each[2]) for each in found if each), None)


def explain(code: int, reason: str, by: By) -> Explained:
    """Say what a close means."""
    if by == "client" and code in (NORMAL, ABNORMAL):
        how = "closed" if code == NORMAL else "cut, without a close frame,"
        return Explained(code, reason, by, f"{how} from the console", "has ended by itself")
    client = _REACTIONS[reaction_to(code, reason)]
    return Explained(code, reason, by, _meaning(code, reason), client)


def unreachable(problem: Exception, url: str) -> Explained:
    """Say why there was no connection at all."""
    why = str(problem) or type(problem).__name__
    if isinstance(problem, ConnectionRefusedError):
        why = f"nothing listens at {url}"
    client = _REACTIONS[reaction_to(ABNORMAL, "")]
    return Explained(ABNORMAL, "", "network", f"not connected: {why}", client)


def _meaning(code: int, reason: str) -> str:
    of_code = [each for each in CLOSES if each.code == code]
    exact = [each.meaning for each in of_code if each.reason == reason]
    if exact or of_code:
        return exact[0] if exact else of_code[0].meaning
    return _OTHERS.get(code, "a code of the app's own")

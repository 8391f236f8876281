"""When a client comes back, as the generated ``client.ts`` decides it."""

from __future__ import annotations

import random

from mdbgen.dev.closes import reaction_to
from mdbgen.model.wire import Reaction

MIN_DELAY_S, MAX_DELAY_S = 0.5, 30.0
RESTART_SPREAD = 10.0  # times longer, or all clients come back at once
STABLE_S = 5.0  # a connection that lasts so long starts the backoff afresh
MAX_DOUBLINGS = 6  # beyond which the delay has reached its bound anyway


class Comeback:
    """The patience of one client."""

    def __init__(self) -> None:
        self._failures = 0
        self._is_renewed = False

    def connected(self) -> None:
        """The token was taken."""
        self._is_renewed = False

    def delay_s(self, code: int, reason: str, lasted_s: float) -> float | None:
        """Return how long to wait after a close; None where it stays away."""
        failures = 0 if lasted_s >= STABLE_S else self._failures
        self._failures = failures + 1
        bound = MIN_DELAY_S * 2.0 ** min(failures, MAX_DOUBLINGS)
        match reaction_to(code, reason):
            case Reaction.STOP:
                return None
            case Reaction.RENEW:
                if self._is_renewed:
                    return None
                self._is_renewed = True
            case Reaction.RESTART:
                bound *= RESTART_SPREAD
        return random.random() * min(MAX_DELAY_S, bound)

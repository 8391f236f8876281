"""What a generated package makes of the frames of its clients, without a server."""

from __future__ import annotations

import sys
from typing import Any


def parse(handlers: Any, text: str) -> Any:
    """The message in a frame, for the handlers of an endpoint that declares what it receives.

    Raises:
        Unusable: of the package; it is not one of them.
    """
    contract = sys.modules[handlers.dispatch.__module__]
    return contract.parse_message(handlers._received, text)

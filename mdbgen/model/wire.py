"""What the package itself says on the wire: its frames, its error codes, its close codes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

SERVER_FRAMES: Mapping[str, str] = {
    "connected": "The first frame.",
    "ping": "After ping_interval seconds without a frame from the client.",
    "error": "A frame from the client could not be used; the connection stays open.",
    "disconnect": "Before every close that the server starts.",
    "resync": "What the client missed is no longer complete; it should reload its state.",
}
CLIENT_FRAMES: Mapping[str, str] = {"pong": "Answers a ping."}

# The ``code`` of an ``error`` frame, and what was wrong with the client's frame.
ERROR_CODES: Mapping[str, str] = {
    "invalid_json": "it is not JSON, or not an object",
    "invalid_message": (
        "it is not what the manifest declares; `details` lists up to ten mistakes: `loc` (the"
        " path in the message), `type` and `msg`, but never the value. Where several types are"
        " allowed, there is one mistake for each"
    ),
    "unknown_type": "the endpoint does not declare a message of this `type`",
    "not_implemented": "nothing handles it",
    "handler_failed": (
        "the handler raised, or returned something other than the declared reply; the traceback"
        " is in the log"
    ),
}


class Reaction(Enum):
    """What a client does after a close."""

    STOP = "stop"
    RENEW = "reconnect with a new token"
    RESTART = "reconnect after a random delay"
    BACKOFF = "reconnect with backoff"
    RECONNECT = "reconnect"


class Close(NamedTuple):
    """A way in which a connection ends."""

    code: int
    constant: str  # its name in ``closing.py``; "" for what only the web server closes with
    meaning: str
    reaction: Reaction
    reason: str = ""  # that tells it from others of the same code


CLOSES = (
    Close(1000, "NORMAL", "done", Reaction.STOP),
    Close(1001, "", "the server is going away", Reaction.RESTART),
    Close(1003, "UNSUPPORTED_DATA", "a binary frame", Reaction.STOP),
    Close(
        1008,
        "POLICY_VIOLATION",
        "no credential, or a bad one",
        Reaction.RENEW,
        reason="unauthenticated",
    ),
    Close(1008, "POLICY_VIOLATION", "the token expired", Reaction.RENEW, reason="token_expired"),
    Close(1008, "POLICY_VIOLATION", "not let in", Reaction.STOP, reason="forbidden"),
    Close(1009, "MESSAGE_TOO_BIG", "a frame over max_message_bytes", Reaction.STOP),
    Close(1011, "INTERNAL_ERROR", "a bug in the server", Reaction.BACKOFF),
    Close(1012, "", "the server is restarting", Reaction.RESTART),
    Close(
        1013,
        "TRY_AGAIN_LATER",
        "the client is too slow, or the server is full",
        Reaction.BACKOFF,
    ),
    Close(4408, "NO_SIGN_OF_LIFE", "no sign of life", Reaction.RECONNECT),
    Close(4429, "TOO_MANY", "too many messages or connections", Reaction.BACKOFF),
)


def codes_with(reaction: Reaction) -> tuple[int, ...]:
    """Return the codes after which a client reacts so, whatever the reason."""
    return tuple(dict.fromkeys(each.code for each in CLOSES if each.reaction is reaction))


def reasons_with(reaction: Reaction) -> tuple[str, ...]:
    """Return the reasons after which a client reacts so."""
    return tuple(each.reason for each in CLOSES if each.reason and each.reaction is reaction)


# What other programs put into the stream of an app that has a backplane: XADD key * m '{…}'
STREAM_VERSION = 1  # of these fields; one that is taken away or means something else raises it
STREAM_FIELDS = {
    "m": "The message as JSON, with its type; the workers add the envelope.",
    "u": "The user it is for; everybody if left out.",
    "c": "The channel; all if left out.",
    "e": "The endpoint; all that send the message if left out.",
}


def stream_key(slug: str) -> str:
    """Return the key of an app's stream; the braces keep its keys on one node of a cluster."""
    return f"{{mdbgen:{slug}}}:ws"

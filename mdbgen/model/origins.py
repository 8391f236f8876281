"""Origins: where a page comes from, as browsers spell it in the header ``Origin``."""

from __future__ import annotations

import re

ANY = "*"

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
    r"(?P<port>:[0-9]{1,5})?"
)


def normalize_origin(text: str) -> str | None:
    """Spell an origin in lower case and without a default port; ``None`` if it is none.

    ``null``, which sandboxed pages of anybody send, is none.
    """
    match = _ORIGIN.fullmatch(text.strip().lower().removesuffix("/"))
    if match is None:
        return None
    port = match["port"] or ""
    shown_port = "" if port == _DEFAULT_PORTS.get(match["scheme"]) else port
    return f"{match['scheme']}://{match['host']}{shown_port}"


def nearest_origin(text: str) -> str | None:
    """Guess which origin was meant by something that is none: drop a path, add a scheme."""
    scheme, separator, address = text.strip().rpartition("://")
    host = address.partition("/")[0]
    if not separator and not {".", ":"} & set(host):
        return None
    return normalize_origin(f"{scheme or 'https'}://{host}")

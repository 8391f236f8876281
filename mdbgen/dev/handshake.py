"""How a client of the console asks to be let in: the carrier of its token, and its headers."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

Pairs = Sequence[tuple[str, str]]
TICKET_TIMEOUT_S = 10.0


class Carrier(StrEnum):
    """Where a credential goes."""

    AUTHORIZATION = "authorization"
    SUBPROTOCOL = "subprotocol"
    TICKET = "ticket"
    QUERY = "query"
    COOKIE = "cookie"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client is to be."""

    person: str
    endpoint: str
    carrier: Carrier
    origin: str | None
    headers: Pairs
    query: Pairs

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Request:
    """A handshake, ready to be made."""

    target: str  # path and query
    host: str | None  # where the Host header is to be another than the app's
    origin: str | None
    headers: Pairs
    subprotocols: Sequence[str]


class NoTicket(Exception):
    """The app gave none; holds the answer."""

    def __init__(self, status: int, reason: str, headers: Pairs, body: str) -> None:
        super().__init__(f"no ticket: HTTP {status} {reason}")
        self.answer = {
            "status": status,
            "reason": f"POST …/ticket: {reason}",
            "headers": [list(each) for each in headers],
            "body": body,
        }


async def make_request(
    wanted: Wanted, url: str, token: str | None, mark: tuple[str, str]
) -> Request:
    """Put a token where the carrier says, and everything else where it belongs.

    Args:
        url: of the endpoint, with ``http``.
        mark: the header by which the app's process knows the client.

    Raises:
        NoTicket: The app gives none for this token.
        OSError: The app is not there.
    """
    headers = [each for each in wanted.headers if each[0].lower() not in _PLACED]
    cookies = [value for name, value in wanted.headers if name.lower() == "cookie"]
    offered = [value for name, value in wanted.headers if name.lower() == "sec-websocket-protocol"]
    origins = [value for name, value in wanted.headers if name.lower() == "origin"]
    hosts = [value for name, value in wanted.headers if name.lower() == "host"]
    subprotocols = [each.strip() for each in ",".join(offered).split(",") if each.strip()]
    query = list(wanted.query)
    if token is not None:
        match wanted.carrier:
            case Carrier.AUTHORIZATION:
                headers.append(("Authorization", f"Bearer {token}"))
            case Carrier.SUBPROTOCOL:
                subprotocols = ["bearer", token, *subprotocols]
            case Carrier.TICKET:
                ticket = await asyncio.to_thread(_fetch_ticket, url, token, mark)
                query.append(("ticket", ticket))
            case Carrier.QUERY:
                query.append(("token", token))
            case Carrier.COOKIE:
                cookies.append(f"token={token}")
            case Carrier.NONE:
                pass
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    target = quote(urlsplit(url).path, safe="/") + (f"?{urlencode(query)}" if query else "")
    origin = wanted.origin or next(iter(origins), None)
    return Request(target, next(iter(hosts), None), origin, headers, subprotocols)


_PLACED = ("cookie", "sec-websocket-protocol", "origin", "host")


def _fetch_ticket(url: str, token: str, mark: tuple[str, str]) -> str:
    """Ask for a ticket; only ever this machine's own app, and never by a proxy."""
    request = urllib.request.Request(
        url.rstrip("/") + "/ticket",
        method="POST",
        headers=dict([("Authorization", f"Bearer {token}"), mark]),
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TICKET_TIMEOUT_S) as response:
            answer: Any = json.load(response)
            return str(answer["ticket"])
    except urllib.error.HTTPError as error:
        body = error.read(4096).decode(errors="replace")
        raise NoTicket(error.code, error.reason, list(error.headers.items()), body) from None
    except (LookupError, TypeError, ValueError):
        raise NoTicket(200, "the answer is no ticket", (), "") from None

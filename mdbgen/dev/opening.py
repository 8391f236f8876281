"""How a client of the console connects, and how what it is told is spelled for the page."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response
from websockets.typing import Origin, Subprotocol

from mdbgen.dev.closes import ABNORMAL, By
from mdbgen.dev.handshake import Wanted, make_request
from mdbgen.dev.plan import HEADER
from mdbgen.dev.world import World

OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 2.0
RECEIVE_BUFFER_BYTES = 64 * 1024
MAX_BODY_CHARS = 4_000


async def open_connection(client_id: str, wanted: Wanted, world: World) -> ClientConnection:
    """Make a handshake.

    Raises:
        InvalidStatus: The app refuses it over HTTP.
        NoTicket: The app gives no ticket.
        CannotSign: There is no key to make a token with.
        OSError, TimeoutError, InvalidHandshake, ValueError: There is no such app, or header.
    """
    app = world.supervisor.app
    token = world.signer.token(world.people.get(wanted.person))
    path = app.paths.get(wanted.endpoint) or world.manifest().websockets[wanted.endpoint].path
    mark = (HEADER, f"{world.supervisor.secret} {client_id}")
    request = await make_request(wanted, app.url + path, token, mark)
    address = app.url.partition("://")[2]
    return await connect(
        f"ws://{request.host or address}{request.target}",
        sock=await _connected(address),
        origin=None if request.origin is None else Origin(request.origin),
        additional_headers=[*request.headers, mark],
        subprotocols=[Subprotocol(each) for each in request.subprotocols] or None,
        user_agent_header=None,
        compression=None,
        proxy=None,
        open_timeout=OPEN_TIMEOUT_S,
        close_timeout=CLOSE_TIMEOUT_S,
        ping_interval=None,  # browsers send none either
        max_size=None,
    )


async def _connected(address: str) -> socket.socket:
    """Return a socket that holds little: whoever stops reading shall be noticed soon."""
    host, _, port = address.partition(":")
    raw = socket.socket()
    try:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
    except BaseException:
        raw.close()
        raise
    return raw


def shown_answer(response: Response | None) -> dict[str, Any] | None:
    """Spell the HTTP answer to a handshake."""
    if response is None:
        return None
    body = bytes(response.body or b"").decode(errors="replace")[:MAX_BODY_CHARS]
    headers = [[name, value] for name, value in response.headers.raw_items()]
    reason = response.reason_phrase
    return {"status": response.status_code, "reason": reason, "headers": headers, "body": body}


def no_answer(reason: str) -> dict[str, Any]:
    """Spell why there was no handshake."""
    return {"status": 0, "reason": reason, "headers": [], "body": ""}


def how_ended(end: ConnectionClosed) -> tuple[int, str, By]:
    """Return code and reason of a close, and who began it."""
    if end.rcvd is not None and (end.rcvd_then_sent or end.sent is None):
        return end.rcvd.code, end.rcvd.reason, "server"
    if end.sent is not None:
        return end.sent.code, end.sent.reason, "client"
    return ABNORMAL, "", "network"

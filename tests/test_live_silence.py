"""What refused clients leave behind: no object, no task, and nothing of theirs in the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import InvalidHandshake
from websockets.typing import Subprotocol

from support.live import KEY, Server, serving, token

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "silence",
    "websockets": {
        "realtime": {"path": "/ws"},
        "open": {"path": "/open", "auth": {"required": False}},
    },
    "auth": {"policy": {"denied_users": ["denied"]}},
}
IMPLEMENTATIONS = ["websockets-sansio", "websockets", "wsproto"]
LEVELS = ["info", "debug", "trace"]
# New versions of uvicorn say at every start that one implementation is to be replaced.
QUIET: dict[str, str | None] = {"PYTHONWARNINGS": "ignore:The `websockets` implementation"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("silence"), "doors", {"app": MANIFEST}) as server:
        yield server


def refused_credentials() -> list[dict[str, Any]]:
    """One of each kind of client that does not get in."""
    foreign = {"Origin": "https://evil.example"}
    return [
        {},
        {"token": "garbage"},
        {"token": token(KEY[::-1])},
        {"bearer": token(exp=1)},
        {"cookies": {"token": token(type="refresh")}},
        {"token": token(sub="denied")},
        {"subprotocols": [Subprotocol("bearer"), Subprotocol("bad")]},
        {"token": token(), "headers": foreign},
    ]


async def _knock(server: Server, path: str, credential: dict[str, Any]) -> str:
    try:
        async with server.connect(path, **credential) as client:
            return (await client.closing()).reason
    except InvalidHandshake:
        return "403"


def _is_quiet(now: dict[str, int], before: dict[str, int], objects: int) -> bool:
    """Whether no task or socket is left, and fewer objects more than so many."""
    is_idle = now["tasks"] <= before["tasks"] and now["sockets"] == 0
    return is_idle and now["objects"] - before["objects"] < objects


async def test_a_thousand_refused_clients_leave_nothing_behind(running: Server) -> None:
    clients = refused_credentials()
    with running.shown():
        await asyncio.gather(*(_knock(running, "/ws", each) for each in clients * 5))
        before = await running.get("/census")
        for _ in range(25):
            reasons = await asyncio.gather(*(_knock(running, "/ws", each) for each in clients * 5))
            assert set(reasons) == {"unauthenticated", "forbidden", "403"}
        # The server may still be busy with the last of them when their clients are not.
        after = await running.until("/census", lambda now: _is_quiet(now, before, 200))
        assert after["connections"] == 0  # and not one object for every fifth of them


async def test_refused_requests_for_tickets_leave_nothing_behind(running: Server) -> None:
    with running.shown():
        headers = {"Authorization": "Bearer bad"}
        await running.request("POST", "/ws/ticket", headers=headers)
        before = await running.get("/census")
        for _ in range(100):
            response = await running.request("POST", "/ws/ticket", headers=headers)
            assert response.status_code == 401
        await running.until("/census", lambda now: _is_quiet(now, before, 50))


async def test_a_banned_user_is_put_out_everywhere_at_once(running: Server) -> None:
    with running.shown():
        ticket = await running.ticket("/ws", Authorization=f"Bearer {token(sub='banned')}")
        async with (
            running.join("/ws", token=token(sub="banned")) as by_token,
            running.join("/open", cookies={"token": token(sub="banned")}) as by_cookie,
            running.join(f"/ws?ticket={ticket}") as by_ticket,
            running.join("/ws", token=token(sub="other")) as other,
        ):
            await running.post("/disconnect_user", user_id="banned")
            for client in (by_token, by_cookie, by_ticket):
                closing = await client.closing()
                assert (closing.code, closing.reason) == (1008, "forbidden")
                assert closing.farewell["reconnect"] is False
            assert (await other.ask({"type": "x"}))["code"] == "not_implemented"


async def test_a_far_away_expiry_overflows_nothing(running: Server) -> None:
    for exp in (2**31, 2**63, 10**18, 10**300, 1e300):
        async with running.join("/ws", token=token(exp=exp)) as client:
            assert client.hello["expires_in"] > 3600
            await asyncio.sleep(0)
            assert (await client.ask({"type": "x"}))["code"] == "not_implemented"


class Secrets:
    """Everything that was used and must not be found in a log."""

    def __init__(self) -> None:
        self.used: set[str] = {KEY}

    def token(self, **claims: Any) -> str:
        return self.add(token(**{"jti": f"jti-{len(self.used)}", **claims}))

    def add(self, text: str) -> str:
        self.used.update({text, quote(text), *(part for part in text.split(".") if len(part) > 8)})
        return text

    def check(self, log: str) -> None:
        # The header of a JWT is the same in all of them, and shows up in each.
        for line in log.splitlines():
            found = {secret for secret in self.used if secret in line}
            assert not found, line
        assert "ticket=" not in log
        assert "token=" not in log


async def _use_everything(server: Server, secrets: Secrets) -> None:
    """Every carrier with good and with bad credentials, known and unknown paths."""
    own = f"http://127.0.0.1:{server.port}"
    for path in ("/ws", "/open", "/v1/ws", "/sub/ws"):
        ticket = secrets.add(await _ticket(server, path, secrets))
        for credential in (
            {"token": secrets.token()},
            {"bearer": secrets.token()},
            {"cookies": {"ws_token": secrets.token()}, "origin": own},
            {"cookies": {"token": secrets.token(), "session": secrets.add("session-secret")}},
            {"subprotocols": [Subprotocol("bearer"), Subprotocol(secrets.token())]},
        ):
            async with server.join(path, **credential) as client:
                await client.ask({"type": "x"})
        async with server.join(f"{path}?x=1&ticket={ticket}&y=2") as client:
            await client.ask({"type": "x"})
        async with server.connect(f"{path}?ticket={ticket}") as client:
            assert (await client.closing()).code == 1008
    for credential in (
        {"token": secrets.add("bad-token-in-the-query")},
        {"token": secrets.token(exp=int(time.time()) - 60)},
        {"bearer": secrets.token(type="refresh")},
        {"bearer": secrets.token(sub="denied")},
        {"bearer": secrets.token(aud="https://audience.example")},
        {"cookies": {"token": secrets.add("bad-token-in-a-cookie")}},
        {"subprotocols": [Subprotocol("bearer"), Subprotocol(secrets.add("bad-subprotocol"))]},
        {"token": secrets.token(), "origin": "https://evil.example"},
        {"headers": {"Sec-WebSocket-Protocol": f"bearer, {secrets.token()}=="}},
        {"headers": {"Sec-WebSocket-Protocol": f"bearer,, {secrets.token()} x"}},
    ):
        assert await _knock(server, "/ws", credential) != ""
    for path in ("/unknown", "/ws/", "/ws/deeper", "/ws;x"):
        await _knock(server, path, {"token": secrets.token(), "bearer": secrets.token()})
    await _use_odd_places(server, secrets)
    for path in ("/ws", "/ws/", "/v1/ws", "/ws/ticket", "/ws/ticket/", "/sub/ws/ticket"):
        for method in ("GET", "POST"):  # as when a proxy does not pass the upgrade on
            query = f"token={secrets.token()}&ticket={secrets.add('ticket-over-http')}"
            await server.request(method, f"{path}?{query}")


ODD_TARGETS = [
    "/ws%3Ftoken={}",
    "/ws%3ftoken={}",
    "/ws%253Ftoken={}",
    "/ws%25253fticket={}",
    "/ws%3Fa=1%20b&token={}",
    "/ws%3Fa%26token%3D{}",
    "/ws%3F{}",
    "/ws/ticket%3Fticket={}",
    "/WS?token={}",
    "/Ws/Ticket?x={}",
    "//ws?token={}",
    "/%77s?{}",
    "/elsewhere?a=1&TOKEN={}",
    "/elsewhere?ticket={}",
    "/elsewhere%3Fticket={}",
    "/elsewhere%3Fa%2526ticket%253D{}",
]


async def _use_odd_places(server: Server, secrets: Secrets) -> None:
    """Credentials where none belongs, as sockets and over HTTP."""
    for target in ODD_TARGETS:
        await server.handshake(target.format(secrets.token()))
        await server.raw_request(f"GET {target.format(secrets.token())} HTTP/1.1")
    for scheme in ("Bearer", "Basic"):
        authorization = f"{scheme} {secrets.token()}"
        await server.handshake("/ws", Proxy_Authorization=authorization)
        await server.handshake(
            "/ws", proxy_authorization=authorization, authorization=authorization
        )


async def _ticket(server: Server, path: str, secrets: Secrets) -> str:
    own = {"Origin": f"http://127.0.0.1:{server.port}"}
    await server.ticket(path, Authorization=f"Bearer {secrets.token()}")
    ticket = await server.ticket(path, Cookie=f"token={secrets.token()}", **own)
    refused: list[httpx.Response] = [
        await server.request("POST", f"{path}/ticket", headers=headers)
        for headers in (
            {"Authorization": f"Bearer {secrets.add('bad-bearer-for-a-ticket')}"},
            {"Cookie": f"token={secrets.token()}"},
            {"Cookie": f"token={secrets.token()}", "Origin": "https://evil.example"},
        )
    ]
    assert [each.status_code for each in refused] == [401, 403, 403]
    return ticket


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
async def test_no_log_line_holds_a_credential(
    tmp_path: Path, implementation: str, level: str
) -> None:
    secrets = Secrets()
    arguments = ("--ws", implementation, "--log-level", level)
    packages = {"app": MANIFEST}
    with serving(tmp_path, "doors", packages, arguments=arguments, env=QUIET) as server:
        await _use_everything(server, secrets)
    assert '"WebSocket /ws" [accepted]' in server.log  # but what happened is
    assert '"POST /ws/ticket HTTP/1.1" 200' in server.log
    assert "client refused endpoint=realtime reason=foreign origin" in server.log
    if level == "trace":
        assert "'query_string': '***'" in server.log
    secrets.check(server.log)


@pytest.mark.parametrize("parser", ["h11", "httptools"])
async def test_no_log_line_of_either_parser_holds_a_credential(tmp_path: Path, parser: str) -> None:
    pytest.importorskip(parser)
    secrets = Secrets()
    arguments = ("--http", parser, "--log-level", "trace")
    with serving(tmp_path, "doors", {"app": MANIFEST}, arguments=arguments) as server:
        await _use_everything(server, secrets)
    secrets.check(server.log)


async def test_what_is_no_credential_is_logged_as_ever(running: Server) -> None:
    with running.shown():
        start = len(running.log)
        for target in ("/census?page=2&csrf_token=x", "/census?q=a%3Fb", "/wsx?tokens=1"):
            await running.raw_request(f"GET {target} HTTP/1.1")
            assert f'"GET {target} HTTP/1.1"' in running.log[start:]


async def test_a_long_path_is_logged_at_once(tmp_path: Path) -> None:
    """Without a look at every part of it from every other: that took seventeen seconds."""
    # These read the longest lines. By default, h11 refuses one of over 16 KiB that comes in pieces.
    arguments = ("--ws", "wsproto", "--http", "h11", "--h11-max-incomplete-event-size", "131072")
    with serving(tmp_path, "doors", {"app": MANIFEST}, arguments=arguments) as server:
        for piece in ("/", "/?"[::-1], "%253F", "%25", "token="):
            target = "/" + piece * (60_000 // len(piece))
            assert await server.handshake(target) == 403
            await server.raw_request(f"GET {target} HTTP/1.1")


async def test_no_log_line_behind_a_proxy_holds_a_credential(tmp_path: Path) -> None:
    secrets = Secrets()
    arguments = ("--proxy-headers", "--root-path", "/api", "--log-level", "trace")
    with serving(tmp_path, "doors", {"app": MANIFEST}, arguments=arguments) as server:
        await _use_everything(server, secrets)
    assert '"WebSocket /api/ws" [accepted]' in server.log
    secrets.check(server.log)

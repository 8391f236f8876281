"""Tickets: who gets one, what one is good for, and how often."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import tracemalloc
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from support import live
from support.live import Server, serving, token

pytestmark = pytest.mark.slow

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # newer versions want another HTTP client below it
    from fastapi.testclient import TestClient

MANIFEST = {
    "slug": "tickets",
    "websockets": {
        "realtime": {"path": "/ws"},
        "second": {"path": "/second"},
        "open": {"path": "/open", "auth": {"required": False}},
        "brief": {"path": "/brief", "ticket_ttl_seconds": 1},
        "long": {"path": "/long", "ticket_ttl_seconds": 60},
        "staff": {"path": "/staff"},
    },
    "mdbgen": {"endpoints": {"staff": {"allowed_roles": ["staff"]}}},
    "auth": {"policy": {"denied_users": ["mallory"], "required_permissions": ["chat"]}},
    "cors": {"enabled": True, "allow_origins": ["https://app.example"]},
}
OTHER = {"slug": "other", "websockets": {"realtime": {"path": "/ws"}}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    packages = {"app": MANIFEST, "other": OTHER}
    with serving(tmp_path_factory.mktemp("tickets"), "doors", packages) as server:
        yield server


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    arguments = ("--proxy-headers", "--root-path", "/api")
    root = tmp_path_factory.mktemp("proxied")
    with serving(root, "doors", {"app": MANIFEST}, arguments=arguments) as server:
        yield server


def good(**claims: Any) -> str:
    """A token that the policy lets in."""
    return token(**{"permissions": ["chat"], **claims})


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {good(**claims)}"}


async def refusal_of(server: Server, path: str, ticket: str, **credential: Any) -> str:
    """What a client with this ticket is told."""
    async with server.connect(f"{path}?ticket={ticket}", **credential) as client:
        closing = await client.closing()
    assert [frame["type"] for frame in closing.frames] == ["disconnect"]
    assert closing.code == 1008
    assert closing.farewell["reason"] == closing.reason
    return closing.reason


async def status_of(server: Server, path: str = "/ws", **headers: str) -> int:
    """The answer to a request for a ticket."""
    response = await server.request("POST", f"{path}/ticket", headers=headers)
    assert ("ticket" in response.json()) is (response.status_code == 200)
    return response.status_code


@pytest.mark.parametrize("path", ["/ws", "/v1/ws", "/sub/ws"])
async def test_a_ticket_stands_for_the_token_it_was_given_for(server: Server, path: str) -> None:
    expires_at = int(time.time()) + 1000
    claims = {"sub": "bob", "email": "bob@example.com", "exp": expires_at}
    ticket = await server.ticket(path, **bearer(**claims))
    async with server.join(f"{path}?ticket={ticket}") as client:
        assert client.hello["authenticated"] is True
        assert client.hello["user_id"] == "bob"
        assert client.hello["user_email"] == "bob@example.com"
        assert 900 < client.hello["expires_in"] <= 1000


async def test_the_answer_is_for_nobody_else_and_for_no_cache(server: Server) -> None:
    response = await server.request("POST", "/ws/ticket", headers=bearer())
    assert response.headers["cache-control"] == "no-store"
    assert set(response.json()) == {"ticket", "expires_in"}
    assert response.json()["expires_in"] == 10
    assert "set-cookie" not in response.headers
    assert "access-control-allow-origin" not in response.headers
    response = await server.request("POST", "/brief/ticket", headers=bearer())
    assert response.json()["expires_in"] == 1
    assert (await server.request("GET", "/ws/ticket", headers=bearer())).status_code == 405


async def test_a_ticket_has_256_bits_and_is_never_given_twice(server: Server) -> None:
    headers = bearer()
    tickets = [await server.ticket("/ws", **headers) for _ in range(50)]
    assert len(set(tickets)) == 50
    for ticket in tickets:
        assert len(base64.urlsafe_b64decode(ticket + "=")) == 32
    different = {one ^ other for one, other in zip(*map(str.encode, tickets[:2]), strict=True)}
    assert len(different) > 5


async def test_a_ticket_is_good_once(server: Server) -> None:
    ticket = await server.ticket("/ws", **bearer())
    async with server.join(f"/ws?ticket={ticket}"):
        assert await refusal_of(server, "/ws", ticket) == "unauthenticated"
    assert await refusal_of(server, "/ws", ticket) == "unauthenticated"
    assert await refusal_of(server, "/open", ticket) == "unauthenticated"


async def test_of_two_that_race_exactly_one_wins(server: Server) -> None:
    headers = bearer()
    for _ in range(40):
        ticket = await server.ticket("/ws", **headers)
        first = await asyncio.gather(*(_first_frame(server, ticket) for _ in range(2)))
        assert sorted(first) == ["connected", "disconnect"]


async def _first_frame(server: Server, ticket: str) -> str:
    async with server.connect(f"/ws?ticket={ticket}") as client:
        return str((await client.recv())["type"])


async def test_a_ticket_is_good_at_its_own_endpoint_only(server: Server) -> None:
    for path in ("/second", "/open", "/other/ws"):
        ticket = await server.ticket("/ws", **bearer())
        assert await refusal_of(server, path, ticket) == "unauthenticated"
    ticket = await server.ticket("/other/ws", **bearer())
    assert await refusal_of(server, "/ws", ticket) == "unauthenticated"


async def test_a_ticket_shown_at_the_wrong_endpoint_is_used_up(server: Server) -> None:
    ticket = await server.ticket("/ws", **bearer())
    assert await refusal_of(server, "/second", ticket) == "unauthenticated"
    assert await refusal_of(server, "/ws", ticket) == "unauthenticated"


async def test_a_ticket_expires(server: Server) -> None:
    ticket = await server.ticket("/brief", **bearer())
    await asyncio.sleep(1.05)
    assert await refusal_of(server, "/brief", ticket) == "unauthenticated"


async def test_a_ticket_outlives_no_token(server: Server) -> None:
    expires_at = int(time.time()) + 1
    ticket = await server.ticket("/ws", **bearer(exp=expires_at))
    await asyncio.sleep(expires_at + 0.05 - time.time())
    assert await refusal_of(server, "/ws", ticket) == "unauthenticated"


async def test_a_connection_by_ticket_ends_with_the_token(server: Server) -> None:
    expires_at = int(time.time()) + 2
    ticket = await server.ticket("/ws", **bearer(exp=expires_at))
    async with server.join(f"/ws?ticket={ticket}") as client:
        closing = await client.closing()
    assert time.time() >= expires_at
    assert (closing.code, closing.reason) == (1008, "token_expired")
    assert closing.farewell["reconnect"] is True


async def test_a_ticket_that_was_never_given_is_refused(server: Server) -> None:
    good_ticket = await server.ticket("/ws", **bearer())
    for ticket in ("x", "x" * 43, "x" * 129, "%00", "%C3%A4", good_ticket.swapcase(), good()):
        for path in ("/ws", "/open"):
            assert await refusal_of(server, path, ticket) == "unauthenticated"


async def test_who_may_not_connect_gets_no_ticket(server: Server) -> None:
    for claims, status in (
        ({}, 200),
        ({"sub": "mallory"}, 403),
        ({"permissions": []}, 403),
        ({"exp": 1}, 401),
        ({"exp": None}, 401),
        ({"type": "refresh"}, 401),
        ({"aud": "https://other.example"}, 401),
        ({"sub": None}, 401),
    ):
        assert await status_of(server, **bearer(**claims)) == status
    assert await status_of(server, "/staff", **bearer()) == 403
    assert await status_of(server, "/staff", **bearer(role="staff")) == 200
    for header in ("Bearer", "Bearer bad", f"Basic {good()}", good()):
        assert await status_of(server, Authorization=header) == 401
    assert await status_of(server) == 401
    assert await status_of(server, "/open") == 401


async def test_a_token_elsewhere_gets_no_ticket(server: Server) -> None:
    for query in (f"token={good()}", f"ticket={await server.ticket('/ws', **bearer())}"):
        response = await server.request("POST", f"/ws/ticket?{query}")
        assert (response.status_code, response.json()) == (401, {"detail": "unauthenticated"})
    pair = f"bearer, {good()}"
    assert await status_of(server, **{"Sec-WebSocket-Protocol": pair}) == 401


@pytest.mark.parametrize("name", ["token", "ws_token"])
async def test_a_cookie_gets_a_ticket_from_the_apps_own_pages_only(
    server: Server, name: str
) -> None:
    cookie = f"{name}={good()}"
    own = f"http://127.0.0.1:{server.port}"
    assert await status_of(server, Cookie=cookie, Origin=own) == 200
    for origin in ("https://app.example", "https://evil.example", "null", ""):
        assert await status_of(server, Cookie=cookie, Origin=origin) == 403
    assert await status_of(server, Cookie=cookie) == 403
    assert await status_of(server, Cookie=f"{name}=bad", Origin=own) == 401
    assert await status_of(server, Cookie=f"{name}=", Origin=own) == 401


async def test_a_foreign_page_gets_no_ticket_for_a_token(server: Server) -> None:
    for origin, status in (
        (f"http://127.0.0.1:{server.port}", 200),
        ("https://app.example", 200),
        ("https://evil.example", 403),
        ("null", 403),
    ):
        assert await status_of(server, Origin=origin, **bearer()) == status


async def test_the_header_decides_before_the_cookie(server: Server) -> None:
    own = f"http://127.0.0.1:{server.port}"
    cookie = f"ws_token={good(sub='cookie')}"
    bad = await status_of(server, Authorization="Bearer bad", Cookie=cookie, Origin=own)
    assert bad == 401
    empty = await server.ticket("/ws", Authorization="Bearer", Cookie=cookie, Origin=own)
    async with server.join(f"/ws?ticket={empty}") as client:
        assert client.hello["user_id"] == "cookie"


@pytest.mark.parametrize("path", ["/ws", "/v1/ws", "/sub/ws"])
async def test_behind_a_proxy_tickets_work_as_ever(behind_proxy: Server, path: str) -> None:
    page = {"Host": "me.example", "X-Forwarded-Proto": "https"}
    cookie = f"token={good()}"
    with behind_proxy.shown():
        own = {"Origin": "https://me.example", "Cookie": cookie, **page}
        ticket = await behind_proxy.ticket(path, **own)
        async with behind_proxy.join(f"{path}?ticket={ticket}") as client:
            assert client.hello["user_id"] == "ada"
        for origin in ("http://me.example", "https://evil.example"):
            foreign = {"Origin": origin, "Cookie": cookie, **page}
            assert await status_of(behind_proxy, path, **foreign) == 403


async def test_a_ticket_is_tried_before_a_token_and_after_a_header(server: Server) -> None:
    async def user_of(ticket: str, **credential: Any) -> str:
        async with server.join(f"/ws?ticket={ticket}", **credential) as client:
            return str(client.hello["user_id"])

    cookies = {"ws_token": good(sub="cookie")}
    ticket = await server.ticket("/ws", **bearer(sub="ticket"))
    assert await user_of(ticket, bearer=good(sub="header")) == "header"  # and leaves it unused
    assert await user_of(ticket, token=good(sub="query"), cookies=cookies) == "ticket"
    assert await user_of("", token=good(sub="query"), cookies=cookies) == "query"
    assert await user_of("", cookies=cookies) == "cookie"
    for credential in ({"token": good()}, {"cookies": {"token": good()}}):
        assert await refusal_of(server, "/ws", "bad", **credential) == "unauthenticated"
        assert await refusal_of(server, "/ws", ticket, **credential) == "unauthenticated"


async def test_nothing_is_left_of_used_tickets(server: Server) -> None:
    headers = bearer()

    async def use_tickets() -> None:
        for _ in range(30):
            ticket = await server.ticket("/ws", **headers)
            async with server.join(f"/ws?ticket={ticket}"):
                pass

    await use_tickets()  # warms caches up
    await server.until("/census", lambda now: now["connections"] == 0)
    await use_tickets()
    before = await server.until("/census", lambda now: now["sockets"] == 0)
    await use_tickets()
    # The server may still be busy with the last socket when its client is not.
    await server.until("/census", lambda now: now["objects"] - before["objects"] < 30)


async def test_a_user_has_so_many_tickets_and_the_newest_are_good(server: Server) -> None:
    others = await server.ticket("/long", **bearer(sub="bob"))
    first, second, *_, last = [await server.ticket("/long", **bearer()) for _ in range(101)]
    assert await refusal_of(server, "/long", first) == "unauthenticated"
    for ticket in (second, last, others):
        async with server.join(f"/long?ticket={ticket}"):
            pass


# --- In this process: what waiting tickets cost, and other stores


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("SECRET_KEY", live.KEY)
    with live.imported(tmp_path, MANIFEST) as package:
        yield package


def claims_of(user_id: str, **claims: Any) -> dict[str, Any]:
    return {"sub": user_id, "exp": int(time.time()) + 3600, "permissions": ["chat"], **claims}


async def is_good(ws: ModuleType, ticket: str) -> bool:
    try:
        return bool((await ws.runtime.tickets.redeem(ticket, "long")).user_id)
    except ws.runtime.tokens.Refused:
        return False


async def test_tickets_that_are_used_make_room(ws: ModuleType) -> None:
    ada, bob = claims_of("ada"), claims_of("bob\nada")
    tickets = [await ws.runtime.tickets.mint(ada, "long", 60) for _ in range(100)]
    others = [await ws.runtime.tickets.mint(bob, "long", 60) for _ in range(100)]
    assert await is_good(ws, tickets.pop(50))
    tickets.append(await ws.runtime.tickets.mint(ada, "long", 60))
    tickets += [await ws.runtime.tickets.mint(ada, "long", 60) for _ in range(3)]
    assert [await is_good(ws, each) for each in tickets] == [False] * 3 + [True] * 100
    assert all([await is_good(ws, each) for each in others])


@pytest.mark.parametrize("profile", ["", "\U0001f600" * 400])
async def test_what_a_waiting_ticket_costs(ws: ModuleType, profile: str) -> None:
    """Its claims as UTF-8, and half a kilobyte to find it by."""
    claims = [claims_of(f"user-{number}", profile=profile) for number in range(2000)]
    size = len(json.dumps(claims[0], ensure_ascii=False).encode())
    tracemalloc.start()
    for each in claims:
        await ws.runtime.tickets.mint(each, "long", 60)
    cost = tracemalloc.get_traced_memory()[0] / len(claims)
    tracemalloc.stop()
    assert cost < size + 1024


async def test_expired_tickets_are_forgotten_also_of_users_who_never_return(
    ws: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ws.runtime.tickets.MemoryTicketStore()
    monkeypatch.setattr(ws.runtime.tickets, "store", store)
    for number in range(500):
        await ws.runtime.tickets.mint(claims_of(f"user-{number % 50}"), "long", 1)
    now = time.monotonic() + 2
    monkeypatch.setattr(ws.runtime.tickets, "monotonic", lambda: now)
    ticket = await ws.runtime.tickets.mint(claims_of("ada"), "long", 60)
    assert (len(store._kept), len(store._by_user)) == (1, 1)
    assert await is_good(ws, ticket)
    assert (len(store._kept), len(store._by_user)) == (0, 0)


class OwnStore:
    """A store as an app may write it; ``problem`` is raised, or ``answer`` given."""

    def __init__(self, answer: str | None = None, problem: Exception | None = None) -> None:
        self.kept: dict[str, str] = {}
        self.answer, self.problem = answer, problem

    async def put(self, digest: str, record: str, ttl_s: int) -> None:
        self.kept[digest] = record
        if self.problem:
            raise self.problem

    async def take(self, digest: str) -> str | None:
        if self.problem:
            raise self.problem
        return self.answer or self.kept.pop(digest, None)


def test_an_app_may_have_a_store_of_its_own(
    ws: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = OwnStore()
    monkeypatch.setattr(ws.runtime.tickets, "store", store)
    app = FastAPI()
    app.include_router(ws.router)
    with TestClient(app) as client:
        ticket = client.post("/ws/ticket", headers=bearer()).json()["ticket"]
        [(digest, record)] = store.kept.items()
        assert ticket not in digest + record
        assert record.startswith('"ada"\n')
        with client.websocket_connect(f"/ws?ticket={ticket}") as socket:
            assert socket.receive_json()["user_id"] == "ada"
        assert store.kept == {}


@pytest.mark.parametrize(
    "store",
    [
        OwnStore(problem=ConnectionError("the store is away")),
        OwnStore(problem=ValueError("odd")),
        OwnStore(answer="no record"),
        OwnStore(answer='"ada"\ntickets\nrealtime\n[]'),
        OwnStore(answer='"ada"\ntickets\nrealtime\n{}'),
    ],
    ids=["away", "odd", "no-json", "list", "no-claims"],
)
def test_a_store_that_fails_is_the_servers_fault(
    ws: ModuleType,
    store: OwnStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(ws.runtime.tickets, "store", store)
    app = FastAPI()
    app.include_router(ws.router)
    with TestClient(app) as client:
        if store.problem:
            answer = client.post("/ws/ticket", headers=bearer())
            assert (answer.status_code, answer.json()) == (503, {"detail": "internal error"})
            assert "ticket refused endpoint=realtime" in caplog.text
            assert str(store.problem) in caplog.text
            caplog.clear()
        with client.websocket_connect("/ws?ticket=x") as socket:
            farewell = socket.receive_json()
            assert (farewell["type"], farewell["code"]) == ("disconnect", 1011)
        assert "client refused endpoint=realtime" in caplog.text
        assert "Traceback" in caplog.text

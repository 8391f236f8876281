"""Where a credential may stand in a request: twice, broken, in odd spellings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI
from test_live_tickets import status_of
from test_live_tokens import is_refused, pair, user_of

from support import live
from support.live import Server, serving, token

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "carriers",
    "websockets": {
        "realtime": {"path": "/ws"},
        "open": {"path": "/open", "auth": {"required": False}},
    },
}
# Another token of ada's, and tokens that prove nothing.
ADA, ADA_AGAIN, EVE = token(), token(email="ada@example.com"), token(sub="eve")
BAD, EXPIRED = token("k" * 32), token(exp=1)
Headers = list[tuple[str, str]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("carriers"), "doors", {"app": MANIFEST}) as server:
        yield server


async def check(server: Server, user_id: str | None, **credential: Any) -> None:
    """See what happens at both endpoints, of which one lets anybody in."""
    for path in ("/ws", "/open"):
        if user_id is None:
            assert await is_refused(server, path, **credential), credential
        else:
            assert await user_of(server, path, **credential) == user_id


# --- Authorization


@pytest.mark.parametrize(
    "value",
    [
        f"Bearer\t{ADA}",
        f"Bearer={ADA}",
        f"Bearer:{ADA}",
        f"Bearer{ADA}",
        f"bEARER,{ADA}",
        f"Bearer {ADA} x",
        f"Bearer {ADA}, Bearer {ADA}",
        f"Bearer {ADA},",
        "Bearer x y",
        "Bearer bad",
        "Bearer\xa0",
        "Bearer é",
    ],
)
async def test_a_broken_bearer_is_a_credential_and_refused(server: Server, value: str) -> None:
    headers = [("Authorization", value)]
    await check(server, None, headers=headers, token=ADA, cookies={"token": ADA})
    response = await server.request(
        "POST", "/ws/ticket", headers=[(b"Authorization", value.encode("latin-1"))]
    )
    assert response.status_code == 401


@pytest.mark.parametrize("value", ["Bearer", "bearer ", "BEARER  \t ", "", "Basic YTpi", "Bea rer"])
async def test_an_empty_bearer_and_other_schemes_are_no_credential(
    server: Server, value: str
) -> None:
    headers = [("Authorization", value)]
    async with server.join("/open", headers=headers) as client:
        assert client.hello["user_id"] is None
    await check(server, "ada", headers=headers, token=ADA)
    assert await status_of(server, Authorization=value.strip()) == 401


async def test_several_authorization_headers(server: Server) -> None:
    async def check_both(user_id: str | None, *values: str) -> None:
        for each in (values, values[::-1]):
            await check(server, user_id, headers=[("Authorization", value) for value in each])

    await check_both("ada", "Basic YTpi", f"Bearer {ADA}")
    await check_both("ada", "Bearer", f"Bearer {ADA}")
    await check_both("ada", f"bearer {ADA}", f"Bearer  {ADA}")
    await check_both(None, f"Bearer {ADA}", f"Bearer {EVE}")
    await check_both(None, f"Bearer {ADA}", "Bearer bad")
    await check_both(None, f"Bearer {ADA}", f"Bearer={EVE}")
    await check_both(None, "Basic YTpi", "Bearer bad")


# --- The query


@pytest.mark.parametrize("name", ["token", "ticket"])
async def test_a_parameter_that_is_there_twice(server: Server, name: str) -> None:
    async def value(sub: str) -> str:
        credential = token(sub=sub)
        if name == "token":
            return credential
        return await server.ticket("/ws", Authorization=f"Bearer {credential}")

    ada, eve = await value("ada"), await value("eve")
    for one, other in ((ada, eve), (eve, ada), (ada, "bad"), ("bad", ada)):
        query = f"{name}={one}&{name}={other}"
        assert await is_refused(server, f"/ws?{query}")
        assert await is_refused(server, f"/ws?{query}", bearer=ADA)
    for query in (f"{name}={ada}&{name}={ada}", f"{name}=&{name}={await value('ada')}"):
        assert await user_of(server, f"/ws?{query}") == "ada"


# --- Cookies


def cookies(*headers: str) -> dict[str, Any]:
    return {"headers": [("Cookie", header) for header in headers]}


@pytest.mark.parametrize(
    "headers",
    [
        (f"token={ADA}; ws_token={EVE}",),
        (f"ws_token={EVE}; token={ADA}",),
        (f"token={ADA}; token={EVE}",),
        (f"token={EVE}; token={ADA}",),
        (f"ws_token={ADA}; ws_token={EVE}",),
        (f"token={ADA}", f"token={EVE}"),
        (f"token={EVE}", f"ws_token={ADA}"),
        (f"ws_token={ADA}; token={ADA}; token={EVE}",),
        (f'token={ADA}; token="{EVE}"',),
        (f"token={ADA};token={EVE}",),
    ],
)
async def test_cookies_of_different_users_are_refused(
    server: Server, headers: tuple[str, ...]
) -> None:
    await check(server, None, **cookies(*headers))
    own = [("Origin", f"http://127.0.0.1:{server.port}")]
    sent: Headers = own + [("Cookie", header) for header in headers]
    response = await server.request("POST", "/ws/ticket", headers=sent)
    assert response.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        (f"token={ADA}; token={ADA}",),
        (f"ws_token={ADA}; token={ADA_AGAIN}",),
        (f"ws_token={ADA}; token={BAD}; other={EVE}",),
        (f"ws_token={ADA}", f"token={EXPIRED}"),
        (f"token={EXPIRED}; token={ADA}",),
        (f"token={ADA}; token=garbage",),
        (f'token="{ADA}"',),
        (f"ws_token=; token={ADA}",),
        (f"ws_token; token={ADA}",),
        (f"WS_TOKEN={EVE}; Token={EVE}; token={ADA}",),
    ],
)
async def test_cookies_that_prove_one_user_let_that_user_in(
    server: Server, headers: tuple[str, ...]
) -> None:
    await check(server, "ada", **cookies(*headers))


@pytest.mark.parametrize(
    "headers",
    [
        (f"ws_token={BAD}; token={ADA}",),
        (f"token={ADA}; ws_token=garbage",),
        (f"ws_token={BAD}; ws_token={EXPIRED}; token={ADA}",),
        (f"token={BAD}; token=garbage",),
        ("; ".join(f"token=x{number}" for number in range(9)) + f"; token={ADA}",),
    ],
)
async def test_the_cookie_that_decides_must_be_good(
    server: Server, headers: tuple[str, ...]
) -> None:
    await check(server, None, **cookies(*headers))


async def test_cookies_do_not_matter_beside_another_carrier(server: Server) -> None:
    tossed = cookies(f"ws_token={EVE}; token={EVE}; token={BAD}")
    await check(server, "ada", bearer=ADA, **tossed)
    await check(server, "ada", token=ADA, **tossed)
    await check(server, "ada", subprotocols=pair(ADA), **tossed)


# --- Subprotocols, however a server hands them over


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("SECRET_KEY", live.KEY)
    with live.imported(tmp_path, MANIFEST) as package:
        yield package


async def _greeting(
    ws: ModuleType, headers: list[str], subprotocols: list[str] | None
) -> tuple[str | None, str]:
    """The subprotocol that is accepted, and the type of the first frame."""
    app = FastAPI()
    app.include_router(ws.router)
    scope: dict[str, Any] = {
        "type": "websocket",
        "path": "/ws",
        "query_string": b"",
        "headers": [(b"sec-websocket-protocol", each.encode()) for each in headers],
    }
    if subprotocols is not None:
        scope["subprotocols"] = subprotocols
    sent: list[dict[str, Any]] = []
    is_over, has_sent = asyncio.Event(), asyncio.Event()
    events = iter([{"type": "websocket.connect"}])

    async def receive() -> dict[str, Any]:
        for event in events:
            return event
        await is_over.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(event: Any) -> None:
        sent.append(event)
        if event["type"] != "websocket.accept":
            has_sent.set()

    task = asyncio.create_task(app(scope, receive, send))
    async with asyncio.timeout(live.TIMEOUT_S):
        await has_sent.wait()
        is_over.set()
        await task
    accepted = next(event for event in sent if event["type"] == "websocket.accept")
    first = next(json.loads(event["text"]) for event in sent if event["type"] == "websocket.send")
    return accepted.get("subprotocol"), first["type"]


@pytest.mark.parametrize(
    ("headers", "subprotocols"),
    [
        ([f"bearer, {ADA}"], ["bearer", ADA]),
        ([f"bearer, {ADA}"], [f"bearer, {ADA}"]),  # uvicorn's sansio up to 0.50.0, granian
        ([f"bearer,{ADA}"], [f"bearer,{ADA}"]),
        ([f" bearer ,\t{ADA} "], []),
        (["bearer", ADA], ["bearer", ADA]),
        (["bearer", ADA], [ADA]),
        ([f"bearer, {ADA}"], None),
        ([], ["bearer", ADA]),  # a client for tests that makes the scope by hand
        ([], [f"bearer, {ADA}"]),
    ],
)
async def test_the_subprotocols_are_read_however_the_server_splits_them(
    ws: ModuleType, headers: list[str], subprotocols: list[str] | None
) -> None:
    assert await _greeting(ws, headers, subprotocols) == ("bearer", "connected")


@pytest.mark.parametrize(
    ("headers", "subprotocols"),
    [
        (["chat"], ["bearer", ADA]),  # the header is what the client sent
        ([f"bearer, {ADA}, chat"], []),
        ([f"{ADA}, bearer"], []),
        (["bearer,"], []),
        ([], []),
        ([], None),
    ],
)
async def test_what_is_no_pair_is_no_credential(
    ws: ModuleType, headers: list[str], subprotocols: list[str] | None
) -> None:
    assert await _greeting(ws, headers, subprotocols) == (None, "disconnect")


@pytest.mark.parametrize("implementation", ["websockets-sansio", "websockets", "wsproto"])
async def test_a_pair_in_two_headers(tmp_path: Path, implementation: str) -> None:
    arguments = ("--ws", implementation)
    with serving(tmp_path, "doors", {"app": MANIFEST}, arguments=arguments) as server:
        for value in (ADA, f" {ADA}"):
            options: dict[str, Any] = {
                "subprotocols": pair(ADA)[:1],
                "headers": [("Sec-WebSocket-Protocol", value)],
            }
            async with server.join("/ws", **options) as client:
                assert client.socket.subprotocol == "bearer"
                assert client.hello["user_id"] == "ada"

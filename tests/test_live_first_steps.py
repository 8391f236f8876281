"""The specification's two manifests, exactly as it prints them, over a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.live import APPS, Server, serving, token

pytestmark = pytest.mark.slow

SPECIFICATION = APPS / "compat" / "websockets-in-mdb-engine.md"


def _printed_manifest(heading: str) -> bytes:
    section = SPECIFICATION.read_text(encoding="utf-8").split(f"{heading}\n", 1)[1]
    block = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block[1].encode()


QUICK_START = _printed_manifest("### 1. Add WebSocket to manifest.json")
# Printed without the slug, which stands in the quick start.
ADVANCED = _printed_manifest("### Advanced Configuration").replace(
    b"{\n", b'{\n  "slug": "my_app",\n', 1
)


@pytest.fixture(scope="module", params=[QUICK_START, ADVANCED], ids=["quick-start", "advanced"])
def either(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("printed"), "basic", {"app": request.param}) as server:
        yield server


@pytest.fixture
def server(either: Server) -> Iterator[Server]:
    with either.shown():
        yield either


@pytest.fixture(scope="module")
def advanced_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("advanced"), "basic", {"app": ADVANCED}) as server:
        yield server


@pytest.fixture
def advanced(advanced_server: Server) -> Iterator[Server]:
    with advanced_server.shown():
        yield advanced_server


def _without_envelope(frame: dict[str, Any]) -> dict[str, Any]:
    """The message itself, once its envelope has been seen to be right."""
    assert frame.pop("app_slug") == "my_app"
    sent_at = datetime.fromisoformat(frame.pop("timestamp"))
    assert sent_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(sent_at.tzinfo) - sent_at) < timedelta(minutes=1)
    return frame


async def test_connected_comes_first_with_the_contracts_fields(server: Server) -> None:
    async with server.connect("/ws", token=token(email="ada@example.com")) as client:
        frame = _without_envelope(await client.recv())
        assert re.fullmatch(r"\S{16,}", frame.pop("connection_id"))
        assert frame.pop("expires_in") in range(3500, 3601)
        assert isinstance(frame.pop("message"), str)
        assert frame == {
            "type": "connected",
            "endpoint": "realtime",
            "authenticated": True,
            "user_id": "ada",
            "user_email": "ada@example.com",
            "ping_interval": 30,
            "max_message_bytes": 65536,
        }


async def test_a_client_is_answered(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        answer = await client.ask({"type": "echo", "data": "hällo 🌍"})
        assert _without_envelope(answer) == {"type": "echo", "data": "hällo 🌍"}


async def test_a_route_broadcasts_to_all_and_to_one_user(server: Server) -> None:
    async with (
        server.join("/ws", token=token()) as ada,
        server.join("/ws", token=token()) as ada_too,
        server.join("/ws", token=token(sub="bob")) as bob,
    ):
        message: dict[str, Any] = {"type": "update", "data": {"status": "completed"}}
        assert (await server.post("/broadcast", message=message))["reached"] == 3
        for client in (ada, ada_too, bob):
            assert _without_envelope(await client.recv()) == message

        message = {"type": "notification", "data": 1}
        answer = await server.post("/broadcast", message=message, user_id="ada")
        assert answer["reached"] == 2
        for client in (ada, ada_too):
            assert _without_envelope(await client.recv()) == message
        assert await bob.frames_so_far() == []


async def test_a_client_without_a_token_is_told_so(server: Server) -> None:
    async with server.connect("/ws") as client:
        closing = await client.closing()
    assert (closing.code, closing.reason) == (1008, "unauthenticated")
    assert [_without_envelope(frame) for frame in closing.frames] == [
        {"type": "disconnect", "code": 1008, "reason": "unauthenticated", "reconnect": True}
    ]


async def test_the_public_endpoint_lets_anybody_in(advanced: Server) -> None:
    async with (
        advanced.join("/events") as anonymous,
        advanced.join("/events", token=token()) as ada,
    ):
        assert anonymous.hello["authenticated"] is False
        assert anonymous.hello["user_id"] is None
        assert anonymous.hello["user_email"] is None
        assert anonymous.hello["expires_in"] is None
        assert anonymous.hello["endpoint"] == "events"
        assert (ada.hello["authenticated"], ada.hello["user_id"]) == (True, "ada")
        # Its handlers are the stub as it was created.
        answer = await anonymous.ask({"type": "anything", "id": "q-1"})
        assert (answer["type"], answer["code"]) == ("error", "not_implemented")
        assert answer["reply_to"] == "q-1"


async def test_endpoints_share_one_manager(advanced: Server) -> None:
    async with (
        advanced.join("/ws", token=token()) as realtime,
        advanced.join("/events", token=token()) as events,
        advanced.join("/events") as anonymous,
    ):
        found = await advanced.post("/lookup", user_id="ada")
        assert found["count"] == 3
        assert found["count_by_user"] == 2
        assert found["by_user"] == [realtime.id, events.id]
        assert found["active"] == [realtime.id, events.id, anonymous.id]


@pytest.mark.parametrize(
    ("selection", "reached"),
    [
        ({}, "ada ada-news bob-news events-ada events"),
        ({"user_id": None}, "ada ada-news bob-news events-ada events"),
        ({"user_id": "ada"}, "ada ada-news events-ada"),
        ({"user_id": ""}, ""),
        ({"user_id": "nobody"}, ""),
        ({"channel": "news"}, "ada-news bob-news"),
        ({"channel": ""}, ""),
        ({"channel": "other"}, ""),
        ({"endpoint": "realtime"}, "ada ada-news bob-news"),
        ({"endpoint": "events"}, "events-ada events"),
        ({"endpoint": "nowhere"}, ""),
        ({"user_id": "ada", "channel": "news"}, "ada-news"),
        ({"user_id": "ada", "endpoint": "realtime"}, "ada ada-news"),
        ({"channel": "news", "endpoint": "events"}, ""),
        ({"user_id": "bob", "channel": "news", "endpoint": "realtime"}, "bob-news"),
        ({"user_id": "bob", "channel": "news", "endpoint": "events"}, ""),
    ],
    ids=str,
)
async def test_a_broadcast_reaches_those_it_is_for(
    advanced: Server, selection: dict[str, Any], reached: str
) -> None:
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(advanced.join(path, **credential))
            for name, path, credential in (
                ("ada", "/ws", {"token": token()}),
                ("ada-news", "/ws?channel=news", {"token": token()}),
                ("bob-news", "/ws?channel=news", {"token": token(sub="bob")}),
                ("events-ada", "/events", {"token": token()}),
                ("events", "/events", {}),
            )
        }
        answer = await advanced.post("/broadcast", message={"type": "it"}, **selection)
        await advanced.post("/broadcast", message={"type": "end"})
        first = await asyncio.gather(*(client.recv() for client in clients.values()))
        got = [name for name, frame in zip(clients, first, strict=True) if frame["type"] == "it"]
        assert got == reached.split()
        assert answer["reached"] == len(got)


async def test_nobody_is_reached_when_nobody_is_there(server: Server) -> None:
    await server.until("/state", lambda state: state["stats"]["connections"] == 0)
    assert (await server.post("/broadcast", message={"type": "it"}))["reached"] == 0


async def test_the_envelope_is_the_servers_but_for_the_time(server: Server) -> None:
    message = {"type": "it", "app_slug": "forged", "timestamp": 12345}
    async with server.join("/ws", token=token()) as client:
        await server.post("/broadcast", message=message)
        assert await client.recv() == {"type": "it", "app_slug": "my_app", "timestamp": 12345}
        for by in ("connection", "websocket"):
            await server.post("/send", id=client.id, message=message, by=by)
            assert (await client.recv())["app_slug"] == "my_app"


async def test_one_client_gets_what_is_sent_to_it(server: Server) -> None:
    async with (
        server.join("/ws", token=token()) as ada,
        server.join("/ws", token=token()) as ada_too,
    ):
        for by in ("connection", "websocket"):
            await server.post("/send", id=ada.id, message={"type": "personal"}, by=by)
            assert (await ada.recv())["type"] == "personal"
        assert await ada_too.frames_so_far() == []


async def test_a_connection_knows_its_client(server: Server) -> None:
    claims: dict[str, Any] = {
        "email": "ada@example.com",
        "role": "admin",
        "roles": ["editor", "admin"],
    }
    async with server.join("/ws?channel=news", token=token(**claims)) as client:
        answer = await client.ask({"type": "who"})
        connected_at = datetime.fromisoformat(answer.pop("connected_at"))
        assert connected_at.utcoffset() == timedelta(0)
        assert _without_envelope(answer) == {
            "type": "who",
            "id": client.id,
            "endpoint": "realtime",
            "slug": "my_app",
            "user_id": "ada",
            "user_email": "ada@example.com",
            "roles": ["admin", "editor"],
            "claims": ["email", "exp", "role", "roles", "sub"],
            "channels": ["news"],
        }


async def test_an_unknown_path_is_refused_before_the_handshake(server: Server) -> None:
    for path in ("/nowhere", "/WS"):
        with pytest.raises(Exception, match="403"):
            async with server.connect(path, token=token()):
                pass


async def test_no_task_is_left_when_the_last_client_has_left(server: Server) -> None:
    await server.until("/state", lambda state: state["stats"]["connections"] == 0)
    before = (await server.get("/state"))["tasks"]
    async with AsyncExitStack() as stack:
        for _ in range(5):
            client = await stack.enter_async_context(server.join("/ws", token=token()))
            await client.ask({"type": "echo", "data": 1})
    await server.until("/state", lambda state: len(state["tasks"]) <= len(before))


def test_the_specification_is_where_the_tests_expect_it() -> None:
    assert Path(SPECIFICATION).is_file()
    assert b'"slug": "my_app"' in QUICK_START
    assert b'"Public event stream"' in ADVANCED

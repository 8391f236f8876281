"""What reaches whom: a message goes to endpoints that declare it, and to no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.live import Client, Server, serving, token

pytestmark = pytest.mark.slow

TEXT = {"properties": {"text": {"type": "string"}}, "required": ["text"]}
MANIFEST: dict[str, Any] = {
    "slug": "routed",
    "websockets": {
        "feed": {"path": "/feed", "auth": {"required": False}},
        "staff": {"path": "/staff"},
        "screen": {"path": "/screen", "auth": {"required": False}},
    },
    "mdbgen": {
        "endpoints": {
            "feed": {"receive": {}, "send": {"order_created": TEXT, "closing": TEXT}, "history": 9},
            "staff": {"send": {"staff_note": TEXT, "closing": TEXT}, "history": 9},
        }
    },
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("routed"), "routed", {"app": MANIFEST}) as server:
        yield server


async def types(client: Client) -> list[str]:
    """The types of what came so far: up to the answer to a frame that is none."""
    await client.send("not JSON")
    found = []
    while (frame := await client.recv())["type"] != "error":
        found.append(frame["type"])
    return found


async def test_a_broadcast_reaches_the_endpoints_that_declare_it(server: Server) -> None:
    async with (
        server.join("/feed") as feed,
        server.join("/staff", token=token()) as staff,
        server.join("/screen") as screen,
    ):
        for model, reached in (("StaffNote", 1), ("OrderCreated", 1), ("Closing", 2)):
            assert await server.post("/broadcast", model=model) == reached
        assert await types(staff) == ["staff_note", "closing"]
        assert await types(feed) == ["order_created", "closing"]
        assert await types(screen) == [], "it declares nothing"


async def test_so_does_the_history(server: Server) -> None:
    async with server.join("/feed") as feed, server.join("/staff", token=token()) as staff:
        since = {"/feed": feed.hello["seq"], "/staff": staff.hello["seq"]}
        for model in ("StaffNote", "OrderCreated", "Closing"):
            await server.post("/broadcast", model=model)
    for path, missed in (
        ("/feed", ["order_created", "closing"]),
        ("/staff", ["staff_note", "closing"]),
    ):
        async with server.join(f"{path}?since={since[path]}", token=token()) as back:
            assert await types(back) == missed


async def test_a_user_gets_it_only_where_it_is_declared(server: Server) -> None:
    async with (
        server.join("/feed", token=token()) as feed,
        server.join("/staff", token=token()) as staff,
    ):
        assert await server.post("/broadcast", model="StaffNote", user_id="ada") == 1
        assert await server.post("/broadcast", model="Closing", user_id="ada") == 2
        assert await types(feed) == ["closing"]
        assert await types(staff) == ["staff_note", "closing"]


async def test_an_endpoint_that_does_not_declare_it_is_a_type_error(server: Server) -> None:
    problem = "StaffNote is declared for staff, not for feed"
    answer = await server.post("/broadcast", model="StaffNote", endpoint="feed")
    assert answer == problem
    assert await server.post("/broadcast", model="Closing", endpoint="screen") == (
        "Closing is declared for feed, staff, not for screen"
    )
    async with server.join("/feed") as feed:
        for by in ("connection", "manager"):
            assert await server.post("/send", model="StaffNote", id=feed.id, by=by) == problem
            assert await server.post("/send", model="Closing", id=feed.id, by=by) is None
        assert await types(feed) == ["closing", "closing"]


async def test_mappings_of_compat_go_where_their_type_is_declared(server: Server) -> None:
    async with server.join("/feed") as feed, server.join("/screen") as screen:
        assert await server.post("/compat", type="staff_note", text="hush") == 0
        assert await server.post("/compat", type="order_created", text="x") == 1
        assert await server.post("/compat", type="of the old days", text="x") == 2
        assert await types(feed) == ["order_created", "of the old days"]
        assert await types(screen) == ["of the old days"]


async def test_a_type_may_be_an_enum(server: Server) -> None:
    """It is written as its value, so it goes where that is declared."""
    async with server.join("/feed") as feed, server.join("/screen") as screen:
        for kind in ("Plain", "OfText"):
            path = f"/compat_with_enum?kind={kind}"
            assert await server.post(path, type="staff_note", text="hush") == 0
            assert await server.post(path, type="order_created", text="x") == 1
        assert await types(feed) == ["order_created", "order_created"]
        assert await types(screen) == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type": "anything", "id": 3}', "unknown_type"),
        ('{"id": 3}', "unknown_type"),
        ('{"type": ["pong"], "id": 3}', "unknown_type"),
        ('"pong"', "invalid_json"),
        ("pong", "invalid_json"),
    ],
)
async def test_clients_may_send_nothing_where_nothing_is_received(
    server: Server, frame: str, code: str
) -> None:
    async with server.join("/feed") as client:
        await client.send(frame)
        error = await client.recv()
        assert (error["type"], error["code"]) == ("error", code)
        assert error["reply_to"] == (3 if code == "unknown_type" else None)


async def test_but_a_pong(server: Server) -> None:
    async with server.join("/feed") as client:
        await client.send({"type": "pong"})
        await client.send('{"type": "p\\u006fng"}')
        assert await types(client) == []

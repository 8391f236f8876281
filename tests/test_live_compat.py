"""Every Python example of the original specification, with only its import line changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from support.live import APPS, Client, Server, serving, token

pytestmark = pytest.mark.slow

SPECIFICATION = APPS / "compat" / "websockets-in-mdb-engine.md"
MANIFEST = {
    "slug": "my_app",
    "websockets": {"realtime": {"path": "/ws"}, "events": {"path": "/events"}},
}
AUTOMATIC = "Automatic Route Registration"


def _examples() -> dict[str, str]:
    """The Python code blocks, by the heading they stand under."""
    text = SPECIFICATION.read_text(encoding="utf-8")
    heading, examples = "", {}
    for match in re.finditer(
        r"^#+ ([^\n]+)$|^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    ):
        if match[1] is not None:
            heading = match[1]
        elif match[2] == "python":
            assert heading not in examples
            examples[heading] = match[3]
    return examples


EXAMPLES = _examples()


def migrated(heading: str) -> str:
    return EXAMPLES[heading].replace("mdb_engine.routing.websockets", "app.ws.compat")


async def run(server: Server, heading: str, **how: Any) -> dict[str, Any]:
    """Run an example in the server; the numbers it leaves behind."""
    answer = await server.post("/run", code=migrated(heading), **how)
    assert isinstance(answer, dict)
    return answer


async def said(client: Client) -> dict[str, Any]:
    """The next message, without what the server adds to it."""
    frame = await client.recv()
    assert frame.pop("app_slug") == "my_app"
    frame.pop("timestamp")
    return frame


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("compat"), "compat", {"app": MANIFEST}) as server:
        yield server


@pytest.fixture
async def server(running: Server) -> Any:
    """With routes, that an example has added; handlers may come before them or after."""
    with running.shown():
        await run(running, AUTOMATIC)
        yield running


def test_every_example_of_the_specification_is_run_below() -> None:
    assert sorted(EXAMPLES) == sorted(
        [
            "2. Broadcast messages (Server → Clients)",
            "3. Listen to client messages (Clients → Server)",
            "Basic Broadcast",
            "User-Specific Broadcast",
            "Broadcast After CRUD Operations",
            "Basic Message Handler",
            "Advanced: User-Aware Handler",
            "Error Handling in Handlers",
            "Get Connection Manager",
            "Check Connection Status",
            "Send to Specific Connection",
            "Automatic Route Registration",
            "Complete Example",
        ]
    )
    unchanged = [name for name in EXAMPLES if migrated(name) == EXAMPLES[name]]
    # They go on where the one before has stopped.
    assert unchanged == [
        "User-Specific Broadcast",
        "Broadcast After CRUD Operations",
        "Error Handling in Handlers",
        "Check Connection Status",
        "Send to Specific Connection",
    ]


async def test_broadcast_messages(server: Server) -> None:
    async with (
        server.join("/ws", token=token(sub="user123")) as user,
        server.join("/events", token=token()) as other,
    ):
        await run(server, "2. Broadcast messages (Server → Clients)")
        update = {"type": "update", "data": {"status": "completed"}}
        assert await said(user) == update
        assert await said(user) == {"type": "notification", "data": {"message": "Hello"}}
        assert await said(other) == update
        await is_all(server, other)


async def is_all(server: Server, *clients: Client) -> None:
    """Nothing else was sent to these clients."""
    await server.post("/broadcast_to_app", slug="my_app", message={"type": "end"})
    for client in clients:
        assert await said(client) == {"type": "end"}


async def test_listen_to_client_messages(server: Server) -> None:
    await run(server, "3. Listen to client messages (Clients → Server)")
    async with (
        server.join("/ws", token=token(sub="user123")) as user,
        server.join("/ws", token=token()) as other,
    ):
        await user.send({"type": "subscribe", "channel": "news", "user_id": "user123"})
        for client in (user, other):
            assert await said(client) == {
                "type": "subscribed",
                "channel": "news",
                "user_id": "user123",
            }
        # The answer to a custom ping keeps the client's own timestamp.
        await user.send({"type": "ping", "timestamp": 12345, "user_id": "user123"})
        pong = await user.recv()
        assert (pong["type"], pong["timestamp"], pong["app_slug"]) == ("pong", 12345, "my_app")
        # One that names no user is answered to everybody: None means that.
        await user.send({"type": "ping", "timestamp": 1})
        assert (await user.recv())["type"] == (await other.recv())["type"] == "pong"
        # One that names nobody is answered to nobody.
        await user.send({"type": "ping", "timestamp": 1, "user_id": ""})
        await user.send({"type": "subscribe"})
        for client in (user, other):
            assert (await said(client))["type"] == "subscribed"
        await is_all(server, user, other)


async def test_basic_broadcast(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        await run(server, "Basic Broadcast")
        assert await said(client) == {"type": "document_created", "data": {"id": "5"}}
        assert ["insert", {"_id": 5}] in await server.get("/written")


async def test_user_specific_broadcast(server: Server) -> None:
    async with (
        server.join("/ws", token=token(sub="user123")) as user,
        server.join("/ws", token=token()) as other,
    ):
        await run(server, "User-Specific Broadcast")
        assert await said(user) == {"type": "notification", "data": {"message": "Task completed"}}
        await is_all(server, user, other)


async def test_broadcast_after_crud_operations(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        await run(server, "Broadcast After CRUD Operations")
        item = {"_id": 6, "name": "six"}
        assert await said(client) == {"type": "item_created", "data": {"id": "6", "item": item}}
        updates = {"name": "seven"}
        assert await said(client) == {
            "type": "item_updated",
            "data": {"id": "6", "updates": updates},
        }
        assert await said(client) == {"type": "item_deleted", "data": {"id": "6"}}
        assert ["delete", {"_id": 6}] in await server.get("/written")


async def test_basic_message_handler(server: Server) -> None:
    await run(server, "Basic Message Handler")
    async with (
        server.join("/ws", token=token()) as client,
        server.join("/events", token=token()) as other,
    ):
        await client.send({"type": "subscribe"})
        await client.send({"type": "unsubscribe"})
        await client.send({"type": "request_data", "data_type": "users"})
        await client.send({"type": "of no interest"})
        for each in (client, other):
            assert await said(each) == {"type": "subscribed", "channel": "default"}
            assert await said(each) == {"type": "unsubscribed"}
            assert await said(each) == {
                "type": "data_response",
                "data_type": "users",
                "data": {"kind": "users"},
            }
        await is_all(server, client, other)


async def test_user_aware_handler(server: Server) -> None:
    await run(server, "Advanced: User-Aware Handler")
    async with (
        server.join("/ws", token=token(sub="user123")) as user,
        server.join("/events", token=token(sub="user123")) as same_user,
        server.join("/ws", token=token()) as other,
    ):
        await user.send({"type": "update_preferences", "preferences": {"dark": True}})
        for client in (user, same_user):
            assert await said(client) == {"type": "preferences_updated", "user_id": "user123"}
        written = ["update", {"_id": "user123"}, {"$set": {"preferences": {"dark": True}}}]
        assert written in await server.get("/written")
        await is_all(server, user, same_user, other)


async def test_error_handling_in_handlers(server: Server) -> None:
    await run(server, "Error Handling in Handlers")
    async with (
        server.join("/ws", token=token()) as client,
        server.join("/ws", token=token()) as other,
    ):
        await client.send({"type": "action", "action": "this"})
        for each in (client, other):
            assert await said(each) == {"type": "action_result", "result": "did this"}
        await client.send({"type": "action", "action": "fail"})
        assert await said(client) == {"type": "error", "message": "cannot do that"}
        await is_all(server, client, other)


async def test_get_connection_manager(server: Server) -> None:
    async with (
        server.join("/ws", token=token(sub="user123")),
        server.join("/events", token=token(sub="user123")),
        server.join("/ws", token=token()),
    ):
        left = await run(server, "Get Connection Manager")
        assert (left["connection_count"], left["user_connections"]) == (3, 2)
        left = await run(server, "Check Connection Status")
        assert (left["total"], left["user_conns"], left["user_count"]) == (3, 2, 2)


async def test_send_to_specific_connection(server: Server) -> None:
    assert (await run(server, "Send to Specific Connection"))["user_connections"] == 0
    async with (
        server.join("/ws", token=token(sub="user123")) as user,
        server.join("/ws", token=token(sub="user123")) as same_user,
    ):
        await run(server, "Send to Specific Connection")
        assert await said(user) == {"type": "personal_message", "data": "Hello!"}
        await is_all(server, user, same_user)


async def test_complete_example(server: Server) -> None:
    await run(server, "Complete Example", call="on_document_created", arguments=[{"_id": 8}])
    async with server.join("/ws", token=token()) as client:
        await client.send({"type": "get_status"})
        assert await said(client) == {"type": "status_update", "data": "fine"}
        await client.send({"type": "subscribe_channel", "channel": "news", "user_id": "ada"})
        await is_all(server, client)
        assert ["subscribe", "ada", "news"] in await server.get("/written")
        await run(server, "Complete Example", call="on_document_created", arguments=[{"_id": 9}])
        assert await said(client) == {"type": "document_created", "data": {"id": "9"}}


async def test_the_automatic_registrations_handler_is_the_one(server: Server) -> None:
    await run(server, AUTOMATIC)
    async with server.join("/ws", token=token()) as client:
        await client.send({"type": "anything"})  # which its handler passes over
        await is_all(server, client)


async def test_routes_are_registered_once(server: Server) -> None:
    before = await server.post("/register_routes", slug="my_app")
    assert await server.post("/register_routes", slug="my_app") == before
    assert await server.post("/register", handler="take_socket") is None
    async with server.join("/ws", token=token()) as client:
        assert (await client.ask({"type": "x"}))["number"] == 1
        await is_all(server, client)


async def test_a_handler_gets_the_very_socket_of_the_connection(server: Server) -> None:
    assert await server.post("/register", handler="take_socket") is None
    async with (
        server.join("/ws", token=token()) as client,
        server.join("/ws", token=token()),
    ):
        message = {"type": "x", "data": [1]}
        assert await client.ask(message) | {"timestamp": ""} == {
            "type": "found",
            "number": 1,
            "given": message,
            "app_slug": "my_app",
            "timestamp": "",
        }
        assert (await server.post("/sockets"))["same"] == [True, False]


async def test_a_handler_may_use_the_socket_itself(server: Server) -> None:
    assert await server.post("/register", handler="answer_directly") is None
    async with server.join("/ws", token=token()) as client:
        assert await client.ask({"type": "x", "data": 5}) == {"type": "direct", "data": 5}


async def test_a_handler_that_fails_is_answered_for(server: Server) -> None:
    assert await server.post("/register", handler="fail") is None
    async with server.join("/ws", token=token()) as client:
        for number in range(2):
            answer = await client.ask({"type": "x", "id": number})
            assert (answer["code"], answer["reply_to"]) == ("handler_failed", number)


async def test_an_endpoint_without_a_handler_says_so(server: Server) -> None:
    async with server.join("/events", token=token()) as client:
        assert (await client.ask({"type": "x"}))["code"] == "not_implemented"


async def test_a_handler_is_for_its_endpoint_only(server: Server) -> None:
    assert await server.post("/register", handler="take_socket") is None
    async with server.join("/events", token=token()) as client:
        assert (await client.ask({"type": "x"}))["code"] == "not_implemented"


@pytest.mark.parametrize(
    ("route", "arguments", "names"),
    [
        ("/register", {"slug": "your_app", "handler": "fail"}, ["your_app", "my_app"]),
        ("/register", {"slug": "", "handler": "fail"}, ["my_app"]),
        (
            "/register",
            {"endpoint": "realtme", "handler": "fail"},
            ["realtme", "realtime", "events"],
        ),
        ("/register_routes", {"slug": "my-app"}, ["my-app", "my_app"]),
        ("/manager", {"slug": "MY_APP"}, ["MY_APP", "my_app"]),
        ("/broadcast_to_app", {"slug": "other", "message": {"type": "x"}}, ["other", "my_app"]),
    ],
)
async def test_what_is_not_of_this_app_is_an_error(
    server: Server, route: str, arguments: dict[str, Any], names: list[str]
) -> None:
    problem = await server.post(route, **arguments)
    assert str(problem).startswith("ValueError: ")
    for name in names:
        assert name in problem


@pytest.mark.parametrize("handler", ["not_async", "nothing"])
async def test_a_handler_is_async(server: Server, handler: str) -> None:
    problem = await server.post("/register", handler=handler)
    assert str(problem).startswith("TypeError: ")


async def test_both_getters_give_the_one_manager(server: Server) -> None:
    assert await server.post("/manager", slug="my_app") is True


@pytest.mark.parametrize(
    ("user_id", "reached"), [(None, 3), ("", 0), ("77", 2), (77, 2), (0, 0), (False, 0)]
)
async def test_only_none_means_everybody(server: Server, user_id: Any, reached: int) -> None:
    async with (
        server.join("/ws", token=token(sub=None, user_id=77)),
        server.join("/events", token=token(sub="77")),
        server.join("/ws", token=token()),
    ):
        message = {"type": "x"}
        assert reached == await server.post(
            "/broadcast_to_app", slug="my_app", message=message, user_id=user_id
        )

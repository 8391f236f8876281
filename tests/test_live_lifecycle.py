"""From ``on_connect`` to ``on_disconnect``, and every way in which a connection ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.live import Closing, Server, serving, token

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "lifecycle",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "bare": {"path": "/bare", "auth": {"required": False}},
    },
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("lifecycle"), "basic", {"app": MANIFEST}) as server:
        yield server


async def events_of(server: Server, connection_id: str, *, at_least: int = 2) -> list[str]:
    """What the handlers were told of a connection, once all others have settled."""

    def own(state: Any) -> list[str]:
        return [event for event, each in state["events"] if each == connection_id]

    state = await server.until(
        "/state",
        lambda state: len(own(state)) >= at_least and state["stats"]["connections"] == 0,
    )
    return own(state)


async def last_id(server: Server) -> str:
    """The id of the connection that came last."""
    events = (await server.get("/state"))["events"]
    return str([each for event, each in events if event == "connect"][-1])


def check_farewell(closing: Closing, code: int, reason: str, *, reconnect: bool) -> None:
    assert (closing.code, closing.reason) == (code, reason)
    farewell = {**closing.farewell}
    assert farewell.pop("app_slug") == "lifecycle"
    assert farewell.pop("timestamp")
    assert farewell == {
        "type": "disconnect",
        "code": code,
        "reason": reason,
        "reconnect": reconnect,
    }


async def test_connected_comes_before_what_on_connect_said(server: Server) -> None:
    async with server.connect("/ws?say=hello&channel=news") as client:
        frames = [await client.recv() for _ in range(3)]
        assert [frame["type"] for frame in frames] == ["connected", "said", "announced"]
        await server.post("/broadcast", message={"type": "it"}, channel="news")
        assert (await client.recv())["type"] == "it"


async def test_connected_comes_before_what_others_said_meanwhile(server: Server) -> None:
    async with server.connect("/ws?wait=0.5&channel=early") as client:
        await server.until("/state", lambda state: state["stats"]["connections"] == 1)
        for number in range(3):
            await server.post("/broadcast", message={"type": "it", "data": number})
        frames = [await client.recv() for _ in range(4)]
        assert [frame.get("data", frame["type"]) for frame in frames] == ["connected", 0, 1, 2]


@pytest.mark.parametrize("wishes", ["raise=Reject", "say=hello&raise=Reject"])
async def test_a_rejected_client_hears_forbidden_and_nothing_else(
    server: Server, wishes: str
) -> None:
    async with server.connect(f"/ws?channel=news&{wishes}") as client:
        closing = await client.closing()
    check_farewell(closing, 1008, "forbidden", reconnect=False)
    assert [frame["type"] for frame in closing.frames] == ["disconnect"]
    assert await events_of(server, await last_id(server), at_least=1) == ["connect"]
    assert "not you" in server.log  # the reason is for the log
    assert (await server.post("/broadcast", message={"type": "it"}, channel="news"))["reached"] == 0


@pytest.mark.parametrize(
    "wishes",
    [
        "raise=KeyError",
        "raise=RuntimeError",
        "raise=OSError",
        "raise=TimeoutError",
        "raise=ExceptionGroup",
        "raise=CancelledError",
        "raise=BaseExceptionGroup",
        "raise=Odd",
        "cancelled=yes",
        "group=fails",
        "group=caught&raise=KeyError",
        "say=hello&raise=KeyError",
    ],
)
async def test_an_on_connect_that_fails_closes_1011(server: Server, wishes: str) -> None:
    start = len(server.log)
    async with server.connect(f"/ws?{wishes}") as client:
        closing = await client.closing()
    assert [frame["type"] for frame in closing.frames] == ["disconnect"]
    check_farewell(closing, 1011, closing.reason, reconnect=True)
    assert await events_of(server, await last_id(server), at_least=1) == ["connect"]
    assert "Traceback" in server.log[start:]


async def test_on_disconnect_comes_once_when_the_client_leaves(server: Server) -> None:
    async with server.join("/ws") as client:
        await client.ask({"type": "echo"})
    assert await events_of(server, client.id) == ["connect", "disconnect"]


@pytest.mark.parametrize("name", ["KeyError", "RuntimeError", "CancelledError", "Odd"])
async def test_an_on_disconnect_that_fails_is_logged(server: Server, name: str) -> None:
    start = len(server.log)
    async with server.join(f"/ws?raise_at_the_end={name}") as client:
        pass
    assert await events_of(server, client.id) == ["connect", "disconnect"]
    async with server.join("/ws") as another:
        await another.ask({"type": "echo"})
    assert f"on_disconnect failed connection={client.id}" in server.log[start:]


async def test_a_client_that_vanishes_is_disconnected_once(server: Server) -> None:
    async with server.join("/ws") as client:
        client.socket.transport.abort()
    assert await events_of(server, client.id) == ["connect", "disconnect"]


async def test_a_client_that_leaves_during_on_connect_is_disconnected_once(
    server: Server,
) -> None:
    async with server.connect("/ws?wait=0.3"):
        await server.until("/state", lambda state: state["stats"]["connections"] == 1)
    connection_id = await last_id(server)
    assert await events_of(server, connection_id) == ["connect", "disconnect"]


async def test_the_others_hear_of_it_in_on_disconnect(server: Server) -> None:
    async with server.join("/ws?channel=watchers") as watcher:
        async with server.join("/ws?channel=watchers") as client:
            pass
        gone = await watcher.recv()
        assert (gone["type"], gone["data"]) == ("gone", client.id)


@pytest.mark.parametrize("by", ["connection", "websocket"])
async def test_the_manager_disconnects_a_client(server: Server, by: str) -> None:
    async with server.join("/ws") as client:
        await server.post("/disconnect", id=client.id, by=by)
        check_farewell(await client.closing(), 1000, "done", reconnect=False)
    assert await events_of(server, client.id) == ["connect", "disconnect"]


@pytest.mark.parametrize(
    ("code", "reason", "reconnect"),
    [
        (1000, "bye", False),
        (1001, "going away", True),
        (1008, "forbidden", False),
        (1008, "anything", False),
        (1008, "unauthenticated", True),
        (1008, "token_expired", True),
        (1009, "big", False),
        (1011, "bug", True),
        (1012, "restart", True),
        (1013, "later", True),
        (3000, "", False),
        (4000, "äöü", False),
        (4408, "silent", True),
        (4429, "too many", True),
        (4999, "last", False),
    ],
)
async def test_a_farewell_says_whether_to_come_back(
    server: Server, code: int, reason: str, reconnect: bool
) -> None:
    async with server.join("/ws") as client:
        await server.post("/disconnect", id=client.id, code=code, reason=reason)
        check_farewell(await client.closing(), code, reason, reconnect=reconnect)


@pytest.mark.parametrize("code", [0, -1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65536])
async def test_a_code_that_no_close_frame_may_have_is_a_value_error(
    server: Server, code: int
) -> None:
    async with server.join("/ws") as client:
        assert str(code) in await server.post("/disconnect", id=client.id, code=code)
        answer = await client.ask({"type": "close", "code": code})
        assert answer["code"] == "handler_failed"
        assert (await client.ask({"type": "echo", "data": 1}))["data"] == 1
    gone = await server.post("/disconnect", id=client.id, code=code)
    assert str(code) in gone


@pytest.mark.parametrize("reason", ["x" * 124, "ä" * 62, "😀" * 40, "x" * 122 + "😀"])
async def test_a_long_reason_is_cut_between_characters(server: Server, reason: str) -> None:
    async with server.join("/ws") as client:
        await server.post("/disconnect", id=client.id, code=4000, reason=reason)
        closing = await client.closing()
    check_farewell(closing, 4000, closing.reason, reconnect=False)
    assert reason.startswith(closing.reason)
    assert 120 <= len(closing.reason.encode()) <= 123


async def test_a_handler_closes_its_own_connection(server: Server) -> None:
    async with server.join("/ws") as client:
        await client.send({"type": "close", "code": 4001, "reason": "bye"})
        await client.send({"type": "echo", "data": "too late"})
        closing = await client.closing()
    check_farewell(closing, 4001, "bye", reconnect=False)
    assert [frame["type"] for frame in closing.frames] == ["disconnect"]
    assert await events_of(server, client.id) == ["connect", "disconnect"]


async def test_a_handler_may_close_the_socket_itself(server: Server) -> None:
    """As handlers written for the reference engine do."""
    async with server.join("/ws") as client:
        await client.send({"type": "close_below", "code": 4005})
        assert (await client.closing()).code == 4005
    assert await events_of(server, client.id) == ["connect", "disconnect"]


async def test_on_connect_may_close_the_connection(server: Server) -> None:
    async with server.connect("/ws?leave=yes") as client:
        closing = await client.closing()
    check_farewell(closing, 4001, "left at once", reconnect=False)
    await events_of(server, await last_id(server), at_least=1)


async def test_a_user_is_disconnected_everywhere(server: Server) -> None:
    async with (
        server.join("/ws", token=token()) as ada,
        server.join("/bare", token=token()) as ada_too,
        server.join("/ws", token=token(sub="bob")) as bob,
        server.join("/ws") as anonymous,
    ):
        await server.post("/disconnect_user", user_id="nobody")
        await server.post("/disconnect_user", user_id="")
        await server.post("/disconnect_user", user_id="ada")
        for client in (ada, ada_too):
            check_farewell(await client.closing(), 1008, "forbidden", reconnect=False)
        await server.post("/disconnect_user", user_id="bob", code=4001, reason="logged out")
        check_farewell(await bob.closing(), 4001, "logged out", reconnect=False)
        assert await anonymous.frames_so_far() == []


async def test_what_was_queued_comes_before_the_farewell(server: Server) -> None:
    async with server.join("/ws") as client:
        for number in range(5):
            message = {"type": "it", "data": "x" * 30000, "number": number}
            await server.post("/send", id=client.id, message=message)
        await server.post("/disconnect", id=client.id)
        closing = await client.closing()
    assert [frame.get("number") for frame in closing.frames] == [0, 1, 2, 3, 4, None]
    check_farewell(closing, 1000, "done", reconnect=False)


async def test_counts_are_right_at_once(server: Server) -> None:
    async with server.join("/ws", token=token(sub="counted")) as client:
        await server.post("/disconnect", id=client.id)
        found = await server.post("/lookup", user_id="counted")
        assert found == {"count": 0, "count_by_user": 0, "by_user": [], "active": []}
        assert (await server.post("/broadcast", message={"type": "it"}))["reached"] == 0


async def test_channels_are_joined_and_left(server: Server) -> None:
    async with server.join("/ws") as client, server.join("/ws") as other:

        async def reached(channel: str) -> int:
            await client.frames_so_far()  # which also waits for the handlers
            answer = await server.post("/broadcast", message={"type": "it"}, channel=channel)
            return int(answer["reached"])

        for _ in range(2):  # twice is the same as once
            await client.send({"type": "join", "channel": "one"})
        await client.send({"type": "join", "channel": "two"})
        assert await reached("one") == 1
        assert await reached("two") == 1
        for _ in range(2):
            await client.send({"type": "leave", "channel": "one"})
        assert await reached("one") == 0
        assert await reached("two") == 1
        assert await other.frames_so_far() == []
    state = await server.until("/state", lambda state: state["stats"]["connections"] == 0)
    assert state["stats"]["channels"] == 0
    assert state["stats"]["users"] == 0


async def test_a_connection_has_a_state_of_its_own(server: Server) -> None:
    async with server.join("/ws") as one, server.join("/ws") as other:
        assert (await one.ask({"type": "count"}))["data"] == 1
        assert (await one.ask({"type": "count"}))["data"] == 2
        assert (await other.ask({"type": "count"}))["data"] == 1


async def test_a_connection_that_is_gone_takes_everything(server: Server) -> None:
    async with server.join("/ws") as client:
        pass
    await events_of(server, client.id)
    answer = await server.post("/everything_to", id=client.id)
    assert answer == {"channels": [], "reached": 0}
    assert await events_of(server, client.id) == ["connect", "disconnect"]


async def test_a_connection_is_ended_once_whatever_is_done_to_it(server: Server) -> None:
    async with server.join("/ws") as client:
        assert await server.post("/everything_to", id=client.id) == {"channels": [], "reached": 0}
        closing = await client.closing()
    assert [frame["type"] for frame in closing.frames] == ["late", "disconnect"]
    check_farewell(closing, 1000, "done", reconnect=False)
    assert await events_of(server, client.id) == ["connect", "disconnect"]


async def test_the_statistics_count(server: Server) -> None:
    before = (await server.until("/state", lambda state: state["stats"]["connections"] == 0))[
        "stats"
    ]
    async with server.join("/ws?channel=one", token=token()) as client:
        await client.ask({"type": "echo"})
        stats = (await server.get("/state"))["stats"]
        assert (stats["connections"], stats["users"], stats["channels"]) == (1, 1, 1)
        assert stats["queued_bytes"] == 0
        assert stats["sent"] - before["sent"] == 2
        assert stats["received"] - before["received"] == 1
        await server.post("/disconnect", id=client.id, code=4321)
        await client.closing()
    stats = (await server.get("/state"))["stats"]
    assert stats["dropped"]["4321"] == 1

"""What goes over the wire: frames that can be used, frames that cannot, handlers that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from support.live import Client, Server, serving, token

pytestmark = pytest.mark.slow

MANIFEST = {
    "slug": "wire",
    "websockets": {
        "realtime": {"path": "/ws"},
        "bare": {"path": "/bare", "auth": {"required": False}},
    },
}
BURST = 40  # twice the default messages_per_second


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("wire"), "basic", {"app": MANIFEST}) as server:
        yield server


async def check_alive(client: Client) -> None:
    """Nothing else is under way, and the next question is answered."""
    assert await client.frames_so_far() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello",
        "[1]",
        "[]",
        "5",
        "0",
        "null",
        "true",
        '"text"',
        '""',
        "NaN",
        "-Infinity",
        '{"type": "echo", "data": NaN}',
        '{"type": "echo", "data": Infinity}',
        '{"type": "echo"',
        '{"type": "echo"} {}',
        '{"type": "echo",}',
        "{'type': 'echo'}",
        '{type: "echo"}',
        '\ufeff{"type": "echo"}',
        '{"type": "echo", "data": "\x00"}',
        '{"type": "echo", "data": 01}',
        "[" * 3000,
        '{"type": "echo", "data": ' + "[" * 3000 + "]" * 3000 + "}",
        '{"a":' * 3000 + "1" + "}" * 3000,
    ],
    ids=lambda text: repr(text[:20]),
)
async def test_what_is_no_json_object_is_answered(server: Server, text: str) -> None:
    async with server.join("/ws", token=token()) as client:
        await client.send(text)
        answer = await client.recv()
        assert (answer["type"], answer["code"]) == ("error", "invalid_json")
        assert answer["reply_to"] is None
        assert isinstance(answer["message"], str)
        assert "details" in answer
        assert answer["app_slug"] == "wire"
        assert "timestamp" in answer
        await check_alive(client)


@pytest.mark.parametrize(
    "data",
    [
        None,
        True,
        0,
        -1.5,
        2**70,
        1e300,
        "",
        "\u2028\x7f</script>",
        "😀",
        {"type": "echo", "": {"nested": [[], {}]}},
        [[[[[[1]]]]]],
    ],
    ids=repr,
)
async def test_any_json_object_reaches_the_handler_as_it_is(server: Server, data: Any) -> None:
    message = {"type": "whole", "data": data, "app_slug": "mine", "id": 1}
    async with server.join("/ws", token=token()) as client:
        assert (await client.ask(message))["data"] == message


@pytest.mark.parametrize("text", ["{}", '{"type": null}', '{"type": 5}', '{"type": ["echo"]}'])
async def test_an_object_without_a_proper_type_is_still_the_apps(server: Server, text: str) -> None:
    async with server.join("/ws", token=token()) as client:
        await client.send(text)
        assert (await client.recv())["code"] == "not_implemented"
        await check_alive(client)


@pytest.mark.parametrize(
    ("message_id", "reply_to"),
    [
        ("q-1", "q-1"),
        ("", ""),
        (7, 7),
        (0, 0),
        (-(2**63) - 1, -(2**63) - 1),
        (10**4000, 10**4000),
        (True, None),
        (1.5, None),
        (None, None),
        (["q-1"], None),
        ({"a": 1}, None),
    ],
    ids=lambda value: repr(value)[:20],
)
@pytest.mark.parametrize(
    ("path", "code"), [("/ws", "handler_failed"), ("/bare", "not_implemented")]
)
async def test_an_error_names_the_message_that_it_is_about(
    server: Server, path: str, code: str, message_id: Any, reply_to: Any
) -> None:
    async with server.join(path, token=token()) as client:
        answer = await client.ask({"type": "raise", "name": "KeyError", "id": message_id})
        assert (answer["type"], answer["code"]) == ("error", code)
        assert answer["reply_to"] == reply_to
        assert "boom" not in str(answer)
        assert (await client.ask({"type": "ping", "id": "next"}))["reply_to"] == "next"


async def test_an_id_that_is_too_long_for_an_integer_harms_nobody(server: Server) -> None:
    """Python itself refuses to print integers of more than 4300 digits."""
    async with server.join("/ws", token=token()) as client:
        await client.send('{"type": "unknown", "id": ' + "9" * 5000 + "}")
        assert (await client.recv())["type"] == "error"
        await check_alive(client)


@pytest.mark.parametrize(
    "name",
    [
        "KeyError",
        "RuntimeError",
        "OSError",
        "TimeoutError",
        "StopAsyncIteration",
        "CancelledError",
        "ExceptionGroup",
        "BaseExceptionGroup",
        "Odd",
        "Reject",
    ],
)
async def test_a_handler_that_raises_does_not_end_the_connection(server: Server, name: str) -> None:
    async with server.join("/ws", token=token()) as client:
        start = len(server.log)
        answer = await client.ask({"type": "raise", "name": name, "id": 1})
        assert (answer["type"], answer["code"]) == ("error", "handler_failed")
        assert answer["reply_to"] == 1
        await check_alive(client)
        assert "Traceback" in server.log[start:]
        assert client.id in server.log[start:]


@pytest.mark.parametrize("details", [None, {"order": 7, "tried": ["a", "b"]}, [], "text", 0])
async def test_a_handler_answers_with_an_error_of_its_own(server: Server, details: Any) -> None:
    async with server.join("/ws", token=token()) as client:
        start = len(server.log)
        question = {"type": "refuse", "code": "not_found", "details": details, "id": "r"}
        answer = await client.ask(question)
        assert (answer["type"], answer["code"]) == ("error", "not_found")
        assert (answer["message"], answer["reply_to"]) == ("no such order", "r")
        assert answer["details"] == details
        await check_alive(client)
        assert "Traceback" not in server.log[start:]
        assert not {"ERROR", "WARNING"} & set(server.log[start:].split())


async def test_an_error_of_its_own_that_is_no_json_is_a_fault(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        answer = await client.ask({"type": "refuse_with_what_is_no_json", "id": 2})
        assert (answer["code"], answer["reply_to"]) == ("handler_failed", 2)
        await check_alive(client)
        assert "details: range has no JSON form" in server.log


async def test_an_error_of_its_own_that_fails_to_be_written_is_a_fault(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        answer = await client.ask({"type": "refuse_with_what_cannot_be_named", "id": 3})
        assert (answer["code"], answer["reply_to"]) == ("handler_failed", 3)
        await check_alive(client)
        assert "RuntimeError: no name" in server.log


async def test_a_handler_whose_own_task_was_cancelled_has_failed(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        assert (await client.ask({"type": "cancelled"}))["code"] == "handler_failed"
        await check_alive(client)


async def test_a_group_of_tasks_that_fails_ends_nothing(server: Server) -> None:
    """Before Python 3.13, it leaves behind a cancellation that never comes."""
    async with server.join("/ws?group=caught", token=token()) as client:
        for question in (
            {"type": "group", "wish": "fails", "id": 1},
            {"type": "raise", "name": "KeyError", "id": 2},
            {"type": "cancelled", "id": 3},
        ):
            caught = await client.ask({"type": "group", "wish": "caught"})
            assert (caught["type"], caught["data"]) == ("group", "went on")
            answer = await client.ask(question)
            assert (answer["code"], answer["reply_to"]) == ("handler_failed", question["id"])
            await check_alive(client)


async def test_a_client_whose_worker_is_gone_is_told(server: Server) -> None:
    """Where a handler cannot be told from one that was cancelled, its client may come back."""
    async with server.join("/ws", token=token()) as client:
        await client.send({"type": "group", "wish": "caught", "and_then": "cancelled"})
        answer = await client.recv()
        if answer["type"] == "disconnect":
            assert (answer["code"], answer["reconnect"]) == (1011, True)
        else:  # from Python 3.13 on
            assert answer["code"] == "handler_failed"


async def test_a_handler_that_sends_what_is_no_json_has_failed(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        assert (await client.ask({"type": "unsendable"}))["code"] == "handler_failed"
        await check_alive(client)


async def test_a_pong_is_swallowed(server: Server) -> None:
    async with server.join("/bare") as client:
        for pong in ({"type": "pong"}, {"type": "pong", "id": 1, "timestamp": "now"}):
            await client.send(pong)
        assert (await client.ask({"type": "Pong", "id": 2}))["reply_to"] == 2


async def test_a_ping_is_the_apps(server: Server) -> None:
    async with server.join("/bare") as client:
        assert (await client.ask({"type": "ping"}))["code"] == "not_implemented"


@pytest.mark.parametrize("data", [b"\x00\xff", b'{"type": "echo"}', b""], ids=repr)
async def test_a_binary_frame_ends_the_connection(server: Server, data: bytes) -> None:
    async with server.join("/ws", token=token()) as client:
        await client.send(data)
        closing = await client.closing()
        assert closing.code == 1003
        assert [frame["type"] for frame in closing.frames] == ["disconnect"]
        assert closing.farewell["code"] == 1003
        assert closing.farewell["reconnect"] is False
        assert closing.farewell["reason"] == closing.reason
        assert closing.farewell["app_slug"] == "wire"


async def test_a_frame_may_have_64_kib_and_no_more(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        frame = '{"type": "echo", "data": "' + "x" * (65536 - 28) + '"}'
        assert len(frame) == 65536
        await client.send(frame)
        assert len((await client.recv())["data"]) == 65536 - 28
        await client.send(frame + " ")
        closing = await client.closing()
        assert (closing.code, closing.farewell["code"]) == (1009, 1009)
        assert closing.farewell["reconnect"] is False


async def test_the_size_of_a_frame_is_counted_in_bytes(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        await client.send('{"type": "echo", "data": "' + "ä" * 32760 + '"}')
        assert (await client.closing()).code == 1009


async def test_too_many_messages_end_the_connection(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        await asyncio.gather(*(client.send({"type": "x"}) for _ in range(2 * BURST + 20)))
        closing = await client.closing()
        assert (closing.code, closing.farewell["code"]) == (4429, 4429)
        assert closing.farewell["reconnect"] is True


async def test_a_burst_is_handled_in_order(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        for number in range(BURST):
            await client.send({"type": "echo", "data": number})
        assert [(await client.recv())["data"] for _ in range(BURST)] == list(range(BURST))


async def test_messages_wait_for_the_one_before(server: Server) -> None:
    async with server.join("/ws", token=token()) as client:
        await client.send({"type": "sleep", "seconds": 0.2, "data": 1})
        await client.send({"type": "raise", "name": "KeyError", "id": 2})
        await client.send({"type": "sleep", "seconds": 0.05, "data": 3})
        await client.send({"type": "echo", "data": 4})
        frames = [await client.recv() for _ in range(4)]
        assert [frame.get("data", frame.get("reply_to")) for frame in frames] == [1, 2, 3, 4]


async def test_a_slow_handler_delays_no_other_client_and_no_broadcast(server: Server) -> None:
    async with (
        server.join("/ws", token=token()) as slow,
        server.join("/ws", token=token()) as quick,
    ):
        await slow.send({"type": "sleep", "seconds": 1.5, "data": "slow"})
        for number in range(5):
            answer = await quick.ask({"type": "echo", "data": number})
            assert answer["data"] == number
        await server.post("/broadcast", message={"type": "meanwhile"})
        assert (await quick.recv())["type"] == "meanwhile"
        assert (await slow.recv())["type"] == "meanwhile"
        assert (await slow.recv())["type"] == "slept"


@pytest.mark.parametrize("wait", [0, 0.3])
async def test_what_is_sent_before_connected_is_read_is_handled_in_order(
    server: Server, wait: float
) -> None:
    async with server.connect(f"/ws?wait={wait}", token=token()) as client:
        for number in range(10):
            await client.send({"type": "echo", "data": number})
        assert (await client.recv())["type"] == "connected"
        assert [(await client.recv())["data"] for _ in range(10)] == list(range(10))


async def test_what_is_sent_before_leaving_is_handled(server: Server) -> None:
    async with server.join("/ws?channel=watchers", token=token()) as watcher:
        async with server.connect("/ws?wait=0.2", token=token()) as client:
            await client.send({"type": "join", "channel": "watchers"})
            await client.send({"type": "sleep", "seconds": 0.1})
        left = await watcher.recv()
        assert left["type"] == "gone"
        await check_alive(watcher)


async def test_frames_arrive_in_the_order_of_the_broadcasts(server: Server) -> None:
    async with (
        server.join("/ws", token=token()) as one,
        server.join("/bare") as other,
    ):
        for number in range(50):
            await server.post("/broadcast", message={"type": "it", "data": number})
        for client in (one, other):
            assert [(await client.recv())["data"] for _ in range(50)] == list(range(50))


async def test_a_client_that_vanishes_harms_nobody(server: Server) -> None:
    async with server.join("/bare") as survivor:
        for _ in range(5):
            async with server.join("/bare") as client:
                await client.send({"type": "x"})
                client.socket.transport.abort()
        await server.post("/broadcast", message={"type": "it"})
        assert (await survivor.recv())["type"] == "it"
        await server.until("/state", lambda state: state["stats"]["connections"] == 1)


async def test_a_user_may_have_twenty_connections(server: Server) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(server.join("/ws", token=token(sub="many")))
        async with server.connect("/ws", token=token(sub="many")) as client:
            closing = await client.closing()
        assert (closing.code, closing.farewell["code"]) == (4429, 4429)
        assert closing.farewell["reconnect"] is True
        await stack.enter_async_context(server.join("/ws", token=token(sub="another")))
        for _ in range(25):
            await stack.enter_async_context(server.join("/bare"))

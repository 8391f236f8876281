"""Declared messages over a real socket: validated, dispatched, answered, refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from support.live import Client, Server, serving, token

pytestmark = pytest.mark.slow

SECRET = "hunter2-very-secret"
MANIFEST: dict[str, Any] = {
    "slug": "typed",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "plain": {"path": "/plain", "auth": {"required": False}},
    },
    "mdbgen": {
        "endpoints": {
            "realtime": {
                "receive": {
                    "ask": {
                        "properties": {
                            "question": {"type": "string", "maxLength": 20},
                            "at": {"type": "string", "format": "date-time"},
                        },
                        "required": ["question"],
                        "reply": "answer",
                    },
                    "tell": {
                        "properties": {
                            "text": {"type": "string"},
                            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
                        },
                        "required": ["text"],
                        "additionalProperties": False,
                    },
                    "join": {
                        "properties": {"channel": {"type": "string"}},
                        "required": ["channel"],
                    },
                    "forgotten": {"properties": {"n": {"type": "integer"}}},
                },
                "send": {
                    "answer": {
                        "properties": {
                            "text": {"type": "string"},
                            "at": {"type": "string", "format": "date-time"},
                        },
                        "required": ["text"],
                    },
                    "note": {
                        "properties": {
                            "text": {"type": "string"},
                            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
                        },
                        "required": ["text"],
                    },
                },
                "limits": {"max_message_bytes": 2000, "connections_per_user": 2},
            },
        }
    },
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("typed"), "typed", {"app": MANIFEST}) as server:
        yield server


def content(frame: dict[str, Any]) -> dict[str, Any]:
    """A frame without its envelope, whose values must be right."""
    assert frame["app_slug"] == "typed"
    assert frame["timestamp"].endswith("+00:00")
    return {key: value for key, value in frame.items() if key not in ("app_slug", "timestamp")}


async def refused(client: Client, message: dict[str, Any] | str) -> dict[str, Any]:
    await client.send(message)
    frame = content(await client.recv())
    assert frame["type"] == "error"
    return frame


async def test_a_reply_carries_the_id_of_its_question(server: Server) -> None:
    async with server.join("/ws") as client:
        for message_id in (7, "seven", 0, "", -1, 2**70):
            answer = await client.ask({"type": "ask", "question": "why", "id": message_id})
            assert content(answer) == {"type": "answer", "text": "WHY", "reply_to": message_id}


async def test_texts_may_speak_of_what_is_no_number(server: Server) -> None:
    async with server.join("/ws") as client:
        answer = await client.ask({"type": "ask", "question": "NaN, Infinity"})
        assert content(answer) == {"type": "answer", "text": "NAN, INFINITY"}


async def test_a_question_without_id_is_answered_without(server: Server) -> None:
    async with server.join("/ws") as client:
        answer = await client.ask({"type": "ask", "question": "why"})
        assert content(answer) == {"type": "answer", "text": "WHY"}


async def test_what_is_left_out_stays_out_and_moments_keep_their_offset(server: Server) -> None:
    async with server.join("/ws") as client:
        at = "2026-01-02T03:04:05+02:00"
        answer = await client.ask({"type": "ask", "question": "q", "at": at})
        assert content(answer) == {"type": "answer", "text": "Q", "at": at}
        note = await client.ask({"type": "tell", "text": "x", "tags": ["b", "a", "b"]})
        assert content(note) == {"type": "note", "text": "x", "tags": ["b", "a", "b"]}


async def test_messages_of_one_client_are_answered_in_order(server: Server) -> None:
    async with server.join("/ws") as client:
        for number, question in enumerate(["wait", "b", "wait", "d"]):
            await client.send({"type": "ask", "question": question, "id": number})
        assert [(await client.recv())["reply_to"] for _ in range(4)] == [0, 1, 2, 3]


async def test_replies_keep_the_pace_of_their_client(server: Server) -> None:
    """Fifteen times what the outbox holds, for a client that looks away for a moment."""
    options = {"compression": None, "max_queue": 1}
    async with server.join("/ws", **options) as client:
        for number in range(30):
            await client.send({"type": "ask", "question": "long", "id": number})
        await asyncio.sleep(0.5)
        assert [(await client.recv())["reply_to"] for _ in range(30)] == list(range(30))


async def test_an_invalid_message_is_explained_without_what_was_in_it(server: Server) -> None:
    async with server.join("/ws") as client:
        message = {"type": "tell", "id": 3, "text": 5, "tags": ["a", SECRET], SECRET: SECRET}
        error = await refused(client, message)
        assert (error["code"], error["reply_to"]) == ("invalid_message", 3)
        places = [detail["loc"] for detail in error["details"]]
        assert places[:2] == [["text"], ["tags", 1]]
        assert all(set(detail) == {"type", "loc", "msg"} for detail in error["details"])
        assert "http" not in str(error)
        assert SECRET not in str([detail["msg"] for detail in error["details"]])
        answer = await client.ask({"type": "ask", "question": "alive"})
        assert answer["text"] == "ALIVE"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", "invalid_json"),
        ("[1]", "invalid_json"),
        ("null", "invalid_json"),
        ('{"type": "ask", "question": "x"', "invalid_json"),
        ('{"type": "ask", "question": "x", "at": NaN}', "invalid_json"),
        ('{"type": "ask", "question": "x", "undeclared": NaN}', "invalid_json"),
        ('{"type": "ask", "question": "x", "undeclared": [-Infinity]}', "invalid_json"),
        ('{"type": "pong", "undeclared": Infinity}', "invalid_json"),
        ('{"type": "asks", "id": 1}', "unknown_type"),
        ('{"type": "answer", "text": "x", "id": 1}', "unknown_type"),
        ('{"type": "connected", "id": 1}', "unknown_type"),
        ('{"type": 5, "id": 1}', "unknown_type"),
        ('{"type": null, "id": 1}', "unknown_type"),
        ('{"type": ["ask"], "id": 1}', "unknown_type"),
        ('{"id": 1}', "unknown_type"),
        ("{}", "unknown_type"),
        ('{"type": "ask", "id": 1}', "invalid_message"),
        ('{"type": "ask", "question": null, "id": 1}', "invalid_message"),
        ('{"type": "ask", "question": "x", "at": null, "id": 1}', "invalid_message"),
        ('{"type": "ask", "question": "x", "at": "yesterday", "id": 1}', "invalid_message"),
        ('{"type": "ask", "question": "x", "at": "2026-01-02", "id": 1}', "invalid_message"),
        ('{"type": "ask", "question": "xxxxxxxxxxxxxxxxxxxxx", "id": 1}', "invalid_message"),
        ('{"type": "tell", "text": "x", "other": 1, "id": 1}', "invalid_message"),
    ],
)
async def test_each_mistake_has_its_code(server: Server, message: str, code: str) -> None:
    async with server.join("/ws") as client:
        error = await refused(client, message)
        assert error["code"] == code
        assert error["reply_to"] == (1 if '"id": 1' in message else None)
        assert (error["details"] is None) is (code != "invalid_message")


@pytest.mark.parametrize("message_id", [1.5, True, [1], {"a": 1}])
async def test_an_id_is_a_string_or_an_integer(server: Server, message_id: Any) -> None:
    async with server.join("/ws") as client:
        error = await refused(client, {"type": "ask", "question": "x", "id": message_id})
        assert (error["code"], error["reply_to"]) == ("invalid_message", None)


async def test_a_frame_full_of_mistakes_costs_a_short_answer(server: Server) -> None:
    async with server.join("/ws") as client:
        for count, shown in ((50, 10), (900, 10)):
            tags = ",".join(["1"] * count)
            error = await refused(client, f'{{"type":"tell","text":"x","tags":[{tags}]}}')
            assert len(error["details"]) == shown


async def test_what_the_app_does_not_handle(server: Server) -> None:
    async with server.join("/ws") as client:
        error = await refused(client, {"type": "forgotten", "n": 1, "id": "f"})
        assert (error["code"], error["reply_to"]) == ("not_implemented", "f")


@pytest.mark.parametrize(
    ("question", "cause"),
    [
        ("fail", "on purpose"),
        ("nothing", "NoneType is not the declared answer, Answer"),
        ("mapping", "dict is not the declared answer, Answer"),
        ("note", "Note is not the declared answer, Answer"),
    ],
)
async def test_a_handler_that_fails_or_answers_something_else(
    server: Server, question: str, cause: str
) -> None:
    async with server.join("/ws") as client:
        error = await refused(client, {"type": "ask", "question": question, "id": 9})
        assert (error["code"], error["reply_to"]) == ("handler_failed", 9)
        assert (await client.ask({"type": "ask", "question": "ok"}))["text"] == "OK"
    assert cause in server.log


async def test_a_handler_that_owes_a_reply_may_answer_with_an_error_of_its_own(
    server: Server,
) -> None:
    async with server.join("/ws") as client:
        start = len(server.log)
        error = await refused(client, {"type": "ask", "question": "refuse", "id": 9})
        assert (error["code"], error["reply_to"]) == ("no_answer", 9)
        assert error["details"] == {"asked": "refuse"}
        assert "Traceback" not in server.log[start:]


async def test_pongs_and_binary_frames_are_what_they_always_are(server: Server) -> None:
    async with server.join("/ws") as client:
        await client.send({"type": "pong"})
        await client.send({"type": "pong", "id": 5, "more": [1]})
        assert (await client.ask({"type": "ask", "question": "x"}))["text"] == "X"
        await client.send(b"{}")
        assert (await client.closing()).code == 1003


async def test_broadcast_takes_declared_models(server: Server) -> None:
    async with server.join("/ws", token=token(sub="ada")) as ada, server.join("/ws") as other:
        assert await server.post("/broadcast", note={"text": "all"}) == 2
        assert await server.post("/broadcast", note={"text": "you"}, user_id="ada") == 1
        assert await server.post("/broadcast", note={"text": "here"}, endpoint="realtime") == 2
        texts = [(await ada.recv())["text"] for _ in range(3)]
        assert texts == ["all", "you", "here"]
        assert [(await other.recv())["text"] for _ in range(2)] == ["all", "here"]


@pytest.mark.parametrize(
    ("kind", "name"), [("mapping", "dict"), ("received", "Ask"), ("none", "NoneType")]
)
async def test_nothing_else_can_be_sent(server: Server, kind: str, name: str) -> None:
    problem = await server.post("/broadcast_wrong", kind=kind)
    assert problem == (
        f"{name} is not a message that the manifest declares for sending:"
        " pass a model from ws.messages"
    )


async def test_compat_sends_mappings_all_the_same(server: Server) -> None:
    async with server.join("/ws") as client:
        assert await server.post("/broadcast_mapping", type="whatever", data=[1]) == 1
        assert content(await client.recv()) == {"type": "whatever", "data": [1]}


async def test_an_endpoint_that_declares_nothing_takes_any_object(server: Server) -> None:
    async with server.join("/plain") as client:
        error = await refused(client, {"type": "anything", "id": 4})
        assert (error["code"], error["reply_to"]) == ("not_implemented", 4)
        error = await refused(client, '{"type": "a", "x": NaN}')
        assert error["code"] == "invalid_json"
        assert await server.post("/broadcast_mapping", type="anything", data="x") == 1
        assert (await client.recv())["data"] == "x"


async def test_limits_of_the_manifest_are_the_endpoints(server: Server) -> None:
    async with server.join("/ws") as client:
        assert client.hello["max_message_bytes"] == 2000
        await client.send({"type": "tell", "text": "x" * 2000})
        assert (await client.closing()).code == 1009
    async with server.join("/plain") as client:
        assert client.hello["max_message_bytes"] == 65_536
    ada = token(sub="ada")
    async with server.join("/ws", token=ada), server.join("/ws", token=ada):
        async with server.connect("/ws", token=ada) as third:
            assert (await third.closing()).code == 4429
        async with server.join("/plain", token=ada), server.join("/plain", token=ada):
            pass


async def test_a_registered_handler_has_what_the_app_does_not_implement(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("compat")
    with serving(root, "typed", {"app": MANIFEST}) as server:
        await server.post("/pass_on")
        async with server.join("/ws") as client:
            note = await client.ask({"type": "forgotten", "n": 1, "id": 2})
            assert note["text"] == "passed on: [('id', 2), ('n', 1), ('type', 'forgotten')]"
            assert (await client.ask({"type": "ask", "question": "own"}))["text"] == "OWN"

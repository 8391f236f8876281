"""The generated browser client under Node.js, against a server that does what each test says.

Time is virtual for the client in most tests: it stands still until the test lets it go by.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.scripted import HELLO, Page, Peer, Scripted, TicketRequest, compiled, page, scripted

pytestmark = pytest.mark.slow

MANIFEST: dict[str, Any] = {
    "slug": "documents",
    "websockets": {
        "realtime": {"path": "/ws"},
        "plain": {"path": "/plain"},
    },
    "mdbgen": {
        "outputs": ["typescript"],
        "schemas": {
            "Item": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
        },
        "endpoints": {
            "realtime": {
                "receive": {
                    "subscribe": {
                        "properties": {"channel": {"type": "string"}},
                        "required": ["channel"],
                    },
                    "get_status": {"reply": "status_update"},
                },
                "send": {
                    "status_update": {
                        "properties": {"status": {"enum": ["idle", "busy"]}},
                        "required": ["status"],
                    },
                    "document_created": {
                        "properties": {"item": {"$ref": "#/mdbgen/schemas/Item"}},
                        "required": ["item"],
                    },
                },
                "history": 200,
            },
        },
    },
}
MIN_MS, MAX_MS = 100, 1000
RENEWABLE = ("unauthenticated", "token_expired")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled client of ``MANIFEST``."""
    return compiled(tmp_path_factory.mktemp("client"), MANIFEST)


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    async with scripted() as server:
        yield server


@pytest.fixture
async def browser(client: Path) -> AsyncIterator[Page]:
    """A process whose time is virtual; in the end no timer of the client may be left."""
    async with page(client) as browser:
        yield browser


async def new(browser: Page, server: Scripted, **command: Any) -> None:
    """Make a client whose delays are half of their bounds."""
    options = {"url": server.url, "minDelayMs": MIN_MS, "maxDelayMs": MAX_MS}
    options |= command.pop("options", {})
    await browser.do("new", **{"options": options, "random": 0.5, **command})
    assert await browser.status() == {"state": "connecting"}


async def opened(browser: Page, server: Scripted, **command: Any) -> Peer:
    """Make a client, and let it in."""
    await new(browser, server, **command)
    peer = await server.greeted()
    assert await browser.status() == {"state": "open"}
    return peer


async def leave(browser: Page) -> None:
    """Close the client; nothing may keep the process, and no timer be left."""
    await browser.call("close")
    await browser.until("closed")
    await browser.rest()
    assert browser.log[-1] == {"event": "end", "timers": 0}
    assert browser.errors == ""


async def test_it_connects_on_construction_and_leaves_without_a_trace(
    browser: Page, server: Scripted
) -> None:
    await new(browser, server)
    peer = await server.peer()
    assert (await browser.event("socket"))["protocols"] == []
    assert (peer.query, peer.protocols) == ("", ())
    assert await browser.ask("status") == {"state": "connecting"}
    await peer.greet()
    assert await browser.status() == {"state": "open"}
    await leave(browser)
    assert await peer.left() == 1000
    closed = {"state": "closed", "code": 1000, "reason": "closed by the client"}
    assert [each["value"] for each in browser.log if each["event"] == "status"][-1] == closed


# Where it connects to


@pytest.mark.parametrize(
    ("base", "target"),
    [
        ("ws://127.0.0.1:{}", "/ws"),
        ("http://127.0.0.1:{}", "/ws"),
        ("http://127.0.0.1:{}/", "/ws"),
        ("ws://127.0.0.1:{}/ws", "/ws"),
        ("http://127.0.0.1:{}/ws/", "/ws"),
        ("ws://127.0.0.1:{}/behind/a/proxy/?x=1#y", "/behind/a/proxy/ws?x=1"),
        ("ws://127.0.0.1:{}/behind/a/proxy/ws?x=1", "/behind/a/proxy/ws?x=1"),
        ("ws://127.0.0.1:{}/news", "/news/ws"),
    ],
)
async def test_the_url_may_be_written_in_several_ways(
    browser: Page, server: Scripted, base: str, target: str
) -> None:
    await opened(browser, server, options={"url": base.format(server.port)})
    assert (await browser.event("socket"))["url"] == f"{server.url}{target}"
    await leave(browser)


async def test_without_a_url_it_connects_to_where_the_page_came_from(
    browser: Page, server: Scripted
) -> None:
    await browser.do("page", href=f"http://127.0.0.1:{server.port}/app/index.html?x=1#y")
    await browser.do("new", options={}, bare=True)
    await server.greeted()
    assert (await browser.event("socket"))["url"] == f"{server.url}/ws"
    await leave(browser)


async def test_each_endpoint_has_a_client(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server, type="PlainClient")
    assert peer.query == "/plain"
    await browser.call("send", {"type": "anything", "n": 1})
    assert await peer.recv() == {"type": "anything", "n": 1}
    asked = await browser.call("request", {"type": "what"})
    question = await peer.recv()
    await peer.send("this", reply_to=question["id"], n=2)
    assert (await browser.result(asked))["resolved"]["n"] == 2
    await leave(browser)


# Messages


async def test_listeners_get_messages_as_they_are(browser: Page, server: Scripted) -> None:
    await browser.do("page", href=server.url)
    peer = await opened(browser, server)
    await browser.do("on", on="document_created")
    await browser.do("on", on="*", tag="all")
    text = "ä\u2028😀\x00</script>"
    await peer.send("document_created", item={"id": text})
    expected = {
        "type": "document_created",
        "app_slug": "documents",
        "timestamp": HELLO["timestamp"],
        "item": {"id": text},
    }
    assert await browser.heard() == expected
    assert await browser.heard("all") == expected
    await leave(browser)


async def test_a_listener_that_unsubscribed_hears_no_more(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="document_created", tag="first", **{"as": "first"})
    await browser.do("on", on="document_created", tag="second", **{"as": "second"})
    await peer.send("document_created", item={"id": "1"})
    assert (await browser.heard("first"))["item"] == (await browser.heard("second"))["item"]
    await browser.do("off", **{"as": "first"})
    await browser.do("off", **{"as": "first"})
    await browser.ask("status")
    await peer.send("document_created", item={"id": "2"})
    assert (await browser.heard("second"))["item"] == {"id": "2"}
    await leave(browser)
    assert [each["event"] for each in browser.log].count("first") == 1


async def test_a_function_that_listens_twice_is_stopped_once_for_each(
    browser: Page, server: Scripted
) -> None:
    """Two parts of a page may share it, and one of them leave."""
    peer = await opened(browser, server)
    await browser.do("on", on="document_created", **{"as": ["first", "second"]})
    await browser.do("off", **{"as": "first"})
    await browser.ask("status")
    await peer.send("document_created", item={"id": "1"})
    assert (await browser.heard())["item"] == {"id": "1"}
    await leave(browser)
    assert [each["event"] for each in browser.log].count("heard") == 1


async def test_a_listener_that_another_has_just_stopped_hears_no_more(
    browser: Page, server: Scripted
) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="document_created", stops="second", **{"as": "first"})
    await browser.do("on", on="document_created", tag="stopped", **{"as": "second"})
    await browser.do("on", on="document_created", tag="third", **{"as": "third"})
    await peer.send("document_created", item={"id": "1"})
    assert (await browser.heard("third"))["item"] == {"id": "1"}
    await leave(browser)
    assert not any(each["event"] == "stopped" for each in browser.log)


async def test_a_listener_that_throws_disturbs_nobody(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="document_created", tag="bad", throws="thrown on purpose")
    await browser.do("on", on="document_created", tag="good", **{"as": "good"})
    await browser.do("on", on="*", tag="all", throws="thrown by star", **{"as": "all"})
    await browser.do("on", on="status", tag="state", throws="thrown by status")
    await browser.do("on", on="*", tag="late", rejects="rejected by star", **{"as": "late"})
    for number in range(2):
        await peer.send("document_created", item={"id": str(number)})
        assert (await browser.heard("good"))["item"] == {"id": str(number)}
    await peer.close(1011)
    waiting = await browser.until("waiting")
    await browser.elapse(waiting["delayMs"])
    await server.greeted()
    await browser.until("open")
    await browser.call("close")
    await browser.until("closed")
    await browser.rest()
    for text in ("thrown on purpose", "thrown by star", "thrown by status", "rejected by star"):
        assert text in browser.errors


@pytest.mark.parametrize("kind", ["brand_new", "status", "resync2", "*", "__proto__", "open"])
async def test_messages_of_unknown_types_reach_only_the_star(
    browser: Page, server: Scripted, kind: str
) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="*", tag="all")
    await browser.do("on", on="document_created")
    await browser.do("on", on="error")
    await peer.send(kind, state="no state of this client")
    assert (await browser.heard("all"))["type"] == kind
    await peer.send("document_created", item={"id": "1"})
    assert (await browser.heard("all"))["type"] == "document_created"
    assert (await browser.heard())["type"] == "document_created"
    await leave(browser)
    states = [each["value"]["state"] for each in browser.log if each["event"] == "status"]
    assert states == ["connecting", "open", "closed"]


@pytest.mark.parametrize(
    "frame", ["", "no JSON", "null", "5", "[]", '"text"', "{}", '{"type": 5}', b"\x00\xff"]
)
async def test_frames_that_make_no_sense_are_ignored(
    browser: Page, server: Scripted, frame: str | bytes
) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="document_created")
    await peer.socket.send(frame)
    await peer.send("document_created", item={"id": "1"})
    assert (await browser.heard())["item"] == {"id": "1"}
    await leave(browser)


# A newer server


FROM_THE_FUTURE: list[dict[str, Any]] = [
    {"status": "on_strike"},
    {"status": None},
    {"status": {"since": 1}},
    {"status": "idle", "mood": ["new"]},
    {},
]


@pytest.mark.parametrize("fields", FROM_THE_FUTURE)
async def test_values_that_the_client_does_not_know_reach_whoever_listens(
    browser: Page, server: Scripted, fields: dict[str, Any]
) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="status_update")
    await peer.send("status_update", **fields)
    heard = await browser.heard()
    assert {name: heard[name] for name in fields} == fields
    call = await browser.call("getStatus")
    await peer.send("status_update", **fields, reply_to=(await peer.recv())["id"])
    reply = (await browser.result(call))["resolved"]
    assert {name: reply[name] for name in fields} == fields
    await leave(browser)


async def test_a_newer_server_is_understood(browser: Page, server: Scripted) -> None:
    await new(browser, server)
    peer = await server.peer()
    await peer.greet(compression={"level": 9}, message={"text": "hello"})
    assert await browser.status() == {"state": "open"}
    await browser.do("on", on="*", tag="all")
    await peer.send("price_changed", price={"amount": 5})
    assert (await browser.heard("all"))["price"] == {"amount": 5}
    call = await browser.call("getStatus")
    question = await peer.recv()
    await peer.send("error", code="quota_exceeded", message="later", reply_to=question["id"])
    assert (await browser.result(call))["rejected"]["code"] == "quota_exceeded"
    await peer.send("disconnect", code=4999, reason="moved", reconnect=True, to="elsewhere")
    await peer.socket.close(4999, "moved")
    assert (await browser.until("waiting"))["code"] == 4999
    await browser.elapse(MAX_MS)
    await server.greeted()
    await browser.until("open")
    await leave(browser)


async def test_pings_are_answered(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="*", tag="all")
    for _ in range(2):
        await peer.send("ping")
        assert await peer.recv() == {"type": "pong"}
    await leave(browser)
    assert all(each["event"] != "all" for each in browser.log)


# Replies


async def test_replies_find_their_questions(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="document_created")
    calls = [await browser.call("getStatus") for _ in range(4)]
    questions = [await peer.recv() for _ in calls]
    assert [each["type"] for each in questions] == ["get_status"] * 4
    ids = [each["id"] for each in questions]
    assert len(set(ids)) == 4
    # In order, then the other way round, with something else in between.
    for number in (0, 1, 3, 2):
        await peer.send("document_created", item={"id": str(number)})
        await peer.send("status_update", status=f"s{number}", reply_to=ids[number])
    for number, call in enumerate(calls):
        reply = (await browser.result(call))["resolved"]
        assert reply["status"] == f"s{number}"
        assert reply["reply_to"] == ids[number]
    assert [(await browser.heard())["item"]["id"] for _ in calls] == ["0", "1", "3", "2"]
    await leave(browser)


async def test_a_message_that_could_be_a_reply_but_is_none_is_heard(
    browser: Page, server: Scripted
) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="status_update")
    call = await browser.call("getStatus")
    question = await peer.recv()
    await peer.send("status_update", status="busy")
    await peer.send("status_update", status="busy", reply_to=987)
    await peer.send("status_update", status="idle", reply_to=question["id"])
    assert (await browser.result(call))["resolved"]["status"] == "idle"
    assert "reply_to" not in await browser.heard()
    assert (await browser.heard())["reply_to"] == 987
    await leave(browser)


@pytest.mark.parametrize("limit", [None, 250])
async def test_a_reply_that_does_not_come(
    browser: Page, server: Scripted, limit: int | None
) -> None:
    options = {} if limit is None else {"replyTimeoutMs": limit}
    peer = await opened(browser, server, options=options)
    call = await browser.call("getStatus")
    question = await peer.recv()
    await browser.elapse((limit or 10_000) - 1)
    assert not any(each.get("ref") == call for each in browser.log)
    await browser.elapse(1)
    rejected = (await browser.result(call))["rejected"]
    assert (rejected["name"], rejected["code"]) == ("ClientError", "timeout")
    assert str(limit or 10_000) in rejected["message"]
    # Too late, and no harm done.
    await peer.send("status_update", status="idle", reply_to=question["id"])
    again = await browser.call("getStatus")
    await peer.send("status_update", status="busy", reply_to=(await peer.recv())["id"])
    assert (await browser.result(again))["resolved"]["status"] == "busy"
    await leave(browser)


async def test_an_error_rejects_what_it_answers(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="error")
    call = await browser.call("getStatus")
    question = await peer.recv()
    details = [{"path": ["a", 0], "message": "is missing"}]
    problem = {"code": "invalid_message", "message": "it is wrong", "details": details}
    await peer.send("error", reply_to=question["id"], **problem)
    assert (await browser.result(call))["rejected"] == {"name": "ClientError", **problem}
    # One that answers no question is for the listeners.
    await browser.call("subscribe", {"channel": "news"})
    assert await peer.recv() == {"type": "subscribe", "channel": "news"}
    await peer.send("error", reply_to=None, **problem)
    heard = await browser.heard()
    assert {key: heard[key] for key in problem} == problem
    await leave(browser)


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        (1011, "bug", "disconnected"),
        (1012, "restart", "disconnected"),
        (1000, "done", "closed"),
        (1008, "forbidden", "closed"),
    ],
)
async def test_a_lost_connection_rejects_what_waits_for_a_reply(
    browser: Page, server: Scripted, code: int, reason: str, expected: str
) -> None:
    peer = await opened(browser, server)
    calls = [await browser.call("getStatus") for _ in range(2)]
    for _ in calls:
        await peer.recv()
    await peer.close(code, reason)
    for call in calls:
        rejected = (await browser.result(call))["rejected"]
        assert (rejected["name"], rejected["code"]) == ("ClientError", expected)
        assert reason in rejected["message"]
    await (browser.until("closed") if expected == "closed" else leave(browser))
    if expected == "closed":
        await browser.rest()


async def test_a_closed_client_says_so(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    waiting = await browser.call("getStatus")
    await peer.recv()
    await browser.call("close")
    assert (await browser.result(waiting))["rejected"]["code"] == "closed"
    late = await browser.call("getStatus")
    assert (await browser.result(late))["rejected"]["code"] == "closed"
    late = await browser.call("subscribe", {"channel": "news"})
    assert (await browser.result(late))["thrown"]["code"] == "closed"
    assert (await browser.result(await browser.call("close"))) == {"value": None}
    await browser.rest()
    states = [each["value"]["state"] for each in browser.log if each["event"] == "status"]
    assert states == ["connecting", "open", "closed"]


async def test_limits_may_be_longer_than_any_timer(browser: Page, server: Scripted) -> None:
    """Whoever wants no limit writes ``Infinity``, of which a timer makes 1 ms."""
    endless = 2**40
    options = {"replyTimeoutMs": endless, "silenceMs": endless, "maxDelayMs": endless}
    peer = await opened(browser, server, options={**options, "minDelayMs": endless})
    call = await browser.call("getStatus")
    question = await peer.recv()
    await browser.elapse(1_000_000)
    await peer.send("status_update", status="idle", reply_to=question["id"])
    assert (await browser.result(call))["resolved"]["status"] == "idle"
    peer.vanish()
    await browser.until("waiting")
    await browser.elapse(1_000_000)
    assert (await browser.ask("status"))["state"] == "waiting"
    await leave(browser)


# The queue


async def test_messages_wait_for_connected_in_their_order(browser: Page, server: Scripted) -> None:
    await new(browser, server)
    peer = await server.peer()
    for name in "abc":
        await browser.call("subscribe", {"channel": name})
    asked = await browser.call("getStatus")
    await browser.call("subscribe", {"channel": "d"})
    await peer.nothing_came()  # the server has not let it in yet
    await peer.greet()
    sent = [await peer.recv() for _ in range(5)]
    assert [each.get("channel") for each in sent] == ["a", "b", "c", None, "d"]
    await peer.send("status_update", status="idle", reply_to=sent[3]["id"])
    assert (await browser.result(asked))["resolved"]["status"] == "idle"
    await leave(browser)


async def test_what_an_open_status_makes_an_app_send_comes_after_the_queue(
    browser: Page, server: Scripted
) -> None:
    peer = await opened(browser, server)
    await browser.do(
        "on", on="status", tag="state", call="subscribe", **{"with": [{"channel": "x"}]}
    )
    await peer.close(1011)
    waiting = await browser.until("waiting")
    await browser.heard("state")  # its message waits
    await browser.call("subscribe", {"channel": "y"})
    await browser.elapse(waiting["delayMs"])
    peer = await server.greeted()
    await browser.until("open")
    # One for each of waiting, connecting and open, and the one from outside.
    assert [(await peer.recv())["channel"] for _ in range(4)] == ["x", "y", "x", "x"]
    await browser.call("close")
    await browser.until("closed")
    await browser.rest()


async def test_the_queue_is_bounded(browser: Page, server: Scripted) -> None:
    await new(browser, server, options={"maxQueued": 2})
    peer = await server.peer()
    assert await browser.result(await browser.call("subscribe", {"channel": "a"})) == {
        "value": None
    }
    asked = await browser.call("getStatus")
    refused = await browser.result(await browser.call("subscribe", {"channel": "b"}))
    assert (refused["thrown"]["name"], refused["thrown"]["code"]) == ("ClientError", "queue_full")
    refused = await browser.result(await browser.call("getStatus"))
    assert (refused["rejected"]["name"], refused["rejected"]["code"]) == (
        "ClientError",
        "queue_full",
    )
    await peer.greet()
    assert (await peer.recv())["channel"] == "a"
    question = await peer.recv()
    await peer.send("status_update", status="idle", reply_to=question["id"])
    assert (await browser.result(asked))["resolved"]["status"] == "idle"
    # There is room again, and more than that while the connection is open.
    for name in "cdef":
        await browser.call("subscribe", {"channel": name})
        assert (await peer.recv())["channel"] == name
    await leave(browser)


async def test_an_option_that_is_undefined_is_not_set(browser: Page, server: Scripted) -> None:
    await new(browser, server, undefined=["maxQueued", "replyTimeoutMs", "silenceMs", "token"])
    peer = await server.peer()
    await browser.call("subscribe", {"channel": "a"})
    await peer.greet()
    assert (await peer.recv())["channel"] == "a"
    await leave(browser)


async def test_a_question_that_was_not_sent_survives_a_lost_connection(
    browser: Page, server: Scripted
) -> None:
    await new(browser, server)
    peer = await server.peer()
    asked = await browser.call("getStatus")
    peer.vanish()
    waiting = await browser.until("waiting")
    await browser.elapse(waiting["delayMs"])
    peer = await server.greeted()
    question = await peer.recv()
    await peer.send("status_update", status="idle", reply_to=question["id"])
    assert (await browser.result(asked))["resolved"]["status"] == "idle"
    await leave(browser)


async def test_a_question_that_timed_out_while_it_waited_is_not_asked(
    browser: Page, server: Scripted
) -> None:
    await new(browser, server, options={"replyTimeoutMs": 1000})
    peer = await server.peer()
    asked = await browser.call("getStatus")
    await browser.call("subscribe", {"channel": "a"})
    await browser.elapse(1000)
    assert (await browser.result(asked))["rejected"]["code"] == "timeout"
    await peer.greet()
    assert (await peer.recv())["type"] == "subscribe"
    await peer.nothing_came()
    await leave(browser)


async def test_what_was_sent_is_not_sent_again(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.call("subscribe", {"channel": "a"})
    await peer.recv()
    peer.vanish()
    waiting = await browser.until("waiting")
    await browser.elapse(waiting["delayMs"])
    peer = await server.greeted()
    await peer.nothing_came()
    await leave(browser)


# How connections end


async def come_back(browser: Page, server: Scripted) -> dict[str, Any]:
    """Wait until the connection is lost, and for the next one; the status in between."""
    waiting = await browser.until("waiting")
    assert server.is_quiet()
    await browser.elapse(max(1, waiting["delayMs"]))
    await browser.until("connecting")
    return waiting


@pytest.mark.parametrize("goodbye", [False, True])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1000, "done"),
        (1003, "binary"),
        (1009, "too large"),
        (1008, "forbidden"),
        (1008, "something else"),
        (1008, ""),
    ],
)
async def test_closes_after_which_it_stops(
    browser: Page, server: Scripted, code: int, reason: str, goodbye: bool
) -> None:
    peer = await opened(browser, server, tokens=["one", "two"])
    if goodbye:
        await peer.say_goodbye(code, reason)
    await peer.close(code, reason)
    assert await browser.status() == {"state": "closed", "code": code, "reason": reason}
    assert await browser.elapse(10 * MAX_MS) == 0
    assert server.is_quiet()
    await browser.rest()


@pytest.mark.parametrize("goodbye", [False, True])
@pytest.mark.parametrize(
    ("code", "reason", "bound"),
    [
        (1001, "going away", MAX_MS),
        (1012, "restart", MAX_MS),
        (1011, "bug", MIN_MS),
        (1013, "too slow", MIN_MS),
        (4429, "too many messages", MIN_MS),
        (4408, "no sign of life", MIN_MS),
        (4000, "the app's own", MIN_MS),
        (3000, "", MIN_MS),
    ],
)
async def test_closes_after_which_it_comes_back(
    browser: Page, server: Scripted, code: int, reason: str, bound: int, goodbye: bool
) -> None:
    peer = await opened(browser, server)
    if goodbye:
        await peer.say_goodbye(code, reason)
    await peer.close(code, reason)
    waiting = await come_back(browser, server)
    assert waiting == {"state": "waiting", "delayMs": bound / 2, "code": code, "reason": reason}
    await server.greeted()
    assert await browser.status() == {"state": "open"}
    await leave(browser)


async def test_a_connection_that_breaks_off_comes_back(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    peer.vanish()
    waiting = await come_back(browser, server)
    assert waiting == {"state": "waiting", "delayMs": MIN_MS / 2, "code": 1006, "reason": ""}
    await server.greeted()
    await leave(browser)


@pytest.mark.parametrize(
    ("code", "reason", "state"),
    [
        (1008, "forbidden", "closed"),
        (1000, "done", "closed"),
        (1008, "unauthenticated", "closed"),
        (1013, "too slow", "waiting"),
        (1012, "restart", "waiting"),
    ],
)
@pytest.mark.parametrize("close", [None, 1006, 1005, 1000, 1011])
async def test_what_the_server_said_counts_where_the_close_hides_it(
    browser: Page, server: Scripted, code: int, reason: str, state: str, close: int | None
) -> None:
    peer = await opened(browser, server)
    await peer.say_goodbye(code, reason)
    if close == 1006 or close is None:
        peer.vanish()
    elif close == 1005:
        peer.socket.protocol.send_close()
        peer.socket.send_data()
    else:
        await peer.close(close, "")
    status = await browser.status()
    assert {**status, "delayMs": 0} == {
        "state": state,
        "delayMs": 0,
        "code": code,
        "reason": reason,
    }
    await (leave(browser) if state == "waiting" else browser.rest())


@pytest.mark.parametrize("close", [1006, 4000])
async def test_a_goodbye_for_good_is_one_whatever_its_code(
    browser: Page, server: Scripted, close: int
) -> None:
    peer = await opened(browser, server)
    await peer.say_goodbye(4000, "kicked", reconnect=False)
    if close == 1006:
        peer.vanish()
    else:
        await peer.close(close)
    assert await browser.status() == {"state": "closed", "code": 4000, "reason": "kicked"}
    await browser.rest()
    assert server.is_quiet()


async def test_after_a_goodbye_messages_wait_for_the_next_connection(
    browser: Page, server: Scripted
) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="document_created")
    await peer.say_goodbye(1012, "restart")
    await peer.send("document_created", item={"id": "1"})
    await browser.heard()
    await browser.call("subscribe", {"channel": "a"})
    asked = await browser.call("getStatus")
    await peer.nothing_came()
    await peer.close(1012, "restart")
    await come_back(browser, server)
    peer = await server.greeted()
    assert (await peer.recv())["channel"] == "a"
    await peer.send("status_update", status="idle", reply_to=(await peer.recv())["id"])
    assert (await browser.result(asked))["resolved"]["status"] == "idle"
    await leave(browser)


async def test_an_old_goodbye_is_forgotten(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await peer.say_goodbye(1012, "restart")
    peer.vanish()
    await come_back(browser, server)
    (await server.greeted()).vanish()
    assert (await browser.until("waiting"))["code"] == 1006
    await leave(browser)


# Delays


@pytest.mark.parametrize("random", [0.0, 0.5, 0.999])
async def test_delays_grow_up_to_a_bound_and_are_random_below(
    browser: Page, server: Scripted, random: float
) -> None:
    await server.stop()
    await new(browser, server, random=random)
    bounds = [100, 200, 400, 800, 1000, 1000, 1000]
    for bound in bounds:
        waiting = await browser.until("waiting")
        assert waiting["delayMs"] == pytest.approx(random * bound)
        assert waiting["code"] == 1006
        await browser.elapse(max(1, waiting["delayMs"]))
        await browser.until("connecting")
    await browser.until("waiting")
    await server.start()
    await browser.elapse(MAX_MS)
    await server.greeted()
    await browser.until("open")
    await leave(browser)


async def test_the_default_delays(browser: Page, server: Scripted) -> None:
    await server.stop()
    await browser.do("new", options={"url": server.url}, random=0.5)
    delays = []
    for _ in range(9):
        delays.append((await browser.until("waiting"))["delayMs"])
        await browser.elapse(delays[-1])
    assert delays == [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]
    await server.start()
    await leave(browser)


async def test_delays_differ_from_client_to_client(client: Path, server: Scripted) -> None:
    await server.stop()
    delays = set()
    async with page(client) as browser:
        for number in range(5):
            await browser.do("new", name=f"ws{number}", options={"url": server.url})
            delays.add((await browser.until("waiting"))["delayMs"])
        for number in range(5):
            await browser.do("call", name=f"ws{number}", method="close", ref="close")
        await browser.rest()
    await server.start()
    assert len(delays) == 5
    assert all(0 <= delay <= 500 for delay in delays)


async def test_only_a_connection_that_lasted_starts_the_delays_afresh(
    browser: Page, server: Scripted
) -> None:
    await new(browser, server)
    for delay in (50, 100, 200):
        peer = await server.greeted()
        await browser.until("open")
        await peer.close(1011, "bug")  # in whatever handles `connected`, perhaps
        assert (await come_back(browser, server))["delayMs"] == delay
    peer = await server.greeted()
    await browser.until("open")
    await browser.elapse(10_000)
    await peer.close(1011, "bug")
    assert (await come_back(browser, server))["delayMs"] == 50
    await server.peer()
    await leave(browser)


async def test_a_refused_handshake_is_tried_again(browser: Page, server: Scripted) -> None:
    server.refusals.extend([403, 503])
    await new(browser, server)
    for delay in (50, 100):
        assert await server.refusal() == "/ws"
        waiting = await browser.until("waiting")
        assert waiting == {"state": "waiting", "delayMs": delay, "code": 1006, "reason": ""}
        await browser.elapse(delay)
    await server.greeted()
    await browser.until("open")
    await leave(browser)


async def test_a_network_that_is_back_ends_the_waiting(browser: Page, server: Scripted) -> None:
    await browser.do("page", href="http://127.0.0.1/")
    peer = await opened(browser, server)
    await browser.do("online")  # says nothing new
    await browser.ask("status")
    peer.vanish()
    await browser.until("waiting")
    await browser.do("online")
    await server.greeted()
    await browser.until("open")
    assert server.is_quiet()
    await browser.call("close")
    await browser.until("closed")
    await browser.do("online")
    await browser.rest()
    assert browser.log[-1]["timers"] == 0
    assert server.is_quiet()


# Silence


@pytest.mark.parametrize(
    ("ping_interval", "options", "patience"),
    [(30, {}, 50_000), (5, {}, 25_000), (30, {"silenceMs": 700}, 700)],
)
async def test_a_silent_server_is_given_up(
    browser: Page,
    server: Scripted,
    ping_interval: int,
    options: dict[str, Any],
    patience: int,
) -> None:
    await new(browser, server, options=options)
    peer = await server.greeted(ping_interval=ping_interval)
    await browser.until("open")
    peer.freeze()
    await browser.elapse(patience - 1)
    assert await browser.ask("status") == {"state": "open"}
    await browser.elapse(1)
    waiting = await browser.until("waiting")
    assert (waiting["delayMs"], waiting["code"]) == (50, 4408)
    # The next connection does not wait for the end of the old one, which may never come.
    await browser.elapse(50)
    await server.greeted()
    await browser.until("open")
    peer.vanish()
    await leave(browser)


async def test_any_frame_is_a_sign_of_life(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="*", tag="all")
    for _ in range(3):
        await browser.elapse(49_999)
        await peer.nothing_came()  # sends a ping and waits for the answer
        await browser.elapse(49_999)
        await peer.send("brand_new")
        await browser.heard("all")
    assert await browser.ask("status") == {"state": "open"}
    await leave(browser)


async def test_who_talks_is_not_pinged_and_need_not_worry(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    for _ in range(4):
        await browser.elapse(29_000)
        await browser.call("subscribe", {"channel": "a"})
        await peer.recv()
    assert await browser.ask("status") == {"state": "open"}
    await leave(browser)


async def test_a_handshake_that_is_not_answered_is_given_up(
    browser: Page, server: Scripted
) -> None:
    server.refusals.append(0)
    await new(browser, server)
    await server.refusal()
    await browser.elapse(20_000)
    assert (await browser.until("waiting"))["delayMs"] == 50
    await browser.elapse(50)
    await server.greeted()
    await browser.until("open")
    await leave(browser)


async def test_a_server_that_does_not_say_connected_is_given_up(
    browser: Page, server: Scripted
) -> None:
    await new(browser, server)
    peer = await server.peer()
    await peer.nothing_came()
    await browser.elapse(20_000)
    assert (await browser.until("waiting"))["delayMs"] == 50
    assert await peer.left() == 1000
    await leave(browser)


# Tokens


async def test_a_token_is_a_subprotocol(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server, options={"token": "e30.e30.c2ln"})
    assert peer.protocols == ("bearer", "e30.e30.c2ln")
    assert peer.query == ""
    peer.vanish()
    await come_back(browser, server)
    assert (await server.greeted()).protocols == ("bearer", "e30.e30.c2ln")
    await leave(browser)


@pytest.mark.parametrize(
    "command", [{"options": {"token": None}}, {"options": {"token": ""}}, {"tokens": [""]}]
)
async def test_no_token_is_no_subprotocol(
    browser: Page, server: Scripted, command: dict[str, Any]
) -> None:
    """An empty one counts as none, as it does for the server."""
    peer = await opened(browser, server, **command)
    assert peer.protocols == ()
    await leave(browser)


async def test_the_getter_is_asked_for_each_attempt(browser: Page, server: Scripted) -> None:
    await new(browser, server, asks=True)
    for number, token in enumerate(["one", None, "three"], start=1):
        assert (await browser.event("token"))["question"] == number
        assert server.is_quiet()
        await browser.do("token", question=number, value=token)
        peer = await server.greeted()
        assert peer.protocols == (() if token is None else ("bearer", token))
        await browser.until("open")
        await peer.close(1011)
        await come_back(browser, server)
    await browser.do("token", question=4, value="four")
    await server.peer()
    await leave(browser)


async def test_a_getter_that_fails_is_asked_again(browser: Page, server: Scripted) -> None:
    await new(browser, server, asks=True)
    await browser.do("token", question=1, error="no network for tokens")
    waiting = await come_back(browser, server)
    assert waiting["delayMs"] == 50
    assert waiting["reason"] == "the token getter failed"
    await browser.do("token", question=2, value="two")
    assert (await server.greeted()).protocols == ("bearer", "two")
    await browser.until("open")
    await leave(browser)


@pytest.mark.parametrize("reason", RENEWABLE)
async def test_a_refused_token_is_renewed_once(
    browser: Page, server: Scripted, reason: str
) -> None:
    await new(browser, server, tokens=["one", "two", "three", "four", "five"])
    peer = await server.peer()
    assert peer.protocols == ("bearer", "one")
    await peer.say_goodbye(1008, reason)
    await peer.close(1008, reason)
    waiting = await come_back(browser, server)
    assert (waiting["code"], waiting["reason"]) == (1008, reason)
    assert waiting["delayMs"] <= MIN_MS
    # With a connection in between, it may be renewed again.
    peer = await server.greeted()
    assert peer.protocols == ("bearer", "two")
    await browser.until("open")
    await peer.close(1008, reason)
    await come_back(browser, server)
    peer = await server.peer()
    assert peer.protocols == ("bearer", "three")
    # Without, it is not; other losses change nothing about that.
    peer.vanish()
    await come_back(browser, server)
    peer = await server.peer()
    assert peer.protocols == ("bearer", "four")
    await peer.close(1008, reason)
    assert await browser.until("closed") == {"state": "closed", "code": 1008, "reason": reason}
    await browser.rest()
    assert server.is_quiet()


@pytest.mark.parametrize("reason", RENEWABLE)
@pytest.mark.parametrize("options", [{}, {"token": None}, {"token": "the only one"}])
async def test_without_a_getter_there_is_no_new_token(
    browser: Page, server: Scripted, reason: str, options: dict[str, Any]
) -> None:
    if options.get("token"):
        options = {"token": "the-only-one"}
    peer = await opened(browser, server, options=options)
    await peer.close(1008, reason)
    assert await browser.status() == {"state": "closed", "code": 1008, "reason": reason}
    await browser.rest()


# Tickets


@pytest.mark.parametrize("token", [None, "secret"])
async def test_a_ticket_is_fetched_for_each_attempt(
    browser: Page, server: Scripted, token: str | None
) -> None:
    header = None if token is None else f"Bearer {token}"
    server.tickets.append((200, {"ticket": "t/1+&", "expires_in": 10}))
    await new(browser, server, options={"ticket": True, "token": token})
    assert await server.ticket_request() == TicketRequest("/ws/ticket", header)
    peer = await server.greeted(seq=7)
    assert (peer.query, peer.protocols) == ("ticket=t%2F1%2B%26", ())
    await browser.until("open")
    peer.vanish()
    server.tickets.append((200, {"ticket": "t2", "expires_in": 10}))
    await come_back(browser, server)
    assert await server.ticket_request() == TicketRequest("/ws/ticket", header)
    peer = await server.greeted()
    assert sorted(peer.query.split("&")) == ["since=7", "ticket=t2"]
    await leave(browser)


@pytest.mark.parametrize("prefix", ["", "/behind/a/proxy", "//two"])
async def test_a_ticket_is_asked_for_where_the_endpoint_is(
    browser: Page, server: Scripted, prefix: str
) -> None:
    server.tickets.append((200, {"ticket": "t1", "expires_in": 10}))
    await new(browser, server, options={"url": f"{server.url}{prefix}", "ticket": True})
    assert (await server.ticket_request()).path == f"{prefix}/ws/ticket"
    await server.greeted()
    await browser.until("open")
    await leave(browser)


@pytest.mark.parametrize(("status", "reason"), [(401, "unauthenticated"), (403, "forbidden")])
async def test_a_refused_ticket_is_as_final_as_a_refused_connection(
    browser: Page, server: Scripted, status: int, reason: str
) -> None:
    server.tickets.append((status, {"detail": reason}))
    await new(browser, server, options={"ticket": True, "token": "secret"})
    assert await browser.status() == {"state": "closed", "code": 1008, "reason": reason}
    await browser.rest()
    assert server.is_quiet()


async def test_a_refused_ticket_is_a_reason_for_a_new_token(
    browser: Page, server: Scripted
) -> None:
    server.tickets.append((401, {"detail": "unauthenticated"}))
    server.tickets.append((200, {"ticket": "t2", "expires_in": 10}))
    await new(browser, server, options={"ticket": True}, tokens=["one", "two"])
    assert (await server.ticket_request()).authorization == "Bearer one"
    await come_back(browser, server)
    assert (await server.ticket_request()).authorization == "Bearer two"
    assert (await server.greeted()).query == "ticket=t2"
    await browser.until("open")
    await leave(browser)


async def test_a_ticket_that_cannot_be_had_now_is_asked_for_again(
    browser: Page, server: Scripted
) -> None:
    server.tickets.extend([(429, {}), (503, {}), (200, {"ticket": "t3", "expires_in": 10})])
    await new(browser, server, options={"ticket": True})
    for delay in (50, 100):
        await server.ticket_request()
        waiting = await browser.until("waiting")
        assert (waiting["delayMs"], waiting["code"]) == (delay, 1006)
        await browser.elapse(delay)
    await server.greeted()
    await browser.until("open")
    await leave(browser)


async def test_a_ticket_that_does_not_come_is_given_up(browser: Page, server: Scripted) -> None:
    await new(browser, server, options={"ticket": True})
    await server.ticket_request()
    await browser.elapse(20_000)
    waiting = await browser.until("waiting")
    assert waiting["delayMs"] == 50
    server.tickets.append((200, {"ticket": "t2", "expires_in": 10}))
    await browser.elapse(50)
    assert (await server.greeted()).query == "ticket=t2"
    await browser.until("open")
    await leave(browser)


# What was missed


async def test_it_asks_for_what_it_missed(browser: Page, server: Scripted) -> None:
    await new(browser, server)
    peer = await server.peer()
    assert peer.query == ""
    await peer.greet(seq=1_700_000_000_000_005)
    await browser.do("on", on="document_created")

    async def back_with(since: int) -> Peer:
        peer.vanish()
        await come_back(browser, server)
        following = await server.peer()
        assert following.query == f"since={since}"
        return following

    peer = await back_with(1_700_000_000_000_005)
    await peer.greet()
    for seq in (1_700_000_000_000_006, 1_700_000_000_000_008, 1_700_000_000_000_009):
        await peer.send("document_created", item={"id": "1"}, seq=seq)
        await browser.heard()
    await peer.send("document_created", item={"id": "1"})  # to this client only: has none
    await browser.heard()
    peer = await back_with(1_700_000_000_000_009)
    # What comes before `connected` and is of no known type counts as well.
    await peer.send("brand_new", seq=1_700_000_000_000_010)
    await peer.nothing_came()
    peer = await back_with(1_700_000_000_000_010)
    await browser.do("on", on="resync", tag="resync")
    await peer.greet()
    await peer.send("resync", seq=1_700_000_000_000_020)
    await browser.heard("resync")
    peer = await back_with(1_700_000_000_000_020)
    # Another server counts on from another number: its clock, or its worker, is behind.
    await peer.greet()
    await peer.send("resync", seq=1_600_000_000_000_000)
    await browser.heard("resync")
    peer = await back_with(1_600_000_000_000_000)
    await leave(browser)


async def test_resync_is_told_to_whom_it_concerns(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="resync", tag="resync")
    await browser.do("on", on="document_created")
    await peer.send("resync", seq=5)
    await peer.send("document_created", item={"id": "1"}, seq=6)
    await browser.heard("resync")
    assert (await browser.heard())["seq"] == 6
    await leave(browser)


# Leaving, in real time: what is left behind would hold the process


@pytest.fixture
async def window(client: Path) -> AsyncIterator[Page]:
    """A process whose time is real."""
    async with page(client, virtual=False) as window:
        yield window


LONG: dict[str, Any] = {"minDelayMs": 60_000, "maxDelayMs": 60_000}


async def test_leaving_at_once(window: Page, server: Scripted) -> None:
    await window.do("new", options={"url": server.url}, then="close")
    await window.until("closed")
    await window.rest()
    assert window.errors == ""


async def test_leaving_during_the_handshake(window: Page, server: Scripted) -> None:
    server.refusals.append(0)
    await new(window, server)
    await server.refusal()
    await leave(window)


async def test_leaving_before_connected(window: Page, server: Scripted) -> None:
    await new(window, server)
    peer = await server.peer()
    await window.call("getStatus")
    await leave(window)
    assert await peer.left() == 1000


async def test_leaving_with_questions_open(window: Page, server: Scripted) -> None:
    peer = await opened(window, server)
    calls = [await window.call("getStatus") for _ in range(3)]
    await peer.recv()
    await window.call("close")
    for call in calls:
        assert (await window.result(call))["rejected"]["code"] == "closed"
    await window.rest()


async def test_leaving_while_it_waits(window: Page, server: Scripted) -> None:
    peer = await opened(window, server, options=LONG)
    peer.vanish()
    await window.until("waiting")
    await window.call("getStatus")
    await leave(window)


async def test_leaving_while_the_getter_thinks(window: Page, server: Scripted) -> None:
    await new(window, server, asks=True)
    question = (await window.event("token"))["question"]
    await window.call("close")
    await window.until("closed")
    await window.do("token", question=question, value="too-late")
    await window.rest()
    assert window.errors == ""
    assert server.is_quiet()
    assert not any(each["event"] == "socket" for each in window.log)


async def test_leaving_while_a_ticket_is_on_its_way(window: Page, server: Scripted) -> None:
    await new(window, server, options={"ticket": True})
    await server.ticket_request()
    await leave(window)
    assert not any(each["event"] == "socket" for each in window.log)


@pytest.mark.parametrize("state", ["connecting", "open", "waiting"])
async def test_leaving_from_a_listener_of_the_status(
    window: Page, server: Scripted, state: str
) -> None:
    peer = await opened(window, server)
    peer.vanish()
    waiting = await window.until("waiting")
    assert waiting["delayMs"] == 50
    await window.until("connecting")
    peer = await server.greeted()
    await window.until("open")
    await window.do("on", on="status", tag="state", when=state, call="close", **{"as": "closer"})
    await window.do("on", on="status", tag="after", **{"as": "after"})
    peer.vanish()
    if state == "open":
        await server.greeted()
    await window.until("closed")
    await window.rest()
    assert window.errors == ""
    # Who is told after the listener that left hears the end last, and nothing that is over.
    heard = [each["value"]["state"] for each in window.log if each["event"] == "after"]
    states = ["waiting", "connecting", "open"]
    assert heard == [*states[: states.index(state)], "closed"]


async def test_leaving_from_a_listener_of_messages(window: Page, server: Scripted) -> None:
    peer = await opened(window, server)
    await window.do("on", on="document_created", call="close")
    for number in range(3):
        await peer.send("document_created", item={"id": str(number)})
    await window.until("closed")
    await window.rest()
    assert [each["event"] for each in window.log].count("heard") == 1


async def test_stopped_by_the_server_it_leaves_as_well(window: Page, server: Scripted) -> None:
    peer = await opened(window, server)
    await window.call("getStatus")
    await peer.close(1008, "forbidden")
    await window.until("closed")
    await window.rest()

"""The generated browser client under Node.js, against the generated package under uvicorn."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.live import Server, running, serving, token
from support.scripted import Page, compiled, page

pytestmark = pytest.mark.slow

KEPT = 5
PER_SECOND = 20
TEXT = {"type": "string", "maxLength": 4000}
MOMENT = {"type": "string", "format": "date-time"}
TAGS = {"type": "array", "items": {"enum": ["a", "b"]}}
MANIFEST: dict[str, Any] = {
    "slug": "typed",
    "websockets": {
        "realtime": {"path": "/ws", "auth": {"required": False}},
        "members": {"path": "/members"},
    },
    "mdbgen": {
        "outputs": ["typescript"],
        "endpoints": {
            "realtime": {
                "receive": {
                    "ask": {
                        "properties": {
                            "question": {"type": "string", "maxLength": 20},
                            "at": MOMENT,
                        },
                        "required": ["question"],
                        "reply": "answer",
                    },
                    "tell": {"properties": {"text": TEXT, "tags": TAGS}, "required": ["text"]},
                    "join": {
                        "properties": {"channel": {"type": "string"}},
                        "required": ["channel"],
                    },
                    "forgotten": {"properties": {"n": {"type": "integer"}}, "reply": "answer"},
                    "forgotten_too": {},
                },
                "send": {
                    "answer": {
                        "properties": {"text": TEXT, "at": MOMENT},
                        "required": ["text"],
                    },
                    "note": {"properties": {"text": TEXT, "tags": TAGS}, "required": ["text"]},
                },
                "limits": {"max_message_bytes": 2000, "messages_per_second": PER_SECOND},
                "history": KEPT,
            },
        },
    },
}
AWAY = {"minDelayMs": 60_000, "maxDelayMs": 60_000}  # until there is a network again


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served"), "typed", {"app": MANIFEST}) as server:
        yield server


@pytest.fixture
def server(served: Server) -> Iterator[Server]:
    with served.shown():
        yield served


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("client"), MANIFEST)


@pytest.fixture
async def browser(client: Path) -> AsyncIterator[Page]:
    async with page(client, virtual=False) as browser:
        await browser.do("page", href="http://127.0.0.1/")
        yield browser


async def new(browser: Page, server: Server, **command: Any) -> None:
    options = {"url": f"http://127.0.0.1:{server.port}", "minDelayMs": 20}
    options |= command.pop("options", {})
    await browser.do("new", options=options, **command)


async def opened(browser: Page, server: Server, **command: Any) -> None:
    await new(browser, server, **command)
    await browser.until("open")
    await browser.do("on", on="note")
    await browser.do("on", on="error", tag="problem")
    await browser.do("on", on="resync", tag="resync")


async def leave(browser: Page) -> None:
    """Close the client; nobody may have complained, and nothing keep the process."""
    await browser.call("close")
    await browser.until("closed")
    await browser.rest()
    assert browser.errors == ""
    assert not any(each["event"] == "problem" for each in browser.log)


async def notes(browser: Page, count: int) -> list[str]:
    return [(await browser.heard())["text"] for _ in range(count)]


async def broadcast(server: Server, *texts: str, **whom: str) -> None:
    for text in texts:
        await server.post("/broadcast", note={"text": text}, **whom)


async def test_questions_and_answers(browser: Page, server: Server) -> None:
    await opened(browser, server)
    slow = await browser.call("ask", {"question": "wait", "at": "2026-01-02T12:00:00Z"})
    quick = await browser.call("ask", {"question": "Now 😀"})
    answer = (await browser.result(slow))["resolved"]
    assert answer["timestamp"].endswith("+00:00")
    assert re.fullmatch("1-[0-9a-z]{20,}", answer["reply_to"])
    assert {**answer, "timestamp": "", "reply_to": ""} == {
        "type": "answer",
        "app_slug": "typed",
        "timestamp": "",
        "text": "WAIT",
        "at": "2026-01-02T12:00:00Z",
        "reply_to": "",
    }
    assert (await browser.result(quick))["resolved"]["text"] == "NOW 😀"
    await leave(browser)
    results = [each["ref"] for each in browser.log if "resolved" in each]
    assert results == [slow, quick]


async def test_messages_both_ways(browser: Page, server: Server) -> None:
    await opened(browser, server)
    await browser.call("tell", {"text": "a\u2028</script>\x00", "tags": ["a", "b"]})
    note = await browser.heard()
    assert (note["text"], note["tags"]) == ("a\u2028</script>\x00", ["a", "b"])
    assert "seq" not in note  # for this client only
    await browser.call("join", {"channel": "news"})
    assert await notes(browser, 1) == ["joined"]
    await broadcast(server, "for others", channel="sports")
    await broadcast(server, "for the channel", channel="news")
    assert (await browser.heard())["text"] == "for the channel"
    await leave(browser)


async def test_what_the_server_could_not_use(browser: Page, server: Server) -> None:
    await opened(browser, server)
    invalid = await browser.call("ask", {"question": "x" * 21})
    rejected = (await browser.result(invalid))["rejected"]
    assert (rejected["name"], rejected["code"]) == ("ClientError", "invalid_message")
    assert "question" in str(rejected["details"])
    failed = await browser.call("ask", {"question": "fail"})
    assert (await browser.result(failed))["rejected"]["code"] == "handler_failed"
    missing = await browser.call("forgotten", {"n": 1})
    assert (await browser.result(missing))["rejected"]["code"] == "not_implemented"
    await browser.call("forgottenToo")
    problem = await browser.heard("problem")
    assert (problem["code"], problem["reply_to"]) == ("not_implemented", None)
    again = await browser.call("ask", {"question": "still there"})
    assert (await browser.result(again))["resolved"]["text"] == "STILL THERE"
    await browser.call("close")
    await browser.until("closed")
    await browser.rest()


async def test_what_was_missed_arrives_in_order_and_once(browser: Page, server: Server) -> None:
    await opened(browser, server, options={"token": token(sub="bob"), **AWAY})
    await broadcast(server, "before")
    assert await notes(browser, 1) == ["before"]
    for round in "12":
        await server.post("/disconnect_user", user_id="bob", code=1012, reason="restart")
        waiting = await browser.until("waiting")
        assert (waiting["code"], waiting["reason"]) == (1012, "restart")
        await broadcast(server, f"{round}a", f"{round}b")
        await broadcast(server, "not for bob", user_id="eve")
        await broadcast(server, f"{round}c", user_id="bob")
        await browser.do("online")
        await browser.until("open")
        await broadcast(server, f"{round}d")
        expected = [f"{round}{letter}" for letter in "abcd"]
        assert await notes(browser, 4) == expected
    await leave(browser)
    assert not any(each["event"] == "resync" for each in browser.log)
    assert [each["event"] for each in browser.log].count("heard") == 9


async def test_what_is_lost_is_said_to_be_lost(browser: Page, server: Server) -> None:
    await opened(browser, server, options={"token": token(sub="cleo"), **AWAY})
    await broadcast(server, "before")
    assert await notes(browser, 1) == ["before"]
    await server.post("/disconnect_user", user_id="cleo", code=1012, reason="restart")
    await browser.until("waiting")
    await broadcast(server, *(str(number) for number in range(KEPT + 1)))
    await browser.do("online")
    await browser.heard("resync")
    await broadcast(server, "after")
    assert await notes(browser, 1) == ["after"]
    # From here on it is complete again.
    await server.post("/disconnect_user", user_id="cleo", code=1012, reason="restart")
    await browser.until("waiting")
    await broadcast(server, "missed")
    await browser.do("online")
    assert await notes(browser, 1) == ["missed"]
    await leave(browser)
    assert [each["event"] for each in browser.log].count("resync") == 1


async def test_a_token_and_a_ticket(browser: Page, server: Server) -> None:
    good = token(sub="dora")
    await opened(browser, server, options={"token": good}, type="MembersClient")
    await browser.do("new", name="second", type="MembersClient", options={
        "url": f"http://127.0.0.1:{server.port}", "token": good, "ticket": True,
    })  # fmt: skip
    await browser.until("open")
    await browser.do("call", name="second", method="close", ref="second")
    await leave(browser)
    urls = [each["url"] for each in browser.log if each["event"] == "socket"]
    assert urls[0].endswith("/members")
    assert "/members?ticket=" in urls[1]
    assert good not in server.log


async def test_a_token_that_has_expired_is_renewed(browser: Page, server: Server) -> None:
    expired = token(sub="finn", exp=int(time.time()) - 60)
    for ticket in (False, True):
        await new(browser, server, options={"ticket": ticket}, tokens=[expired, token(sub="finn")],
                  type="MembersClient", name=f"ticket {ticket}")  # fmt: skip
        waiting = await browser.until("waiting")
        assert (waiting["code"], waiting["reason"]) == (1008, "unauthenticated")
        await browser.until("open")
        await browser.do("call", name=f"ticket {ticket}", method="close", ref="close")
        await browser.until("closed")
    await browser.rest()


@pytest.mark.parametrize("ticket", [False, True])
@pytest.mark.parametrize("credential", [None, "no-token-at-all"])
async def test_who_may_not_come_in_is_told(
    browser: Page, server: Server, credential: str | None, ticket: bool
) -> None:
    options = {"token": credential, "ticket": ticket}
    await new(browser, server, options=options, type="MembersClient")
    closed = await browser.until("closed")
    assert closed == {"state": "closed", "code": 1008, "reason": "unauthenticated"}
    await browser.rest()
    assert browser.errors == ""


async def test_who_is_put_out_stays_out(browser: Page, server: Server) -> None:
    await opened(browser, server, options={"token": token(sub="gus")})
    await server.post("/disconnect_user", user_id="gus")
    closed = await browser.until("closed")
    assert closed == {"state": "closed", "code": 1008, "reason": "forbidden"}
    await browser.rest()


async def test_who_is_put_out_with_a_code_of_the_apps_own_stays_out(
    browser: Page, server: Server
) -> None:
    await opened(browser, server, options={"token": token(sub="hal")})
    await server.post("/disconnect_user", user_id="hal", code=4000, reason="kicked")
    closed = await browser.until("closed")
    assert closed == {"state": "closed", "code": 4000, "reason": "kicked"}
    await browser.rest()


async def test_a_message_that_is_too_large_ends_it(browser: Page, server: Server) -> None:
    await opened(browser, server)
    asked = await browser.call("ask", {"question": "x" * 3000})
    assert (await browser.until("closed"))["code"] == 1009
    assert (await browser.result(asked))["rejected"]["code"] == "closed"
    await browser.rest()


async def test_a_full_queue_is_no_flood(browser: Page, server: Server) -> None:
    await new(browser, server, asks=True)
    await browser.event("token")
    await browser.do("on", on="note")
    texts = [str(number) for number in range(PER_SECOND)]
    for text in texts:
        await browser.result(await browser.call("tell", {"text": text}))
    refused = await browser.result(await browser.call("tell", {"text": "too many"}))
    assert refused["thrown"]["code"] == "queue_full"
    await browser.do("token", question=1, value=None)
    assert await notes(browser, PER_SECOND) == texts
    asked = await browser.call("ask", {"question": "still there"})
    assert (await browser.result(asked))["resolved"]["text"] == "STILL THERE"
    await leave(browser)


async def test_a_restart_of_the_server(browser: Page, tmp_path: Path) -> None:
    with serving(tmp_path, "typed", {"app": MANIFEST}) as server:
        await opened(browser, server, options={"maxDelayMs": 100})
        await broadcast(server, "before")
        assert await notes(browser, 1) == ["before"]
        asked = await browser.call("ask", {"question": "before"})
        assert (await browser.result(asked))["resolved"]["text"] == "BEFORE"
        await asyncio.to_thread(server.stop)
        assert (await browser.until("waiting"))["code"] == 1012
    later = await browser.call("ask", {"question": "meanwhile"})
    with running(tmp_path, arguments=("--port", str(server.port))) as server:
        assert (await browser.result(later))["resolved"]["text"] == "MEANWHILE"
        await browser.heard("resync")  # what the first process sent, the second does not know
        await broadcast(server, "after")
        assert await notes(browser, 1) == ["after"]
        await leave(browser)

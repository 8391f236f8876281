"""The generated browser client, and what others than an honest server may do to it.

An app may pass on to all clients whatever one of them sends: then anybody writes frames.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import test_live_client
from test_live_client import MAX_MS, MIN_MS, come_back, leave, new, opened

from support.scripted import (
    TIMEOUT_S,
    Page,
    Peer,
    Scripted,
    TicketRequest,
    compiled,
    page,
    scripted,
)

pytestmark = pytest.mark.slow

MANIFEST: dict[str, Any] = {
    **test_live_client.MANIFEST,
    "websockets": {**test_live_client.MANIFEST["websockets"], "slash": {"path": "/slash/"}},
}
FAREWELL_MS = 3_000  # how long the client waits for the close after a `disconnect`
CLOSING = 2  # of a WebSocket
SECRET = "eyJSECRETe30.c2ln"
UNFIT = "the token contains characters that cannot be sent"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("client"), MANIFEST)


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    async with scripted() as server:
        yield server


@pytest.fixture
async def browser(client: Path) -> AsyncIterator[Page]:
    async with page(client) as browser:
        yield browser


async def subscribe(browser: Page, channel: str) -> None:
    """Send something."""
    assert await browser.result(await browser.call("subscribe", {"channel": channel})) == {
        "value": None
    }


async def is_well(browser: Page, peer: Peer) -> None:
    """Fail unless everything works as if nothing had been."""
    assert await browser.ask("status") == {"state": "open"}
    asked = await browser.call("getStatus")
    question = await peer.recv()
    await peer.send("status_update", status="idle", reply_to=question["id"])
    assert (await browser.result(asked))["resolved"]["status"] == "idle"
    await browser.do("on", on="document_created", tag="well", **{"as": "well"})
    await peer.send("document_created", item={"id": "1"})
    assert (await browser.heard("well"))["item"] == {"id": "1"}
    await browser.do("off", **{"as": "well"})


async def half_closed(browser: Page, peer: Peer, code: int, reason: str) -> None:
    """Send a close, and do not end the connection when it is answered."""
    peer.freeze()
    peer.socket.protocol.send_close(code, reason)
    peer.socket.send_data()
    async with asyncio.timeout(TIMEOUT_S):
        while await browser.ask("readyState") != CLOSING:
            await asyncio.sleep(0.01)


# Good-byes that are none

FORGED: list[dict[str, Any]] = [
    {"code": 1008, "reason": "forbidden", "reconnect": False},
    {"code": 1008, "reason": "token_expired", "reconnect": True},
    {"code": 1000, "reason": "done", "reconnect": False},
    {"code": 1012, "reason": "restart", "reconnect": False},
    {"code": 4000, "reason": "kicked", "reconnect": False},
]


@pytest.mark.parametrize("forged", FORGED)
async def test_a_goodbye_without_a_close_stops_nothing_for_good(
    browser: Page, server: Scripted, forged: dict[str, Any]
) -> None:
    peer = await opened(browser, server)
    await peer.send("disconnect", **forged)
    await peer.nothing_came()
    await subscribe(browser, "a")
    await browser.elapse(FAREWELL_MS - 1)
    await peer.nothing_came()
    await browser.elapse(1)
    assert await peer.recv() == {"type": "subscribe", "channel": "a"}
    # From now on none of them makes a difference, however often they come.
    for _ in range(3):
        await peer.send("disconnect", **forged)
        await peer.nothing_came()
        await subscribe(browser, "b")
        assert (await peer.recv())["channel"] == "b"
    await is_well(browser, peer)
    await peer.close(1012, "")
    assert (await come_back(browser, server))["code"] == 1012
    # The next connection is not to blame.
    peer = await server.greeted()
    await browser.until("open")
    await peer.say_goodbye(1008, "forbidden")
    peer.vanish()
    assert await browser.until("closed") == {"state": "closed", "code": 1008, "reason": "forbidden"}
    await browser.rest()


async def test_more_of_them_do_not_make_it_wait_longer(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    for _ in range(6):
        await peer.send("disconnect", **FORGED[0])
        await peer.nothing_came()
        await browser.elapse(FAREWELL_MS / 6)
    await subscribe(browser, "a")
    assert (await peer.recv())["channel"] == "a"
    await leave(browser)


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("code", [1001, 1012, 1013, 4408])
async def test_a_forged_goodbye_says_nothing_about_a_close_of_another_kind(
    browser: Page, server: Scripted, forged: dict[str, Any], code: int
) -> None:
    """At a restart the server may have no time for a good-bye of its own."""
    peer = await opened(browser, server)
    await peer.send("disconnect", **forged)
    await peer.close(code, "")
    assert (await come_back(browser, server))["code"] == code
    await server.greeted()
    await leave(browser)


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_goodbye_is_forgotten_when_the_network_fails_later(
    browser: Page, server: Scripted, forged: dict[str, Any]
) -> None:
    peer = await opened(browser, server)
    await peer.send("disconnect", **forged)
    await peer.nothing_came()
    await browser.elapse(FAREWELL_MS)
    peer.vanish()
    assert (await come_back(browser, server))["code"] == 1006
    await server.greeted()
    await leave(browser)


async def test_a_forged_goodbye_does_not_hide_the_servers_own(
    browser: Page, server: Scripted
) -> None:
    """Whether it comes before or after: the close says which was meant."""
    come_again = {"code": 1012, "reason": "come again", "reconnect": True}
    for at, order in enumerate(["before", "after"]):
        await browser.do("new", name=order, options={"url": server.url})
        peer = await server.greeted()
        await browser.until("open")
        if order == "before":
            await peer.send("disconnect", **come_again)
        await peer.say_goodbye(1008, "forbidden")
        if order == "after":
            await peer.send("disconnect", **come_again)
        await peer.close(1008, "forbidden")
        assert (await browser.until("closed"))["reason"] == "forbidden", at
    await browser.rest()


async def test_a_close_that_takes_its_time_is_a_close(browser: Page, server: Scripted) -> None:
    """It has come, but the connection has not ended: the good-bye was meant."""
    peer = await opened(browser, server)
    await peer.say_goodbye(4000, "kicked", reconnect=False)
    await half_closed(browser, peer, 4000, "kicked")
    await browser.elapse(FAREWELL_MS)
    await subscribe(browser, "waits")
    peer.vanish()
    assert await browser.until("closed") == {"state": "closed", "code": 4000, "reason": "kicked"}
    await browser.rest()
    assert browser.log[-1]["timers"] == 0


async def test_what_is_sent_while_the_connection_closes_waits_for_the_next(
    browser: Page, server: Scripted
) -> None:
    peer = await opened(browser, server)
    await half_closed(browser, peer, 1012, "")
    await subscribe(browser, "a")
    peer.vanish()
    await come_back(browser, server)
    assert (await (await server.greeted()).recv())["channel"] == "a"
    await leave(browser)


# Replies that are none


def _parts(identifier: str) -> tuple[str, str]:
    found = re.fullmatch("([0-9]+)-([0-9a-z]{20,})", identifier)
    assert found, identifier
    return found[1], found[2]


async def test_ids_cannot_be_guessed(browser: Page, server: Scripted) -> None:
    """Not even where ``Math.random`` can, and the same ids were seen before."""
    secrets = set()
    for name in "ab":
        await browser.do("new", name=name, options={"url": server.url}, random=0.5)
        peer = await server.greeted()
        await browser.until("open")
        for number in "123":
            await browser.do("call", name=name, method="getStatus", ref=f"{name}{number}")
            counted, secret = _parts((await peer.recv())["id"])
            assert counted == number
            secrets.add(secret)
        await browser.do("call", name=name, method="close", ref=name)
    assert len(secrets) == 6
    await browser.rest()


async def test_ids_differ_where_nothing_is_there_to_make_secrets(
    browser: Page, server: Scripted
) -> None:
    """As in Node.js 18."""
    assert await browser.ask("forget", name="crypto") is False
    peer = await opened(browser, server)  # with a Math.random that always says the same
    asked = [await browser.call("getStatus") for _ in range(3)]
    questions = [await peer.recv() for _ in asked]
    for number, question in reversed([*enumerate(questions)]):
        await peer.send("status_update", status=f"s{number}", reply_to=question["id"])
    for number, call in enumerate(asked):
        assert (await browser.result(call))["resolved"]["status"] == f"s{number}"
    await leave(browser)


GUESSES: list[Any] = [
    *range(-1, 20), *map(str, range(20)), "1-", None, "", True, 1.5, [], ["1"], {}, "__proto__",
    "constructor", "toString",
]  # fmt: skip


async def test_frames_of_others_answer_no_questions(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="error", tag="problem")
    asked = await browser.call("getStatus")
    question = await peer.recv()
    for guess in GUESSES:
        await peer.send("status_update", status="busy", reply_to=guess)
        await peer.send("error", code="handler_failed", message="", reply_to=guess, details=None)
        await browser.heard("problem")
    await peer.send("status_update", status="idle", reply_to=question["id"])
    assert (await browser.result(asked))["resolved"]["status"] == "idle"
    # Once is enough.
    await peer.send("status_update", status="busy", reply_to=question["id"])
    await peer.send("error", code="late", message="", reply_to=question["id"], details=None)
    assert (await browser.heard("problem"))["code"] == "late"
    await is_well(browser, peer)
    await leave(browser)


# Frames that nobody sends today

STRANGE = '{"toString": 1, "valueOf": [], "constructor": null, "length": -1}'  # becomes no text
ODD_FRAMES = [
    f'{{"type": {STRANGE}}}',
    '{"type": null, "reply_to": null}',
    '{"type": ["ping"]}',
    f'[{STRANGE}, "connected"]',
    f'{{"type": "error", "code": {STRANGE}, "message": {STRANGE}, "reply_to": {STRANGE}}}',
    '{"type": "error"}',
    f'{{"type": "disconnect", "code": {STRANGE}, "reason": {STRANGE}, "reconnect": {STRANGE}}}',
    '{"type": "disconnect"}',
    '{"type": "disconnect", "code": "1008", "reason": "forbidden", "reconnect": false}',
    f'{{"type": "connected", "ping_interval": {STRANGE}, "seq": {STRANGE}}}',
    '{"type": "connected", "ping_interval": -1e9}',
    '{"type": "connected"}',
    f'{{"type": "resync", "since": {STRANGE}}}',
    '{"type": "status", "state": "closed"}',
    '{"type": "document_created", "item": null, "__proto__": {"polluted": true}, "new": [[[]]]}',
    '{"__proto__": {"type": "disconnect", "code": 1000, "reconnect": false}}',
    '{"type": "__proto__", "polluted": true}',
    '{"type": "constructor", "prototype": {"polluted": true}}',
    '{"type": "*"}',
    '{"type": "", "x": NaN}',
    '{"type": "of_the_future", "app_slug": 5, "timestamp": [], "seq": "7", "urgency": "high"}',
    '{"type": "x", "deep": ' + '{"a":[' * 200 + "]}" * 200 + "}",
]


@pytest.mark.parametrize("frame", ODD_FRAMES)
async def test_no_frame_does_harm(browser: Page, server: Scripted, frame: str) -> None:
    peer = await opened(browser, server)
    for event in ("*", "error", "resync", "document_created"):
        await browser.do("on", on=event, tag="any")
    await peer.socket.send(frame)
    await peer.socket.send(frame)
    await peer.nothing_came()
    await is_well(browser, peer)
    assert await browser.ask("objects", name="polluted") is None
    await leave(browser)
    states = [each["value"]["state"] for each in browser.log if each["event"] == "status"]
    assert states == ["connecting", "open", "closed"]


@pytest.mark.parametrize(
    "odd", ["null", '"5"', "[]", "{}", "-30", "0", "NaN", '"x"', "true", STRANGE]
)
async def test_a_server_that_does_not_say_how_often_it_pings(
    browser: Page, server: Scripted, odd: str
) -> None:
    await new(browser, server)
    peer = await server.peer()
    await peer.socket.send(
        f'{{"type": "connected", "ping_interval": {odd}}}'.replace("NaN", "1e-9")
    )
    await browser.until("open")
    if odd == "NaN":  # so short that only the grace is left
        await browser.elapse(19_000)
    else:
        await browser.elapse(49_000)
    assert await browser.ask("status") == {"state": "open"}
    await leave(browser)


async def test_connected_counts_once(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    for interval in (0.001, 1e308, "x"):
        await peer.greet(ping_interval=interval)
    await peer.nothing_came()
    peer.freeze()
    await browser.elapse(49_999)
    assert await browser.ask("status") == {"state": "open"}
    await browser.elapse(1)
    await browser.until("waiting")
    peer.vanish()
    await leave(browser)
    states = [each["value"]["state"] for each in browser.log if each["event"] == "status"]
    assert states.count("open") == 1


async def test_ten_thousand_frames_at_once(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="document_created")
    asked = await browser.call("getStatus")
    question = await peer.recv()
    odd = [each for each in ODD_FRAMES if "document_created" not in each]
    odd.append('{"type": "disconnect", "code": 4000, "reconnect": false}')
    frames = []
    for number in range(10_000):
        frames.append(
            json.dumps({"type": "document_created", "item": {"id": str(number)}, "seq": number})
        )
        frames.append(odd[number % len(odd)])
    peer.socket.transport.set_write_buffer_limits(2**26)
    for frame in frames:
        await peer.socket.send(frame)
    for number in range(10_000):
        assert (await browser.heard())["item"]["id"] == str(number)
    await peer.send("status_update", status="idle", reply_to=question["id"])
    assert (await browser.result(asked))["resolved"]["status"] == "idle"
    await browser.elapse(FAREWELL_MS)
    await is_well(browser, peer)
    peer.vanish()
    await come_back(browser, server)
    assert (await server.greeted()).query == "since=9999"
    await leave(browser)


async def test_frames_that_come_after_it_has_left(browser: Page, server: Scripted) -> None:
    peer = await opened(browser, server)
    await browser.do("on", on="*", tag="any")
    await browser.do("on", on="document_created", call="close")
    for frame in ('{"type": "document_created"}', *ODD_FRAMES):
        await peer.socket.send(frame)
    await browser.until("closed")
    await browser.rest()
    assert [each["event"] for each in browser.log].count("any") == 1
    assert browser.log[-1]["timers"] == 0


# Where it was


@pytest.mark.parametrize(
    "odd", ["1e400", "-1e400", '"7"', '"99999999999999999999"', "1.5", "null", "[8]", "{}", "true",
            "1e300", "9007199254740993"]
)  # fmt: skip
async def test_what_is_no_place_in_the_history_is_not_kept_as_one(
    browser: Page, server: Scripted, odd: str
) -> None:
    peer = await opened(browser, server)
    await peer.send("brand_new", seq=1_700_000_000_000_005)
    for kind in ("brand_new", "document_created", "resync", "error", "connected"):
        await peer.socket.send(f'{{"type": "{kind}", "seq": {odd}}}')
    await peer.nothing_came()
    peer.vanish()
    await come_back(browser, server)
    assert (await server.greeted()).query == "since=1700000000000005"
    await leave(browser)


# Tokens that cannot travel, and secrets in what others say

UNFIT_TOKENS = [
    f"{SECRET}\n", f"\n{SECRET}", f"Bearer {SECRET}", f"{SECRET}=", f"{SECRET},x", f" {SECRET}",
    f"{SECRET}\t", f"{SECRET}\x00", f'"{SECRET}"', f"{SECRET}ü", f"{SECRET}😀", f"{SECRET}\u2028",
    f"a/{SECRET}", f"{SECRET};", f"{SECRET}\r\nX: y", f"{{{SECRET}}}", f"{SECRET}\ud800",
]  # fmt: skip


def never_said(browser: Page) -> bool:
    """Whether the secret stands nowhere in what the client told the page."""
    return SECRET not in json.dumps(browser.log) + browser.errors


@pytest.mark.parametrize("is_asked", [False, True])
@pytest.mark.parametrize("token", UNFIT_TOKENS)
async def test_a_token_that_cannot_travel_is_refused_once(
    browser: Page, server: Scripted, token: str, is_asked: bool
) -> None:
    command: dict[str, Any] = {"options": {"token": token}}
    if is_asked:
        command = {"tokens": [token, "good"]}
    await new(browser, server, **command)
    assert await browser.status() == {"state": "closed", "code": 1008, "reason": UNFIT}
    late = await browser.result(await browser.call("getStatus"))
    assert late["rejected"]["code"] == "closed"
    assert await browser.elapse(10 * MAX_MS) == 0
    await browser.rest()
    assert server.is_quiet()
    assert never_said(browser)
    assert not any(each["event"] == "socket" for each in browser.log)


async def test_every_token_that_a_subprotocol_may_carry_travels(
    browser: Page, server: Scripted
) -> None:
    token = "!#$%&'*+-.^_`|~" + "09azAZ"
    peer = await opened(browser, server, options={"token": token})
    assert peer.protocols == ("bearer", token)
    await leave(browser)


@pytest.mark.parametrize("token", [f"{SECRET}\r\nX: y", f"{SECRET}\x00", f"{SECRET}😀", "\u2028"])
async def test_a_token_that_no_header_can_carry_is_refused_once(
    browser: Page, server: Scripted, token: str
) -> None:
    await new(browser, server, options={"ticket": True}, tokens=[token, "good"])
    assert await browser.status() == {"state": "closed", "code": 1008, "reason": UNFIT}
    await browser.rest()
    assert server.asked.empty()
    assert never_said(browser)


@pytest.mark.parametrize("token", [f"Bearer {SECRET}", f"{SECRET}=", f"{SECRET},x", f"a/{SECRET}"])
async def test_a_header_carries_more_than_a_subprotocol(
    browser: Page, server: Scripted, token: str
) -> None:
    """What is wrong with it then is for the server to say."""
    server.tickets.append((401, {"detail": "unauthenticated"}))
    await new(browser, server, options={"ticket": True, "token": token})
    assert await server.ticket_request() == TicketRequest("/ws/ticket", f"Bearer {token}")
    assert (await browser.status())["reason"] == "unauthenticated"
    await browser.rest()
    assert never_said(browser)


async def test_what_a_getter_throws_is_not_shown(browser: Page, server: Scripted) -> None:
    """It may quote the token."""
    waiting = {"state": "waiting", "code": 1006, "reason": "the token getter failed"}
    await new(browser, server, asks=True)
    await browser.do("token", question=1, error=f"cannot renew {SECRET}")
    assert await browser.status() == {**waiting, "delayMs": 50}
    await leave(browser)
    assert never_said(browser)


async def test_what_a_getter_throws_at_once_is_not_shown(browser: Page, server: Scripted) -> None:
    await new(browser, server, broken=f"cannot renew {SECRET}")
    assert (await browser.until("waiting"))["reason"] == "the token getter failed"
    await leave(browser)
    assert never_said(browser)


@pytest.mark.parametrize("answer", [None, 5, "t1", [], {}, {"ticket": None}, {"ticket": [SECRET]}])
async def test_an_answer_without_a_ticket_is_none(
    browser: Page, server: Scripted, answer: Any
) -> None:
    server.tickets.append((200, answer))
    await new(browser, server, options={"ticket": True, "token": SECRET})
    await server.ticket_request()
    waiting = await browser.status()
    assert (waiting["state"], waiting["code"], waiting["delayMs"]) == ("waiting", 1006, 50)
    assert waiting["reason"] in ("no ticket: the request failed", "no ticket: the answer has none")
    await leave(browser)
    assert never_said(browser)


async def test_a_server_that_gives_no_tickets_is_asked_again(
    browser: Page, server: Scripted
) -> None:
    await server.stop()
    await new(browser, server, options={"ticket": True, "token": SECRET})
    waiting = await browser.status()
    assert (waiting["code"], waiting["reason"]) == (1006, "no ticket: the request failed")
    await server.start()
    server.tickets.append((503, {}))
    await browser.elapse(MIN_MS)
    await server.ticket_request()
    assert (await browser.until("waiting"))["reason"] == "no ticket: HTTP 503"
    await leave(browser)
    assert never_said(browser)


@pytest.mark.parametrize("url", ["http://", "ws://[", f"http://a b/?token={SECRET}"])
async def test_an_address_that_is_none_is_refused_once(
    browser: Page, server: Scripted, url: str
) -> None:
    await browser.do("new", options={"url": url}, tokens=["asked for nothing"])
    closed = {"state": "closed", "code": 1008, "reason": "the option url is not an address"}
    assert await browser.until("closed") == closed
    await browser.rest()
    assert never_said(browser)


@pytest.mark.parametrize(
    "command",
    [
        {"options": {"url": f"ftp://127.0.0.1/?token={SECRET}"}},
        {"unmakeable": f"The subprotocol '{SECRET}' is invalid."},
    ],
)
async def test_a_socket_that_cannot_be_made_is_tried_once(
    browser: Page, server: Scripted, command: dict[str, Any]
) -> None:
    await new(browser, server, **command)
    closed = await browser.status()
    assert (closed["state"], closed["code"]) == ("closed", 1008)
    assert closed["reason"] == "cannot create a WebSocket: see the options url and webSocket"
    assert await browser.elapse(10 * MAX_MS) == 0
    await browser.rest()
    assert never_said(browser)


# Delays


async def test_a_token_that_expires_at_once_is_renewed_ever_more_slowly(
    browser: Page, server: Scripted
) -> None:
    await new(browser, server, tokens=[str(number) for number in range(9)])

    async def expired() -> float:
        await (await server.greeted()).close(1008, "token_expired")
        return float((await come_back(browser, server))["delayMs"])

    assert [await expired() for _ in range(6)] == [50, 100, 200, 400, 500, 500]
    peer = await server.greeted()
    await browser.until("open")
    await browser.elapse(10_000)
    await peer.close(1008, "token_expired")
    assert (await come_back(browser, server))["delayMs"] == 50
    await leave(browser)


async def test_a_refused_token_is_renewed_soon_however_long_the_server_was_away(
    browser: Page, server: Scripted
) -> None:
    server.refusals.extend([503] * 4)
    await new(browser, server, tokens=[str(number) for number in range(9)])
    for delay in (50, 100, 200, 400):
        await server.refusal()
        assert (await come_back(browser, server))["delayMs"] == delay
    await (await server.peer()).close(1008, "unauthenticated")
    assert (await come_back(browser, server))["delayMs"] == 50
    await server.greeted()
    await browser.until("open")
    await leave(browser)


@pytest.mark.parametrize("random", [0.0, 0.25, 0.999])
@pytest.mark.parametrize("code", [1001, 1012])
async def test_restarts_one_after_the_other_are_waited_for_ever_longer(
    browser: Page, server: Scripted, code: int, random: float
) -> None:
    """From the first one on, the clients do not all come back at once."""
    await new(browser, server, random=random, options={"maxDelayMs": 5_000})
    for bound in (1_000, 2_000, 4_000, 5_000, 5_000):
        await (await server.greeted()).close(code, "")
        assert (await come_back(browser, server))["delayMs"] == pytest.approx(random * bound)
    peer = await server.greeted()
    await browser.until("open")
    await browser.elapse(10_000)
    await peer.close(code, "")
    assert (await come_back(browser, server))["delayMs"] == pytest.approx(random * 1_000)
    await leave(browser)


# Where tickets are


async def test_the_ticket_of_a_path_that_ends_in_a_slash(browser: Page, server: Scripted) -> None:
    server.tickets.append((200, {"ticket": "t1", "expires_in": 10}))
    await new(browser, server, options={"ticket": True}, type="SlashClient")
    assert (await server.ticket_request()).path == "/slash/ticket"
    assert (await server.greeted()).query == "/slash/?ticket=t1"
    await browser.until("open")
    await leave(browser)

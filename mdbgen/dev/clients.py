"""The console's clients: driven from here, so that they can do what no browser can."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin, Subprotocol

from mdbgen.dev.board import Board, now_ms
from mdbgen.dev.closes import ABNORMAL, By, Explained, explain, reaction_to
from mdbgen.dev.handshake import NoTicket, Wanted, make_request
from mdbgen.dev.people import Kind, People
from mdbgen.dev.plan import HEADER
from mdbgen.dev.signer import CannotSign, Signer
from mdbgen.dev.supervisor import Supervisor
from mdbgen.dev.trail import Attempt, Step, judge
from mdbgen.model.manifest import Manifest
from mdbgen.model.wire import Reaction

OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 2.0
MAX_BODY_CHARS = 4_000
MIN_DELAY_S, MAX_DELAY_S, RESTART_SPREAD = 0.5, 30.0, 10  # those of the generated client
STABLE_S = 5.0
RELOAD_SPREAD_S = 0.2  # after a reload that the console has asked for, nobody waits long
RECORD_GRACE_S = 0.3  # for the log record of a refusal, which comes another way

Status = Literal["connecting", "open", "refused", "closed", "waiting"]


@dataclass(frozen=True, slots=True)
class World:
    """What all clients share."""

    board: Board
    people: People
    signer: Signer
    supervisor: Supervisor
    manifest: Callable[[], Manifest]


class Client:
    """One client, through all its connections.

    Attributes:
        records: what the package has logged of the connection that is, or was last.
    """

    def __init__(self, client_id: str, wanted: Wanted, world: World) -> None:
        self.id = client_id
        self.wanted = wanted
        self.records: list[str] = []
        self.connection: ClientConnection | None = None
        self.connection_id: str | None = None
        self.faults: list[str] = []
        self._world = world
        self._status: Status = "connecting"
        self._connected_at: int | None = None
        self._handshake: dict[str, Any] | None = None
        self._trail: Sequence[Step] = ()
        self._close: Explained | None = None
        self._farewell: tuple[int, str] | None = None
        self._failures = 0
        self._is_renewed = False
        self._leaves = False  # the console has told it to
        self._recorded = asyncio.Event()
        self._back = asyncio.Event()  # the app is there again
        self._asked_at: dict[str | int, float] = {}
        self.reply_ms: list[float] = []
        self._task: asyncio.Task[None] | None = None

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        wanted = self.wanted
        return {
            "id": self.id,
            "person": wanted.person,
            "endpoint": wanted.endpoint,
            "carrier": wanted.carrier,
            "origin": wanted.origin,
            "headers": [list(each) for each in wanted.headers],
            "query": [list(each) for each in wanted.query],
            "status": self._status,
            "connection_id": self.connection_id,
            "connected_at": self._connected_at,
            "handshake": self._handshake,
            "trail": [each.as_json() for each in self._trail],
            "close": self._close.as_json() if self._close else None,
            "faults": list(self.faults),
        }

    def start(self) -> None:
        """Connect, and come back as the generated client would."""
        self._task = asyncio.create_task(self._run())

    async def reconnect(self) -> None:
        """Connect anew, whatever was before."""
        await self.stop()
        self._failures, self._is_renewed, self._leaves = 0, False, False
        self.start()

    async def stop(self) -> None:
        """Leave without a word."""
        if self.connection is not None:
            self.connection.transport.abort()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def close(self, code: int, reason: str) -> None:
        """Close the connection, and stay away.

        Raises:
            ValueError: ``code`` may not stand in a close frame.
        """
        self._leaves = True
        if self.connection is None:
            await self.stop()
            self._become("closed")
            return
        if code not in (1000, 1001) and not 3000 <= code <= 4999:
            raise ValueError(f"a client closes with 1000, 1001 or 3000 to 4999, not {code}")
        await self.connection.close(code, reason)

    def leave(self) -> None:
        """Note that the end that follows is wanted."""
        self._leaves = True

    def show(self) -> None:
        """Show how the client is."""
        self._world.board.show("client", self.as_json())

    def note(self, text: str) -> None:
        """Log what has happened."""
        self._world.board.log_frame(self.id, "event", text)

    def take_record(self, text: str) -> None:
        """Hear what the package has logged of this client."""
        self.records.append(text)
        self._recorded.set()

    def come_back(self) -> None:
        """Hear that the app is there again."""
        self._back.set()

    async def send(self, text: str) -> None:
        """Send a text frame.

        Raises:
            RuntimeError: It is not connected.
        """
        await self.open_connection.send(text)
        self._world.board.log_frame(self.id, "out", text)
        if (message_id := _member(text, "id")) is not None:
            self._asked_at[message_id] = time.monotonic()

    @property
    def open_connection(self) -> ClientConnection:
        """The connection.

        Raises:
            RuntimeError: There is none.
        """
        if self.connection is None:
            raise RuntimeError(f"{self.id} is not connected")
        return self.connection

    async def _run(self) -> None:
        """Connect, read, and come back, until there is a reason to stay away."""
        while True:
            await self._attempt()
            delay_s = self._delay()
            if delay_s is None:
                return
            self._back.clear()
            assert self._close is not None
            self._close = replace(self._close, again_in_s=round(delay_s, 1))
            self._become("waiting")
            with suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._back.wait()
                await asyncio.sleep(random.uniform(0, RELOAD_SPREAD_S))

    async def _attempt(self) -> None:
        """One connection, from the handshake to its end."""
        self.records.clear()
        self.faults.clear()
        self._recorded.clear()
        self._asked_at.clear()
        self.connection_id = self._handshake = self._close = self._farewell = None
        self._connected_at, self._trail = None, ()
        self._become("connecting")
        try:
            connection = await self._open()
        except InvalidStatus as refusal:
            await self._refused(refusal)
        except NoTicket as refusal:
            self._handshake = refusal.answer
            await self._not_connected(str(refusal))
        except CannotSign as refusal:
            self._handshake = {"status": 0, "reason": str(refusal), "headers": [], "body": ""}
            await self._not_connected(str(refusal))
        except (OSError, TimeoutError, InvalidHandshake, ValueError) as problem:
            self._close = explain(ABNORMAL, str(problem), "network")
            self.note(f"not connected: {problem}")
            self._become("closed")
        else:
            await self._live(connection)

    async def _open(self) -> ClientConnection:
        world, wanted = self._world, self.wanted
        app = world.supervisor.app
        person = world.people.get(wanted.person)
        token = world.signer.token(person)
        path = app.paths.get(wanted.endpoint) or world.manifest().websockets[wanted.endpoint].path
        request = await make_request(wanted, app.url, path, token)
        address = app.url.partition("://")[2]
        host, _, port = address.partition(":")
        return await connect(
            f"ws://{request.host or address}{request.target}",
            host=host,
            port=int(port),
            origin=None if request.origin is None else Origin(request.origin),
            additional_headers=[*request.headers, (HEADER, f"{world.supervisor.secret} {self.id}")],
            subprotocols=[Subprotocol(each) for each in request.subprotocols] or None,
            user_agent_header=None,
            compression=None,
            proxy=None,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=None,
        )

    async def _live(self, connection: ClientConnection) -> None:
        """Read to the end."""
        self.connection = connection
        response = connection.response
        if response is not None:
            self._handshake = _answer(response.status_code, response.reason_phrase, response)
        self.note("handshake accepted")
        try:
            while True:
                self._take(await connection.recv())
        except ConnectionClosed as end:
            self.connection = None
            await self._ended(end)
        finally:
            self.connection = None

    def _take(self, content: str | bytes) -> None:
        """Log a frame, and do what the generated client does by itself."""
        self._world.board.log_frame(self.id, "in", content)
        if isinstance(content, bytes):
            return
        frame = _parsed(content)
        match frame.get("type"):
            case "connected" if self.connection_id is None:
                self._greet(frame)
            case "ping" if "no_pong" not in self.faults:
                self._answer_ping()
            case "disconnect":
                code, reason = frame.get("code"), frame.get("reason")
                if isinstance(code, int):
                    self._farewell = code, str(reason)
        reply_to = frame.get("reply_to")
        if isinstance(reply_to, str | int) and reply_to in self._asked_at:
            self.reply_ms.append((time.monotonic() - self._asked_at.pop(reply_to)) * 1000)

    def _greet(self, frame: dict[str, Any]) -> None:
        self.connection_id = str(frame.get("connection_id"))
        self._connected_at = now_ms()
        self._is_renewed = False
        self._trail = judge(self._as_attempt(was_let_in=True), self._world.manifest())
        self.note("connected")
        self._become("open")

    def _answer_ping(self) -> None:
        text = '{"type":"pong"}'
        self._world.board.log_frame(self.id, "out", text)
        if self.connection is not None:
            self._pong = asyncio.create_task(_send_quietly(self.connection, text))

    async def _ended(self, end: ConnectionClosed) -> None:
        code, reason, by = _how(end)
        if self._farewell is not None and code in (ABNORMAL, 1005):
            code, reason = self._farewell
            by = "server"
        self._close = explain(code, reason, by)
        self.note(f"closed {code} {reason}".rstrip())
        if self._connected_at is None and by == "server":
            await self._hear_records()
            self._trail = judge(self._as_attempt(was_let_in=False), self._world.manifest())
            self._become("refused")
        else:
            self._become("closed")

    async def _refused(self, refusal: InvalidStatus) -> None:
        response = refusal.response
        self._handshake = _answer(response.status_code, response.reason_phrase, response)
        self._handshake["body"] = response.body.decode(errors="replace")[:MAX_BODY_CHARS]
        await self._not_connected(f"refused {response.status_code} {response.reason_phrase}")

    async def _not_connected(self, what: str) -> None:
        self.note(what)
        await self._hear_records()
        self._trail = judge(self._as_attempt(was_let_in=False), self._world.manifest())
        self._become("refused")

    async def _hear_records(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(RECORD_GRACE_S):
                await self._recorded.wait()

    def _as_attempt(self, *, was_let_in: bool) -> Attempt:
        wanted = self.wanted
        person = self._world.people.get(wanted.person)
        shows = person.kind is not Kind.ANONYMOUS and wanted.carrier != "none"
        stated = {name.lower() for name, _ in wanted.headers}
        stated |= {name.lower() for name, _ in wanted.query}
        return Attempt(
            endpoint=wanted.endpoint,
            has_origin=wanted.origin is not None or "origin" in stated,
            shows_credential=shows or bool(stated & {"authorization", "token", "ticket", "cookie"}),
            records=self.records,
            was_let_in=was_let_in,
        )

    def _delay(self) -> float | None:
        """Seconds until it comes back; None where it stays away. As ``client.ts`` decides it."""
        close = self._close
        if self._leaves or close is None or self._status == "refused":
            return None
        was_stable = self._connected_at is not None and (
            now_ms() - self._connected_at >= STABLE_S * 1000
        )
        failures = 0 if was_stable else self._failures
        self._failures = failures + 1
        reaction = reaction_to(close.code, close.reason)
        growth = float(2**failures)
        match reaction:
            case Reaction.STOP:
                return None
            case Reaction.RENEW if self._is_renewed:
                return None
            case Reaction.RENEW:
                self._is_renewed = True
            case Reaction.RESTART:
                growth *= RESTART_SPREAD
        return random.random() * min(MAX_DELAY_S, MIN_DELAY_S * growth)

    def _become(self, status: Status) -> None:
        self._status = status
        self.show()


async def _send_quietly(connection: ClientConnection, text: str) -> None:
    with suppress(ConnectionClosed):
        await connection.send(text)


def _how(end: ConnectionClosed) -> tuple[int, str, By]:
    """Who ended a connection, and how."""
    if end.rcvd is not None and (end.rcvd_then_sent or end.sent is None):
        return end.rcvd.code, end.rcvd.reason, "server"
    if end.sent is not None:
        return end.sent.code, end.sent.reason, "client"
    return ABNORMAL, "", "network"


def _answer(status: int, reason: str, response: Any) -> dict[str, Any]:
    headers = [[name, value] for name, value in response.headers.raw_items()]
    return {"status": status, "reason": reason, "headers": headers, "body": ""}


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _member(text: str, name: str) -> str | int | None:
    value = _parsed(text).get(name)
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None

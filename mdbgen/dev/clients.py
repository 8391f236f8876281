"""The console's clients: driven from here, so that they can do what no browser can."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from mdbgen.dev.board import now_ms
from mdbgen.dev.closes import (
    ABNORMAL,
    GOING,
    NO_STATUS,
    Explained,
    explain,
    logged_close,
    unreachable,
)
from mdbgen.dev.comeback import Comeback
from mdbgen.dev.handshake import Carrier, NoTicket, Wanted
from mdbgen.dev.opening import how_ended, no_answer, open_connection, shown_answer
from mdbgen.dev.people import Kind
from mdbgen.dev.replies import Replies, parse_frame
from mdbgen.dev.signer import CannotSign
from mdbgen.dev.trail import Attempt, Outcome, Step, judge
from mdbgen.dev.world import World

RELOAD_SPREAD_S = 0.2  # after a reload nobody waits long
RECORD_GRACE_S = 0.5  # for the log record of a refusal, which comes another way
MAX_RECORDS = 100  # the last ones say why it was refused, or dropped
PONG = '{"type":"pong"}'
_CREDENTIALS = {"authorization", "cookie", "token", "ticket"}  # as headers or parameters

Status = Literal["connecting", "open", "refused", "closed", "waiting"]


class Client:
    """One client, through all its connections.

    Attributes:
        connection: the one that is open.
        faults: what it does wrong on purpose, and goes on doing.
        replies: how long it waits for answers.
    """

    def __init__(self, client_id: str, wanted: Wanted, world: World) -> None:
        self.id = client_id
        self.wanted = wanted
        self.connection: ClientConnection | None = None
        self.connection_id: str | None = None
        self.faults: list[str] = []
        self.replies = Replies()
        self._world = world
        self._status: Status = "connecting"
        self._connected_at: int | None = None
        self._handshake: dict[str, Any] | None = None
        self._trail: Sequence[Step] = ()
        self._close: Explained | None = None
        self._farewell: tuple[int, str] | None = None  # what a ``disconnect`` frame said
        self._records: deque[str] = deque(
            maxlen=MAX_RECORDS
        )  # what the package has logged of this connection
        self._recorded = asyncio.Event()
        self._comeback = Comeback()
        self._leaves = False  # the console has told it to
        self._app_is_back = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._pongs: set[asyncio.Task[None]] = set()

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        return {
            "id": self.id,
            **self.wanted.as_json(),
            "status": self._status,
            "connection_id": self.connection_id,
            "connected_at": self._connected_at,
            "handshake": self._handshake,
            "trail": [each.as_json() for each in self._trail],
            "close": self._close.as_json() if self._close else None,
            "faults": list(self.faults),
        }

    @property
    def open_connection(self) -> ClientConnection:
        """The connection.

        Raises:
            RuntimeError: There is none.
        """
        if self.connection is None:
            raise RuntimeError(f"{self.id} is not connected")
        return self.connection

    def start(self) -> None:
        """Connect, and come back as the generated client would."""
        self._task = asyncio.create_task(self._run())

    async def reconnect(self) -> None:
        """Connect anew, whatever was before."""
        await self.stop()
        self._comeback, self._leaves = Comeback(), False
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
            ValueError: A client may not close with this code.
        """
        if code not in (1000, 1001) and not 3000 <= code <= 4999:
            raise ValueError(f"a client closes with 1000, 1001 or 3000 to 4999, not {code}")
        self.leave()
        if self.connection is not None:
            await self.connection.close(code, reason)
        else:
            await self.stop()
            self._become("closed")

    def begin(self, fault: str) -> None:
        """Do something wrong from now on."""
        self.end(fault)
        self.faults.append(fault)

    def end(self, fault: str) -> None:
        """Do it no longer."""
        self.faults = [each for each in self.faults if each != fault]

    def leave(self) -> None:
        """Note that the end that follows is wanted."""
        self._leaves = True

    def show(self) -> None:
        """Show how the client is."""
        self._world.board.show("client", self.as_json())

    def note(self, text: str) -> None:
        """Log what has happened."""
        self._world.board.log_frame(self.id, "event", text)

    def hear(self, record: str) -> None:
        """Take what the package has logged of this client."""
        self._records.append(record)
        self._recorded.set()

    def come_back(self) -> None:
        """Hear that the app is there again."""
        self._app_is_back.set()

    async def send(self, text: str) -> None:
        """Send a text frame.

        Raises:
            RuntimeError: It is not connected.
        """
        await self.open_connection.send(text)
        self._world.board.log_frame(self.id, "out", text)
        self.replies.sent(parse_frame(text))

    async def _run(self) -> None:
        """Connect, read, and come back, until there is a reason to stay away."""
        while True:
            self._begin()
            await self._attempt()
            close = self._close
            if self._leaves or close is None or self._status == "refused":
                return
            lasted_s = (now_ms() - (self._connected_at or now_ms())) / 1000
            delay_s = self._comeback.delay_s(close.code, close.reason, lasted_s)
            if delay_s is None:
                return
            self._app_is_back.clear()
            self._close = replace(close, again_in_s=round(delay_s, 1))
            self._become("waiting")
            await self._wait(delay_s)

    async def _wait(self, delay_s: float) -> None:
        """Wait for the time, and for the app; but no longer once that is back."""
        try:
            async with asyncio.timeout(delay_s):
                await self._app_is_back.wait()
        except TimeoutError:
            if self._world.supervisor.app.status == "up":
                return
            await self._app_is_back.wait()
        await asyncio.sleep(random.uniform(0, RELOAD_SPREAD_S))

    def _begin(self) -> None:
        self.faults.clear()
        self._records.clear()
        self._recorded.clear()
        self.replies.forget()
        self.connection_id = self._connected_at = None
        self._handshake = self._close = self._farewell = None
        self._trail = ()
        self._become("connecting")

    async def _attempt(self) -> None:
        """One connection, from the handshake to its end."""
        try:
            connection = await open_connection(self.id, self.wanted, self._world)
        except InvalidStatus as refusal:
            self._handshake = answer = shown_answer(refusal.response)
            if answer is not None:
                await self._refused(f"refused {answer['status']} {answer['reason']}")
        except NoTicket as refusal:
            self._handshake = refusal.answer
            await self._refused(str(refusal))
        except (CannotSign, LookupError) as problem:
            self._handshake = no_answer(str(problem.args[0]))
            self.note(f"not connected: {problem.args[0]}")
            self._become("refused")
        except (OSError, TimeoutError, InvalidHandshake, ValueError) as problem:
            self._close = unreachable(problem, self._world.supervisor.app.url)
            self.note(self._close.meaning)
            self._become("closed")
        else:
            self._handshake = shown_answer(connection.response)
            self.note("handshake accepted")
            await self._read(connection)

    async def _read(self, connection: ClientConnection) -> None:
        """Read to the end."""
        self.connection = connection
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
        frame = parse_frame(content)
        match frame.get("type"):
            case "connected" if self._connected_at is None:
                self._greet(str(frame.get("connection_id")))
            case "ping" if "no_pong" not in self.faults:
                task = asyncio.create_task(self._answer_ping())
                self._pongs.add(task)
                task.add_done_callback(self._pongs.discard)
            case "disconnect" if isinstance(frame.get("code"), int):
                self._farewell = frame["code"], str(frame.get("reason"))
        self.replies.received(frame)

    def _greet(self, connection_id: str) -> None:
        self.connection_id = connection_id
        self._connected_at = now_ms()
        self._comeback.connected()
        self._judge(was_let_in=True)
        self.note("connected")
        self._become("open")

    async def _answer_ping(self) -> None:
        with suppress(ConnectionClosed, RuntimeError):
            await self.send(PONG)

    async def _ended(self, end: ConnectionClosed) -> None:
        code, reason, by = how_ended(end)
        if self._farewell is not None and code in (ABNORMAL, NO_STATUS):
            (code, reason), by = self._farewell, "server"
        elif by == "network" and (logged := logged_close(self._records)):
            (code, reason), by = logged, "server"
        if self._leaves and by == "network":
            by = "client"
        self._close = explain(code, reason, by)
        what = f"closed {code} {reason}".rstrip()
        if self._connected_at is None and by == "server" and code not in GOING:
            await self._refused(what)
        else:
            self.note(what)
            self._become("closed")

    async def _refused(self, what: str) -> None:
        self.note(what)
        with suppress(TimeoutError):
            async with asyncio.timeout(RECORD_GRACE_S):
                while not self._judge(was_let_in=False):
                    self._recorded.clear()
                    await self._recorded.wait()
        self._become("refused")

    def _judge(self, *, was_let_in: bool) -> bool:
        """Say why; False while the package has not said it yet."""
        wanted, records = self.wanted, tuple(self._records)
        person = self._world.people.get(wanted.person)
        names = {name.lower() for name, _ in (*wanted.headers, *wanted.query)}
        has_token = person.kind is not Kind.ANONYMOUS and wanted.carrier is not Carrier.NONE
        shows = has_token or bool(names & _CREDENTIALS)
        has_origin = wanted.origin is not None or "origin" in names
        attempt = Attempt(wanted.endpoint, has_origin, shows, records, was_let_in)
        self._trail = judge(attempt, self._world.manifest())
        return any(each.outcome is not Outcome.NOT_REACHED for each in self._trail)

    def _become(self, status: Status) -> None:
        self._status = status
        self.show()

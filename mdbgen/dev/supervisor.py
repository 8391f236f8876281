"""The app's process, and the next one: a new one is made ready before the old one goes."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from mdbgen.dev.board import Board, Event, now_ms
from mdbgen.dev.plan import Plan
from mdbgen.dev.worker import Switchboard, Worker, WorkerGone

Status = Literal["starting", "up", "restarting", "down"]
Recipe = Callable[[], tuple[Plan, Mapping[str, str]]]  # the plan of a new process, its variables


@dataclass(frozen=True, slots=True)
class App:
    """How the app is, as the console shows it."""

    url: str
    status: Status
    since: int  # ms
    why: str
    traceback: str | None
    bare: bool
    paths: Mapping[str, str]

    def as_json(self) -> Event:
        """What the page is told."""
        return {
            "url": self.url,
            "status": self.status,
            "since": self.since,
            "why": self.why,
            "traceback": self.traceback,
            "bare": self.bare,
            "paths": dict(self.paths),
        }


class Supervisor:
    """Keeps one process of the app running.

    Args:
        recipe: makes the plan of the next process, without the port of the link and the secret.
        place: listens where the app will, so that nobody else does before the app is ready.
        on_up: called whenever clients may come.
        on_change: called whenever the app's status changes.
        on_event: called for each view and each record.
        on_no_app: called where the user's module was imported, but holds no app; says what it has.
    """

    def __init__(
        self,
        app: App,
        board: Board,
        recipe: Recipe,
        place: socket.socket,
        *,
        on_up: Callable[[Event], None],
        on_change: Callable[[App], None],
        on_event: Callable[[Event], None],
        on_no_app: Callable[[str], None],
    ) -> None:
        self.app = app
        self._board = board
        self._recipe = recipe
        self._place = place
        self._on_up = on_up
        self._on_change = on_change
        self._on_event = on_event
        self._on_no_app = on_no_app
        self._switchboard = Switchboard()
        self._wanted = asyncio.Event()
        self._why = ""
        self._current: Worker | None = None
        self._candidate: Worker | None = None
        self._listener: asyncio.Task[None] | None = None

    @property
    def secret(self) -> str:
        """What marks a handshake of the console's clients; "" while nothing serves."""
        return self._current.secret if self._current is not None else ""

    def restart(self, why: str) -> None:
        """Have a new process take over, soon."""
        self._why = why
        self._wanted.set()

    async def ask(self, do: str, **facts: Any) -> Any:
        """Have something done in the app.

        Raises:
            WorkerGone: It does not run.
            RuntimeError: It could not be done; says why.
        """
        if self._current is None:
            raise WorkerGone
        return await self._current.ask(do, **facts)

    async def run(self) -> None:
        """Start the app, and start it anew whenever that is asked for."""
        await self._switchboard.open()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._replace()

    def kill(self) -> None:
        """End all processes at once."""
        for worker in (self._candidate, self._current):
            if worker is not None:
                worker.kill()

    async def stop(self) -> None:
        """End all processes."""
        if self._listener is not None:
            self._listener.cancel()
        for worker in (self._candidate, self._current):
            if worker is not None:
                await worker.stop()
        self._switchboard.close()

    async def _replace(self) -> None:
        """Make a new process ready, and let it take the place of the old one."""
        began = time.monotonic()
        self._show("restarting" if self._current else "starting", self._why)
        candidate = self._candidate = Worker()
        self._switchboard.expect(candidate)
        try:
            event = await self._prepared(candidate)
            if event is None:  # something has changed again
                return
            if event["is"] == "no_app":
                self._on_no_app(event["traceback"])
            if event["is"] != "ready":
                self._keep_old(event.get("traceback"))
                return
            await self._retire()
            candidate.tell("go")
            self._current, self._candidate = candidate, None
            await self._await_start(candidate, event, began)
        except WorkerGone:
            self._lose("the app ended while it started")
        finally:
            if self._candidate is not None:
                self._candidate.kill()
                await self._candidate.ended()
                self._switchboard.dismiss(self._candidate)
                self._candidate = None

    async def _prepared(self, candidate: Worker) -> Event | None:
        """Start a process, and wait until it has imported the app; None to begin anew."""
        plan, variables = self._recipe()
        self.app = replace(self.app, bare=plan.app is None)
        plan = replace(plan, link=self._switchboard.port, secret=candidate.secret)
        await candidate.start(plan, variables)
        ready = asyncio.create_task(_first_event(candidate))
        again = asyncio.create_task(self._wanted.wait())
        done, pending = await asyncio.wait({ready, again}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        return ready.result() if ready in done else None

    async def _await_start(self, worker: Worker, ready: Event, began: float) -> None:
        """Wait until the server listens, then hear what the app has to say."""
        trace, taken = None, ""
        while (event := await worker.events.get()) is not None:
            if event["is"] == "up":
                took = f"{time.monotonic() - began:.1f} s"
                why = f"{self._why}; took {took}" if self._why else f"started in {took}"
                if ready["package"] is None:
                    why = "the app includes no package generated from this manifest"
                self.app = replace(self.app, paths=event["paths"])
                self._show("up", why)
                self._on_up(event)
                self._listener = asyncio.create_task(self._listen(worker))
                return
            if event["is"] == "no_place":
                taken = event["why"]
                continue
            trace = _trace_in(event) or trace
            self._on_event(event)
        code = await worker.ended()
        reason = trace.strip().splitlines()[-1] if trace else taken or f"exit code {code}"
        self._lose(f"the app did not start: {reason}", trace)

    async def _listen(self, worker: Worker) -> None:
        """Hear a process out; what ends by itself is told."""
        trace = None
        while (event := await worker.events.get()) is not None:
            trace = _trace_in(event) or trace
            self._on_event(event)
        code = await worker.ended()
        self._lose(f"the app has ended by itself: exit code {code}", trace)

    async def _retire(self) -> None:
        """End the old process: clients are told, and the place is free."""
        if self._listener is not None:
            self._listener.cancel()
            self._listener = None
        self._place.close()
        old, self._current = self._current, None
        if old is not None:
            await old.stop()
            while not old.events.empty():
                if event := old.events.get_nowait():
                    self._on_event(event)
            self._switchboard.dismiss(old)

    def _keep_old(self, trace: str | None) -> None:
        if self._current is None:
            self._place.close()  # clients are to be refused, and not to wait
            self._show(
                "down", "the app cannot be imported; it is tried again when a file changes", trace
            )
        else:
            self._show("up", "the changed app cannot be imported; the last good one goes on", trace)

    def _lose(self, why: str, trace: str | None = None) -> None:
        if self._current is not None:
            self._switchboard.dismiss(self._current)
            self._current = None
        self._board.show_view(None)
        self._show("down", f"{why}; it is started again when a file changes", trace)

    def _show(self, status: Status, why: str, trace: str | None = None) -> None:
        self.app = replace(self.app, status=status, since=now_ms(), why=why, traceback=trace)
        self._board.show_app(self.app.as_json())
        self._on_change(self.app)


def _trace_in(event: Event) -> str | None:
    """Return the traceback of a record; the server puts that of a failed start into the text.

    Where a setting is missing, the package leaves one line of it: ``SettingsError: …``.
    """
    text = str(event.get("text", ""))
    is_fault = text.startswith(("Traceback", "SettingsError: "))
    return event.get("traceback") or (text if is_fault else None)


async def _first_event(worker: Worker) -> Event:
    """Wait for ``ready`` or ``broken``; a process that ends before has said nothing."""
    first = asyncio.create_task(worker.events.get())
    end = asyncio.create_task(worker.ended())
    try:
        await asyncio.wait({first, end}, return_when=asyncio.FIRST_COMPLETED)
        async with asyncio.timeout(1):  # what was written last arrives last
            event = await first
    except TimeoutError:
        event = None
    finally:
        for task in (first, end):
            task.cancel()
    return event or {"is": "broken", "traceback": "the process of the app has ended without a word"}

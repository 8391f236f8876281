"""``mdbgen dev`` as a process, and a page of its console that is no browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

from support import slow
from support.live import TIMEOUT_S

START_TIMEOUT_S = 30.0

Event = dict[str, Any]

_numbers = count(1)  # of all that were started


def free_port() -> int:
    """A port that nobody listens on, for a moment at least."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class CommandFailed(Exception):
    """The console says why it does not do something."""


@dataclass
class Page:
    """A page of the console: what it has been told, and what it can do."""

    socket: ClientConnection
    state: Event
    clients: dict[str, Event] = field(default_factory=dict)
    frames: list[Event] = field(default_factory=list)
    records: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    _asked: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, do: str, **facts: Any) -> Event:
        """Give a command; its answer."""
        self._asked += 1
        number = self._asked
        await self.socket.send(json.dumps({"do": do, "id": number, **facts}))
        answers = await self.until(lambda: [e for e in self.events if e.get("id") == number])
        if answers[0]["is"] == "failed":
            raise CommandFailed(answers[0]["message"])
        return dict(answers[0])

    async def connect(self, person: str, endpoint: str, **facts: Any) -> str:
        """Have one more client; its id."""
        found = self.person(person)
        answer = await self.do("connect", person=found["id"], endpoint=endpoint, **facts)
        return str(answer["client"]["id"])

    async def join(self, person: str, endpoint: str, **facts: Any) -> str:
        """Have one more client that is let in; its id."""
        client = await self.connect(person, endpoint, **facts)
        await self.reaches(client, "open")
        return client

    async def reaches(self, client: str, *statuses: str, timeout_s: float = TIMEOUT_S) -> Event:
        """Wait until a client is so."""
        wanted = lambda: self.clients.get(client, {}).get("status") in statuses  # noqa: E731
        await self.until(wanted, timeout_s)
        return self.clients[client]

    async def until(self, is_so: Callable[[], Any], timeout_s: float = TIMEOUT_S) -> Any:
        """Wait for news until something is so; what it is."""
        deadline = time.monotonic() + timeout_s
        while not (found := is_so()):
            self._news.clear()
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    await self._news.wait()
            except TimeoutError:
                last = [str(each)[:300] for each in self.events[-12:]]
                raise AssertionError("\n".join(["the last events:", *last])) from None
        return found

    async def frame(self, client: str, *, timeout_s: float = TIMEOUT_S, **members: Any) -> Event:
        """Wait for a frame that has these members; the frame."""

        def found() -> Event | None:
            for each in self.frames_of(client):
                if each.items() >= members.items():
                    return each
            return None

        return dict(await self.until(found, timeout_s))

    async def record(self, client: str, text: str) -> Event:
        """Wait for a log record of a client that holds this text; the record."""

        def found() -> list[Event]:
            of_client = (each for each in self.records if each["client"] == client)
            return [each for each in of_client if text in each["text"]]

        return dict((await self.until(found))[0])

    def frames_of(self, client: str) -> list[Event]:
        """What a client has got, as objects."""
        texts = [e["text"] for e in self.frames if (e["client"], e["way"]) == (client, "in")]
        return [json.loads(text) for text in texts]

    def person(self, name: str) -> Event:
        """Somebody, by name."""
        return next(dict(each) for each in self.state["people"] if each["name"] == name)

    def listen(self, event: Event) -> None:
        """Take in what is told."""
        match event["is"]:
            case "client":
                self.clients[event["client"]["id"]] = event["client"]
            case "person":
                others = [e for e in self.state["people"] if e["id"] != event["person"]["id"]]
                self.state["people"] = [*others, event["person"]]
            case "client_gone":
                self.clients.pop(event["client"], None)
            case "frames":
                self.frames += event["frames"]
            case "records":
                self.records += event["records"]
            case "problems":
                self.state["problems"], self.state["text"] = event["problems"], event["text"]
            case "app" | "view" | "contract":
                self.state[event["is"]] = event[event["is"]]
        self.events.append(event)
        self._news.set()


@dataclass
class Dev:
    """A development server that runs."""

    process: subprocess.Popen[bytes]
    log_file: Path
    app: str = ""  # http://127.0.0.1:…
    console: str = ""  # the same of the console, without a path
    secret: str = ""

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def address(self) -> str:
        """What a person opens."""
        return f"{self.console}/?secret={self.secret}"

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Open the console, and wait until the app is there, or cannot be."""
        url = f"{self.console.replace('http', 'ws')}/control?secret={self.secret}"
        async with connect(url, origin=self.console, proxy=None, max_size=None) as socket:  # type: ignore[arg-type]
            async with asyncio.timeout(TIMEOUT_S):
                hello = json.loads(await socket.recv())
            page = Page(socket, hello, {each["id"]: each for each in hello["clients"]})
            reader = asyncio.create_task(_listen(socket, page))
            try:
                await page.until(
                    lambda: page.state["app"]["status"] in ("up", "down"), START_TIMEOUT_S
                )
                yield page
            finally:
                reader.cancel()

    def until_logged(self, pattern: str, timeout_s: float = START_TIMEOUT_S) -> re.Match[str]:
        """Wait until the terminal says something."""
        deadline = time.monotonic() + timeout_s
        while not (found := re.search(pattern, self.log)):
            assert self.process.poll() is None, f"it has ended:\n{self.log}"
            assert time.monotonic() < deadline, f"no {pattern} in:\n{self.log}"
            time.sleep(0.02)
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(TIMEOUT_S)

    def shown(self) -> Self:
        print(self.log)
        return self


async def _listen(socket: ClientConnection, page: Page) -> None:
    async for text in socket:
        page.listen(json.loads(text))


@contextmanager
def developing(
    folder: Path,
    *arguments: str,
    env: Mapping[str, str | None] | None = None,
    ports: Sequence[str] | None = None,
) -> Iterator[Dev]:
    """Run ``mdbgen dev`` in a folder until the block ends; nothing of it may be left then.

    Args:
        ports: options that say on which ports; None for free ones that are named.
    """
    slow.require("a server")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MDB_", "MDBGEN", "PYTHON")) and "SECRET_KEY" not in name
    }
    stated = {name: value for name, value in (env or {}).items() if value is not None}
    command = [sys.executable, "-m", "mdbgen", "dev", *arguments]
    if ports is None:
        ports = ["--port", str(free_port()), "--console-port", str(free_port())]
    log_file = folder.parent / f"{folder.name}-{next(_numbers)}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*command, *ports],
            cwd=folder,
            env=inherited | stated,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    dev = Dev(process, log_file)
    try:
        dev.app = dev.until_logged(r"app +(http://127\.0\.0\.1:\d+)")[1]
        found = dev.until_logged(r"console +(http://127\.0\.0\.1:\d+)/\?secret=(\S+)")
        dev.console, dev.secret = found[1], found[2]
        yield dev
    finally:
        left = children_of(process.pid)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        dev.shown()
    assert await_end(left), f"processes are left: {left}"


@contextmanager
def in_terminal(
    folder: Path,
) -> Iterator[tuple[subprocess.Popen[bytes], int, Callable[[bytes], bytes]]]:
    """Run it as the leader of a session with a terminal of its own.

    Yields:
        The process, the other end of its terminal, and what waits until a text has been
        printed and returns all that was.
    """
    import pty

    slow.require("a server")
    ours, theirs = pty.openpty()
    ports = ["--port", str(free_port()), "--console-port", str(free_port())]
    process = subprocess.Popen(
        [sys.executable, "-m", "mdbgen", "dev", *ports],
        cwd=folder,
        preexec_fn=partial(os.login_tty, theirs),
        pass_fds=[theirs],
    )
    os.close(theirs)
    seen = b""

    def until(text: bytes) -> bytes:
        nonlocal seen
        deadline = time.monotonic() + START_TIMEOUT_S
        while text not in seen:
            assert time.monotonic() < deadline, seen.decode()
            seen += os.read(ours, 4096)
        return seen

    try:
        yield process, ours, until
    finally:
        process.kill()
        process.wait()
        try:
            os.close(ours)
        except OSError:
            assert process.returncode == 0, "it was closed, and nothing ended"


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    rows = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    pairs = [(int(a), int(b)) for a, b in (row.split() for row in rows if row.strip())]
    own = [child for child, parent in pairs if parent == pid]
    return own + [each for child in own for each in children_of(child)]


def await_end(pids: list[int], timeout_s: float = TIMEOUT_S) -> bool:
    """Wait for the end of processes; whether it came."""
    deadline = time.monotonic() + timeout_s
    while any(map(_runs, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _runs(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip() not in ("",) and not state.stdout.strip().startswith("Z")

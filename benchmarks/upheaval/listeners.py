"""Clients that write down what they are sent, in order, and come back when they are told to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from random import Random

from crowd import Client, Crowd

from support.live import token

USERS, CHANNELS = 20, 5
JOINS_AT_ONCE = 25

Target = dict[str, str]
Entry = tuple[str, int]  # who published it, and its number there

_known: dict[Entry, Entry] = {}  # millions of deliveries, some thousand entries
published_at: dict[Entry, float] = {}  # in Unix time


class Listener(Crowd):
    """One client of a worker.

    Attributes:
        log: What came; ``None`` is a resync, or a return without a memory of what was before.
        stays: Whether it was connected all the time, but for a worker that was replaced.
    """

    def __init__(self, number: int, worker: int, random: Random) -> None:
        super().__init__(0, self._path)
        self.number = number
        self.worker = worker
        self.user_id = f"u{random.randrange(USERS)}"
        channel = f"c{random.randrange(CHANNELS)}"
        # Only handlers of the first endpoint join channels.
        self.endpoint = "realtime" if number % 4 else "other"
        self.channel = channel if number % 4 else None
        self.log: list[Entry | None] = []
        self.ends: set[str] = set()
        self._joined = 0
        self._greeted_at: list[tuple[float, int]] = []  # Unix time, place in the log
        self._since: int | None = None
        self._hello: asyncio.Event = asyncio.Event()
        self._unnumbered: set[Entry] = set()  # since the last number
        self._excused: set[Entry] = set()  # may come again

    def __str__(self) -> str:
        own = f"{self.user_id}, {self.channel}, {self.endpoint}, greeted at {self._greeted_at}"
        return f"client {self.number} of worker {self.worker} ({own})"

    @property
    def stays(self) -> bool:
        return self.lost < self._joined

    def is_meant(self, target: Target) -> bool:
        own = {"user_id": self.user_id, "channel": self.channel, "endpoint": self.endpoint}
        return all(own[key] == value for key, value in target.items())

    def was_absent(self, entry: Entry) -> bool:
        """Whether it may have been in no channel yet, and was told so when it came."""
        return any(
            published_at.get(entry, time_s) < time_s and None in self.log[place:]
            for time_s, place in self._greeted_at[1:]
        )

    async def join(self, port: int) -> None:
        """Connect, for the first time or again, and wait for the greeting."""
        self._port = port
        if self._joined and self._since is None:
            self.log.append(None)
        # What came without a number came while Redis was away; it may be replayed.
        self._excused |= self._unnumbered
        self._hello.clear()
        await self.connect(1)
        self._joined += 1
        await self._hello.wait()

    def arrived(self, client: Client, data: bytes, start: int, stop: int) -> None:
        frame = json.loads(data[start:stop])
        match frame["type"]:
            case "numbered" | "extra":
                published_at[frame["by"], frame["n"]] = frame["at"]
                self._hear((frame["by"], frame["n"]), frame.get("seq"))
            case "resync":
                self.log.append(None)
            case "end":
                self.ends.add(frame["by"])
            case "connected":
                self._hello.set()
                self._greeted_at.append((time.time(), len(self.log)))
        if "seq" in frame and (frame["type"] != "connected" or self._since is None):
            self._since = frame["seq"]
            self._unnumbered.clear()

    def _hear(self, entry: Entry, seq: int | None) -> None:
        entry = _known.setdefault(entry, entry)
        if entry in self._excused:
            self._excused.remove(entry)
            return
        self.log.append(entry)
        if seq is None and self.endpoint == "realtime":
            self._unnumbered.add(entry)

    def _path(self, _: int) -> str:
        path = "/ws" if self.endpoint == "realtime" else "/other"
        query = {"token": token(sub=self.user_id), "channel": self.channel, "since": self._since}
        given = [f"{key}={value}" for key, value in query.items() if value is not None]
        return f"{path}?{'&'.join(given)}"


async def join_all(listeners: Sequence[Listener], port: int) -> None:
    """Connect them all to one worker."""
    places = asyncio.Semaphore(JOINS_AT_ONCE)

    async def join(listener: Listener) -> None:
        async with places:
            await listener.join(port)

    async with asyncio.TaskGroup() as group:
        for listener in listeners:
            group.create_task(join(listener))

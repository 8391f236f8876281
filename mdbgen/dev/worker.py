"""One process of the app, as the development process sees it."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mdbgen.dev.plan import VARIABLE, Plan

LINE_BYTES = 16 * 1024 * 1024  # a view of many connections is long
STOP_TIMEOUT_S = 2.5  # for clients to be told, and handlers to end
ANSWER_TIMEOUT_S = 5.0

Event = dict[str, Any]


class WorkerGone(Exception):
    """The app does not run."""

    def __init__(self) -> None:
        super().__init__("the app does not run")


class Worker:
    """A process of the app, from its start to its end.

    Attributes:
        secret: what it shows to be let in; also what marks the console's clients.
        events: what it tells; None is the last.
    """

    def __init__(self) -> None:
        self.secret = secrets.token_hex(32)
        self.events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._asked = 0

    async def start(self, plan: Plan, variables: Mapping[str, str]) -> None:
        """Start it: it imports the app, says ``ready``, and waits for ``go``."""
        environment = {**os.environ, **variables, VARIABLE: plan.as_text(), "PYTHONUNBUFFERED": "1"}
        environment.pop("PYDANTIC_DISABLE_PLUGINS", None)  # set for mdbgen, not for the app
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "mdbgen.dev.child",
            stdin=asyncio.subprocess.DEVNULL,
            env=environment,
            start_new_session=os.name == "posix",  # Ctrl-C is for one of the two
        )

    async def ended(self) -> int:
        """Wait for its end; return the exit code."""
        return await self._process.wait() if self._process is not None else 0

    async def ask(self, do: str, **facts: Any) -> Any:
        """Have something done in the app, and return what came of it.

        Raises:
            WorkerGone: It does not run.
            RuntimeError: It could not be done; says why.
        """
        self._asked += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[self._asked] = answer
        self.tell(do, id=self._asked, **facts)
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await answer
        except TimeoutError:
            raise RuntimeError("the app does not answer: something blocks its loop") from None
        finally:
            self._answers.pop(self._asked, None)

    def tell(self, do: str, **facts: Any) -> None:
        """Have something done, and wait for nothing.

        Raises:
            WorkerGone: It does not run.
        """
        if self._writer is None or self._writer.is_closing():
            raise WorkerGone
        self._writer.write(json.dumps({"do": do, **facts}).encode() + b"\n")

    async def stop(self) -> None:
        """End it: kindly, then not."""
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(WorkerGone):
            self.tell("stop")
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._process.wait()
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear what it tells, until its connection ends."""
        self._writer = writer
        try:
            while line := await reader.readline():
                self._take(json.loads(line))
        except (OSError, ValueError):
            pass
        finally:
            self._writer = None
            writer.close()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(WorkerGone())
            self.events.put_nowait(None)

    def _take(self, event: Event) -> None:
        answer = self._answers.get(event.get("id", 0))
        if answer is None:
            self.events.put_nowait(event)
        elif not answer.done():
            if event["is"] == "done":
                answer.set_result(event["result"])
            else:
                answer.set_exception(RuntimeError(event["message"]))


class Switchboard:
    """Where the processes of the app call in; each is known by its secret."""

    def __init__(self) -> None:
        self._workers: list[Worker] = []
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Listen, on a free port of the loopback."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0, limit=LINE_BYTES)

    def expect(self, worker: Worker) -> None:
        """Let a worker call in."""
        self._workers.append(worker)

    def dismiss(self, worker: Worker) -> None:
        """Expect no more of a worker."""
        self._workers.remove(worker)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                shown = json.loads(await reader.readline())["secret"].encode()
        except (OSError, ValueError, LookupError, TypeError, AttributeError, TimeoutError):
            shown = b""
        for worker in self._workers:
            if hmac.compare_digest(worker.secret.encode(), shown):
                await worker.listen(reader, writer)
                return
        writer.close()

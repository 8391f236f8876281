"""``python -m mdbgen.dev.child``: started by ``mdbgen dev``, and by nobody else."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from types import ModuleType
from typing import Any

import uvicorn

from mdbgen.dev.child.agent import Agent
from mdbgen.dev.child.asgi import Entrance
from mdbgen.dev.child.link import Command, Link
from mdbgen.dev.child.load import NoApp, find_package, load_app, own_traceback
from mdbgen.dev.child.records import expect_cancellations, forward_records
from mdbgen.dev.plan import SECRETS, VARIABLE, Plan, parse_plan
from mdbgen.dev.ports import listen_on

GRACE_S = 1  # for requests that are under way
ORPHAN_TIMEOUT_S = 3.0  # how long the app may take to end when nobody is there to end it


class Child:
    """The process of the app, as the development process steers it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._link = Link(plan.link, plan.secret)
        self._go = threading.Event()
        self._server: _Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._agent: Agent | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self) -> int:
        """Import the app, wait until its place is free, serve it; return the exit code."""
        self._link.listen(self._take, self._end)
        try:
            app = load_app(self._plan)
        except NoApp as problem:
            self._link.tell({"is": "no_app", "traceback": str(problem)})
            self._link.flush()
            return 1
        except BaseException as problem:
            trace = _shown(problem)
            sys.stderr.write(trace.rstrip() + "\n")
            self._link.tell({"is": "broken", "traceback": trace})
            self._link.flush()
            return 1
        package = find_package(self._plan.slug)
        self._link.tell({"is": "ready", "package": package.__name__ if package else None})
        self._go.wait()
        if self._plan.key and not any(os.environ.get(name) for name in SECRETS):
            os.environ[SECRETS[0]] = self._plan.key
        try:
            return self._serve(app, package)
        finally:
            self._link.flush()

    def _serve(self, app: Any, package: ModuleType | None) -> int:
        try:
            listener = listen_on(self._plan.port)  # at once: starting the app may take long
        except OSError:
            why = (
                f"another program has taken port {self._plan.port}; end that one, or start"
                " mdbgen dev with another --port"
            )
            self._link.tell({"is": "no_place", "why": why})
            return 1
        config = uvicorn.Config(
            Entrance(app, self._plan),
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        forward_records(self._link, package.__name__ if package else None)
        self._agent = Agent(self._link, package)
        self._server = _Server(config)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(self._main(app, self._server, self._agent, listener))
        return 0

    async def _main(self, app: Any, server: _Server, agent: Agent, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()

        def started() -> None:
            event = {"is": "up", "paths": _paths(app, agent), "deployment": agent.deployment()}
            self._link.tell(event)
            self._keep(agent.report())

        server.on_start = started
        await server.serve([listener])
        for task in self._tasks:
            task.cancel()

    def _take(self, command: Command) -> None:
        """Hear a command, in the thread of the link."""
        if command["do"] == "go":
            self._go.set()
        elif self._loop is None:
            os._exit(0)  # told to stop before it has served anybody
        else:
            self._loop.call_soon_threadsafe(self._act, command)

    def _act(self, command: Command) -> None:
        if self._agent is None:
            return
        self._keep(self._stop() if command["do"] == "stop" else self._agent.answer(command))

    async def _stop(self) -> None:
        if self._agent is not None:
            await self._agent.close_all()
        expect_cancellations()
        if self._server is not None:
            self._server.should_exit = True

    def _end(self) -> None:
        """The development process is gone: so is what it has started."""
        if self._loop is None:
            os._exit(1)
        timer = threading.Timer(ORPHAN_TIMEOUT_S, os._exit, (1,))
        timer.daemon = True
        timer.start()
        with suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._act, {"do": "stop"})

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Server(uvicorn.Server):
    """A uvicorn that says when clients may come."""

    on_start: Any = None

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.on_start is not None and not self.should_exit:
            self.on_start()


def _paths(app: Any, agent: Agent) -> dict[str, str]:
    """Where each endpoint really is: an app may include the router under a prefix."""
    found = {}
    for name in agent.endpoints():
        with suppress(Exception):
            found[name] = str(app.url_path_for(name))
    return found


def _shown(problem: BaseException) -> str:
    return "".join(traceback.format_exception(problem.with_traceback(own_traceback(problem))))


def main() -> None:
    """Do as the environment says."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to both, and one decides
    child = Child(parse_plan(os.environ.pop(VARIABLE)))
    sys.exit(child.run())


if __name__ == "__main__":
    main()

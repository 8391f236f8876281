"""One run of ``mdbgen dev``: the app, the console, the watcher, and what ties them together."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from mdbgen import __version__
from mdbgen.console.contract import contract_of
from mdbgen.dev.actions import Actions
from mdbgen.dev.board import Board, Event, now_ms
from mdbgen.dev.control import Console
from mdbgen.dev.keys import has_terminal, pressed
from mdbgen.dev.people import first_people
from mdbgen.dev.plan import Plan
from mdbgen.dev.project import (
    Project,
    Reading,
    changes_between,
    find_drift,
    no_app,
    package_of,
    read_manifest,
    write_package,
)
from mdbgen.dev.rates import Rates
from mdbgen.dev.screen import Screen
from mdbgen.dev.signer import Signer, key_variables, make_key_pair
from mdbgen.dev.supervisor import App, Supervisor
from mdbgen.dev.watch import Watcher
from mdbgen.dev.world import World
from mdbgen.errors import MdbgenError, as_json

ENDING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


@dataclass(frozen=True, slots=True)
class Setup:
    """What a run begins with."""

    project: Project
    reading: Reading
    spare: Path  # a folder for this run
    place: socket.socket  # of the app: kept from others until the app listens by itself
    listener: socket.socket  # of the console


class Run:
    """Everything of one run, from the first start to the end."""

    def __init__(self, setup: Setup) -> None:
        project, reading = setup.project, setup.reading
        self._project = project
        self._reading = reading
        self._spare = setup.spare
        self._app_port: int = setup.place.getsockname()[1]
        self._over = asyncio.Event()
        self._has_tried = False  # to serve the app
        self._screen = Screen(has_keys=has_terminal())
        self._board = Board(__version__)
        self._rates = Rates()
        algorithm = reading.manifest.algorithm
        self._signer = Signer(algorithm, make_key_pair(algorithm))
        self._people = first_people(reading.manifest)
        self._supervisor = Supervisor(
            self._app(), self._board, self._recipe, setup.place,
            on_up=self._up, on_change=self._tell, on_event=self._hear,
            on_no_app=self._miss,
        )  # fmt: skip
        world = World(
            self._board,
            self._people,
            self._signer,
            self._supervisor,
            lambda: self._reading.manifest,
        )
        self._actions = Actions(world)
        self._console = Console(setup.listener, self._app_port, self._board, self._actions.do)
        manifest = Path(os.path.realpath(project.manifest))
        folders = [Path.cwd(), manifest.parent]
        if project.output is not None:
            folders.append(Path(project.output))
        self._watcher = Watcher(folders, manifest)
        self._show_people()
        self._board.app = self._supervisor.app.as_json()
        self._board.contract = contract_of(reading.manifest, reading.warnings)

    async def run(self) -> None:
        """Serve until somebody ends it; leave nothing behind."""
        work = [
            asyncio.create_task(each)
            for each in (
                self._console.serve(),
                self._supervisor.run(),
                self._board.keep_flushing(),
                self._watch(),
            )
        ]
        over = asyncio.create_task(self._over.wait())
        with _ended_by_signals(self._stop):
            try:
                with pressed(self._press):
                    self._welcome()
                    self._start()
                    self._supervisor.restart("")
                    await asyncio.wait([*work, over], return_when=asyncio.FIRST_COMPLETED)
            finally:
                await self._end(work)
        for task in work:
            if task.done() and not task.cancelled() and (problem := task.exception()):
                raise problem

    def _start(self) -> None:
        """Generate for the first time; what is in the way is told, and what is there is served."""
        try:
            self._generate()
        except MdbgenError as error:
            self._fail(error)

    def _stop(self) -> None:
        """End; whoever says so again does not want to wait for the app's handlers."""
        if self._over.is_set():
            self._supervisor.kill()
        self._over.set()

    async def _end(self, work: Sequence[asyncio.Task[None]]) -> None:
        console, *others = work
        for task in others:
            task.cancel()
        await asyncio.wait(others)
        await self._actions.stop()
        await self._supervisor.stop()
        self._console.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(3):
                await asyncio.wait([console])
        console.cancel()

    def _app(self) -> App:
        url = f"http://127.0.0.1:{self._app_port}"
        return App(url, "starting", now_ms(), "", None, self._project.find_app() is None, {})

    def _recipe(self) -> tuple[Plan, Mapping[str, str]]:
        """Say how the next process of the app is to be."""
        algorithm = self._reading.manifest.algorithm
        dotenv = Path(".env")
        text = dotenv.read_text("utf-8", "replace") if dotenv.is_file() else ""
        plan = Plan(
            link=0,
            secret="",
            port=self._app_port,
            slug=self._reading.manifest.slug,
            app=self._project.find_app(),
            package=package_of(self._project, self._reading, self._spare),
            key=self._signer.own.public if algorithm == "HS256" else None,
            console=self._console.origins,
        )
        return plan, key_variables(algorithm, self._signer.own, os.environ, text)

    async def _watch(self) -> None:
        manifest = Path(os.path.realpath(self._project.manifest))
        async for files in self._watcher.changes():
            self._screen.changed(files)
            is_concerned = manifest in files or bool(self._board.problems["problems"])
            if is_concerned and not self._read_again():
                continue
            names = ", ".join(each.name for each in files[:3])
            self._supervisor.restart(f"{names} changed")

    def _read_again(self) -> bool:
        """Take in a manifest that has changed; False if the last good one stays."""
        before = self._reading
        try:
            self._reading = read_manifest(self._project)
            self._generate()
            self._signer.use(self._reading.manifest.algorithm)
        except MdbgenError as error:
            self._reading = before
            self._fail(error)
            return False
        self._mend()
        contract = contract_of(self._reading.manifest, self._reading.warnings)
        self._board.show_contract(contract, changes_between(before, self._reading))
        self._people.update(first_people(self._reading.manifest))
        self._show_people()
        return True

    def _show_people(self) -> None:
        for person in self._people:
            self._board.show("person", person.as_json())

    def _generate(self) -> None:
        """Write the package, where it is mdbgen's to write.

        Raises:
            MdbgenError: something is in the way.
        """
        project, spare = self._project, str(self._spare / "ws")
        is_spare = package_of(project, self._reading, self._spare) == spare
        output = spare if is_spare else project.output
        self._screen.problems(self._reading.warnings)
        if drift := find_drift(project, self._reading):
            self._screen.say(drift)
        if output is None:
            return
        written = write_package(project.manifest, output)
        self._watcher.expect(written.files)
        if not is_spare:
            self._screen.written(output, written.files)
            self._screen.lacking(written.stubs)

    def _fail(self, error: MdbgenError) -> None:
        text = self._screen.problems(error.diagnostics)
        self._screen.say("what was good before goes on until this is mended")
        self._board.show_problems([as_json(each) for each in error.diagnostics], text)

    def _mend(self) -> None:
        if self._board.problems["problems"]:
            self._screen.say("the manifest is good again")
        self._board.show_problems([], "")

    def _up(self, event: Event) -> None:
        """The app is there: clients may come back."""
        self._signer.deployment = event["deployment"]
        self._rates.forget()
        self._actions.come_back()

    def _tell(self, app: App) -> None:
        """Say in the terminal how the app is."""
        if app.status in ("up", "down"):
            self._has_tried = True
            self._screen.say(app.why)

    def _miss(self, text: str) -> None:
        """Hear that there is no app in the module.

        Raises:
            ConfigError: The command line names it, and it was never there.
        """
        if self._project.app is not None and not self._has_tried:
            raise no_app(self._project.app, text)
        self._screen.say(text)

    def _hear(self, event: Event) -> None:
        """Take what the app's process tells."""
        if event["is"] == "view":
            view = event["view"]
            view["rates"] = self._rates.of(view, self._actions.reply_times())
            self._board.show_view(view)
        elif event["is"] == "record":
            record = {name: value for name, value in event.items() if name != "is"}
            self._board.log_record(record)
            self._actions.hear(record)

    def _welcome(self) -> None:
        project, hint = self._project, ""
        package = package_of(project, self._reading, self._spare)
        if package is None:
            serves = f"serves {project.find_app()}"
        elif package != str(self._spare / "ws"):
            serves = f"no app here: serves a bare one, with the handlers of {package}"
        else:
            serves = f"no app here: serves a bare one, made from {project.manifest}"
            command = f"mdbgen dev {quote(project.manifest)} -o app/ws/"
            hint = f"It answers not_implemented. For handlers to fill in: {command}"
        url = self._supervisor.app.url
        self._screen.welcome(url, self._console.url, self._reading.manifest, serves, hint)

    def _press(self, key: str) -> None:
        match key.lower():
            case "o":
                webbrowser.open(self._console.url)
            case "r":
                self._supervisor.restart("restarted from the terminal")
            case "c":
                self._screen.clear()
                self._board.clear()
            case "q" | "\x03" | "\x04":
                self._stop()
            case "h" | "?":
                self._screen.help()


@contextmanager
def _ended_by_signals(end: Callable[[], None]) -> Iterator[None]:
    """Call back whenever somebody says that this is to end."""
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    def hear(number: int, _: Any) -> None:
        loop.call_soon_threadsafe(end)

    for each in ENDING:
        if each.name == "SIGHUP" and signal.getsignal(each) is signal.SIG_IGN:
            continue  # by nohup: the terminal may close
        before[each] = signal.signal(each, hear)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

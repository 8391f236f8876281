"""``mdbgen dev``, from its options to its end."""

from __future__ import annotations

import asyncio
import gc
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from mdbgen.dev.ports import listen_near, listen_on
from mdbgen.errors import ConfigError, Diagnostic

LIBRARIES = {
    "fastapi": "fastapi",
    "uvicorn": "uvicorn",
    "websockets": "websockets",
    "watchfiles": "watchfiles",
    "jwt": "pyjwt",
}
INSTALL = 'pip install "mdbgen[dev-server]"'
APP_PORT = 8000


@dataclass(frozen=True, slots=True)
class Options:
    """The command line."""

    manifest: str | None
    output: str | None
    app: str | None
    port: int  # 0: the first free one from 8000 on
    console_port: int  # 0: the next free one


def run(options: Options) -> None:
    """Serve until somebody ends it.

    Raises:
        MdbgenError: what keeps it from starting.
    """
    _check_libraries()
    gc.enable()  # unlike the other commands, this one lives long
    from mdbgen.dev.project import find_project, read_manifest
    from mdbgen.dev.run import Run, Setup

    project = find_project(options.manifest, options.output, options.app)
    reading = read_manifest(project)
    with ExitStack() as stack:
        spare = stack.enter_context(
            TemporaryDirectory(prefix="mdbgen-", ignore_cleanup_errors=True)
        )
        place, console = _places(options)
        stack.enter_context(place)
        stack.enter_context(console)
        setup = Setup(project, reading, Path(spare), place, console)

        async def main() -> None:
            await Run(setup).run()

        asyncio.run(main())


def _places(options: Options) -> tuple[socket.socket, socket.socket]:
    """Take the port of the app and that of the console; one that is named has precedence."""
    if options.console_port and not options.port:
        console = _listen("--console-port", options.console_port, 0)
        return _listen("--port", 0, APP_PORT), console
    place = _listen("--port", options.port, APP_PORT)
    near = place.getsockname()[1] + 1
    return place, _listen("--console-port", options.console_port, near)


def _listen(option: str, wanted: int, near: int) -> socket.socket:
    try:
        return listen_on(wanted) if wanted else listen_near(near)
    except OSError:
        raise _problem(
            f"port {wanted} is taken; name another with {option}, or leave {option} out: then the"
            " next free one is used"
        ) from None


def _check_libraries() -> None:
    """Say what is missing before anything is imported."""
    missing = [name for module, name in LIBRARIES.items() if find_spec(module) is None]
    if missing:
        raise _problem(f'mdbgen dev needs {", ".join(missing)}; run: {INSTALL}')


def _problem(message: str) -> ConfigError:
    return ConfigError(Diagnostic("mdbgen", 0, 0, "MDB407", "", message))

"""The console's own server: one page, one socket, for whoever has the secret."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from mdbgen.console.page import console_page
from mdbgen.dev.board import Board, Event, Page
from mdbgen.dev.commands import parse_command

MAX_COMMAND_BYTES = 16 * 1024 * 1024  # a replay is long
Close = tuple[int, str]
TRY_AGAIN: Close = 1013, "the page does not read what it is told"
NOT_TEXT: Close = 1003, "a command is a text frame that holds JSON; this one was binary"
CONTROL = "/control"

Do = Callable[[Any], Awaitable[Event]]


class Guard:
    """Lets nobody in but the page of this very console, with the secret of this run.

    Another host name is another site that points here; another origin is another site's page.
    """

    def __init__(self, app: ASGIApp, port: int, secret: str) -> None:
        self._app = app
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        response = PlainTextResponse(refusal + "\n", 403, headers=_HARMLESS)
        if scope["type"] == "websocket":
            await WebSocket(scope, receive, send).send_denial_response(response)
        else:
            await response(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return "This is not the host name of the console."
        is_socket = scope["type"] == "websocket"
        if origins != [f"http://{hosts[0]}"] and (is_socket or origins):
            return "Only the console's own page may ask."
        shown = QueryParams(scope["query_string"]).getlist("secret")
        if len(shown) != 1 or not hmac.compare_digest(shown[0].encode(), self._secret):
            return "The secret is missing or wrong: open the address that mdbgen dev has printed."
        return None


_HARMLESS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Console:
    """Serves the page, and listens to it.

    Args:
        listener: on a port of the loopback.
        app_port: where pages may connect to by themselves.
        do: carries out a command.
    """

    def __init__(self, listener: socket.socket, app_port: int, board: Board, do: Do) -> None:
        self.port: int = listener.getsockname()[1]
        self.secret = secrets.token_urlsafe(24)
        self._listener = listener
        self._board = board
        self._app_port = app_port
        self._do = do
        self._server: uvicorn.Server | None = None

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://127.0.0.1:{self.port}/?secret={self.secret}"

    @property
    def origins(self) -> tuple[str, str]:
        """Of its pages."""
        return f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"

    async def serve(self) -> None:
        """Serve until ``stop``."""
        routes = [
            Route("/", self._show, methods=["GET"]),
            WebSocketRoute(CONTROL, self._control),
        ]
        config = uvicorn.Config(
            Guard(Starlette(routes=routes), self.port, self.secret),
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws_max_size=MAX_COMMAND_BYTES,
            ws_per_message_deflate=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _QuietServer(config)
        await self._server.serve([self._listener])

    def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.should_exit = True

    async def _show(self, request: Request) -> Response:
        page, host = console_page(), request.headers["host"]
        app = host.rpartition(":")[0] + f":{self._app_port}"
        policy = page.policy(connect=[f"ws://{host}", f"http://{app}", f"ws://{app}"])
        headers = {
            **_HARMLESS,
            "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
        }
        return HTMLResponse(page.html, headers=headers)

    async def _control(self, websocket: WebSocket) -> None:
        await websocket.accept()
        with self._board.page() as page:
            listening = asyncio.create_task(self._listen(websocket, page))
            tasks = [
                asyncio.create_task(_tell(websocket, page)),
                listening,
                asyncio.create_task(page.lags.wait()),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
        with suppress(RuntimeError, WebSocketDisconnect):  # it has left by itself
            await websocket.close(*(listening.result() if listening.done() else TRY_AGAIN))

    async def _listen(self, websocket: WebSocket, page: Page) -> Close:
        """Hear commands, and return how to close in the end; a slow one holds no other up."""
        doing: set[asyncio.Task[None]] = set()
        while (event := await websocket.receive())["type"] == "websocket.receive":
            text = event.get("text")
            if text is None:
                return NOT_TEXT
            task = asyncio.create_task(self._answer(text, page))
            doing.add(task)
            task.add_done_callback(doing.discard)
        return TRY_AGAIN  # it has left by itself, and hears nothing of it

    async def _answer(self, text: str, page: Page) -> None:
        answer: Event
        try:
            answer = {"is": "done", **await self._do(parse_command(text))}
        except Exception as problem:
            message = problem.args[0] if problem.args else type(problem).__name__
            answer = {"is": "failed", "message": str(message)}
        page.tell({**answer, "id": _id_of(text)})


class _QuietServer(uvicorn.Server):
    """A uvicorn beside which somebody else hears signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _tell(websocket: WebSocket, page: Page) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):
        while True:
            await websocket.send_json(await page.events.get())


def _id_of(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value.get("id") if isinstance(value, dict) else None

"""What stands before the app: it knows the console's clients, and changes nothing for others."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

from mdbgen.dev.plan import HEADER, Plan

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# The console's client whose connection is served; its tasks, and so its log records, inherit it.
serving: ContextVar[str | None] = ContextVar("serving", default=None)
CLIENT = "mdbgen.dev.client"  # the same, in the scope


class Entrance:
    """The app as the server sees it.

    A client of the console names itself by a header, which is taken away. A page of the console
    that connects by itself is let in as a page of the app's own.
    """

    def __init__(self, app: App, plan: Plan) -> None:
        self._app = app
        self._secret = plan.secret.encode()
        self._console = {each.encode() for each in plan.console}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] in ("websocket", "http"):
            scope = self._prepared(scope)
            serving.set(scope[CLIENT])
        await self._app(scope, receive, send)

    def _prepared(self, scope: Scope) -> Scope:
        headers: Headers = list(scope["headers"])
        named = [value for name, value in headers if name == HEADER.encode()]
        client = self._client(named[0]) if named else None
        headers = [each for each in headers if each[0] != HEADER.encode()]
        if scope["type"] == "websocket":
            headers = [self._as_own(each, headers) for each in headers]
        return {**scope, "headers": headers, CLIENT: client}

    def _as_own(self, header: tuple[bytes, bytes], headers: Headers) -> tuple[bytes, bytes]:
        """Put the app's own origin in the place of the console's."""
        name, value = header
        if name != b"origin" or value not in self._console:
            return header
        host = next((value for name, value in headers if name == b"host"), b"")
        return name, b"http://" + host

    def _client(self, value: bytes) -> str | None:
        secret, _, client = value.partition(b" ")
        is_ours = hmac.compare_digest(secret, self._secret)
        return client.decode("latin-1") if is_ours else None

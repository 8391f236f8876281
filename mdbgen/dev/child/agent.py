"""The server's own view, and what the console does to it. Runs on the app's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, get_args

from starlette.websockets import WebSocketState

from mdbgen.dev.child.asgi import CLIENT
from mdbgen.dev.child.link import Command, Link

VIEW_INTERVAL_S = 1.0
MAX_SHOWN = 500  # connections, and channels
RESTARTING = 1012
CLOSE_TIMEOUT_S = 1.0  # for all to be told that the server restarts
LOOK_AGAIN_S = 0.01

_OWN_TYPES = ("connected", "disconnect", "resync", "ping")


class Agent:
    """Looks at the package, and acts for the console.

    Args:
        package: the generated package; None where the app includes none.
    """

    def __init__(self, link: Link, package: ModuleType | None) -> None:
        self._link = link
        self._package: Any = package

    async def report(self) -> None:
        """Tell how things are, again and again."""
        while True:
            if self._package is not None:
                self._link.tell({"is": "view", "view": self._view()})
            await asyncio.sleep(VIEW_INTERVAL_S)

    def deployment(self) -> Mapping[str, Any]:
        """What tokens must be like, as the package itself has read it."""
        if self._package is None:
            return {}
        try:
            module = import_module(f"{self._package.__name__}.runtime.deployment")
            settings: Any = module.deployment()
        except Exception:  # an older package, or an environment that it will refuse clients for
            return {}
        return {
            "key": settings.jwt_key,
            "issuer": settings.jwt_issuer,
            "audience": settings.jwt_audience,
            "limits": settings.limits,
        }

    def endpoints(self) -> tuple[str, ...]:
        """The names of the app's endpoints, which are those of their routes."""
        if self._package is None:
            return ()
        return get_args(import_module(f"{self._package.__name__}.settings").EndpointName)

    async def answer(self, command: Command) -> None:
        """Do what is asked, and say what came of it."""
        answer: dict[str, Any]
        try:
            answer = {"is": "done", "result": await self._do(command)}
        except Exception as problem:
            answer = {"is": "failed_command", "message": f"{problem}" or type(problem).__name__}
        self._link.tell({**answer, "id": command["id"]})

    async def close_all(self) -> None:
        """Tell every client that the server restarts."""
        if self._package is None:
            return
        manager = self._package.manager
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                leaving = manager.active_connections
                for each in leaving:
                    await manager.disconnect(each, RESTARTING, "the app is reloaded")
                # The server closes what is still open when it stops, without a reason.
                while any(map(_is_unclosed, leaving)):
                    await asyncio.sleep(LOOK_AGAIN_S)

    async def _do(self, command: Command) -> Any:
        if self._package is None:
            raise LookupError("the app includes no package generated from this manifest")
        manager = self._package.manager
        match command["do"]:
            case "drop":
                connection = self._find(command["connection"])
                await manager.disconnect(connection, command["code"], command["reason"])
            case "join":
                manager.join(self._find(command["connection"]), command["channel"])
            case "leave":
                manager.leave(self._find(command["connection"]), command["channel"])
            case "expire":
                self._find(command["connection"])._client.expires_at = time.time()
            case "broadcast":
                return await manager.broadcast(
                    self._message(command["message"]),
                    user_id=command["user_id"],
                    channel=command["channel"],
                    endpoint=command["endpoint"],
                )
        return None

    def _find(self, connection_id: str) -> Any:
        for each in self._package.manager.active_connections:
            if each.id == connection_id:
                return each
        raise LookupError("this connection is gone")

    def _message(self, message: Mapping[str, Any]) -> Any:
        """Make the declared model of a message, where there is one."""
        kind = message.get("type")
        if kind in _OWN_TYPES:
            raise ValueError(f"only the server itself sends {kind}")
        messages: Any = self._package.messages
        found = [messages.Sendable, *get_args(messages.Sendable), *vars(messages).values()]
        models = [each for each in found if "type" in getattr(each, "model_fields", {})]
        for model in models:
            if model.model_fields["type"].default == kind:
                return model.model_validate(message)
        if models:
            raise ValueError(f"the manifest declares no message {kind!r}")
        return message

    def _view(self) -> dict[str, Any]:
        manager = self._package.manager
        connections = manager.active_connections
        users: dict[str, int] = {}
        channels: dict[str, int] = {}
        for each in connections:
            if each.user_id is not None:
                users[each.user_id] = users.get(each.user_id, 0) + 1
            for channel in each.channels:
                channels[channel] = channels.get(channel, 0) + 1
        return {
            "t": int(time.time() * 1000),
            "connections": [_shown(each) for each in connections[:MAX_SHOWN]],
            "users": [_entry("user_id", *each) for each in _most(users)],
            "channels": [_entry("channel", *each) for each in _most(channels)],
            "stats": manager.stats(),
        }


def _is_unclosed(connection: Any) -> bool:
    """Whether the close has not been sent yet."""
    return connection.websocket.application_state is not WebSocketState.DISCONNECTED


def _shown(connection: Any) -> dict[str, Any]:
    client = connection._client
    return {
        "id": connection.id,
        "endpoint": connection.endpoint,
        "user_id": connection.user_id,
        "user_email": connection.user_email,
        "roles": sorted(connection.roles),
        "connected_at": int(connection.connected_at.timestamp() * 1000),
        "channels": sorted(connection.channels)[:MAX_SHOWN],
        "outbox_bytes": client.waiting_bytes,
        "outbox_limit": client.limit,
        "idle_s": round(time.monotonic() - client.heartbeat._heard_at, 1),
        "client": connection.websocket.scope.get(CLIENT),
    }


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MAX_SHOWN]


def _entry(name: str, value: str, count: int) -> dict[str, Any]:
    return {name: value, "connections": count}

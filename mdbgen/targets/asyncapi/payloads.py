"""The frames of the wire as JSON Schemas, for readers that know Draft 7 at most.

What the manifest says of a message is the app's part of a frame; here the envelope joins it.
"""

from __future__ import annotations

from mdbgen.model.manifest import Manifest
from mdbgen.model.schema import Message
from mdbgen.model.wire import ERROR_CODES
from mdbgen.targets.asyncapi.schemas import (
    Json,
    plain_examples,
    spell,
    spell_properties,
    spell_property,
)

_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}
_TIMESTAMP: Json = {
    "type": "string",
    "format": "date-time",
    "description": "When it was sent; ISO 8601, UTC.",
}
_ID: Json = {
    "type": ["string", "integer"],
    "description": "Comes back as reply_to in the answer to this message.",
}
_REPLY_TO: Json = {
    "type": ["string", "integer"],
    "description": "The id of the client's message that this answers.",
}
_SEQ: Json = {
    "type": "integer",
    "description": "The number of a broadcast, on endpoints that keep a history. Opaque; a client"
    " that comes back sends the last one it saw as since.",
}
_EXAMPLE_TIMESTAMP = "2026-01-02T12:00:00+00:00"


class Payloads:
    """The payload of every kind of frame of one app."""

    def __init__(self, manifest: Manifest) -> None:
        self._slug = manifest.slug
        self._schemas = manifest.schemas
        self._has_gaps = manifest.has_gaps

    def components(self) -> Json:
        """Return ``mdbgen.schemas`` by the names of their classes."""
        return {
            each.alias: {"title": each.name, **spell(each.type, self._schemas)}
            for each in self._schemas.values()
        }

    def received(self, message: Message) -> Json:
        """Return the payload of a message that clients send."""
        return self._frame(message, {"id": _ID}, {}, ())

    def sent(self, message: Message, *, numbered: bool) -> Json:
        """Return the payload of a message of the app.

        Args:
            numbered: an endpoint that sends it keeps a history.
        """
        last = {"app_slug": self._app_slug(), "timestamp": self._timestamp(message)}
        last["reply_to"] = _REPLY_TO
        if numbered:
            last["seq"] = _SEQ
        return self._frame(message, {}, last, ("app_slug", "timestamp"))

    def any_received(self) -> Json:
        """Return the payload where clients may send any JSON object."""
        kind = {**_TEXT, "not": {"const": "pong"}}
        return {"type": "object", "properties": {"type": kind, "id": _ID}}

    def any_sent(self, *, numbered: bool) -> Json:
        """Return the payload where the app may send any JSON object."""
        return {
            "type": "object",
            "properties": {
                "type": _TEXT,
                "app_slug": self._app_slug(),
                "timestamp": {"description": "When it was sent; ISO 8601, UTC, or the app's own."},
                "reply_to": _REPLY_TO,
                **({"seq": _SEQ} if numbered else {}),
            },
            "required": ["app_slug", "timestamp"],
        }

    def pong(self) -> Json:
        """Return the payload of a client's sign of life."""
        return {
            "type": "object",
            "properties": {"type": _constant("pong")},
            "required": ["type"],
        }

    def protocol(self, *, numbered: bool) -> dict[str, Json]:
        """Return the payloads of the package's own frames, by ``type``.

        Args:
            numbered: an endpoint keeps a history.
        """
        seq = {"seq": _SEQ} if numbered else {}
        frames = {
            "connected": self._own(
                "connected",
                {
                    "connection_id": _TEXT,
                    "endpoint": _TEXT,
                    "authenticated": {"type": "boolean"},
                    "user_id": {"type": ["string", "null"]},
                    "user_email": {"type": ["string", "null"]},
                    "ping_interval": {**_WHOLE, "description": "Seconds."},
                    "max_message_bytes": {
                        **_WHOLE,
                        "description": "The largest frame that the client may send.",
                    },
                    "expires_in": {
                        "type": ["integer", "null"],
                        "description": "Seconds until the token expires; null for anonymous"
                        " clients.",
                    },
                    "message": _TEXT,
                },
                seq,
            ),
            "ping": self._own("ping", {}),
            "error": self._own(
                "error",
                {
                    "code": {
                        **_TEXT,
                        "description": "One of the examples, or one of the app's own.",
                        "examples": list(ERROR_CODES),
                    },
                    "message": _TEXT,
                    "reply_to": {**_REPLY_TO, "type": ["string", "integer", "null"]},
                    "details": {
                        "description": "With invalid_message, a list of mistakes, with type, loc"
                        " and msg; with a code of the app's own, whatever the app"
                        " says.",
                    },
                },
            ),
            "disconnect": self._own(
                "disconnect",
                {
                    "code": {**_WHOLE, "description": "The code of the close that follows."},
                    "reason": _TEXT,
                    "reconnect": {
                        "type": "boolean",
                        "description": "Whether to come back; after 1008 with a new token.",
                    },
                },
            ),
        }
        if self._has_gaps:
            frames["resync"] = self._own("resync", {}, seq)
        elif numbered:
            frames["resync"] = self._own("resync", seq)
        return frames

    def received_examples(self, message: Message) -> list[Json]:
        """Return whole frames for the examples that the manifest gives of a message."""
        return [{"type": message.name, **each} for each in _examples(message)]

    def sent_examples(self, message: Message) -> list[Json]:
        """Return whole frames for the examples that the manifest gives of a message."""
        envelope = {"app_slug": self._slug, "timestamp": _EXAMPLE_TIMESTAMP}
        return [
            {"type": message.name, **each, **{k: v for k, v in envelope.items() if k not in each}}
            for each in _examples(message)
        ]

    def _frame(self, message: Message, first: Json, last: Json, required: tuple[str, ...]) -> Json:
        own = spell_properties(message.body, self._schemas)
        also = [each.name for each in message.body.properties if each.required]
        frame = {
            "type": "object",
            **own,
            "properties": {
                "type": _constant(message.name),
                **first,
                **own["properties"],
                **last,
            },
            "required": list(dict.fromkeys(("type", *also, *required))),
        }
        closed = {"additionalProperties": False} if message.body.is_closed else {}
        noted = {"deprecated": True} if message.deprecated else {}
        return {**frame, **closed, **noted}

    def _own(self, kind: str, properties: Json, optional: Json | None = None) -> Json:
        return {
            "type": "object",
            "properties": {
                "type": _constant(kind),
                **properties,
                **(optional or {}),
                "app_slug": self._app_slug(),
                "timestamp": _TIMESTAMP,
            },
            "required": ["type", *properties, "app_slug", "timestamp"],
        }

    def _app_slug(self) -> Json:
        return _constant(self._slug)

    def _timestamp(self, message: Message) -> Json:
        """Return the schema of the app's own ``timestamp``, or the package's, or both."""
        own = next((each for each in message.body.properties if each.name == "timestamp"), None)
        if own is None:
            return _TIMESTAMP
        schema = spell_property(own, self._schemas)
        return schema if own.required else {"anyOf": [schema, _TIMESTAMP]}


def _constant(value: str) -> Json:
    return {"type": "string", "const": value}


def _examples(message: Message) -> list[Json]:
    return [each for each in plain_examples(message.body.notes) if isinstance(each, dict)]

"""``asyncapi.json``: the contract of the wire as an AsyncAPI 3.0 document, seen from the server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from mdbgen.errors import UNSEEN
from mdbgen.model.files import Owner, RenderedFile
from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.model.schema import Message
from mdbgen.model.wire import (
    CLIENT_FRAMES,
    CLOSES,
    SERVER_FRAMES,
    STREAM_FIELDS,
    STREAM_VERSION,
    Close,
    stream_key,
)
from mdbgen.naming import ticket_path
from mdbgen.targets.asyncapi.handshake import binding, binding_key, credentials, security_schemes
from mdbgen.targets.asyncapi.payloads import Payloads
from mdbgen.targets.asyncapi.schemas import MISREAD_KEYS, Json

_INFO = "The WebSocket endpoints of {}. Text frames, one JSON object each."
# No class is called so: neither begins with a capital.
_ANY_RECEIVED, _ANY_SENT = "any-received", "any-sent"


def render(manifest: Manifest) -> Iterator[RenderedFile]:
    """Render ``asyncapi.json``."""
    yield RenderedFile("asyncapi.json", Owner.GENERATOR, asyncapi_document(manifest))


def asyncapi_document(manifest: Manifest) -> str:
    """Return the text of ``asyncapi.json``."""
    text = json.dumps(_Document(manifest).make(), indent=2, ensure_ascii=False, allow_nan=False)
    return UNSEEN.sub(lambda one: _escaped(one[0]), text) + "\n"


def _escaped(character: str) -> str:
    # The only line ends are those between the lines: inside of text, JSON has them escaped.
    return character if character == "\n" else json.dumps(character)[1:-1]


class _Document:
    """The document of one app."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._endpoints = manifest.websockets
        self._payloads = Payloads(manifest)
        endpoints = self._endpoints.values()
        self._keeps_history = any(each.history for each in endpoints)
        self._is_closed = not any(each.anonymous.value for each in endpoints)
        sent = {message.name for each in endpoints for message in each.send}
        received = {message.name for each in endpoints for message in each.receive}
        self._both_ways = sent & received

    def make(self) -> Json:
        """Put the document together."""
        return {
            "asyncapi": "3.0.0",
            "info": {
                "title": self._manifest.slug,
                "version": "1.0.0",
                "description": _INFO.format(self._manifest.slug),
            },
            "defaultContentType": "application/json",
            "servers": {
                "plain": self._server("ws", "localhost:8000", "Without TLS: for development."),
                "secure": self._server("wss", "example.com", "With TLS."),
            },
            "channels": {
                _channel_key(name): self._channel(name, endpoint)
                for name, endpoint in self._endpoints.items()
            },
            "operations": {
                f"{name}.{key}": self._secured(endpoint, operation)
                for name, endpoint in self._endpoints.items()
                for key, operation in self._operations(name, endpoint)
            },
            "components": {
                "messages": {key: _titled(key, each) for key, each in self._messages()},
                **({"schemas": self._payloads.components()} if self._manifest.schemas else {}),
                "channelBindings": {
                    binding_key(each): {"ws": binding(each, self._manifest)}
                    for each in self._endpoints.values()
                },
                "securitySchemes": security_schemes(self._manifest),
                "correlationIds": {
                    "id": {"location": "$message.payload#/id"},
                    "reply_to": {"location": "$message.payload#/reply_to"},
                },
            },
            "x-close-codes": [_close_code(each) for each in CLOSES],
            **self._stream(),
        }

    def _stream(self) -> Json:
        """Return how other programs publish, where there is a backplane."""
        if self._manifest.backplane != "redis":
            return {}
        stream = {
            "version": STREAM_VERSION,
            "command": "XADD",
            "key": stream_key(self._manifest.slug),
            "fields": dict(STREAM_FIELDS),
        }
        return {"x-stream": stream}

    def _server(self, protocol: str, host: str, description: str) -> Json:
        server: Json = {
            "host": "{host}",
            "protocol": protocol,
            "description": description,
            "variables": {
                "host": {"default": host, "description": "Name and port; the app's own."}
            },
        }
        return {**server, "security": credentials(self._manifest)} if self._is_closed else server

    def _channel(self, name: str, endpoint: Endpoint) -> Json:
        keys = [*self._received_keys(endpoint), *self._sent_keys(endpoint), "pong"]
        keys += self._protocol_keys(endpoint)
        channel: Json = {
            "address": endpoint.path,
            "title": name,
            "description": endpoint.description,
            "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in keys},
            "bindings": {"$ref": f"#/components/channelBindings/{binding_key(endpoint)}"},
            "x-anonymous": endpoint.anonymous.value,
            "x-ping-interval": endpoint.ping_interval,
            "x-ticket": {
                "address": ticket_path(endpoint.path),
                "expires-in": endpoint.ticket_ttl_seconds,
            },
            "x-limits": endpoint.all_limits,
            "x-history": endpoint.history,
        }
        if not endpoint.description.strip():
            del channel["description"]
        if not self._manifest.has_tickets:
            del channel["x-ticket"]
        return channel

    def _operations(self, name: str, endpoint: Endpoint) -> Iterator[tuple[str, Json]]:
        """Yield what the server does at an endpoint, each with the last part of its key."""
        answers = {message.name: self._sent_key(message) for message in endpoint.send}
        for message in endpoint.receive:
            reply = (answers[message.reply], "error") if message.reply else ()
            key = self._received_key(message)
            yield f"receive.{message.body.name}", _operation("receive", name, (key,), reply)
        for message in endpoint.send:
            key = self._sent_key(message)
            yield f"send.{message.body.name}", _operation("send", name, (key,))
        if endpoint.takes_objects:
            yield "receive", _operation("receive", name, self._received_keys(endpoint))
        if not endpoint.send:
            yield "send", _operation("send", name, self._sent_keys(endpoint))
        yield "heartbeat", _operation("send", name, ("ping",), ("pong",))
        protocol = [key for key in self._protocol_keys(endpoint) if key != "ping"]
        yield "protocol", _operation("send", name, protocol)

    def _secured(self, endpoint: Endpoint, operation: Json) -> Json:
        """Say that an operation needs a credential, where the server does not say so of all."""
        if self._is_closed or endpoint.anonymous.value:
            return operation
        return {**operation, "security": credentials(self._manifest)}

    def _messages(self) -> Iterator[tuple[str, Json]]:
        """Yield ``components.messages``; one that several endpoints declare is there once."""
        endpoints = self._endpoints.values()
        received = {each.name: each for one in endpoints for each in one.receive}
        sent = {each.name: each for one in endpoints for each in one.send}
        numbered = {each.name for one in endpoints if one.history for each in one.send}
        for message in received.values():
            payload = self._payloads.received(message)
            examples = self._payloads.received_examples(message)
            yield self._received_key(message), _message(message, payload, examples, "id")
        for message in sent.values():
            payload = self._payloads.sent(message, numbered=message.name in numbered)
            examples = self._payloads.sent_examples(message)
            yield self._sent_key(message), _message(message, payload, examples, "reply_to")
        if any(each.takes_objects for each in endpoints):
            description = "Any JSON object except a pong."
            payload = self._payloads.any_received()
            yield _ANY_RECEIVED, _plain_message("any", description, payload, "id")
        silent = [each for each in endpoints if not each.send]
        if silent:
            description = "Whatever the app sends."
            payload = self._payloads.any_sent(numbered=any(each.history for each in silent))
            yield _ANY_SENT, _plain_message("any", description, payload, "reply_to")
        yield "pong", _plain_message("pong", CLIENT_FRAMES["pong"], self._payloads.pong())
        for key, payload in self._payloads.protocol(numbered=self._keeps_history).items():
            correlation = "reply_to" if key == "error" else ""
            yield key, _plain_message(key, SERVER_FRAMES[key], payload, correlation)

    def _received_keys(self, endpoint: Endpoint) -> list[str]:
        if endpoint.takes_objects:
            return [_ANY_RECEIVED]
        return [self._received_key(each) for each in endpoint.receive]

    def _sent_keys(self, endpoint: Endpoint) -> list[str]:
        return [self._sent_key(each) for each in endpoint.send] or [_ANY_SENT]

    def _received_key(self, message: Message) -> str:
        return message.body.name + ("-received" if message.name in self._both_ways else "")

    def _protocol_keys(self, endpoint: Endpoint) -> list[str]:
        may_resync = self._manifest.has_gaps or endpoint.history
        return [key for key in SERVER_FRAMES if key != "resync" or may_resync]

    def _sent_key(self, message: Message) -> str:
        return message.body.name + ("-sent" if message.name in self._both_ways else "")


def _close_code(close: Close) -> Json:
    why = {"reason": close.reason} if close.reason else {}
    return {"code": close.code, **why, "meaning": close.meaning, "client": close.reaction.value}


def _channel_key(name: str) -> str:
    """Return the key of an endpoint's channel: its name, if that is read everywhere."""
    return f"endpoint.{name}" if name in MISREAD_KEYS else name


def _operation(
    action: str, endpoint: str, messages: Iterable[str], reply: Iterable[str] = ()
) -> Json:
    path = f"#/channels/{_channel_key(endpoint)}"
    channel = {"$ref": path}

    said, answers = (
        [{"$ref": f"{path}/messages/{key}"} for key in keys] for keys in (messages, reply)
    )
    operation: Json = {"action": action, "channel": channel, "messages": said}
    return (
        {**operation, "reply": {"channel": channel, "messages": answers}} if answers else operation
    )


def _titled(key: str, message: Json) -> Json:
    """Name the payload: generators of code call its type so."""
    return {**message, "payload": {"title": key, **message["payload"]}}


def _message(message: Message, payload: Json, examples: list[Json], correlation: str) -> Json:
    notes = message.body.notes
    described = {"title": notes.title, "description": notes.description}
    shown = {"examples": [{"payload": each} for each in examples]} if examples else {}
    return {
        "name": message.name,
        **{key: text for key, text in described.items() if text},
        "correlationId": _correlation(correlation),
        "payload": payload,
        **shown,
    }


def _plain_message(name: str, description: str, payload: Json, correlation: str = "") -> Json:
    message: Json = {"name": name, "description": description}
    if correlation:
        message["correlationId"] = _correlation(correlation)
    return {**message, "payload": payload}


def _correlation(key: str) -> Json:
    return {"$ref": f"#/components/correlationIds/{key}"}

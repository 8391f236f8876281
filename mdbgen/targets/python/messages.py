"""Declared messages: what the generated modules say of them, and of their absence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.naming import JSON_TYPES, class_name, docstring, literal

if TYPE_CHECKING:
    from mdbgen.model.schema import Message
    from mdbgen.targets.python.models import Definition, ModelsPlan

_SPLIT = "endpoints_for(message, endpoint)"
_UNSPLIT = "None if endpoint is None else (endpoint,)"


class UnionPlan(NamedTuple):
    """Some of the messages, under a name."""

    name: str
    annotation: str
    doc: str


class SentPlan(NamedTuple):
    """The endpoints that declare to send a message."""

    type_literal: str  # '"document_created"'
    endpoints_literal: str  # '("realtime", "audit")'


class MessagesPlan(NamedTuple):
    """What the clients of an app send and receive."""

    is_declared: bool
    has_declared_endpoint: bool  # some endpoint says what it takes, be it nothing
    is_split: bool  # endpoints differ in what they send
    sent_at: tuple[SentPlan, ...]
    has_timestamp: bool  # one of them has a ``timestamp`` of its own
    encode: str  # the function for what the app sends to one client
    encode_broadcast: str  # and to several
    endpoints: str  # whose clients get a message, as an expression
    read_foreign: str  # what makes one of a text of another program's
    example: str  # of sending a message
    emit_example: str  # and from a thread
    send_example: str  # of answering one
    json_types: tuple[str, ...]  # of ``jsontypes.py``, and its functions
    definitions: tuple[Definition, ...]
    unions: tuple[UnionPlan, ...]
    rebuilt: tuple[str, ...]
    omits: bool  # some property may be left out, but is never null
    sets_aside: bool  # some property has another name in Python


def plan_messages(manifest: Manifest) -> MessagesPlan:
    """Decide what becomes of the messages of all endpoints together."""
    endpoints = manifest.websockets.values()
    received = {each.name: each for endpoint in endpoints for each in endpoint.receive}
    sent = {each.name: each for endpoint in endpoints for each in endpoint.send}
    some_silent = any(map(is_silent, endpoints))
    is_split = len({frozenset(each.name for each in one.send) for one in endpoints}) > 1
    models = _plan_models(manifest, received, sent)
    words = models.words if models else frozenset[str]()
    examples = [f"messages.{message.body.name}(...)" for message in sent.values()] or ["{...}"]
    return MessagesPlan(
        is_declared=models is not None,
        has_declared_endpoint=some_silent or bool(received),
        is_split=is_split,
        sent_at=tuple(_sent_at(manifest, sent)) if is_split else (),
        has_timestamp=any(_has_timestamp(message) for message in sent.values()),
        encode="encode" if sent else "encode_mapping",
        encode_broadcast="encode" if sent else "encode_broadcast",
        endpoints=_SPLIT if is_split else _UNSPLIT,
        read_foreign="_declared" if sent else "_object",
        example=f"await ws.manager.broadcast({'ws.' if sent else ''}{examples[0]})",
        emit_example=f"ws.emit({'ws.' if sent else ''}{examples[0]})",
        send_example=f"await connection.send({'...' if sent else '{...}'})",
        json_types=(*sorted(JSON_TYPES), "multiples", "python_only"),
        definitions=models.definitions if models else (),
        unions=tuple(_unions(manifest, sent)),
        rebuilt=models.rebuilt if models else (),
        omits="Omittable" in words,
        sets_aside=bool(words & {"Renamed", "python_only"}),
    )


def _has_timestamp(message: Message) -> bool:
    return any(each.name == "timestamp" for each in message.body.properties)


def received_name(endpoint: str) -> str:
    """Return the name of the union of all messages that an endpoint receives."""
    return f"{class_name(endpoint)}Received"


def _plan_models(
    manifest: Manifest, received: Mapping[str, Message], sent: Mapping[str, Message]
) -> ModelsPlan | None:
    if not received and not sent:
        return None
    from mdbgen.targets.python.models import (
        plan_models,  # only manifests that declare messages pay for it
    )

    return plan_models(manifest.schemas, received.values(), sent.values())


def is_silent(endpoint: Endpoint) -> bool:
    """Return whether clients of an endpoint may send nothing but pongs."""
    return not (endpoint.takes_objects or endpoint.receive)


def _sent_at(manifest: Manifest, sent: Iterable[str]) -> Iterator[SentPlan]:
    for name in sent:
        declaring = [
            literal(endpoint)
            for endpoint, each in manifest.websockets.items()
            if any(message.name == name for message in each.send)
        ]
        comma = "," if len(declaring) == 1 else ""
        yield SentPlan(literal(name), f"({', '.join(declaring)}{comma})")


def _unions(manifest: Manifest, sent: Mapping[str, Message]) -> Iterator[UnionPlan]:
    for name, endpoint in manifest.websockets.items():
        if endpoint.receive:
            doc = docstring(f"What clients of ``{name}`` send.", indent=0)
            yield UnionPlan(received_name(name), _union(endpoint.receive), doc)
        if endpoint.send:
            doc = docstring(f"What is sent to clients of ``{name}``.", indent=0)
            yield UnionPlan(f"{class_name(name)}Sent", _union(endpoint.send), doc)
    annotation = _union(sent.values()) if sent else "Mapping[str, Any]"
    yield UnionPlan("Sendable", annotation, "What the app may send.")


def _union(messages: Iterable[Message]) -> str:
    return " | ".join(message.body.name for message in messages)

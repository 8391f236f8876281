"""Declared messages: what the generated modules say of them, and of their absence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.naming import class_name, docstring, literal
from mdbgen.targets.python.methods import LINE_LENGTH

if TYPE_CHECKING:
    from mdbgen.model.schema import Message
    from mdbgen.targets.python.models import Definition, ModelPlan, ModelsPlan

_FORMATS = tuple(each.annotation for each in TEXT_FORMATS.values())
_TYPING = {"Annotated", "Any", "Literal", "TypeAlias"}
_JSONTYPES = {
    *(*_FORMATS, "Integer", "MessageId", "Model", "Omittable", "Renamed", "Sparse", "Unique"),
    *("Exact", "Whole", "multiples", "python_only"),
}


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
    receives: bool  # some endpoint declares what it receives
    takes_objects: bool  # some endpoint takes any JSON object
    is_silent: bool  # some endpoint takes nothing
    has_declared_endpoint: bool  # some endpoint says what it takes, be it nothing
    is_split: bool  # endpoints differ in what they send
    sent_at: tuple[SentPlan, ...]
    sends: bool  # some endpoint declares what it sends; then nothing else is sent
    replies: bool
    has_timestamp: bool  # one of them has a ``timestamp`` of its own
    encode: str  # the function for what the app sends to one client
    encode_broadcast: str  # and to several
    connection_wire: str  # what connection.py imports of ``wire``
    manager_wire: str  # what manager.py does
    type_error_doc: str
    example: str  # of sending a message
    send_example: str  # of answering one
    received_type: str
    contract_inbound: str
    as_mapping: str
    definitions: tuple[Definition, ...]
    unions: tuple[UnionPlan, ...]
    rebuilt: tuple[str, ...]
    imports: Mapping[str, str]  # of messages.py and jsontypes.py
    uses: Mapping[str, bool]  # what jsontypes.py defines


def plan_messages(manifest: Manifest) -> MessagesPlan:
    """Decide what becomes of the messages of all endpoints together."""
    endpoints = manifest.websockets.values()
    received = {each.name: each for endpoint in endpoints for each in endpoint.receive}
    sent = {each.name: each for endpoint in endpoints for each in endpoint.send}
    takes_objects = any(endpoint.takes_objects for endpoint in endpoints)
    some_silent = any(map(is_silent, endpoints))
    is_split = len({frozenset(each.name for each in one.send) for one in endpoints}) > 1
    replies = any(message.reply for message in received.values())
    models = _plan_models(manifest, received, sent)
    uses = _uses(models) if models else {}
    examples = [f"messages.{message.body.name}(...)" for message in sent.values()] or ["{...}"]
    return MessagesPlan(
        is_declared=models is not None,
        receives=bool(received),
        takes_objects=takes_objects,
        is_silent=some_silent,
        has_declared_endpoint=some_silent or bool(received),
        is_split=is_split,
        sent_at=tuple(_sent_at(manifest, sent)) if is_split else (),
        sends=bool(sent),
        replies=replies,
        has_timestamp=any(_has_timestamp(message) for message in sent.values()),
        encode="encode" if sent else "encode_mapping",
        encode_broadcast="encode" if sent else "encode_broadcast",
        connection_wire=_wire_imports(bool(sent), is_split, {"encode_mapping"}),
        manager_wire=_wire_imports(bool(sent), is_split, {"encode_broadcast", "encode_mapping"}),
        type_error_doc=(
            "It is not declared for sending, or a value of it has no JSON form."
            if sent
            else "A value of the message has no JSON form."
        ),
        example=f"await ws.manager.broadcast({'ws.' if sent else ''}{examples[0]})",
        send_example=f"await connection.send({'...' if sent else '{...}'})",
        received_type=_received_type(manifest),
        contract_inbound=_contract_inbound(bool(received), takes_objects, some_silent),
        as_mapping="as_mapping(message)" if received else "message",
        definitions=models.definitions if models else (),
        unions=tuple(_unions(manifest, sent)),
        rebuilt=models.rebuilt if models else (),
        imports=_imports(models, uses, sent) if models else {},
        uses=uses,
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


def _received_type(manifest: Manifest) -> str:
    endpoints = manifest.websockets.items()
    unions = [f"messages.{received_name(name)}" for name, each in endpoints if each.receive]
    if not unions or any(each.takes_objects for _, each in endpoints):
        unions.append("dict[str, Any]")
    return " | ".join(unions)


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


def _wire_imports(sends: bool, is_split: bool, for_mappings: set[str]) -> str:
    for_models = {"encode", "endpoints_for"} if is_split else {"encode"}
    return _sorted_names(for_models if sends else for_mappings)


def _contract_inbound(receives: bool, takes_objects: bool, some_silent: bool) -> str:
    names = {"Received"}
    names |= {"parse_pong"} if some_silent else set()
    names |= {"Pong", "as_mapping", "parse_message"} if receives else set()
    names |= {"parse_object"} if takes_objects else set()
    return _sorted_names(names)


def _unions(manifest: Manifest, sent: Mapping[str, Message]) -> Iterator[UnionPlan]:
    for name, endpoint in manifest.websockets.items():
        if endpoint.receive:
            doc = docstring(f"What clients of ``{name}`` send.", indent=0)
            yield UnionPlan(received_name(name), _union(endpoint.receive), doc)
        if endpoint.send:
            doc = docstring(f"What clients of ``{name}`` are sent.", indent=0)
            yield UnionPlan(f"{class_name(name)}Sent", _union(endpoint.send), doc)
    annotation = _union(sent.values()) if sent else "Mapping[str, Any]"
    yield UnionPlan("Sendable", annotation, "What the app may send.")


def _union(messages: Iterable[Message]) -> str:
    return " | ".join(message.body.name for message in messages)


def _uses(models: ModelsPlan) -> dict[str, bool]:
    classes = [model for model, _ in models.definitions if model]
    words = models.words | _bases(classes)
    uses = {
        name.lower(): name in words
        for name in (*_FORMATS, "Omittable", "Renamed", "Sparse", "Unique", "Exact")
    }
    uses["multiple"] = "multiples" in words
    uses["pythononly"] = "python_only" in words
    uses["whole"] = bool(words & {"Integer", "Whole"})
    uses["rounded"] = uses["whole"] or uses["exact"] or uses["unique"]
    uses["integer"] = "Integer" in words
    uses["received"] = any(model.is_received for model in classes)
    uses["days"] = bool(words & {"DateTime", "Date"})
    uses["clocks"] = bool(words & {"DateTime", "Time"})
    uses["calendar"] = uses["days"] or uses["clocks"]
    uses["asides"] = uses["renamed"] or uses["pythononly"]
    uses["caches"] = uses["renamed"] or uses["sparse"]
    uses["guards"] = bool(words & set(_FORMATS))
    uses["befores"] = any(
        uses[name] for name in ("omittable", "unique", "guards", "whole", "pythononly")
    )
    uses["customerrors"] = any(uses[name] for name in ("omittable", "unique", "guards", "exact"))
    uses["parsed"] = bool(words & {"DateTime", "Date", "Time", "Uuid"})
    uses["annotated"] = any(uses[name] for name in ("received", "guards", "omittable", "integer"))
    uses["stdlib"] = any(
        uses[name] for name in ("annotated", "unique", "asides", "caches", "multiple")
    )
    uses["infos"] = uses["omittable"] or uses["asides"] or uses["unique"]
    return uses


def _imports(
    models: ModelsPlan, uses: Mapping[str, bool], sent: Mapping[str, Message]
) -> dict[str, str]:
    """Return the imports of two modules, names in the order of linters; "" for nothing."""
    classes = [model for model, _ in models.definitions if model]
    is_closed = any(model.is_closed for model in classes)
    words = models.words | _bases(classes) | {"Literal", "TypeAlias"}
    words |= {"MessageId"} if uses["received"] else set()
    words |= {"ConfigDict"} if is_closed else set()
    words |= set() if sent else {"Any"}
    return {
        "messages_abc": _import("collections.abc", _chosen(Mapping=not sent)),
        "messages_typing": _import("typing", words & _TYPING),
        "messages_pydantic": _import("pydantic", words & {"ConfigDict", "Field"}),
        "messages_jsontypes": _import(".jsontypes", words & _JSONTYPES),
        "jsontypes_abc": _import(
            "collections.abc", _chosen(Iterator=uses["unique"], Set=uses["asides"])
        ),
        "jsontypes_typing": _import(
            "typing",
            _chosen(
                Annotated=uses["annotated"],
                Any=uses["unique"] or uses["sparse"],
                TypeVar=uses["omittable"],
                cast=uses["sparse"],
            ),
        ),
        "jsontypes_pydantic": _import(
            "pydantic",
            _chosen(
                AfterValidator=uses["time"] or uses["multiple"],
                AwareDatetime=uses["datetime"],
                BaseModel=True,
                BeforeValidator=uses["befores"],
                ConfigDict=True,
                Field=uses["received"],
                GetJsonSchemaHandler=uses["sparse"],
                SerializerFunctionWrapHandler=uses["sparse"],
                TypeAdapter=uses["parsed"],
                ValidationInfo=uses["infos"],
                ValidatorFunctionWrapHandler=uses["exact"],
                WrapValidator=uses["exact"],
                model_serializer=uses["sparse"],
                model_validator=uses["renamed"],
            ),
        ),
        "jsontypes_core": _import(
            "pydantic_core",
            _chosen(
                CoreSchema=uses["sparse"],
                PydanticCustomError=uses["customerrors"],
                PydanticKnownError=uses["multiple"],
                to_jsonable_python=uses["unique"],
            ),
        ),
    }


def _bases(classes: Iterable[ModelPlan]) -> set[str]:
    return {base for model in classes for base in model.bases.split(", ")}


def _chosen(**names: bool) -> list[str]:
    return [name for name, is_used in names.items() if is_used]


def _import(module: str, names: Iterable[str]) -> str:
    """Spell an import as black does: in one line if it fits."""
    chosen = _sorted_names(names)
    line = f"from {module} import {chosen}" if chosen else ""
    if len(line) <= LINE_LENGTH:
        return line
    lines = chosen.replace(", ", ",\n    ")
    return f"from {module} import (\n    {lines},\n)"


def _sorted_names(names: Iterable[str]) -> str:
    """Classes before functions, as linters sort what is imported."""
    return ", ".join(sorted(names, key=lambda name: (name[0].islower(), name)))

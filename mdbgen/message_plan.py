"""Declared messages: what the generated modules say of them, and of their absence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mdbgen.manifest import Manifest
from mdbgen.naming import class_name, docstring, literal
from mdbgen.schema import Message

if TYPE_CHECKING:
    from mdbgen.models import Definition, ModelPlan, ModelsPlan


LINE_LENGTH = 88  # of the generated code
METHOD_INDENT = 4
CASE_INDENT = 16

_FORMATS = ("DateTime", "Date", "Time", "Uuid", "Email", "Uri")
_TYPING = {"Annotated", "Any", "Literal", "TypeAlias"}
_JSONTYPES = {
    *(*_FORMATS, "Integer", "MessageId", "Model", "Omittable", "Renamed", "Sparse", "Unique"),
    *("AnyValue", "Exact", "Whole", "multiples", "python_only"),
}


class MethodPlan(NamedTuple):
    """What handles one of the messages that clients send."""

    handler: str  # "on_get_status"
    signature: str  # "async def on_get_status(...) -> messages.StatusUpdate:", maybe wrapped
    call: str  # of it, and the sending of its answer
    return_keyword: str  # "return " or ""
    type_literal: str  # '"get_status"'
    doc: str


class UnionPlan(NamedTuple):
    """Some of the messages, under a name."""

    name: str
    annotation: str
    doc: str


class MessagesPlan(NamedTuple):
    """What the clients of an app send and receive."""

    is_declared: bool
    receives: bool  # some endpoint declares what it receives
    takes_objects: bool  # some endpoint does not
    sends: bool  # some endpoint declares what it sends; then nothing else is sent
    replies: bool
    has_timestamp: bool  # one of them has a ``timestamp`` of its own
    encode: str  # the function for what the app sends
    wire_imports: str
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
    takes_objects = not all(endpoint.receive for endpoint in endpoints)
    models = _plan_models(manifest, received, sent)
    uses = _uses(models) if models else {}
    examples = [f"messages.{message.body.name}(...)" for message in sent.values()] or ["{...}"]
    return MessagesPlan(
        is_declared=models is not None,
        receives=bool(received),
        takes_objects=takes_objects,
        sends=bool(sent),
        replies=any(message.reply for message in received.values()),
        has_timestamp=any(_has_timestamp(message) for message in sent.values()),
        encode="encode" if sent else "encode_mapping",
        wire_imports="Frame, encode, encode_mapping" if sent else "Frame, encode_mapping",
        type_error_doc=(
            "It is not declared for sending, or a value of it has no JSON form."
            if sent
            else "A value of the message has no JSON form."
        ),
        example=f"await ws.manager.broadcast({'ws.' if sent else ''}{examples[0]})",
        send_example=f"await connection.send({'...' if sent else '{...}'})",
        received_type=_received_type(manifest),
        contract_inbound=_contract_inbound(bool(received), takes_objects),
        as_mapping="as_mapping(message)" if received else "message",
        definitions=models.definitions if models else (),
        unions=tuple(_unions(manifest, sent)),
        rebuilt=models.rebuilt if models else (),
        imports=_imports(models, uses, sent) if models else {},
        uses=uses,
    )


def plan_methods(received: Iterable[Message], sent: Iterable[Message]) -> tuple[MethodPlan, ...]:
    """Decide what handles each of the messages that an endpoint receives."""
    answers = {message.name: f"messages.{message.body.name}" for message in sent}
    return tuple(
        MethodPlan(
            handler=message.handler,
            signature=_signature(message, answers[message.reply] if message.reply else "None"),
            call=_call(message, answers),
            return_keyword="return " if message.reply else "",
            type_literal=literal(message.name),
            doc=docstring(message.body.description, indent=8)
            or docstring(f"A client sent ``{message.name}``.", indent=8),
        )
        for message in received
    )


def _signature(message: Message, answer: str) -> str:
    """Spell the head of a method as black does: in one line if it fits."""
    start = f"async def {message.handler}("
    arguments = f"self, connection: Connection, message: messages.{message.body.name}"
    line = f"{start}{arguments}) -> {answer}:"
    if METHOD_INDENT + len(line) <= LINE_LENGTH:
        return line
    return f"{start}\n        {arguments}\n    ) -> {answer}:"


def _call(message: Message, answers: Mapping[str, str]) -> str:
    """Spell what ``dispatch`` does with a message, as black does: in as few lines as fit."""
    call = f"await self.{message.handler}(connection, message)"
    if message.reply is None:
        return call
    arguments = ["message.id", call, answers[message.reply]]
    outer, inner = (f"\n{' ' * indent}" for indent in (CASE_INDENT, CASE_INDENT + 4))
    line = ", ".join(arguments)
    if CASE_INDENT + 4 + len(line) > LINE_LENGTH:
        line = f",{inner}".join(arguments) + ","
    return f"await connection.answer({inner}{line}{outer})"


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
    from mdbgen.models import plan_models  # only manifests that declare messages pay for it

    return plan_models(manifest.schemas, received.values(), sent.values())


def _received_type(manifest: Manifest) -> str:
    declaring = [name for name, each in manifest.websockets.items() if each.receive]
    unions = [f"messages.{received_name(name)}" for name in declaring]
    if len(declaring) < len(manifest.websockets):
        unions.append("dict[str, Any]")
    return " | ".join(unions)


def _contract_inbound(receives: bool, takes_objects: bool) -> str:
    names = {"Received"}
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
        for name in (*_FORMATS, "AnyValue", "Omittable", "Renamed", "Sparse", "Unique", "Exact")
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
    uses["annotated"] = any(
        uses[name] for name in ("received", "guards", "omittable", "integer", "anyvalue")
    )
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
                Any=uses["unique"] or uses["sparse"] or uses["anyvalue"],
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
                PlainSerializer=uses["anyvalue"],
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

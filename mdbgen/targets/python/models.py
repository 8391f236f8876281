"""The tree of types spelled as pydantic models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mdbgen.model.schema import (
    AnyType,
    ArrayType,
    Default,
    EnumType,
    MapType,
    Message,
    NullType,
    NumberType,
    ObjectType,
    Property,
    RefType,
    Schema,
    SchemaType,
    UnionType,
)
from mdbgen.naming import docstring, literal
from mdbgen.targets.python.annotations import possible_types, spell, union_members

_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')


class FieldPlan(NamedTuple):
    """A property of a model."""

    name: str  # in Python
    annotation: str
    default: str  # " = None"; "" where there is none
    doc: str


class ModelPlan(NamedTuple):
    """A class."""

    name: str
    bases: str  # "Model", "Renamed, Sparse"
    doc: str
    type_literal: str  # '"status_update"'; "" for what is no message
    is_received: bool
    is_closed: bool
    fields: tuple[FieldPlan, ...]


class AliasPlan(NamedTuple):
    """A schema that is no object with properties."""

    name: str
    annotation: str
    doc: str


class Definition(NamedTuple):
    """One of the two."""

    model: ModelPlan | None = None
    alias: AliasPlan | None = None


class ModelsPlan(NamedTuple):
    """What ``messages.py`` holds besides the unions of its messages."""

    definitions: tuple[Definition, ...]  # what is named stands above what names it, if it can
    rebuilt: tuple[str, ...]  # models for which it cannot
    words: frozenset[str]  # all names in all annotations and bases


class _Item(NamedTuple):
    """A class or alias to be; ``message`` is set for what is a message."""

    type: SchemaType
    doc: str
    names: frozenset[str]  # of classes and aliases in its annotations
    message: Message | None = None


def plan_models(
    schemas: Mapping[str, Schema], received: Iterable[Message], sent: Iterable[Message]
) -> ModelsPlan:
    """Spell schemas and messages, each once, in an order that Python can follow."""
    clients = {message.name: message for message in received}
    items = dict(_items(schemas, {**{each.name: each for each in sent}, **clients}))
    order = _order(items)
    definitions = tuple(_define(name, items[name], schemas, clients) for name in order)
    return ModelsPlan(
        definitions=definitions,
        rebuilt=tuple(_rebuilt(order, items)),
        words=frozenset(_words(definitions)),
    )


def _items(
    schemas: Mapping[str, Schema], messages: Mapping[str, Message]
) -> Iterator[tuple[str, _Item]]:
    for schema in schemas.values():
        doc = _doc(_noted(schema), f"``mdbgen.schemas.{schema.name}``")
        yield from _nested(schema.type, schema.alias, schemas)
        names = frozenset(_names(schema.type, schemas))
        yield schema.alias, _Item(schema.type, doc, names)
    for message in messages.values():
        body = message.body
        yield from _nested(body, body.name, schemas)
        doc = _doc(_noted(message), f"The message ``{message.name}``.")
        yield body.name, _Item(body, doc, frozenset(_names(body, schemas)), message)


def _noted(declared: Schema | Message | Property) -> str:
    text = declared.description
    return f"{text}\n\nDeprecated." if declared.deprecated else text


def _doc(description: str, otherwise: str) -> str:
    return description if docstring(description) else otherwise


def _nested(
    kind: SchemaType, parent: str, schemas: Mapping[str, Schema]
) -> Iterator[tuple[str, _Item]]:
    """Yield the classes inside of a type, without the type itself."""
    for child in _children(kind):
        name = child.name if isinstance(child, ObjectType) else parent
        yield from _nested(child, name, schemas)
        if isinstance(child, ObjectType):
            doc = _doc(child.description, f"Part of ``{parent}``.")
            yield child.name, _Item(child, doc, frozenset(_names(child, schemas)))


def _children(kind: SchemaType) -> Iterator[SchemaType]:
    match kind:
        case ArrayType():
            yield kind.items
        case MapType():
            yield kind.values
        case UnionType():
            yield from kind.members
        case ObjectType():
            yield from (each.type for each in kind.properties)


def _names(kind: SchemaType, schemas: Mapping[str, Schema]) -> Iterator[str]:
    """Yield the classes and aliases that the annotations of a type name."""
    parts = union_members(kind, schemas) if isinstance(kind, UnionType) else _children(kind)
    for child in parts:
        if isinstance(child, ObjectType):
            yield child.name
        elif isinstance(child, RefType):
            yield schemas[child.name].alias
        else:
            yield from _names(child, schemas)
    if isinstance(kind, RefType):
        yield schemas[kind.name].alias


def _order(items: Mapping[str, _Item]) -> list[str]:
    """What is named before what names it; an alias in a circle of classes comes last.

    A class may name what is defined later, an alias may not.
    """
    order: list[str] = []
    seen: set[str] = set()
    places = {name: place for place, name in enumerate(items)}

    def visit(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        for other in sorted(items[name].names, key=places.__getitem__):
            visit(other)
        order.append(name)

    for name in items:
        visit(name)
    early: dict[str, None] = {}
    late: list[str] = []
    for name in order:
        if isinstance(items[name].type, ObjectType) or items[name].names <= early.keys():
            early[name] = None
        else:
            late.append(name)
    return [*early, *late]


def _rebuilt(order: Sequence[str], items: Mapping[str, _Item]) -> Iterator[str]:
    """Yield the classes that pydantic cannot complete where they stand."""
    complete: set[str] = set()
    for name in order:
        if items[name].names - {name} <= complete:  # a class may name itself
            complete.add(name)
        elif isinstance(items[name].type, ObjectType):
            yield name


def _define(
    name: str, item: _Item, schemas: Mapping[str, Schema], received: Mapping[str, Message]
) -> Definition:
    kind, message = item.type, item.message
    if not isinstance(kind, ObjectType):
        return Definition(alias=AliasPlan(name, spell(kind, schemas), docstring(item.doc, 0)))
    is_sparse = any(not each.required and _is_none(each.default) for each in kind.properties)
    is_renamed = any(each.field != each.name for each in kind.properties)
    traits = [*(["Renamed"] if is_renamed else []), *(["Sparse"] if is_sparse else [])]
    model = ModelPlan(
        name=name,
        bases=", ".join(traits or ["Model"]),
        doc=docstring(item.doc),
        type_literal=literal(message.name) if message else "",
        is_received=message is not None and message.name in received,
        is_closed=kind.is_closed,
        fields=tuple(_define_field(each, schemas) for each in kind.properties),
    )
    return Definition(model=model)


def _is_none(default: Default | None) -> bool:
    return default is None or default.value is None


def _is_omittable(member: Property, schemas: Mapping[str, Schema]) -> bool:
    """Whether ``None`` can stand for the absence of a property: it is not null itself."""
    may_lack = not member.required and member.default is None
    return may_lack and not _takes_null(member.type, schemas)


def _takes_null(kind: SchemaType, schemas: Mapping[str, Schema]) -> bool:
    return any(
        isinstance(leaf, AnyType | NullType) or (isinstance(leaf, EnumType) and None in leaf.values)
        for leaf in possible_types(kind, schemas)
    )


def _define_field(member: Property, schemas: Mapping[str, Schema]) -> FieldPlan:
    annotation = spell(member.type, schemas)
    if _is_omittable(member, schemas):
        annotation = f"Omittable[{annotation}]"
    doc = docstring(_noted(member))
    return FieldPlan(member.field, annotation, _spell_default(member, schemas), doc)


def _spell_default(member: Property, schemas: Mapping[str, Schema]) -> str:
    default = _default(member, schemas)
    arguments = [default] if default else []
    if member.field != member.name:
        name = literal(member.name)
        arguments += [f"validation_alias={name}", f"serialization_alias={name}"]
    elif default and not default.startswith("default_factory"):
        return f" = {default.removeprefix('default=')}"
    return f" = Field({', '.join(arguments)})" if arguments else ""


def _default(member: Property, schemas: Mapping[str, Schema]) -> str:
    """Return the argument of ``Field`` for what a property is when it is left out."""
    if member.required:
        return ""
    if member.default is None:
        return "default=None"
    value = member.default.value
    match value:
        case tuple():
            return "default_factory=list"
        case dict():
            return "default_factory=dict"
        case bool():
            return f"default={literal(value)}"
        case int() | float() if _takes_fractions(member.type, schemas):
            return f"default={literal(float(value))}"
        case float() if value.is_integer():
            return f"default={literal(int(value))}"
    return f"default={literal(value)}"


def _takes_fractions(kind: SchemaType, schemas: Mapping[str, Schema]) -> bool:
    return any(
        isinstance(leaf, NumberType) and not leaf.is_integer
        for leaf in possible_types(kind, schemas)
    )


def _words(definitions: Iterable[Definition]) -> Iterator[str]:
    for model, alias in definitions:
        fields = model.fields if model else ()
        texts = [f"{each.annotation}{each.default}" for each in fields]
        texts += [model.bases] if model else []
        for text in [*texts, alias.annotation if alias else ""]:
            yield from re.findall(r"\w+", _STRING.sub("", text))

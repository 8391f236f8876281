"""The tree of types behind declared messages: a subset of JSON Schema 2020-12, understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from mdbgen.model.codetext import Code
from mdbgen.model.textformats import TextFormat

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Notes:
    """What a schema says to people."""

    title: str = ""
    description: str = ""
    deprecated: bool = False  # it should no longer be used
    examples: tuple[Any, ...] = ()  # JSON values, which need not fit


NO_NOTES = Notes()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    """What all types have. Equal types have the same values, whatever their notes say."""

    notes: Notes = field(default=NO_NOTES, compare=False, repr=False)


def _bound(keyword: str) -> Any:
    """Return a field for the number that a keyword states; None where it is not stated."""
    return field(default=None, metadata={"keyword": keyword})


@dataclass(frozen=True, slots=True)
class AnyType(_Type):
    """``{}``: any JSON value."""


@dataclass(frozen=True, slots=True)
class NullType(_Type):
    """``null`` alone."""


@dataclass(frozen=True, slots=True)
class BooleanType(_Type):
    """``true`` or ``false``."""


@dataclass(frozen=True, slots=True)
class NumberType(_Type):
    """A number; a whole one where ``is_integer`` (``1.0`` is one, as JSON Schema has it)."""

    is_integer: bool
    minimum: int | float | None = _bound("minimum")
    maximum: int | float | None = _bound("maximum")
    exclusive_minimum: int | float | None = _bound("exclusiveMinimum")
    exclusive_maximum: int | float | None = _bound("exclusiveMaximum")
    multiple_of: int | float | None = _bound("multipleOf")


@dataclass(frozen=True, slots=True)
class StringType(_Type):
    """Text. Lengths count code points; a pattern may match anywhere in it."""

    min_length: int | None = _bound("minLength")
    max_length: int | None = _bound("maxLength")
    pattern: str | None = None  # one that Rust's linear-time ``regex`` understands
    format: TextFormat | None = None


@dataclass(frozen=True, slots=True)
class EnumType(_Type):
    """One of some values; ``const`` is an enum of one."""

    values: tuple[str | int | bool | None, ...]  # not empty, no two the same


@dataclass(frozen=True, slots=True)
class ArrayType(_Type):
    """A list."""

    items: SchemaType
    min_items: int | None = _bound("minItems")
    max_items: int | None = _bound("maxItems")
    unique: bool = False


@dataclass(frozen=True, slots=True)
class MapType(_Type):
    """An object whose keys are data."""

    values: SchemaType


@dataclass(frozen=True, slots=True)
class Default:
    """The value of a property that is left out: a scalar, ``()`` for ``[]``, ``{}`` for a map."""

    value: Scalar | tuple[()] | dict[str, object]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object."""

    name: str  # on the wire
    field: Code  # in Python: the same where Python allows it, else close to it
    type: SchemaType
    required: bool
    default: Default | None = None

    @property
    def description(self) -> str:
        """What it means."""
        return self.type.notes.description

    @property
    def deprecated(self) -> bool:
        """Whether it should no longer be used."""
        return self.type.notes.deprecated


@dataclass(frozen=True, slots=True)
class ObjectType(_Type):
    """An object with known properties: a class."""

    name: Code  # of the class in Python and TypeScript, one per package: "DocumentCreated"
    properties: tuple[Property, ...]
    is_closed: bool = False  # ``additionalProperties: false``; else others are ignored

    @property
    def description(self) -> str:
        """What it means."""
        return self.notes.description


@dataclass(frozen=True, slots=True)
class RefType(_Type):
    """``$ref`` to one of ``mdbgen.schemas``, which may lead back to here."""

    name: str  # as in the manifest


@dataclass(frozen=True, slots=True)
class UnionType(_Type):
    """Types of which no value can have two: by JSON type, by value, or by a property."""

    members: tuple[SchemaType, ...]
    discriminator: str | None = None  # the required property whose ``const`` tells objects apart


SchemaType: TypeAlias = (
    AnyType
    | NullType
    | BooleanType
    | NumberType
    | StringType
    | EnumType
    | ArrayType
    | MapType
    | ObjectType
    | RefType
    | UnionType
)


@dataclass(frozen=True, slots=True)
class Schema:
    """One of ``mdbgen.schemas``."""

    name: str  # as in the manifest
    alias: Code  # of the class or type alias in Python and TypeScript
    type: SchemaType

    @property
    def description(self) -> str:
        """What it means."""
        return self.type.notes.description

    @property
    def deprecated(self) -> bool:
        """Whether it should no longer be used."""
        return self.type.notes.deprecated


@dataclass(frozen=True, slots=True)
class Message:
    """A message that clients send or receive. Two endpoints that declare it share it."""

    name: str  # on the wire, in ``type``
    handler: Code  # "on_get_status"
    method: Code  # of the TypeScript client: "getStatus"
    body: ObjectType  # ``type``, ``id`` and the envelope are not among its properties
    reply: str | None  # name of the message that answers it

    @property
    def description(self) -> str:
        """What it means."""
        return self.body.notes.description

    @property
    def deprecated(self) -> bool:
        """Whether it should no longer be used."""
        return self.body.notes.deprecated


# What stands where a schema has a problem of its own: it agrees with everything.
UNKNOWN = RefType("")
Schemas = Mapping[str, SchemaType]
Leaf = AnyType | NullType | BooleanType | NumberType | StringType | EnumType | ArrayType | MapType


def resolve(kind: SchemaType, schemas: Schemas) -> SchemaType:
    """Follow ``$ref`` to what is none; `UNKNOWN` where it leads nowhere."""
    seen: set[str] = set()
    while isinstance(kind, RefType):
        if kind.name in seen or kind.name not in schemas:
            return UNKNOWN
        seen.add(kind.name)
        kind = schemas[kind.name]
    return kind


def bounds_of(kind: SchemaType) -> dict[str, int | float | None]:
    """Return the keywords that bound the values of a type; None for those that are not stated."""
    stated = ((each.metadata.get("keyword"), each.name) for each in fields(kind))
    return {keyword: getattr(kind, name) for keyword, name in stated if keyword}


def children(kind: SchemaType) -> Iterator[SchemaType]:
    """Yield the types that are written inside of a type; what a ``$ref`` names is elsewhere."""
    match kind:
        case ArrayType():
            yield kind.items
        case MapType():
            yield kind.values
        case UnionType():
            yield from kind.members
        case ObjectType():
            yield from (each.type for each in kind.properties)


def leaves(kind: SchemaType, schemas: Schemas) -> Iterator[Leaf | ObjectType]:
    """Yield the types that a value may have, through every ``$ref`` and nested union, once."""
    seen: set[str] = set()
    waiting = [kind]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, UnionType):
            waiting += reversed(kind.members)
        elif isinstance(kind, RefType):
            if kind.name in schemas and kind.name not in seen:
                seen.add(kind.name)
                waiting.append(schemas[kind.name])
        else:
            yield kind


def json_type(value: object) -> str:
    """Name the JSON type of a scalar; whole numbers are numbers."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case _:
            return "number"

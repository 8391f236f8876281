"""The tree of types spelled as annotations that pydantic validates by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import LiteralString, TypeAlias

from mdbgen.model.codetext import Code
from mdbgen.model.schema import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    MapType,
    NullType,
    NumberType,
    ObjectType,
    RefType,
    Schema,
    SchemaType,
    StringType,
    UnionType,
    leaves,
)
from mdbgen.naming import code, joined, literal
from mdbgen.patterns import as_rust

_Limits: TypeAlias = Mapping[LiteralString, Code | int | float | None]  # arguments of Field


def spell(kind: SchemaType, schemas: Mapping[str, Schema]) -> Code:
    """Return the annotation of a type.

    Args:
        schemas: by their names in the manifest.
    """
    match kind:
        case AnyType():
            return code("Any")
        case NullType():
            return code("None")
        case BooleanType():
            return code("bool")
        case NumberType():
            return _spell_number(kind)
        case StringType():
            return _spell_string(kind)
        case EnumType():
            return _spell_enum(kind)
        case ArrayType():
            extras = [code("Unique")] if kind.unique else []
            limits: _Limits = {"min_length": kind.min_items, "max_length": kind.max_items}
            return _annotated(code("list[%s]", spell(kind.items, schemas)), limits, extras)
        case MapType():
            return code("dict[str, %s]", spell(kind.values, schemas))
        case ObjectType():
            return kind.name
        case RefType():
            return schemas[kind.name].alias
        case UnionType():
            return _spell_union(kind, schemas)


def _spell_number(kind: NumberType) -> Code:
    if not kind.is_integer:
        return _annotated(
            code("float"),
            {
                "ge": kind.minimum,
                "gt": kind.exclusive_minimum,
                "le": kind.maximum,
                "lt": kind.exclusive_maximum,
            },
            [code("multiples(%s)", kind.multiple_of)] if kind.multiple_of is not None else [],
        )
    limits: _Limits = {
        "ge": _rounded(math.ceil, kind.minimum),
        "gt": _rounded(math.floor, kind.exclusive_minimum),
        "le": _rounded(math.floor, kind.maximum),
        "lt": _rounded(math.ceil, kind.exclusive_maximum),
        # Of the multiples of a fraction p/q in lowest terms, those of p are whole.
        "multiple_of": _rounded(lambda step: Fraction(str(step)).numerator, kind.multiple_of),
    }
    is_limited = any(value is not None for value in limits.values())
    return _annotated(code("int"), limits, [code("Whole")]) if is_limited else code("Integer")


def _rounded(to_whole: Callable[[int | float], int], value: int | float | None) -> int | None:
    return None if value is None else to_whole(value)


def _spell_string(kind: StringType) -> Code:
    base = kind.format.annotation if kind.format else code("str")
    pattern = literal(as_rust(kind.pattern)) if kind.pattern is not None else None
    limits: _Limits = {
        "min_length": kind.min_length,
        "max_length": kind.max_length,
        "pattern": pattern,
    }
    return _annotated(base, limits)


def _spell_enum(kind: EnumType) -> Code:
    has_numbers = any(isinstance(value, int) for value in kind.values)  # true is one in Python
    values = code("Literal[%s]", joined(", ", map(literal, kind.values)))
    return _annotated(values, {}, [code("Exact")] if has_numbers else [])


def _spell_union(kind: UnionType, schemas: Mapping[str, Schema]) -> Code:
    # Up to pydantic 2.8, what may be a number writes false as 0.0 if it is asked first.
    members = sorted(
        union_members(kind, schemas),
        key=lambda each: (isinstance(each, NullType), not _may_be_boolean(each, schemas)),
    )
    spelled = [spell(member, schemas) for member in members]
    if kind.discriminator is None:
        return joined(" | ", spelled)
    tagged = [_objects(member, schemas) for member in members]
    objects = [text for text, found in zip(spelled, tagged, strict=True) if found]
    others = [text for text, found in zip(spelled, tagged, strict=True) if not found]
    field = _field_of(kind.discriminator, next(found[0] for found in tagged if found))
    parts = [joined(" | ", objects), code("Field(discriminator=%s)", literal(field))]
    parts += [code("python_only(%s)", literal(field))] if field != kind.discriminator else []
    return joined(" | ", [code("Annotated[%s]", joined(", ", parts)), *others])


def _may_be_boolean(kind: SchemaType, schemas: Mapping[str, Schema]) -> bool:
    return any(
        isinstance(leaf, BooleanType)
        or (isinstance(leaf, EnumType) and any(isinstance(value, bool) for value in leaf.values))
        for leaf in possible_types(kind, schemas)
    )


def possible_types(kind: SchemaType, schemas: Mapping[str, Schema]) -> Iterator[SchemaType]:
    """Yield the types that a value may have, through every ``$ref`` and nested union."""
    return leaves(kind, _TypesOf(schemas))


class _TypesOf(Mapping[str, SchemaType]):
    """The types of schemas; a dictionary of its own for every property would be slow."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def __getitem__(self, name: str) -> SchemaType:
        return self._schemas[name].type

    def __iter__(self) -> Iterator[str]:
        return iter(self._schemas)

    def __len__(self) -> int:
        return len(self._schemas)


def union_members(kind: UnionType, schemas: Mapping[str, Schema]) -> tuple[SchemaType, ...]:
    """Return what the annotation of a union is made of.

    pydantic tells objects apart by a property where nothing else is among them: a ``$ref`` that
    leads to objects and to something else gives way to what it leads to.
    """
    if kind.discriminator is None:
        return kind.members
    members: list[SchemaType] = []
    for member in kind.members:
        target = _target(member, schemas)
        if isinstance(target, UnionType) and not _objects(target, schemas):
            members += union_members(replace(target, discriminator=kind.discriminator), schemas)
        else:
            members.append(member)
    return tuple(members)


def _target(kind: SchemaType, schemas: Mapping[str, Schema]) -> SchemaType:
    while isinstance(kind, RefType):
        kind = schemas[kind.name].type
    return kind


def _objects(kind: SchemaType, schemas: Mapping[str, Schema]) -> list[ObjectType]:
    """Return the objects of which a type is one; none, if it may be something else as well."""
    target = _target(kind, schemas)
    if isinstance(target, ObjectType):
        return [target]
    if not isinstance(target, UnionType):
        return []
    found = [_objects(member, schemas) for member in target.members]
    return [each for objects in found for each in objects] if all(found) else []


def _field_of(name: str, kind: ObjectType) -> Code:
    return next(each.field for each in kind.properties if each.name == name)


def _annotated(base: Code, limits: _Limits, extras: Sequence[Code] = ()) -> Code:
    stated = [code(name + "=%s", value) for name, value in limits.items() if value is not None]
    fields = [code("Field(%s)", joined(", ", stated))] if stated else []
    parts = [base, *fields, *extras]
    return code("Annotated[%s]", joined(", ", parts)) if parts[1:] else base

"""The tree of types spelled as annotations that pydantic validates by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from mdbgen.naming import literal
from mdbgen.schema import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    Format,
    MapType,
    NullType,
    NumberType,
    ObjectType,
    RefType,
    Schema,
    SchemaType,
    StringType,
    UnionType,
)

_FORMATS: Mapping[Format, str] = {
    "date-time": "DateTime",
    "date": "Date",
    "time": "Time",
    "uuid": "Uuid",
    "email": "Email",
    "uri": "Uri",
}


def spell(kind: SchemaType, schemas: Mapping[str, Schema]) -> str:
    """Return the annotation of a type.

    Args:
        schemas: by their names in the manifest.
    """
    match kind:
        case AnyType():
            return "Any"
        case NullType():
            return "None"
        case BooleanType():
            return "bool"
        case NumberType():
            return _spell_number(kind)
        case StringType():
            return _spell_string(kind)
        case EnumType():
            return _spell_enum(kind)
        case ArrayType():
            extras = ["Unique"] if kind.unique else []
            limits = {"min_length": kind.min_items, "max_length": kind.max_items}
            return _annotated(f"list[{spell(kind.items, schemas)}]", limits, extras)
        case MapType():
            return f"dict[str, {spell(kind.values, schemas)}]"
        case ObjectType():
            return kind.name
        case RefType():
            return schemas[kind.name].alias
        case UnionType():
            return _spell_union(kind, schemas)


def _spell_number(kind: NumberType) -> str:
    if not kind.is_integer:
        return _annotated(
            "float",
            {
                "ge": kind.minimum,
                "gt": kind.exclusive_minimum,
                "le": kind.maximum,
                "lt": kind.exclusive_maximum,
                "multiple_of": kind.multiple_of,
            },
        )
    limits = {
        "ge": _rounded(math.ceil, kind.minimum),
        "gt": _rounded(math.floor, kind.exclusive_minimum),
        "le": _rounded(math.floor, kind.maximum),
        "lt": _rounded(math.ceil, kind.exclusive_maximum),
        # Of the multiples of a fraction p/q in lowest terms, those of p are whole.
        "multiple_of": _rounded(lambda step: Fraction(str(step)).numerator, kind.multiple_of),
    }
    annotation = _annotated("int", limits, ["Whole"])
    return "Integer" if annotation == "Annotated[int, Whole]" else annotation


def _rounded(to_whole: Callable[[int | float], int], value: int | float | None) -> int | None:
    return None if value is None else to_whole(value)


def _spell_string(kind: StringType) -> str:
    base = _FORMATS[kind.format] if kind.format else "str"
    pattern = literal(kind.pattern) if kind.pattern is not None else None
    limits = {"min_length": kind.min_length, "max_length": kind.max_length}
    return _annotated(base, {**limits, "pattern": pattern})


def _spell_enum(kind: EnumType) -> str:
    has_numbers = any(type(value) is int for value in kind.values)
    values = f"Literal[{', '.join(map(literal, kind.values))}]"
    return _annotated(values, {}, ["Whole"] if has_numbers else [])


def _spell_union(kind: UnionType, schemas: Mapping[str, Schema]) -> str:
    if kind.discriminator is None:
        return " | ".join(spell(member, schemas) for member in kind.members)
    objects = [each for each in kind.members if isinstance(each, ObjectType | RefType)]
    others = [each for each in kind.members if not isinstance(each, ObjectType | RefType)]
    tagged = " | ".join(spell(member, schemas) for member in objects)
    tagged = f"Annotated[{tagged}, Field(discriminator={literal(kind.discriminator)})]"
    return " | ".join([tagged, *(spell(member, schemas) for member in others)])


def _annotated(base: str, limits: Mapping[str, object], extras: Sequence[str] = ()) -> str:
    stated = [f"{name}={value}" for name, value in limits.items() if value is not None]
    parts = [base, *([f"Field({', '.join(stated)})"] if stated else []), *extras]
    return f"Annotated[{', '.join(parts)}]" if parts[1:] else base

"""Types that must exclude each other: where ``$ref`` leads, and what tells the members apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from mdbgen.errors import shown
from mdbgen.model.schema import (
    NO_NOTES,
    UNKNOWN,
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    Leaf,
    MapType,
    Notes,
    NullType,
    NumberType,
    ObjectType,
    Property,
    RefType,
    Schemas,
    SchemaType,
    StringType,
    UnionType,
    json_type,
    leaves,
    resolve,
)
from mdbgen.schemas.keywords import WITH_ARTICLE

MAX_REFS = 64  # that lead from one to the next without an object in between


class Overlap(NamedTuple):
    """Two members of a union that one value could both have."""

    member: int  # index of the later one
    message: str
    hint: str


def tell_apart(members: Sequence[SchemaType], schemas: Schemas) -> str | Overlap | None:
    """Return the discriminator of a union, None where none is needed, or what overlaps."""
    found: list[tuple[int, Leaf | ObjectType]] = [
        (index, leaf) for index, member in enumerate(members) for leaf in leaves(member, schemas)
    ]
    overlap = _overlap(found)
    if overlap:
        return overlap
    objects = [(index, leaf) for index, leaf in found if isinstance(leaf, ObjectType)]
    if len({index for index, _ in objects}) < 2:
        return None
    name = _discriminator([leaf for _, leaf in objects], schemas)
    return name if name is not None else _undiscriminated(objects)


def flat_union(members: Sequence[SchemaType], discriminator: str | None) -> UnionType:
    """Return one union of members that may be unions themselves."""
    flat: list[SchemaType] = []
    for member in members:
        if isinstance(member, UnionType):
            flat += (_with_notes(each, member.notes) for each in member.members)
            discriminator = discriminator or member.discriminator
        else:
            flat.append(member)
    return UnionType(tuple(flat), discriminator)


def _with_notes(kind: SchemaType, notes: Notes) -> SchemaType:
    """Say of a type what is said of several together, where nothing is said of it alone."""
    return replace(kind, notes=notes) if kind.notes == NO_NOTES else kind


def _overlap(found: Sequence[tuple[int, Leaf | ObjectType]]) -> Overlap | None:
    """Find two members that share a JSON type or a value; objects are another matter."""
    whole: dict[str, int] = {}  # JSON type -> the member that allows all of it
    some: dict[str, int] = {}  # JSON type -> the last member that allows values of it
    values: dict[tuple[str, object], int] = {}
    for index, leaf in found:
        if isinstance(leaf, AnyType):
            if any(other != index for other, _ in found):
                return Overlap(index, f"member {index + 1} may be any value", "")
        elif isinstance(leaf, EnumType):
            for value in leaf.values:
                kind = json_type(value)
                other = whole.get(kind, values.setdefault((kind, value), index))
                if other != index:
                    return _meeting(other, index, shown(value))
                some[kind] = index
        else:
            kind = _kind(leaf)
            is_class = isinstance(leaf, ObjectType)  # these are told apart by a property
            other = whole.get(kind, index if is_class else some.get(kind, index))
            if other != index:
                return _meeting(other, index, WITH_ARTICLE[kind])
            (some if is_class else whole)[kind] = index
    return None


def _meeting(one: int, other: int, what: str) -> Overlap:
    first, second = sorted((one + 1, other + 1))
    hint = "'number' covers whole numbers" if what == WITH_ARTICLE["number"] else ""
    return Overlap(second - 1, f"members {first} and {second} may both be {what}", hint)


def _undiscriminated(objects: Sequence[tuple[int, ObjectType]]) -> Overlap:
    first, second = list(dict.fromkeys(index for index, _ in objects))[:2]
    message = f"members {first + 1} and {second + 1} may both be an object"
    hint = (
        'give every object a required property with a value of its own, such as "kind": {"const":'
        ' "circle"} and "kind": {"const": "square"}'
    )
    return Overlap(second, message + ", and no property tells them apart", hint)


def _discriminator(objects: Sequence[ObjectType], schemas: Schemas) -> str | None:
    """Return the first property that has another fixed text in every object."""
    by_name = [{each.name: each for each in one.properties} for one in objects]
    for candidate in objects[0].properties:
        taken: set[object] = set()
        for properties in by_name:
            values = _constants(properties, candidate.name, schemas)
            if not values or not taken.isdisjoint(values):
                break
            taken.update(values)
        else:
            return candidate.name
    return None


def _constants(properties: Mapping[str, Property], name: str, schemas: Schemas) -> tuple[str, ...]:
    """Return the fixed texts of a required property, () where it may be anything else."""
    found = properties.get(name)
    kind = resolve(found.type, schemas) if found and found.required else UNKNOWN
    if not isinstance(kind, EnumType):
        return ()
    texts = tuple(value for value in kind.values if isinstance(value, str))
    return texts if len(texts) == len(kind.values) else ()


def _kind(leaf: SchemaType) -> str:
    match leaf:
        case NullType():
            return "null"
        case BooleanType():
            return "boolean"
        case NumberType():
            return "number"
        case StringType():
            return "string"
        case ArrayType():
            return "array"
        case _:
            return "object"


def find_cycles(schemas: Schemas) -> Iterator[tuple[str, ...]]:
    """Yield names of schemas that lead to each other with no object in between, first name last.

    A way of over `MAX_REFS` counts as one.
    """
    lengths: dict[str, int] = {}
    for name in schemas:
        trail = _endless(name, (), schemas, lengths)
        if trail:
            lengths.update(dict.fromkeys(trail, 0))  # once said is enough
            yield trail


def _endless(
    name: str, above: tuple[str, ...], schemas: Schemas, lengths: dict[str, int]
) -> tuple[str, ...]:
    """Return a way with no end, or else remember how long the longest way from here is."""
    trail = (*above, name)
    longest = 0
    for target in _aliased(schemas[name]) if name not in lengths else ():
        if target in trail:
            return (*trail[trail.index(target) :], target)
        if target in schemas:
            found = len(trail) < MAX_REFS and _endless(target, trail, schemas, lengths)
            if found:
                return found
            longest = max(longest, lengths.get(target, MAX_REFS) + 1)
    lengths.setdefault(name, longest)
    return trail if lengths[name] > MAX_REFS else ()


def _aliased(kind: SchemaType) -> Iterator[str]:
    """Yield the schemas that a type names outside of its objects."""
    waiting = [kind]
    while waiting:
        kind = waiting.pop()
        match kind:
            case RefType():
                yield kind.name
            case ArrayType():
                waiting.append(kind.items)
            case MapType():
                waiting.append(kind.values)
            case UnionType():
                waiting += reversed(kind.members)

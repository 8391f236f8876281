"""How deep types nest, and how many there are, when pydantic builds the classes of a manifest.

pydantic follows a class into those that it holds by nested calls, and Python limits how deep calls
nest. A complete class is copied into every place that names it. Classes that lead back to each
other are completed one by one, and each time all of them are gone through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mdbgen.model.schema import (
    ArrayType,
    EnumType,
    MapType,
    ObjectType,
    RefType,
    Schemas,
    SchemaType,
    StringType,
    UnionType,
)
from mdbgen.patterns import estimate_us

# Nested calls for one type, at most, with pydantic 2.7 to 2.14 on Python 3.11 to 3.13.
_OBJECT, _RENAMED, _OPTIONAL, _ALIAS = 14, 5, 9, 9
_CONTAINER, _UNIQUE, _UNION, _TAGGED = 9, 5, 9, 6
MAX_CALLS = 800  # Python allows 1,000; some are open already where the package is imported
MAX_TYPES = 100_000  # a second or two, several with old versions
_VALUES_PER_TYPE, _US_PER_TYPE = 20, 20
_MAX_SCHEMAS = MAX_CALLS // min(_OBJECT, _ALIAS)


class TooDeep(Exception):
    """Types nest deeper than pydantic can follow them."""

    def __init__(self, trail: tuple[str, ...]) -> None:
        super().__init__()
        self.trail = trail  # the schemas that lead from one to the next, as far as they were read


class TooMany(Exception):
    """There are more types than pydantic could go through in a reasonable time."""


class _Extent(NamedTuple):
    """What pydantic goes through for a type, with all that it leads to."""

    types: int
    calls: int


@dataclass(slots=True)
class Nesting:
    """Measures the types of one manifest."""

    schemas: Schemas
    _extents: dict[str, _Extent] = field(default_factory=dict)
    _types: int = 0  # for all classes that were measured

    def measure_schemas(self) -> None:
        """Measure all schemas.

        Raises:
            TooDeep: one of them leads too deep.
            TooMany: all of them together hold too many types.
        """
        for ring in _Rings(self.schemas).find():
            found: dict[str, _Extent] = {}
            members = frozenset(ring)
            for name in ring:
                found[name] = self._walk(RefType(name), members)
                self._measure_parts(self.schemas[name], members)
            self._extents.update(found)

    def measure(self, kind: SchemaType) -> None:
        """Measure a type that is no schema.

        Raises:
            TooDeep: it leads too deep.
            TooMany: all types together are too many.
        """
        self._walk(kind, frozenset())
        self._measure_parts(kind, frozenset())

    def _measure_parts(self, kind: SchemaType, ring: frozenset[str]) -> None:
        """Measure the classes inside a type."""
        for each in _inside(kind):
            if isinstance(each, ObjectType) and each is not kind:
                self._walk(each, ring)

    def _walk(self, kind: SchemaType, ring: frozenset[str]) -> _Extent:
        walk = _Walk(self.schemas, self._extents, ring, MAX_TYPES - self._types)
        extent = walk.follow(kind, 0, ())
        self._types += extent.types
        return extent


@dataclass(slots=True)
class _Walk:
    """Goes the way that pydantic goes to complete one class."""

    schemas: Schemas
    extents: Mapping[str, _Extent]  # of what is complete
    ring: frozenset[str]  # the schemas that are not
    types_left: int
    entered: set[str] = field(default_factory=set)  # classes of the ring

    def follow(self, kind: SchemaType, above: int, trail: tuple[str, ...]) -> _Extent:
        """Return the extent of a type.

        Args:
            above: nested calls already made.
            trail: the schemas that led here.
        """
        if isinstance(kind, RefType):
            return self._follow_ref(kind.name, above, trail)
        if isinstance(kind, ObjectType):
            if kind.name in self.entered:
                return self._checked(_Extent(1, 0), above, trail)
            self.entered.add(kind.name)
        own, types, calls = _calls(kind), _weight(kind), 0
        self._checked(_Extent(types, own), above, trail)
        for part, between in self._parts(kind):
            inner = self.follow(part, above + own + between, trail)
            types, calls = types + inner.types, max(calls, between + inner.calls)
        return _Extent(types, own + calls)

    def _follow_ref(self, name: str, above: int, trail: tuple[str, ...]) -> _Extent:
        own = _ALIAS if _is_alias(self.schemas[name]) else 0
        if name in self.ring:
            inner = self.follow(self.schemas[name], above + own, (*trail, name))
            return _Extent(inner.types, own + inner.calls)
        types, calls = self.extents[name]
        return self._checked(_Extent(types, own + calls), above, (*trail, name))

    def _parts(self, kind: SchemaType) -> Iterator[tuple[SchemaType, int]]:
        """Yield what a type holds; Python makes one union of unions that are nothing else."""
        for part, between in _parts(kind):
            target = self.schemas[part.name] if isinstance(part, RefType) else part
            if _is_plain_union(kind) and _is_plain_union(target):
                yield from self._parts(target)
            else:
                yield part, between

    def _checked(self, extent: _Extent, above: int, trail: tuple[str, ...]) -> _Extent:
        self.types_left -= extent.types
        if self.types_left < 0:
            raise TooMany
        if above + extent.calls > MAX_CALLS:
            raise TooDeep(trail)
        return extent


def _weight(kind: SchemaType) -> int:
    """Return how many plain types would take as long to be built."""
    match kind:
        case EnumType():
            return 1 + len(kind.values) // _VALUES_PER_TYPE
        case StringType(pattern=str(pattern)):
            return 1 + estimate_us(pattern) // _US_PER_TYPE
        case _:
            return 1


def _calls(kind: SchemaType) -> int:
    match kind:
        case ObjectType():
            is_renamed = any(each.field != each.name for each in kind.properties)
            return _OBJECT + (_RENAMED if is_renamed else 0)
        case ArrayType():
            return _CONTAINER + (_UNIQUE if kind.unique else 0)
        case MapType():
            return _CONTAINER
        case UnionType():
            return _UNION + (_TAGGED if kind.discriminator is not None else 0)
        case _:
            return 0


def _is_alias(kind: SchemaType) -> bool:
    """Return whether a name costs pydantic calls of its own: those of tagged objects do not."""
    is_tagged = isinstance(kind, UnionType) and kind.discriminator is not None
    return not (is_tagged or isinstance(kind, ObjectType))


def _is_plain_union(kind: SchemaType) -> bool:
    return isinstance(kind, UnionType) and kind.discriminator is None


def _parts(kind: SchemaType) -> Iterator[tuple[SchemaType, int]]:
    """Yield the types that a type holds, and the calls that stand between."""
    match kind:
        case ObjectType():
            yield from ((each.type, 0 if each.required else _OPTIONAL) for each in kind.properties)
        case ArrayType():
            yield kind.items, 0
        case MapType():
            yield kind.values, 0
        case UnionType():
            yield from ((member, 0) for member in kind.members)


def _inside(kind: SchemaType) -> Iterator[SchemaType]:
    """Yield a type and all that is written inside it; what a ``$ref`` names is elsewhere."""
    waiting = [kind]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += reversed([part for part, _ in _parts(kind)])


@dataclass(slots=True)
class _Rings:
    """Finds the schemas that lead back to each other: Tarjan's strongly connected components."""

    schemas: Schemas
    numbers: dict[str, int] = field(default_factory=dict)  # in the order in which they were found
    lowest: dict[str, int] = field(default_factory=dict)  # that they lead back to
    waiting: dict[str, None] = field(default_factory=dict)  # for the end of their ring

    def find(self) -> Iterator[tuple[str, ...]]:
        """Yield every ring, or schema that is in none, after all others that it leads to.

        Raises:
            TooDeep: many schemas in a row lead from one to the next.
        """
        for name in self.schemas:
            if name not in self.numbers:
                yield from self._visit(name, (name,))

    def _visit(self, name: str, trail: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if len(trail) > _MAX_SCHEMAS:
            raise TooDeep(trail)
        self.numbers[name] = self.lowest[name] = len(self.numbers)
        self.waiting[name] = None
        for target in _references(self.schemas[name]):
            if target not in self.numbers:
                yield from self._visit(target, (*trail, target))
            if target in self.waiting:
                self.lowest[name] = min(self.lowest[name], self.lowest[target])
        if self.lowest[name] == self.numbers[name]:
            yield tuple(self._leave(name))

    def _leave(self, first: str) -> Iterator[str]:
        last = ""
        while last != first:
            last, _ = self.waiting.popitem()
            yield last


def _references(kind: SchemaType) -> Iterator[str]:
    yield from dict.fromkeys(each.name for each in _inside(kind) if isinstance(each, RefType))

"""Types against types: the old one that clients know, and the new one of the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, cast

from mdbgen.breaking.change import Changes, Path, Side
from mdbgen.breaking.level import Direction, Level
from mdbgen.breaking.scalars import Container, ScalarType, compare_scalars, compare_sizes, values_of
from mdbgen.errors import shown
from mdbgen.model.schema import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    Leaf,
    MapType,
    Message,
    NullType,
    NumberType,
    ObjectType,
    Property,
    RefType,
    Schemas,
    SchemaType,
    StringType,
    UnionType,
    children,
    json_type,
)

_JSON_TYPES: Mapping[type, str] = {
    AnyType: "any",
    NullType: "null",
    BooleanType: "boolean",
    NumberType: "number",
    StringType: "string",
    ArrayType: "array",
    MapType: "object",
    ObjectType: "object",
}

Noted: TypeAlias = Property | Message


class _Option(NamedTuple):
    """One of the types that a value may have, and its place."""

    type: Leaf | ObjectType
    path: Path


_Options: TypeAlias = dict[str, list[_Option]]  # by the JSON type of their values


@dataclass(frozen=True, slots=True)
class TypeComparison:
    """The comparison of all types of two manifests."""

    old_schemas: Schemas
    new_schemas: Schemas
    changes: Changes
    _seen: set[tuple[Path, int, Path, int, Direction]] = field(default_factory=set)

    def compare(
        self, old: SchemaType, old_path: Path, new: SchemaType, new_path: Path, way: Direction
    ) -> None:
        """Find what a client that knows the old type may stumble over."""
        if isinstance(old, RefType) and isinstance(new, RefType):
            old_path, new_path = _schema_path(old), _schema_path(new)
            old, new = self.old_schemas[old.name], self.new_schemas[new.name]
        pair = (old_path, id(old), new_path, id(new), way)  # members of a union share a path
        if pair in self._seen:
            return
        self._seen.add(pair)
        before = _by_json_type(_options(old, old_path, self.old_schemas))
        after = _by_json_type(_options(new, new_path, self.new_schemas))
        common = before.keys() & after.keys()
        if self._has_other_types(before, after, new_path, way):
            return
        for name in sorted(common - {"null", "any"}):
            if name == "object":
                disc = _discriminator(old, self.old_schemas), _discriminator(new, self.new_schemas)
                self._compare_objects(before[name], after[name], disc, new_path, way)
            elif name == "array":
                self._compare_contents(before[name][0], after[name][0], "items", way)
            else:
                kinds = [
                    [cast(ScalarType, each.type) for each in one[name]] for one in (before, after)
                ]
                for finding in compare_scalars(*kinds):
                    self.changes.add(
                        finding.rule, after[name][0].path, finding.message, direction=way
                    )

    def _has_other_types(self, old: _Options, new: _Options, path: Path, way: Direction) -> bool:
        """Whether the two have nothing in common; what only one of them has is kept."""
        before, after, arrow = old.keys(), new.keys(), f"{_spelled(old)} → {_spelled(new)}"
        if "any" in before | after:
            if before != after:
                rule = "type-narrowed" if "any" in before else "type-widened"
                self.changes.add(rule, path, arrow, direction=way)
            return True
        gone, fresh = before - after, after - before
        if gone - {"null"} and fresh - {"null"} and not (before & after) - {"null"}:
            self.changes.add("type-changed", path, arrow, direction=way)
            return True
        for rule, names in (("not-nullable", gone), ("became-nullable", fresh)):
            if "null" in names:
                self.changes.add(rule, path, arrow, direction=way)
        for rule, options, names, what in (
            ("type-narrowed", old, gone - {"null"}, "is gone"),
            ("type-widened", new, fresh - {"null"}, "is new"),
        ):
            if names:
                named = _spelled({name: options[name] for name in names})
                self.changes.add(rule, path, f"{arrow}: {named} {what}", direction=way)
        return False

    def _compare_contents(self, old: _Option, new: _Option, keyword: str, way: Direction) -> None:
        """Compare two lists or two maps: how large they are, and what is in them."""
        before, after = cast(Container, old.type), cast(Container, new.type)
        for finding in compare_sizes(before, after):
            self.changes.add(finding.rule, new.path, finding.message, direction=way)
        [was], [now] = children(before), children(after)
        self.compare(was, (*old.path, keyword), now, (*new.path, keyword), way)

    def _compare_objects(
        self,
        old: Sequence[_Option],
        new: Sequence[_Option],
        discriminators: tuple[str, str],
        path: Path,
        way: Direction,
    ) -> None:
        if len(old) == len(new) == 1:
            self._compare_pair(old[0], new[0], way)
            return
        first, second = discriminators
        before = {_key(each, first or second, self.old_schemas): each for each in old}
        after = {_key(each, second or first, self.new_schemas): each for each in new}
        for key, option in before.items():
            if key in after:
                self._compare_pair(option, after[key], way)
            else:
                what = f"{key} is gone"
                self.changes.add(
                    "union-member-removed", option.path, what, direction=way, side=Side.OLD
                )
        for key, option in after.items():
            if key not in before:
                self.changes.add("union-member-added", option.path, f"{key} is new", direction=way)

    def _compare_pair(self, old: _Option, new: _Option, way: Direction) -> None:
        match old.type, new.type:
            case ObjectType() as before, ObjectType() as after:
                self.compare_bodies(before, old.path, after, new.path, way)
            case MapType(), MapType():
                self._compare_contents(old, new, "additionalProperties", way)
            case _:
                any_keys, known = "an object with any keys", "an object with known properties"
                was_map = isinstance(old.type, MapType)
                message = f"{any_keys} → {known}" if was_map else f"{known} → {any_keys}"
                self.changes.add("type-changed", new.path, message, direction=way)

    def compare_bodies(
        self, old: ObjectType, old_path: Path, new: ObjectType, new_path: Path, way: Direction
    ) -> None:
        """Compare two objects with known properties."""
        if old.name != new.name:
            self.changes.add("class-renamed", new_path, f"{old.name} → {new.name}", direction=way)
        if old.is_closed != new.is_closed:
            rule = "additional-refused" if new.is_closed else "additional-allowed"
            message = (
                f"additionalProperties: {shown(not old.is_closed)} → {shown(not new.is_closed)}"
            )
            self.changes.add(rule, new_path, message, direction=way)
        before = {each.name: each for each in old.properties}
        after = {each.name: each for each in new.properties}
        for name, each in before.items():
            at_old, at_new = (*old_path, "properties", name), (*new_path, "properties", name)
            if name in after:
                self._compare_properties(each, at_old, after[name], at_new, way)
            else:
                self.changes.add(
                    "property-removed",
                    at_old,
                    _removal(name, new, way),
                    direction=way,
                    level=_level_of_removal(each, new, way),
                    side=Side.OLD,
                )
        for name, each in after.items():
            if name not in before:
                self._add_property(each, old, (*new_path, "properties", name), way)

    def _add_property(self, new: Property, old: ObjectType, path: Path, way: Direction) -> None:
        rule = "property-added-required" if new.required else "property-added-optional"
        message, level = f"{shown(new.name)} is new", None
        if way is Direction.SEND and old.is_closed:
            message, level = f"{message}, and clients refuse what they do not know", Level.WARNING
        self.changes.add(rule, path, message, direction=way, level=level)

    def _compare_properties(
        self, old: Property, old_path: Path, new: Property, new_path: Path, way: Direction
    ) -> None:
        if old.required != new.required:
            rule = "became-required" if new.required else "property-became-optional"
            message = "is now required" if new.required else "is now optional"
            self.changes.add(rule, new_path, f"{shown(new.name)} {message}", direction=way)
        if old.default != new.default:
            values = [shown(each.default.value) if each.default else "none" for each in (old, new)]
            self.changes.add(
                "default-changed", new_path, f"{values[0]} → {values[1]}", direction=way
            )
        note_changes(self.changes, old, new, new_path, way)
        self.compare(old.type, old_path, new.type, new_path, way)


def note_changes(changes: Changes, old: Noted, new: Noted, path: Path, way: Direction) -> None:
    """Keep what has changed about what is said to people."""
    if old.deprecated != new.deprecated:
        rule = "deprecated-added" if new.deprecated else "deprecated-removed"
        changes.add(rule, path, f"deprecated: {shown(new.deprecated)}", direction=way)
    if old.description != new.description:
        changes.add("description-changed", path, shown(new.description), direction=way)


def _removal(name: str, new: ObjectType, way: Direction) -> str:
    consequence = "clients that read it find nothing"
    if way is Direction.RECEIVE:
        verb = "refused" if new.is_closed else "ignored"
        consequence = f"what clients send in it is {verb}"
    return f"{shown(name)} is gone: {consequence}"


def _level_of_removal(old: Property, new: ObjectType, way: Direction) -> Level:
    if way is Direction.RECEIVE:
        return Level.ERROR if new.is_closed else Level.WARNING
    return Level.ERROR if old.required and not old.deprecated else Level.WARNING


def _schema_path(kind: RefType) -> Path:
    return ("mdbgen", "schemas", kind.name)


def _options(kind: SchemaType, path: Path, schemas: Schemas) -> Iterator[_Option]:
    """Yield the types that a value may have, with their places."""
    if isinstance(kind, RefType):
        yield from _options(schemas[kind.name], _schema_path(kind), schemas)
    elif isinstance(kind, UnionType):
        for each in kind.members:
            yield from _options(each, path, schemas)
    else:
        yield _Option(kind, path)


def _by_json_type(options: Iterator[_Option]) -> _Options:
    """Sort types by the JSON types of their values; an enum may have values of several."""
    found: _Options = {}
    for option in options:
        if isinstance(option.type, EnumType):
            by_type: dict[str, list[str | int | bool | None]] = {}
            for value in option.type.values:
                by_type.setdefault(json_type(value), []).append(value)
            for name, values in by_type.items():
                found.setdefault(name, []).append(_Option(EnumType(tuple(values)), option.path))
        else:
            found.setdefault(_JSON_TYPES[type(option.type)], []).append(option)
    return found


def _discriminator(kind: SchemaType, schemas: Schemas) -> str:
    if isinstance(kind, RefType):
        return _discriminator(schemas[kind.name], schemas)
    return kind.discriminator or "" if isinstance(kind, UnionType) else ""


def _key(option: _Option, discriminator: str, schemas: Schemas) -> str:
    """Return what tells a member of a union from the others."""
    if isinstance(option.type, ObjectType):
        for each in option.type.properties:
            if each.name == discriminator:
                kinds = [one.type for one in _options(each.type, (), schemas)]
                values = ", ".join(shown(value) for value in values_of(kinds).values())
                return f"{discriminator} {values}"
        return option.type.name
    return "a map"


def _spelled(options: _Options) -> str:
    """Name the JSON types, as a manifest does."""
    return " or ".join(
        "integer" if all(_is_integer(each.type) for each in found) else name
        for name, found in sorted(options.items())
    )


def _is_integer(kind: SchemaType) -> bool:
    return isinstance(kind, NumberType) and kind.is_integer

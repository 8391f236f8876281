"""The JSON Schema subset: what ``mdbgen.schemas`` and messages say, read into types.

A manifest is read twice: to know whether the members of a union exclude each other, one must know
where each ``$ref`` leads. The first reading provides that and its problems are dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from mdbgen.document.problems import Problems, TakenNames, check_name
from mdbgen.document.source import Path, Place, dotted
from mdbgen.errors import shown
from mdbgen.model.codetext import Code
from mdbgen.model.schema import (
    UNKNOWN,
    AnyType,
    ArrayType,
    BooleanType,
    Default,
    MapType,
    Notes,
    NullType,
    ObjectType,
    Property,
    Schemas,
    SchemaType,
    UnionType,
)
from mdbgen.naming import class_part, field_name, nested_class
from mdbgen.schemas.defaults import read_default
from mdbgen.schemas.enums import member_names, read_enum
from mdbgen.schemas.keywords import (
    ABOUT,
    ANNOTATIONS,
    check_annotations,
    read_kinds,
    refuse_beside,
    refuse_foreign,
    refuse_pointless,
    refuse_untyped,
)
from mdbgen.schemas.references import read_ref
from mdbgen.schemas.scalars import read_lengths, read_number, read_string
from mdbgen.schemas.unions import Overlap, flat_union, tell_apart

Keys = Mapping[str, Any]
_NOTES = set(ANNOTATIONS) - {"default"}


class Surroundings(NamedTuple):
    """What a schema is read with."""

    problems: Problems
    classes: TakenNames
    all_classes: Collection[str]  # of the package, () in the first reading
    schemas: Schemas  # as the first reading understood them, {} in that
    schema_names: Collection[str]  # the keys of mdbgen.schemas


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads schemas into types; `UNKNOWN` stands where a problem was kept."""

    around: Surroundings

    @property
    def problems(self) -> Problems:
        """Where problems are kept."""
        return self.around.problems

    def read(self, schema: Any, path: Path, name: Code) -> SchemaType:
        """Return the type of a schema that is no property.

        Args:
            name: of the class, if it turns out to need one.
        """
        if isinstance(schema, dict) and "default" in schema:
            message = "only the schema of a property has a default"
            hint = "move it to the property"
            self.problems.add((*path, "default"), "MDB219", message, hint, Place.KEY)
        return self._read(schema, path, name)

    def read_object(
        self, schema: Keys, path: Path, name: Code, owner: str, reserved: Collection[str] = ()
    ) -> ObjectType:
        """Return the type of an object with properties, and take its class name.

        Args:
            owner: who needs the name, as messages call it.
            reserved: names that no property may have.
        """
        self.around.classes.take(name, owner, path)
        stated = schema.get("properties", {})
        if not self.problems.expect(stated, dict, (*path, "properties")):
            stated = {}
        required = self._required(schema, stated, path)
        fields = TakenNames("Python name", self.problems)
        properties = [
            self._property(key, value, (*path, "properties", key), name, required, fields)
            for key, value in stated.items()
            if self._is_free(key, (*path, "properties", key), reserved)
        ]
        is_closed = schema.get("additionalProperties") is False
        return ObjectType(name, tuple(properties), is_closed, notes=_notes(schema))

    def _is_free(self, key: str, path: Path, reserved: Collection[str]) -> bool:
        if key in reserved:
            message = f"{shown(key)} is reserved: every message has it, or may have it"
            self.problems.add(path, "MDB204", message, "choose another name", Place.KEY)
            return False
        return check_name(key, path, self.problems)

    def _required(self, schema: Keys, properties: Keys, path: Path) -> frozenset[str]:
        stated, path = schema.get("required", []), (*path, "required")
        if not self.problems.expect(stated, list, path):
            return frozenset()
        self.problems.refuse_doubles(stated, path)
        for index, key in enumerate(stated):
            if self.problems.expect(key, str, (*path, index)) and key not in properties:
                message = f"{shown(key)} is not one of the properties"
                hint = self.problems.did_you_mean(key, properties)
                self.problems.add((*path, index), "MDB220", message, hint)
        return frozenset(key for key in stated if isinstance(key, str))

    def _property(
        self,
        key: str,
        schema: Any,
        path: Path,
        parent: Code,
        required: Collection[str],
        fields: TakenNames,
    ) -> Property:
        kind = self._read(schema, path, nested_class(parent, class_part(key)))
        field = field_name(key, self.around.all_classes)
        fields.take(field, f"the property {shown(key)}", path)
        stated = schema if isinstance(schema, dict) else {}
        return Property(
            name=key,
            field=field,
            type=kind,
            required=key in required,
            default=self._default(stated, kind, path),
        )

    def _default(self, schema: Keys, kind: SchemaType, path: Path) -> Default | None:
        if "default" not in schema:
            return None
        around = self.around
        found = read_default(schema["default"], kind, around.schemas)
        if isinstance(found, str):
            self.problems.add((*path, "default"), "MDB219", found)
            return None
        return found

    def _read(self, schema: Any, path: Path, name: Code) -> SchemaType:
        if schema is True:
            return AnyType()
        if not isinstance(schema, dict):
            return self._refuse(schema, path)
        refuse_foreign(schema, path, self.problems)
        check_annotations(schema, path, self.problems)
        kind = self._read_form(schema, path, name)
        return replace(kind, notes=_notes(schema)) if schema.keys() & _NOTES else kind

    def _refuse(self, schema: object, path: Path) -> SchemaType:
        hint = ""
        if schema is False:
            hint = 'leave it out; "additionalProperties": false refuses what is not declared'
        elif isinstance(schema, str) and schema in ABOUT:
            hint = f'write {{"type": "{schema}"}}'
        self.problems.add(path, "MDB103", f"{shown(schema)} is not an object", hint)
        return UNKNOWN

    def _read_form(self, schema: Keys, path: Path, name: Code) -> SchemaType:
        problems = self.problems
        if "$ref" in schema:
            refuse_beside(schema, "$ref", path, problems)
            names = self.around.schema_names
            return read_ref(schema["$ref"], names, (*path, "$ref"), problems)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                refuse_beside(schema, keyword, path, problems)
                return self._union(schema[keyword], (*path, keyword), name)
        for keyword in ("const", "enum"):
            if keyword in schema:
                refuse_beside(schema, keyword, path, problems)
                return read_enum(schema, keyword, path, problems) or UNKNOWN
        if "type" in schema:
            return self._typed(schema, path, name)
        refuse_untyped(schema, path, problems)
        return AnyType() if set(schema) <= set(ANNOTATIONS) else UNKNOWN

    def _typed(self, schema: Keys, path: Path, name: Code) -> SchemaType:
        kinds = read_kinds(schema, path, self.problems)
        if not kinds:
            return UNKNOWN
        refuse_pointless(schema, kinds, path, self.problems)
        members = [self._of_kind(kind, schema, path, name) for kind in kinds]
        return members[0] if len(members) == 1 else UnionType(tuple(members))

    def _of_kind(self, kind: str, schema: Keys, path: Path, name: Code) -> SchemaType:
        problems = self.problems
        match kind:
            case "string":
                return read_string(schema, path, problems)
            case "integer" | "number":
                return read_number(schema, path, problems, kind=kind)
            case "array":
                return self._array(schema, path, name)
            case "object":
                return self._object(schema, path, name)
            case _:
                return BooleanType() if kind == "boolean" else NullType()

    def _array(self, schema: Keys, path: Path, name: Code) -> ArrayType:
        least, most = read_lengths(schema, "minItems", "maxItems", path, self.problems)
        unique = schema.get("uniqueItems", False)
        self.problems.expect(unique, bool, (*path, "uniqueItems"))
        items: SchemaType = AnyType()
        if isinstance(schema.get("items"), list):
            hint = 'all items have one schema; items of several types: "items": {"anyOf": […]}'
            self.problems.add((*path, "items"), "MDB103", "a list is not an object", hint)
        elif "items" in schema:
            items = self.read(schema["items"], (*path, "items"), nested_class(name, "Item"))
        return ArrayType(items, least, most, unique is True)

    def _object(self, schema: Keys, path: Path, name: Code) -> SchemaType:
        problems, owner = self.problems, f"the object {dotted(path[1:])}"
        stated, others = schema.get("properties"), schema.get("additionalProperties", True)
        if isinstance(others, bool) and ("properties" in schema or not others):
            return self.read_object(schema, path, name, owner)
        path_of_others = (*path, "additionalProperties")
        if stated and others == {}:
            return self.read_object(schema, path, name, owner)
        if stated:
            message = (
                "a schema cannot be combined with 'properties': an object is either a class or a"
                " map"
            )
            hint = "write true or false, or move the map into a property of its own"
            problems.add(path_of_others, "MDB212", message, hint)
            return self.read_object(schema, path, name, owner)
        problems.expect(schema.get("properties", {}), dict, (*path, "properties"))
        self._required(schema, {}, path)
        return MapType(self.read(others, path_of_others, nested_class(name, "Value")))

    def _union(self, stated: Any, path: Path, name: Code) -> SchemaType:
        problems = self.problems
        if not problems.expect(stated, list, path):
            return UNKNOWN
        if len(stated) < 2:
            problems.add(path, "MDB108", "needs at least two members", "write the member itself")
            return UNKNOWN
        members = [
            self.read(member, (*path, index), member_name)
            for index, (member, member_name) in enumerate(
                zip(stated, member_names(stated, name), strict=True)
            )
        ]
        found = tell_apart(members, self.around.schemas)
        if isinstance(found, Overlap):
            problems.add((*path, found.member), "MDB215", found.message, found.hint)
            return UNKNOWN
        return flat_union(members, found)


def _notes(schema: Keys) -> Notes:
    """Return what a schema says to people; of the wrong type is the same as not at all."""
    title, description = schema.get("title"), schema.get("description")
    examples = schema.get("examples")
    return Notes(
        title=title if isinstance(title, str) else "",
        description=description if isinstance(description, str) else "",
        deprecated=schema.get("deprecated") is True,
        examples=tuple(examples) if isinstance(examples, list) else (),
    )

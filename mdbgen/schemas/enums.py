"""Alternatives: the values of ``enum`` and ``const``, and names for the members of a union."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mdbgen.document.jsontext import whole
from mdbgen.document.problems import MAX_NUMBER, Problems
from mdbgen.document.source import Path
from mdbgen.errors import shown
from mdbgen.model.codetext import Code
from mdbgen.model.schema import EnumType, json_type
from mdbgen.naming import class_part, nested_class
from mdbgen.schemas.keywords import read_kinds


def read_enum(
    schema: Mapping[str, Any], keyword: str, path: Path, problems: Problems
) -> EnumType | None:
    """Return the type of a schema with ``enum`` or ``const``, None if there is a problem."""
    stated, path_of_values = schema[keyword], (*path, keyword)
    if keyword == "const":
        paths, stated = [path_of_values], [stated]
    else:
        if not problems.expect(stated, list, path_of_values):
            return None
        if not stated:
            problems.add(path_of_values, "MDB108", "needs at least one value")
        if not problems.allow_values(len(stated), path_of_values):
            return None
        problems.refuse_doubles(stated, path_of_values)
        paths = [(*path_of_values, index) for index in range(len(stated))]
    kinds = read_kinds(schema, path, problems) if "type" in schema else []
    checked = [_is_value(one, kinds, at, problems) for one, at in zip(stated, paths, strict=True)]
    distinct = (
        {(isinstance(value, bool), value): value for value in map(whole, stated)}
        if all(checked)
        else {}
    )
    return EnumType(tuple(distinct.values())) if distinct else None


def _is_value(value: Any, kinds: Sequence[str], path: Path, problems: Problems) -> bool:
    """Return whether a value may be one of an enum, of the types that are stated, if any."""
    if isinstance(value, dict | list) or isinstance(whole(value), float):
        what = "a fraction" if isinstance(value, float) else shown(value)
        message = f"{what} is not a string, a whole number, true, false or null"
        problems.add(path, "MDB218", message)
        return False
    kind = json_type(value)
    if kind == "number" and problems.expect_whole(value, path, -MAX_NUMBER, MAX_NUMBER) is None:
        return False
    if kinds and not {kind, "integer" if kind == "number" else kind} & set(kinds):
        hint = f'write "type": ["{kinds[0]}", "null"]' if value is None else ""
        message = f"{shown(value)} is not of the type {' or '.join(kinds)}"
        problems.add(path, "MDB218", message, hint)
        return False
    return True


def member_names(members: Sequence[Any], name: Code) -> list[Code]:
    """Return a class name for each member of a union, should it need one.

    Objects are called by the text that tells them apart, others by their place; the only member
    besides ``null`` has the name to itself.
    """
    others = [each for each in members if not _is_null(each)]
    if len(others) == 1:
        return [name] * len(members)
    labels = _labels(members)
    return [nested_class(name, labels.get(at, f"Option{at + 1}")) for at in range(len(members))]


def _is_null(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    return schema.get("type") == "null" or schema.get("const", "") is None


def _labels(members: Sequence[Any]) -> dict[int, str]:
    """Return what the const of one property calls each inline object, {} unless all differ."""
    objects = {
        index: member["properties"]
        for index, member in enumerate(members)
        if isinstance(member, dict) and isinstance(member.get("properties"), dict)
    }
    for key in next(iter(objects.values()), ()):
        texts = [_const(properties.get(key)) for properties in objects.values()]
        labels = [class_part(text) for text in texts if text]
        if len(set(labels)) == len(objects):
            return dict(zip(objects, labels, strict=True))
    return {}


def _const(schema: Any) -> str:
    value = schema.get("const") if isinstance(schema, dict) else None
    return value if isinstance(value, str) else ""

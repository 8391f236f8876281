"""The key ``mdbgen``: the tree of types of every feature, and what is refused."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdbgen.document.source import parse_source
from mdbgen.errors import Diagnostic, ManifestError, format_text
from mdbgen.manifest.messages import RESERVED_MESSAGES
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.codetext import Code
from mdbgen.model.limits import DEFAULT_LIMITS
from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.model.schema import (
    UNKNOWN,
    AnyType,
    ArrayType,
    BooleanType,
    Default,
    EnumType,
    MapType,
    Message,
    Notes,
    NullType,
    NumberType,
    ObjectType,
    Property,
    RefType,
    SchemaType,
    StringType,
    UnionType,
    resolve,
)
from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.schemas.keywords import KEYWORDS

Keys = dict[str, Any]

ITEM = {"$ref": "#/mdbgen/schemas/Item"}
CIRCLE = {"type": "object", "properties": {"kind": {"const": "circle"}}, "required": ["kind"]}
SQUARE = {
    "type": "object",
    "properties": {"kind": {"enum": ["square", "box"]}},
    "required": ["kind"],
}


def document(mdbgen: Any) -> bytes:
    endpoints = {"realtime": {"path": "/ws"}, "events": {"path": "/events"}}
    keys = {"slug": "my_app", "websockets": endpoints, "mdbgen": mdbgen}
    return json.dumps(keys, indent=1).encode()


def parse(mdbgen: Any) -> Manifest:
    return parse_manifest(parse_source(document(mdbgen), "manifest.json"))[0]


def problems(mdbgen: Any) -> tuple[Diagnostic, ...]:
    with pytest.raises(ManifestError) as caught:
        parse(mdbgen)
    return caught.value.diagnostics


def diagnostics(mdbgen: Any) -> tuple[Diagnostic, ...]:
    """Return what is wrong, () if nothing is."""
    try:
        parse(mdbgen)
    except ManifestError as error:
        return error.diagnostics
    return ()


def codes(mdbgen: Any) -> list[str]:
    return [one.code for one in problems(mdbgen)]


def realtime(keys: Keys, **root: Any) -> Endpoint:
    return parse({"endpoints": {"realtime": keys}, **root}).websockets["realtime"]


def with_property(schema: Any, name: str = "a", **schemas: Any) -> Keys:
    message = {"properties": {name: schema}}
    return {"schemas": schemas, "endpoints": {"realtime": {"send": {"created": message}}}}


def read_property(schema: Any, name: str = "a", **schemas: Any) -> Property:
    [message] = parse(with_property(schema, name, **schemas)).websockets["realtime"].send
    [found] = message.body.properties
    return found


def read(schema: Any, **schemas: Any) -> SchemaType:
    return read_property(schema, **schemas).type


def same(one: SchemaType, other: SchemaType) -> bool:
    """Compare the values as well: in Python, 1 and True are equal."""
    return repr(one) == repr(other)


def test_the_key_changes_nothing_where_it_says_nothing() -> None:
    parsed = parse({"endpoints": {"realtime": {}}})
    assert parsed.websockets["realtime"].receive == ()
    assert parsed.websockets["realtime"].send == ()
    assert parsed.websockets["realtime"].limits == {}
    assert parsed.websockets["realtime"].history == 0
    assert (parsed.schemas, parsed.outputs) == ({}, ())


def test_the_example_of_the_documentation() -> None:
    status = {"properties": {"status": {"enum": ["idle", "busy"]}}, "required": ["status"]}
    subscribe: dict[str, object] = {
        "description": "Follow a channel.",
        "properties": {"channel": {"type": "string", "maxLength": 64}},
        "required": ["channel"],
    }
    parsed = parse(
        {
            "backplane": "memory",
            "outputs": ["asyncapi", "typescript"],
            "endpoints": {
                "realtime": {
                    "receive": {"subscribe": subscribe, "get_status": {"reply": "status_update"}},
                    "send": {"status_update": status},
                    "limits": {"connections": 5.0, "max_message_bytes": 1},
                    "history": 200,
                }
            },
        }
    )
    assert parsed.outputs == ("typescript", "asyncapi")
    endpoint = parsed.websockets["realtime"]
    assert (endpoint.limits, endpoint.history) == ({"max_message_bytes": 1, "connections": 5}, 200)
    channel = Property("channel", Code("channel"), StringType(max_length=64), required=True)
    assert endpoint.receive == (
        Message(
            name="subscribe",
            handler=Code("on_subscribe"),
            method=Code("subscribe"),
            body=ObjectType(Code("Subscribe"), (channel,)),
            reply=None,
        ),
        Message(
            name="get_status",
            handler=Code("on_get_status"),
            method=Code("getStatus"),
            body=ObjectType(Code("GetStatus"), ()),
            reply="status_update",
        ),
    )
    assert endpoint.receive[0].description == "Follow a channel."
    [sent] = endpoint.send
    assert sent.body.properties[0].type == EnumType(("idle", "busy"))
    assert [each.required for each in sent.body.properties] == [True]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, AnyType()),
        (True, AnyType()),
        ({"description": "x", "title": "y", "examples": [1], "deprecated": True}, AnyType()),
        ({"type": "null"}, NullType()),
        ({"type": "boolean"}, BooleanType()),
        ({"type": "string"}, StringType()),
        (
            {"type": "string", "minLength": 1, "maxLength": 2.0, "pattern": "^a"},
            StringType(1, 2, "^a"),
        ),
        ({"type": "string", "format": "date-time"}, StringType(format=TEXT_FORMATS["date-time"])),
        (
            {"type": "string", "format": "uri", "maxLength": 9},
            StringType(None, 9, None, TEXT_FORMATS["uri"]),
        ),
        ({"type": "number", "minimum": 0.5}, NumberType(False, minimum=0.5)),
        ({"type": "integer"}, NumberType(True)),
        (
            {"type": "integer", "minimum": 0.5, "maximum": 9.5, "multipleOf": 3.0},
            NumberType(True, minimum=1, maximum=9, multiple_of=3),
        ),
        (
            {"type": "integer", "exclusiveMinimum": 0.5, "exclusiveMaximum": 9.5},
            NumberType(True, exclusive_minimum=0, exclusive_maximum=10),
        ),
        ({"type": "number", "multipleOf": 0.1}, NumberType(False, multiple_of=0.1)),
        ({"enum": ["a", 1, True, None]}, EnumType(("a", 1, True, None))),
        ({"enum": [1.0, False, 0]}, EnumType((1, False, 0))),
        ({"const": None}, EnumType((None,))),
        ({"type": "number", "const": 5}, EnumType((5,))),
        ({"type": ["string", "null"], "enum": ["a", None]}, EnumType(("a", None))),
        ({"type": "array"}, ArrayType(AnyType())),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
            ArrayType(StringType(), 1, None, True),
        ),
        ({"type": "object"}, MapType(AnyType())),
        ({"type": "object", "additionalProperties": True}, MapType(AnyType())),
        ({"type": "object", "additionalProperties": {"type": "null"}}, MapType(NullType())),
        ({"type": "object", "properties": {}}, ObjectType(Code("CreatedA"), ())),
        (
            {"type": "object", "additionalProperties": False},
            ObjectType(Code("CreatedA"), (), is_closed=True),
        ),
        (
            {"type": "object", "properties": {"b": {}}, "additionalProperties": {}},
            ObjectType(Code("CreatedA"), (Property("b", Code("b"), AnyType(), False),)),
        ),
        ({"type": ["string", "null"]}, UnionType((StringType(), NullType()))),
        ({"type": ["string"], "maxLength": 5}, StringType(max_length=5)),
        (
            {"type": ["string", "integer"], "maxLength": 5, "minimum": 1},
            UnionType((StringType(max_length=5), NumberType(True, minimum=1))),
        ),
        (
            {"anyOf": [{"type": ["string", "null"]}, {"type": "integer"}]},
            UnionType((StringType(), NullType(), NumberType(True))),
        ),
        (
            {"oneOf": [{"enum": ["a", None]}, {"type": "integer"}, {"enum": ["b"]}]},
            UnionType((EnumType(("a", None)), NumberType(True), EnumType(("b",)))),
        ),
    ],
)
def test_types(schema: Any, expected: SchemaType) -> None:
    assert same(read(schema), expected)


def test_types_are_told_apart_and_true() -> None:
    kinds = [AnyType(), NullType(), BooleanType(), StringType(), ObjectType(Code("A"), ()), UNKNOWN]
    assert len(set(kinds)) == len(kinds)
    assert all(kinds)
    assert replace(NullType(), notes=Notes(description="x")) == NullType()


def test_types_keep_what_is_said_about_them() -> None:
    notes = {"title": "t", "description": "d", "deprecated": True, "examples": [1, {"a": []}]}
    expected = Notes("t", "d", True, (1, {"a": []}))
    inner = {"type": "array", "items": {"type": "string", **notes}}
    found = read(
        {"anyOf": [inner, {"$ref": "#/mdbgen/schemas/Item"}], **notes}, Item={"type": "null"}
    )
    assert isinstance(found, UnionType)
    [several, _] = found.members
    assert isinstance(several, ArrayType)
    assert (found.notes, several.notes, several.items.notes) == (expected, Notes(), expected)


def test_what_is_said_of_several_types_is_said_of_each() -> None:
    some = {"anyOf": [{"type": "null", "title": "t"}, {"type": "boolean"}], "description": "d"}
    found = read({"anyOf": [some, {"type": "string"}]})
    assert isinstance(found, UnionType)
    notes = [each.notes for each in found.members]
    assert notes == [Notes(title="t"), Notes(description="d"), Notes()]


def test_properties_keep_what_is_said_about_them() -> None:
    schema = {"type": "integer", "default": 3.0, "description": 'x"""', "deprecated": True}
    found = read_property(schema, name="_count")
    assert found.name == "_count"
    assert found.field == "count_"
    assert found.default is not None
    assert found.default == Default(3)
    assert type(found.default.value) is int
    assert (found.description, found.deprecated, found.required) == ('x"""', True, False)


@pytest.mark.parametrize(
    ("schema", "default"),
    [
        ({"type": "string", "maxLength": 3, "pattern": "^a"}, "abc"),
        ({"type": "string", "format": "email"}, "a@b.example"),
        ({"type": "string", "format": "uri"}, "https://b.example"),
        ({"type": ["string", "null"]}, None),
        ({"type": "number", "multipleOf": 0.1}, 0.3),
        ({"type": "number"}, 5),
        ({"type": "boolean"}, False),
        ({"enum": [1, "a"]}, "a"),
        ({"$ref": "#/mdbgen/schemas/Color"}, "red"),
        ({"anyOf": [{"$ref": "#/mdbgen/schemas/Color"}, {"type": "null"}]}, None),
        ({}, "anything"),
        ({"type": "object"}, {}),
    ],
)
def test_defaults(schema: Keys, default: Any) -> None:
    found = read_property({**schema, "default": default}, Color={"enum": ["red", "green"]})
    assert found.default is not None
    assert found.default == Default(default)
    assert type(found.default.value) is type(default)


def test_the_default_of_a_list_is_a_tuple() -> None:
    assert read_property({"type": "array", "default": []}).default == Default(())


@pytest.mark.parametrize(
    ("schema", "default"),
    [
        ({"type": "string", "minLength": 2}, "a"),
        ({"type": "string", "pattern": "^a"}, "b"),
        ({"type": "string", "pattern": r"^\d$"}, "\u0661"),
        ({"type": "string", "format": "uri"}, "a:<b>"),
        ({"type": "string", "format": "email"}, "nobody"),
        ({"type": "string", "format": "uuid"}, "0e4bbd0a-9d5f-4a55-8f3c-6c1b1b1b1b1b"),
        ({"type": "integer"}, 1.5),
        ({"type": "integer"}, True),
        ({"type": "integer", "maximum": 4}, 5),
        ({"type": "number", "exclusiveMinimum": 4}, 4),
        ({"type": "number", "multipleOf": 0.1}, 0.35),
        ({"type": "boolean"}, 0),
        ({"enum": [1]}, True),
        ({"type": "array"}, {}),
        ({"type": "object"}, []),
        ({"type": "object"}, {"a": 1}),
        ({"type": "null"}, []),
        (ITEM, {}),
    ],
)
def test_defaults_that_are_none(schema: Keys, default: Any) -> None:
    item = {"type": "object", "properties": {"x": {}}}
    assert codes(with_property({**schema, "default": default}, Item=item)) == ["MDB219"]


def test_a_required_property_may_document_a_default() -> None:
    message = {"properties": {"a": {"type": "string", "default": ""}}, "required": ["a"]}
    [found] = realtime({"send": {"m": message}}).send[0].body.properties
    assert (found.required, found.default) == (True, Default(""))


def test_references_and_recursion() -> None:
    item = {
        "type": "object",
        "description": "One.",
        "properties": {"parent": {"anyOf": [ITEM, {"type": "null"}]}, "all": {"type": "array"}},
    }
    parsed = parse(with_property(ITEM, Item=item))
    schema = parsed.schemas["Item"]
    assert (schema.name, schema.alias, schema.description) == ("Item", "Item", "One.")
    assert isinstance(schema.type, ObjectType)
    assert same(schema.type.properties[0].type, UnionType((RefType("Item"), NullType())))
    assert parsed.websockets["realtime"].send[0].body.properties[0].type == RefType("Item")


@pytest.mark.parametrize(
    ("name", "pointer"),
    [("a/b", "a~1b"), ("a~b", "a~0b"), ("a~1b", "a~01b"), ("a b", "a%20b"), ("50%", "50%25")],
)
def test_pointers_have_escapes(name: str, pointer: str) -> None:
    schema = {"$ref": f"#/mdbgen/schemas/{pointer}"}
    assert read(schema, **{name: {"type": "string"}}) == RefType(name)


def test_a_schema_may_be_an_alias() -> None:
    parsed = parse({"schemas": {"user-name": {"type": "string"}, "3d": {}, "日本": {"enum": [1]}}})
    aliases = [(each.alias, each.name) for each in parsed.schemas.values()]
    assert aliases == [("UserName", "user-name"), ("Schema3d", "3d"), ("Schema65E5672C", "日本")]
    assert same(parsed.schemas["user-name"].type, StringType())


def test_objects_of_a_union_are_told_apart_by_a_property() -> None:
    found = read({"oneOf": [CIRCLE, SQUARE, {"type": "null"}]})
    assert isinstance(found, UnionType)
    assert found.discriminator == "kind"
    assert [getattr(each, "name", None) for each in found.members] == [
        "CreatedAOption1",
        "CreatedAOption2",
        None,
    ]


def test_objects_of_a_union_are_called_by_their_const() -> None:
    shapes = [
        {"type": "object", "properties": {"x": {}, "kind": {"const": kind}}, "required": ["kind"]}
        for kind in ("circle", "open-square")
    ]
    parsed = parse({"schemas": {"Shape": {"anyOf": shapes}}})
    found = parsed.schemas["Shape"].type
    assert isinstance(found, UnionType)
    assert found.discriminator == "kind"
    assert [each.name for each in found.members if isinstance(each, ObjectType)] == [
        "ShapeCircle",
        "ShapeOpenSquare",
    ]


def test_unions_look_through_references() -> None:
    schemas: Keys = {
        "Circle": CIRCLE,
        "Square": SQUARE,
        "Kind": {"const": "line"},
        "Line": {
            "type": "object",
            "properties": {"kind": {"$ref": "#/mdbgen/schemas/Kind"}},
            "required": ["kind"],
        },
        "Round": {
            "anyOf": [{"$ref": "#/mdbgen/schemas/Circle"}, {"$ref": "#/mdbgen/schemas/Line"}]
        },
    }
    both = [{"$ref": "#/mdbgen/schemas/Round"}, {"$ref": "#/mdbgen/schemas/Square"}]
    found = read({"anyOf": both}, **schemas)
    assert found == UnionType((RefType("Round"), RefType("Square")), "kind")
    nullable = {"anyOf": [both[0], {"type": "null"}]}
    assert same(read(nullable, **schemas), UnionType((RefType("Round"), NullType())))
    again = {"anyOf": [both[0], {"$ref": "#/mdbgen/schemas/Circle"}]}
    assert codes(with_property(again, **schemas)) == ["MDB215"]


def test_a_nested_union_keeps_its_discriminator() -> None:
    nested = {"anyOf": [{"anyOf": [CIRCLE, SQUARE]}, {"type": "null"}]}
    found = read(nested)
    assert isinstance(found, UnionType)
    assert (len(found.members), found.discriminator) == (3, "kind")


def test_classes_of_nested_objects() -> None:
    nested = {"type": "object", "properties": {"x": {}}}
    schema = {
        "type": "object",
        "properties": {
            "unit price": nested,
            "list": {"type": "array", "items": nested},
            "map": {"type": "object", "additionalProperties": nested},
            "maybe": {"anyOf": [nested, {"type": "null"}]},
        },
    }
    assert "ObjectType" in repr(read(schema))
    names = {"CreatedAUnitPrice", "CreatedAListItem", "CreatedAMapValue", "CreatedAMaybe"}
    assert {name for name in names if f"name='{name}'" in repr(read(schema))} == names


def test_a_nullable_object_under_schemas_has_a_name_of_its_own() -> None:
    nested = {"type": "object", "properties": {"x": {}}}
    parsed = parse({"schemas": {"Maybe": {"anyOf": [nested, {"type": "null"}]}}})
    assert "name='MaybeObject'" in repr(parsed.schemas["Maybe"].type)


def test_fields_avoid_the_classes_of_the_package() -> None:
    message = {"properties": {"Item": ITEM, "CreatedB": {}, "b": {"type": "object"}}}
    item = {"type": "object", "properties": {}}
    keys = {"schemas": {"Item": item}, "endpoints": {"realtime": {"send": {"created": message}}}}
    fields = parse(keys).websockets["realtime"].send[0].body.properties
    assert [each.field for each in fields] == ["Item_", "CreatedB", "b"]


def test_two_endpoints_share_a_message() -> None:
    first = {"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]}
    second = {"required": ["a"], "properties": {"b": {}, "a": {"type": "string"}}}
    both = {
        "realtime": {"receive": {"m": {**first, "reply": "r"}}, "send": {"r": {}, "m": first}},
        "events": {"send": {"m": second}},
    }
    parsed = parse({"endpoints": both})
    assert parsed.websockets["realtime"].receive[0].reply == "r"
    assert parsed.websockets["events"].send[0].reply is None
    assert parsed.websockets["events"].send[0].body == parsed.websockets["realtime"].send[1].body


def test_a_difference_between_one_and_true_is_one() -> None:
    declared = [{"send": {"m": {"properties": {"a": {"const": const}}}}} for const in (1, True)]
    endpoints = dict(zip(("realtime", "events"), declared, strict=True))
    [problem] = problems({"endpoints": endpoints})
    assert (problem.code, problem.path) == ("MDB206", "mdbgen.endpoints.events.send.m")


WRONG: list[Any] = [None, [], 5, "x", True, 1.5]


@pytest.mark.parametrize("value", WRONG)
def test_wrong_types_everywhere(value: Any) -> None:
    assert codes(value) == ["MDB103"]
    for key in ("schemas", "endpoints"):
        assert codes({key: value}) == ["MDB103"]
    assert set(codes({"outputs": value or {}})) == {"MDB103"}
    assert codes({"backplane": value}) == ["MDB107"]
    assert codes({"schemas": {"Item": value}}) == ["MDB103"]
    assert codes({"endpoints": {"realtime": value}}) == ["MDB103"]
    for key in ("receive", "send", "limits"):
        assert codes({"endpoints": {"realtime": {key: value}}}) == ["MDB103"]
    for message in (value, {"properties": value}, {"required": value or {}}):
        assert codes({"endpoints": {"realtime": {"send": {"m": message}}}}) == ["MDB103"]
    if value is not True:
        assert codes(with_property(value)) == ["MDB103"]
        assert codes(with_property({"type": "array", "items": value})) == ["MDB103"]
        assert codes(with_property({"type": "object", "additionalProperties": value})) == ["MDB103"]


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("integer", 'write "type": ["integer", "null"]'),
        (["string", "integer"], 'add "null" to the list of types'),
        (["string", "null"], "remove it"),
        *((kind, 'write "type": ["string", "null"]') for kind in ({"a": 1}, "text", 5)),
    ],
)
def test_nullable_beside_whatever_is_called_a_type(kind: Any, hint: str) -> None:
    found = problems(with_property({"type": kind, "nullable": True}))
    assert [each.suggestion for each in found if each.code == "MDB203"] == [hint]


@pytest.mark.parametrize("name", ["connected", "ping", "pong", "error", "disconnect", "resync"])
def test_reserved_messages(name: str) -> None:
    assert codes({"endpoints": {"realtime": {"send": {name: {}}}}}) == ["MDB204"]


@pytest.mark.parametrize("name", ["type", "id", "reply_to", "seq", "app_slug"])
def test_reserved_properties(name: str) -> None:
    assert codes(with_property({}, name)) == ["MDB204"]
    assert read({"type": "object", "properties": {name: {}}})


@pytest.mark.parametrize(
    "name",
    ["a b", "日本", "__proto__", "constructor", "$", "class", "a.b/c", "x" * 100, "-", "None"],
)
def test_any_other_name_works(name: str) -> None:
    [message] = realtime({"receive": {name: {"properties": {name: {}}}}}).receive
    assert message.name == name
    assert message.body.properties[0].name == name
    names = (message.handler, message.method, message.body.name, message.body.properties[0].field)
    assert all(each.isidentifier() and each.isascii() for each in names)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "a\nb", "x" * 101, "\u202ea"])
def test_names_that_nobody_can_read(name: str) -> None:
    assert codes({"endpoints": {"realtime": {"send": {name: {}}}}}) == ["MDB208"]
    assert codes(with_property({}, name)) == ["MDB208"]
    assert codes({"schemas": {name: {}}}) == ["MDB208"]


@pytest.mark.parametrize("suffix", ["received", "sent", "client", "contract", "handlers"])
def test_messages_leave_the_classes_of_endpoints_alone(suffix: str) -> None:
    keys: Keys = {"endpoints": {"events": {"send": {f"realtime_{suffix}": {}}}}}
    [problem] = problems(keys)
    assert problem.code == "MDB205"
    assert "'realtime' (4:3)" in problem.message


def test_chains_of_references_have_an_end() -> None:
    def chain(length: int, step: int) -> Keys:
        names = [f"S{n}" for n in range(length)]
        schemas: Keys = {
            name: {"anyOf": [{"const": name}, {"$ref": f"#/mdbgen/schemas/{after}"}]}
            for name, after in pairwise(names)
        }
        schemas[names[-1]] = {"type": "integer"}
        return {name: schemas[name] for name in names[::step]}

    for step in (1, -1):
        assert len(parse({"schemas": chain(60, step)}).schemas) == 60
        assert set(codes({"schemas": chain(3000, step)})) == {"MDB214"}


@pytest.mark.parametrize("kind", ["anyOf", "enum", "required", "typos", "names", "refs"])
def test_long_lists_take_no_time(kind: str) -> None:
    many = range(20_000)
    keys: dict[str, Any] = {
        "anyOf": lambda: with_property({"anyOf": [{"const": f"{n}"} for n in many]}),
        "enum": lambda: with_property({"enum": [*many, 1]}),
        "required": lambda: with_property(
            {"type": "object", "properties": {}, "required": [f"a{n}" for n in many]}
        ),
        "typos": lambda: with_property({f"maxLengt{n}": 1 for n in many}),
        "names": lambda: {"endpoints": {"realtime": {"send": {f"m{n}": {} for n in many}}}},
        "refs": lambda: {
            "schemas": {f"S{n}": {"$ref": f"#/mdbgen/schemas/T{n}"} for n in range(9000)}
        },
    }
    assert diagnostics(keys[kind]()) is not None


# Property-based: whatever stands there, the answer is a manifest or a list of problems.
WORDS = [
    "type", "properties", "required", "additionalProperties", "items", "minItems", "uniqueItems",
    "enum", "const", "default", "format", "pattern", "maxLength", "minLength", "minimum", "maximum",
    "exclusiveMinimum", "multipleOf", "anyOf", "oneOf", "$ref", "title", "description", "examples",
    "deprecated", "reply", "nullable", "allOf", "$defs", "a", "b-c", "_id", "kind",
]  # fmt: skip
VALUES = [
    "object", "string", "integer", "number", "array", "null", "boolean", "#/mdbgen/schemas/a",
    "#/mdbgen/schemas/kind", "date", "^a", "(?=x)", "a",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.sampled_from(VALUES)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=12,
)


def likely_schemas() -> st.SearchStrategy[Any]:
    """Schemas that are mostly right."""
    leaf = st.sampled_from(
        [
            {"type": "string"}, {"type": "integer"}, {"type": "null"}, {"const": "a"},
            {"enum": ["b", "c"]}, {"$ref": "#/mdbgen/schemas/a"}, {"$ref": "#/mdbgen/schemas/b"},
            {}, True, {"type": ["string", "null"], "default": None}, {"type": "array"},
        ]
    )  # fmt: skip
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            lambda properties: {
                "type": "object", "properties": properties, "required": list(properties)[:1],
            },
            st.dictionaries(st.sampled_from(["kind", "a", "b-c", "_id"]), inner, max_size=3),
        )
        | st.builds(lambda members: {"anyOf": members}, st.lists(inner, min_size=2, max_size=3))
        | st.builds(lambda items: {"type": "array", "items": items}, inner)
        | st.builds(lambda values: {"type": "object", "additionalProperties": values}, inner),
        max_leaves=8,
    )  # fmt: skip


def tell(mdbgen: Any) -> None:
    for one in diagnostics(mdbgen):
        assert one.line >= 1
        assert "pydantic" not in format_text(one)


@given(JUNK)
def test_any_json_under_the_key(value: Any) -> None:
    tell(value)


@given(JUNK)
def test_any_json_as_a_schema(value: Any) -> None:
    tell(with_property(value, a=value))
    tell({"endpoints": {"realtime": {"receive": {"m": value}, "send": value, "limits": value}}})


@settings(max_examples=300)
@given(likely_schemas(), likely_schemas(), likely_schemas())
def test_any_likely_schema(value: Any, a: Any, b: Any) -> None:
    tell(with_property(value, a=a, b=b))


@given(st.lists(st.text("aAbB1-_. é日", min_size=1, max_size=4), unique=True, min_size=1))
def test_accepted_names_never_meet(names: list[str]) -> None:
    keys: Keys = {"receive": {name: {"properties": {key: {} for key in names}} for name in names}}
    if {one.code for one in diagnostics({"endpoints": {"realtime": keys}})} <= {"MDB208"}:
        names = [name for name in names if name.strip()]
        keys = {"receive": {name: {"properties": {key: {} for key in names}} for name in names}}
        received = realtime(keys).receive if names else ()
        assert len({each.body.name for each in received}) == len(names)
        assert len({each.handler for each in received}) == len(names)
        assert len({each.method for each in received}) == len(names)
        for each in received:
            assert len({found.field for found in each.body.properties}) == len(names)


@pytest.mark.parametrize("kind", [NumberType, StringType, ArrayType, MapType])
def test_every_number_of_a_type_says_its_keyword(kind: type[SchemaType]) -> None:
    """Or ``asyncapi.json`` and ``mdbgen breaking`` would know nothing of it."""
    stated = {
        each.name: each.metadata.get("keyword") for each in fields(kind) if "int" in str(each.type)
    }
    assert set(stated.values()) <= set(KEYWORDS)


def test_the_documentation_shows_what_there_is() -> None:
    page = (Path(__file__).parent.parent / "docs" / "messages.md").read_text("utf-8")
    example = re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0]
    declared = parse(json.loads("{" + example + "}")["mdbgen"])
    assert [each.name for each in declared.websockets["realtime"].receive] == [
        "subscribe",
        "get_status",
    ]
    subset = page.partition("## The subset")[2].partition("## Names")[0]
    assert {word for word in KEYWORDS if f"`{word}`" not in subset} == set()
    assert {
        word for word in (*DEFAULT_LIMITS, *RESERVED_MESSAGES) if f"`{word}`" not in page
    } == set()


@pytest.mark.parametrize(
    ("schemas", "expected"),
    [
        ({}, UNKNOWN),
        ({"A": RefType("A")}, UNKNOWN),
        ({"A": RefType("B"), "B": RefType("A")}, UNKNOWN),
        ({"A": RefType("B"), "B": NullType()}, NullType()),
    ],
    ids=["nowhere", "itself", "a circle", "a type"],
)
def test_a_reference_leads_to_a_type_or_nowhere(
    schemas: dict[str, SchemaType], expected: SchemaType
) -> None:
    assert resolve(RefType("A"), schemas) == expected

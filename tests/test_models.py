"""Types as annotations, and models in an order that Python can follow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mdbgen.document.source import parse_source
from mdbgen.manifest.reader import parse_manifest
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
    Property,
    RefType,
    Schema,
    SchemaType,
    StringType,
    UnionType,
)
from mdbgen.model.textformats import TEXT_FORMATS
from mdbgen.targets.python.annotations import spell
from mdbgen.targets.python.models import ModelsPlan, plan_models
from mdbgen.targets.templates import template

TEXT, WHOLE = StringType(), NumberType(is_integer=True)


def _tagged(name: str, label: str, tag: str = "kind", field: str = "kind") -> ObjectType:
    return ObjectType(Code(name), (Property(tag, Code(field), EnumType((label,)), required=True),))


A, B, C = _tagged("A", "a"), _tagged("B", "b"), _tagged("C", "c")
TYPES: dict[str, SchemaType] = {
    "a": A,
    "text": TEXT,
    "both": UnionType((A, B), "kind"),
    "maybe": UnionType((NullType(), RefType("both"))),
    "mixed": UnionType((RefType("a"), RefType("text"))),
    "flag": UnionType((TEXT, BooleanType())),
}
SCHEMAS = {name: Schema(name, Code(name.capitalize()), kind) for name, kind in TYPES.items()}


@pytest.mark.parametrize(
    ("kind", "annotation"),
    [
        (AnyType(), "Any"),
        (NullType(), "None"),
        (BooleanType(), "bool"),
        (WHOLE, "Integer"),
        (NumberType(is_integer=False), "float"),
        (
            NumberType(True, minimum=1, exclusive_maximum=9, multiple_of=2),
            "Annotated[int, Field(ge=1, lt=9, multiple_of=2), Whole]",
        ),
        (
            NumberType(True, minimum=0.5, maximum=2.5, exclusive_minimum=0.5),
            "Annotated[int, Field(ge=1, gt=0, le=2), Whole]",
        ),
        (NumberType(False, exclusive_minimum=0.5), "Annotated[float, Field(gt=0.5)]"),
        (NumberType(False, multiple_of=0.1), "Annotated[float, multiples(0.1)]"),
        (TEXT, "str"),
        (StringType(1, 5), "Annotated[str, Field(min_length=1, max_length=5)]"),
        (StringType(pattern='^"'), "Annotated[str, Field(pattern='^\"')]"),
        (StringType(pattern=r"^\d$"), 'Annotated[str, Field(pattern="^[0-9]$")]'),
        (StringType(format=TEXT_FORMATS["date-time"]), "DateTime"),
        (
            StringType(max_length=5, format=TEXT_FORMATS["uri"]),
            "Annotated[Uri, Field(max_length=5)]",
        ),
        (EnumType(("a", None, '"')), 'Literal["a", None, \'"\']'),
        (EnumType((1, "a")), 'Annotated[Literal[1, "a"], Exact]'),
        (EnumType((True,)), "Annotated[Literal[True], Exact]"),
        (ArrayType(TEXT), "list[str]"),
        (
            ArrayType(ArrayType(WHOLE), 1, 2, unique=True),
            "Annotated[list[list[Integer]], Field(min_length=1, max_length=2), Unique]",
        ),
        (MapType(MapType(AnyType())), "dict[str, dict[str, Any]]"),
        (A, "A"),
        (RefType("text"), "Text"),
        (UnionType((NullType(), TEXT, A)), "str | A | None"),
        (UnionType((A, B), "kind"), 'Annotated[A | B, Field(discriminator="kind")]'),
        (
            UnionType((A, TEXT, B, NullType()), "kind"),
            'Annotated[A | B, Field(discriminator="kind")] | str | None',
        ),
        (
            UnionType((RefType("both"), C), "kind"),
            'Annotated[Both | C, Field(discriminator="kind")]',
        ),
        (
            UnionType((RefType("maybe"), C), "kind"),
            'Annotated[Both | C, Field(discriminator="kind")] | None',
        ),
        (
            UnionType((RefType("mixed"), C, BooleanType()), "kind"),
            'Annotated[A | C, Field(discriminator="kind")] | bool | Text',
        ),
        (UnionType((NullType(), NumberType(False), BooleanType())), "bool | float | None"),
        (
            UnionType((NumberType(False), EnumType(("a", False)))),
            'Annotated[Literal["a", False], Exact] | float',
        ),
        (
            UnionType((NumberType(False), RefType("flag"))),
            "Flag | float",
        ),
        (
            UnionType((_tagged("D", "d", "$", "x"), _tagged("E", "e", "$", "x")), "$"),
            'Annotated[D | E, Field(discriminator="x"), python_only("x")]',
        ),
    ],
)
def test_annotation(kind: SchemaType, annotation: str) -> None:
    assert spell(kind, SCHEMAS) == annotation


def _plan(schemas: dict[str, Any], **properties: Any) -> ModelsPlan:
    manifest = {
        "slug": "app",
        "websockets": {"realtime": {"path": "/ws"}},
        "mdbgen": {
            "schemas": schemas,
            "endpoints": {"realtime": {"receive": {"m": {"properties": properties}}}},
        },
    }
    parsed, _ = parse_manifest(parse_source(json.dumps(manifest).encode(), "manifest.json"))
    return plan_models(parsed.schemas, parsed.websockets["realtime"].receive, ())


def _order(plan: ModelsPlan) -> list[str]:
    found = [model or alias for model, alias in plan.definitions]
    return [each.name for each in found if each]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/mdbgen/schemas/{name}"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_what_is_named_stands_above_what_names_it() -> None:
    plan = _plan(
        {"A": _object(b=_ref("B")), "B": {"type": "array", "items": _ref("C")}, "C": _object()},
        a=_ref("A"),
        inner=_object(deep=_object(c=_ref("C"))),
    )
    assert _order(plan) == ["C", "B", "A", "MInnerDeep", "MInner", "M"]
    assert plan.rebuilt == ()


def test_class_that_names_itself_needs_no_second_look() -> None:
    plan = _plan({"Tree": _object(children={"type": "array", "items": _ref("Tree")})})
    assert _order(plan) == ["Tree", "M"]
    assert plan.rebuilt == ()


def test_two_classes_that_name_each_other() -> None:
    plan = _plan({"A": _object(b=_ref("B")), "B": _object(a=_ref("A"))}, a=_ref("A"))
    assert _order(plan) == ["B", "A", "M"]
    assert plan.rebuilt[0] == "B"


def test_alias_in_a_circle_of_classes_comes_after_them() -> None:
    plan = _plan(
        {
            "Leaves": {"type": "array", "items": _ref("Leaf")},
            "Leaf": _object(leaves=_ref("Leaves"), again=_ref("More")),
            "More": {"anyOf": [_ref("Leaves"), {"type": "null"}]},
        },
        leaves=_ref("Leaves"),
    )
    order = _order(plan)
    assert order.index("Leaf") < order.index("Leaves") < order.index("More")
    assert "Leaf" in plan.rebuilt
    assert not {"Leaves", "More"} & set(plan.rebuilt), "an alias is nothing to rebuild"


def test_alias_of_an_alias_in_a_circle_of_classes_comes_after_it() -> None:
    def tagged(tag: str, **properties: Any) -> dict[str, Any]:
        return {**_object(kind={"const": tag}, **properties), "required": ["kind"]}

    plan = _plan(
        {
            "Start": tagged("start", first=_ref("First")),
            "First": {"anyOf": [_ref("Start"), tagged("a", again=_ref("Second"))]},
            "Second": _ref("First"),
        }
    )
    assert _order(plan) == ["FirstA", "Start", "M", "First", "Second"]


def test_alias_of_which_a_union_names_the_members_only() -> None:
    """pydantic tells objects apart where nothing else is among them."""
    tagged = {name: {**_object(kind={"const": name}), "required": ["kind"]} for name in ("a", "b")}
    plan = _plan(
        {"Mixed": {"anyOf": [_ref("One"), {"type": "string"}]}, "One": tagged["a"]},
        both={"anyOf": [_ref("Mixed"), tagged["b"]]},
    )
    model = plan.definitions[-1].model
    assert model is not None
    annotation = 'Annotated[One | MBothB, Field(discriminator="kind")] | str'
    assert model.fields[0].annotation == f"Omittable[{annotation}]"


@pytest.mark.parametrize(
    ("schema", "default"),
    [
        ({"type": "integer", "default": 2.0}, " = 2"),
        ({"type": "number", "default": 2}, " = 2.0"),
        ({"type": ["number", "null"], "default": 2}, " = 2.0"),
        ({"type": ["number", "boolean"], "default": True}, " = True"),
        ({"type": ["string", "null"], "default": None}, " = None"),
        ({"type": "array", "default": []}, " = Field(default_factory=list)"),
        ({"type": "object", "default": {}}, " = Field(default_factory=dict)"),
        ({"default": 1.5}, " = 1.5"),
        ({"type": "string"}, " = None"),
    ],
)
def test_default(schema: dict[str, Any], default: str) -> None:
    model = _plan({}, x=schema).definitions[-1].model
    assert model is not None
    assert model.fields[0].default == default


def test_package_and_check_have_one_idea_of_a_format() -> None:
    text = template("jsontypes.py.jinja")
    for each in TEXT_FORMATS.values():
        assert f"\n{each.annotation} = Annotated[" in text
        assert each.pattern is None or f'r"{each.pattern}"' in text

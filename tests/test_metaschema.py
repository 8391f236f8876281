"""``mdbgen schema``: what an editor is told about manifests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_schema import JUNK, diagnostics, likely_schemas, with_property

from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.manifest.metaschema import schema_text
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.limits import DEFAULT_LIMITS

GOLDEN = Path(__file__).parent.parent / "golden"
SCHEMA: dict[str, Any] = json.loads(schema_text())
VALIDATOR = Draft202012Validator(SCHEMA)

# Whether names meet, where a $ref leads and the like is more than a schema can say.
NOT_EXPRESSED = {
    "MDB110", "MDB111", "MDB202", "MDB205", "MDB206", "MDB207", "MDB208", "MDB209", "MDB213",
    "MDB214", "MDB215", "MDB216", "MDB217", "MDB219", "MDB220",
}  # fmt: skip


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    "case", sorted(path.parent.name for path in GOLDEN.glob("*/manifest.json"))
)
def test_it_accepts_what_mdbgen_accepts(case: str) -> None:
    VALIDATOR.validate(json.loads((GOLDEN / case / "manifest.json").read_text("utf-8-sig")))


def _error_cases() -> Iterator[Any]:
    for path in sorted((GOLDEN / "errors").glob("*/manifest.json")):
        try:
            source = parse_source(path.read_bytes(), "manifest.json")
        except ManifestError:
            continue  # no JSON object
        yield pytest.param(source, id=path.parent.name)


@pytest.mark.parametrize("source", list(_error_cases()))
def test_it_refuses_what_it_can_express(source: Any) -> None:
    try:
        parse_manifest(source)
    except ManifestError as error:
        codes = {one.code for one in error.diagnostics}
        assert VALIDATOR.is_valid(source.value) is (codes <= NOT_EXPRESSED)
    else:
        assert VALIDATOR.is_valid(source.value)  # warnings only


def test_every_line_of_the_golden_keywords_is_refused() -> None:
    """One at a time, since one wrong property makes a whole manifest wrong."""
    for case in ("mdbgen-keywords", "mdbgen-types", "mdbgen-values"):
        keys = json.loads((GOLDEN / "errors" / case / "manifest.json").read_text("utf-8"))
        endpoint = keys["mdbgen"]["endpoints"]["realtime"]
        [message] = {**endpoint.get("send", {}), **endpoint.get("receive", {})}.values()
        for schema in message["properties"].values():
            manifest = with_property(schema, Item={}, Text={"type": "string"})
            codes = {one.code for one in diagnostics(manifest)}
            document = {"slug": "s", "websockets": {"realtime": {"path": "/w"}}, "mdbgen": manifest}
            if codes - NOT_EXPRESSED:
                is_mismatch = codes == {"MDB218"} and "type" in schema
                is_infinite = isinstance(schema, dict) and schema.get("minimum") == float("inf")
                assert VALIDATOR.is_valid(document) is (is_mismatch or is_infinite), schema


@given(likely_schemas() | JUNK)
def test_it_refuses_nothing_that_mdbgen_accepts(schema: Any) -> None:
    mdbgen = with_property(schema, a={"type": "string"}, b={"type": "object", "properties": {}})
    if not diagnostics(mdbgen):
        VALIDATOR.validate(
            {"slug": "s", "websockets": {"realtime": {"path": "/ws"}}, "mdbgen": mdbgen}
        )


def test_every_key_is_explained() -> None:
    def unexplained(node: Any, path: str) -> Iterator[str]:
        for key, each in node.get("properties", {}).items():
            if "description" not in each:
                yield f"{path}.{key}"
            yield from unexplained(each, f"{path}.{key}")

    for name, node in SCHEMA["$defs"].items():
        assert "description" in node, name
        assert list(unexplained(node, name)) == []
    assert list(unexplained(SCHEMA, "")) == []


def test_every_limit_has_its_default() -> None:
    limits = SCHEMA["$defs"]["declaration"]["properties"]["limits"]["properties"]
    assert {name: each["default"] for name, each in limits.items()} == DEFAULT_LIMITS


def test_the_command_prints_it_always_the_same() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-m", "mdbgen", "schema"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert printed == {schema_text()}


def test_a_manifest_may_name_its_schema() -> None:
    manifest = {"$schema": "./s.json", "slug": "s", "websockets": {"a": {"path": "/a"}}, "x": 1}
    VALIDATOR.validate(manifest)
    parse_manifest(parse_source(json.dumps(manifest).encode(), "manifest.json"))


def as_json_schema(mdbgen: dict[str, Any], schema: Any) -> dict[str, Any]:
    return {"mdbgen": mdbgen, "$defs": {"it": schema}, "$ref": "#/$defs/it"}


INSTANCES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.5, "", "a", "b", "c", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["kind", "a", "b-c", "_id"]), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300)
@given(likely_schemas(), likely_schemas(), likely_schemas(), INSTANCES)
def test_members_of_an_accepted_union_exclude_each_other(
    schema: Any, a: Any, b: Any, instance: Any
) -> None:
    mdbgen = with_property(schema, a=a, b=b)
    if diagnostics(mdbgen):
        return
    exclusive = json.loads(json.dumps([mdbgen, schema]).replace('"anyOf"', '"oneOf"'))
    one = Draft202012Validator(as_json_schema(*exclusive))
    some = Draft202012Validator(as_json_schema(mdbgen, schema))
    assert one.is_valid(instance) is some.is_valid(instance)


@given(likely_schemas(), INSTANCES)
def test_an_accepted_default_is_a_value_of_its_type(schema: Any, default: Any) -> None:
    item = {"type": "object", "properties": {"x": {}}}
    if isinstance(schema, dict):
        schema = {**schema, "default": default}
        mdbgen = with_property(schema, a={"enum": ["a", 1]}, b=item)
        if not diagnostics(mdbgen):
            Draft202012Validator(as_json_schema(mdbgen, schema)).validate(default)

"""No silence where clients break: what one package writes and the other refuses has been told.

Messages are drawn, then changed at random. Whatever a client of the old package sends and the new
one refuses, or the new one sends and the old one cannot read, has an error or a warning.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_schema_properties import Package

from mdbgen.breaking.change import Change
from mdbgen.breaking.compare import compare_manifests
from mdbgen.breaking.level import Level
from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.manifest import Manifest
from support import live, samples

pytestmark = pytest.mark.slow

MESSAGES = 20  # of a pair of manifests
TRIES = 12  # of a message, in each direction
Schema = dict[str, Any]


def _manifest(messages: Schema, named: Schema) -> Schema:
    endpoint = {"receive": messages, "send": messages}
    return {
        "slug": "app",
        "websockets": {"realtime": {"path": "/ws"}},
        "mdbgen": {"schemas": named, "endpoints": {"realtime": endpoint}},
    }


def _parsed(manifest: Schema) -> Manifest | None:
    try:
        return parse_manifest(parse_source(json.dumps(manifest).encode(), "manifest.json"))[0]
    except ManifestError:
        return None


def _drawn(random: Random) -> tuple[Schema, Schema]:
    """Messages and the schemas that they refer to, of which mdbgen makes a package."""
    while True:
        schemas = samples.Schemas(random)
        for _ in range(3):
            schemas.add_named()
        messages = {f"m{number}": schemas.message() for number in range(MESSAGES)}
        if _parsed(_manifest(messages, schemas.named)):
            return messages, schemas.named


def _places(schema: Any) -> Iterator[Schema]:
    """Every schema in a schema, itself included."""
    if not isinstance(schema, dict):
        return
    yield schema
    inner = [*schema.get("properties", {}).values(), schema.get("items")]
    inner += [
        schema.get("additionalProperties"),
        *schema.get("anyOf", []),
        *schema.get("oneOf", []),
    ]
    for each in inner:
        yield from _places(each)


def _change(schema: Schema, random: Random) -> None:
    """Change a schema at one place, perhaps into none."""
    random.choice(CHANGES)(random.choice(list(_places(schema))), random)


def _require_others(schema: Schema, random: Random) -> None:
    names = list(schema.get("properties", {}))
    schema["required"] = random.sample(names, random.randint(0, len(names)))


def _drop_property(schema: Schema, random: Random) -> None:
    if schema.get("properties"):
        name = random.choice(list(schema["properties"]))
        del schema["properties"][name]
        schema["required"] = [each for each in schema.get("required", []) if each != name]


def _add_property(schema: Schema, random: Random) -> None:
    if "properties" in schema:
        schema["properties"]["added"] = _simple(random)
        if random.random() < 0.5:
            schema["required"] = [*schema.get("required", []), "added"]


def _close(schema: Schema, random: Random) -> None:
    if "properties" in schema:
        schema["additionalProperties"] = schema.get("additionalProperties") is False


def _simple(random: Random) -> Schema:
    kinds = ("string", "integer", "number", "boolean", "null")
    options: list[Schema] = [{}, {"enum": ["a", "b", 1]}, *({"type": kind} for kind in kinds)]
    return copy.deepcopy(random.choice(options))


def _replace(schema: Schema, random: Random) -> None:
    schema.clear()
    schema.update(_simple(random))


def _make_nullable(schema: Schema, random: Random) -> None:
    kind = schema.get("type")
    if isinstance(kind, str) and kind not in ("object", "null"):
        schema["type"] = [kind, "null"]
    elif isinstance(kind, list) and "null" in kind:
        schema["type"] = [each for each in kind if each != "null"]


def _change_enum(schema: Schema, random: Random) -> None:
    if "enum" in schema:
        values = random.sample(schema["enum"], random.randint(0, len(schema["enum"])))
        schema["enum"] = [*values, *random.sample(["new", 12345], random.randint(0, 2))]
    elif "const" in schema:
        schema["const"] = "new"


def _move_bound(schema: Schema, random: Random) -> None:
    bounds = {
        "string": ("minLength", "maxLength"),
        "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        "array": ("minItems", "maxItems"),
    }.get(str(schema.get("type")), ())
    for bound in random.sample(bounds, min(len(bounds), 1)):
        schema[bound] = (
            max(1, random.randint(-3, 12)) if "xcl" not in bound else random.randint(-3, 9)
        )


def _drop_keyword(schema: Schema, random: Random) -> None:
    free = [key for key in schema if key not in ("type", "properties", "items", "$ref", "required")]
    for key in random.sample(free, min(len(free), 1)):
        del schema[key]


def _drop_member(schema: Schema, random: Random) -> None:
    for key in ("anyOf", "oneOf"):
        if len(schema.get(key, ())) > 2:
            del schema[key][random.randrange(len(schema[key]))]


def _set_format(schema: Schema, random: Random) -> None:
    if schema.get("type") == "string":
        schema.pop("pattern", None)
        schema["format"] = random.choice(["date", "date-time", "uuid", "email"])


CHANGES: Sequence[Callable[[Schema, Random], None]] = (
    *(_require_others, _drop_property, _add_property, _close, _replace, _make_nullable),
    *(_change_enum, _move_bound, _move_bound, _drop_keyword, _drop_member, _set_format),
)


def _changed(messages: Schema, named: Schema, random: Random) -> tuple[Schema, Schema]:
    """The same with a change, or several, of each; those that mdbgen refuses are undone."""
    messages, named = copy.deepcopy(messages), copy.deepcopy(named)
    for group in (messages, named):
        for name, before in group.items():
            for _ in range(8):
                group[name] = copy.deepcopy(before)
                for _ in range(random.choice((1, 1, 2))):
                    _change(group[name], random)
                if group[name] != before and _parsed(_manifest(messages, named)):
                    break
            else:
                group[name] = before
    return messages, named


def _told(changes: Sequence[Change], way: str, name: str) -> bool:
    """Whether something is said of a message, or of a schema that it may refer to."""
    place = ("mdbgen", "endpoints", "realtime", way, name)
    loud = [each for each in changes if each.level is not Level.INFO]
    end = "send" if way == "receive" else "read"
    return any(
        each.path[:5] == place
        or (each.path[:2] == ("mdbgen", "schemas") and each.message.endswith(f"clients {end}"))
        for each in loud
    )


@settings(
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],  # pyright: ignore[reportArgumentType]
    max_examples=12,
)
@given(st.integers(0, 2**64))
def test_what_breaks_is_told(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    random = Random(seed)
    messages, named = _drawn(random)
    new_messages, new_named = _changed(messages, named, random)
    old, new = _manifest(messages, named), _manifest(new_messages, new_named)
    before, after = _parsed(old), _parsed(new)
    assert before
    assert after
    changes = compare_manifests(before, after)
    broken = 0
    with (
        live.imported(tmp_path_factory.mktemp("old"), old) as old_ws,
        live.imported(tmp_path_factory.mktemp("new"), new) as new_ws,
    ):
        old_package, new_package = Package(old_ws), Package(new_ws)
        ways = (
            ("receive", old_package, new_package, samples.Values(random, named), messages),
            ("send", new_package, old_package, samples.Values(random, new_named), new_messages),
        )
        for way, writer, reader, values, schemas in ways:
            for name, schema in schemas.items():
                for _ in range(TRIES):
                    value = values.valid({**schema, "type": "object"})
                    written, _ = writer.parse({**value, "type": name})
                    if written is None or way == "receive":
                        wire = {**value, "type": name}
                    else:
                        wire = writer.sent(written)
                    if reader.parse(wire)[0] is None:
                        broken += 1
                        what = (schema, messages[name], new_messages[name], wire, seed)
                        assert _told(changes, way, name), json.dumps(what)
    assert broken > MESSAGES / 2, "hardly anything was broken"

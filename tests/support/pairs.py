"""Pairs of manifests, drawn from a `Random`: an old one, and the same after some changes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.manifest import Manifest
from support import samples

Schema = dict[str, Any]
MESSAGES = 5
MESSAGES_OF_A_KIND = 12
_TRIES = 8


@dataclass(frozen=True)
class Declared:
    """What one side of a pair declares: messages that go both ways."""

    messages: Mapping[str, Schema]
    named: Mapping[str, Schema]

    @property
    def manifest(self) -> Schema:
        endpoint = {"receive": self.messages, "send": self.messages}
        return {
            "slug": "app",
            "websockets": {"realtime": {"path": "/ws"}},
            "mdbgen": {"schemas": self.named, "endpoints": {"realtime": endpoint}},
        }

    @property
    def parsed(self) -> Manifest:
        return parse_manifest(parse_source(json.dumps(self.manifest).encode(), "manifest.json"))[0]

    def is_accepted(self) -> bool:
        try:
            return bool(self.parsed)
        except ManifestError:
            return False

    def schemas_of(self, name: str) -> set[str]:
        """The named schemas that a message leads to."""
        found: set[str] = set()
        waiting: list[object] = [self.messages.get(name)]
        while waiting:
            text = json.dumps(waiting.pop())
            for each in self.named.keys() - found:
                if json.dumps(samples.reference_to(each)["$ref"]) in text:
                    found.add(each)
                    waiting.append(self.named[each])
        return found

    def written(self, name: str, random: Random) -> Iterator[Schema]:
        """Messages that are valid, as far as chance may have it."""
        values = samples.Values(random, dict(self.named))
        schema = {**self.messages[name], "type": "object"}
        with suppress(RecursionError):  # it needs another one of its kind, without end
            for _ in range(MESSAGES_OF_A_KIND):
                yield {**values.valid(schema), "type": name}


class Pair(NamedTuple):
    """Two manifests."""

    old: Declared
    new: Declared


def draw_pair(random: Random) -> Pair:
    """An old manifest, of which mdbgen makes a package, and a new one."""
    messages, named = _drawn(random)
    old = Declared(messages, named)
    messages, named = _changed(messages, named, random)
    if random.random() < 0.2:
        del messages[random.choice([*messages])]
    return Pair(old, Declared(messages, named))


def _drawn(random: Random) -> tuple[Schema, Schema]:
    while True:
        schemas = samples.Schemas(random)
        for _ in range(3):
            schemas.add_named()
        messages = {f"m{number}": schemas.message() for number in range(MESSAGES)}
        if Declared(messages, schemas.named).is_accepted():
            return messages, schemas.named


def _changed(messages: Schema, named: Schema, random: Random) -> tuple[Schema, Schema]:
    """The same with a change, or several, of each; those that mdbgen refuses are undone."""
    messages, named = copy.deepcopy(messages), copy.deepcopy(named)
    for group in random.choice(((messages,), (named,), (messages, named))):
        for name, before in group.items():
            for _ in range(_TRIES):
                group[name] = copy.deepcopy(before)
                for _ in range(random.choice((1, 1, 2))):
                    _change(group[name], named, random)
                if group[name] != before and Declared(messages, named).is_accepted():
                    break
            else:
                group[name] = before
    return messages, named


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


def _change(schema: Schema, named: Schema, random: Random) -> None:
    """Change a schema at one place, perhaps into none."""
    place = random.choice(list(_places(schema)))
    if random.random() < 0.15:
        _change_reference(place, named, random)
    else:
        random.choice(_CHANGES)(place, random)


def _change_reference(schema: Schema, named: Schema, random: Random) -> None:
    """Lead elsewhere, or say on the spot what the reference led to."""
    target = {samples.reference_to(name)["$ref"]: each for name, each in named.items()}
    if "$ref" in schema and random.random() < 0.5:
        inlined = copy.deepcopy(target.get(schema["$ref"], {}))
        schema.clear()
        schema.update(inlined)
    elif "properties" not in schema:
        schema.clear()
        schema["$ref"] = random.choice(list(target))


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
    kinds = ("string", "integer", "number", "boolean", "null", "array", "object")
    options: list[Schema] = [{}, {"enum": ["a", "b", 1]}, *({"type": kind} for kind in kinds)]
    return copy.deepcopy(random.choice(options))


def _replace(schema: Schema, random: Random) -> None:
    schema.clear()
    schema.update(_simple(random))


def _wrap(schema: Schema, random: Random) -> None:
    """Let something else be there as well, or a list of it."""
    before = copy.deepcopy(schema)
    schema.clear()
    if random.random() < 0.3:
        schema.update({"type": "array", "items": before})
    else:
        members = [before, _simple(random)]
        schema["anyOf"] = random.sample(members, 2)


def _unwrap(schema: Schema, random: Random) -> None:
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items")]
    options = [each for each in inner if isinstance(each, dict)]
    if options:
        chosen = copy.deepcopy(random.choice(options))
        schema.clear()
        schema.update(chosen)


def _make_nullable(schema: Schema, random: Random) -> None:
    kind = schema.get("type")
    if isinstance(kind, str) and kind not in ("object", "null"):
        schema["type"] = [kind, "null"]
    elif isinstance(kind, list) and "null" in kind:
        schema["type"] = [each for each in kind if each != "null"]


def _change_types(schema: Schema, random: Random) -> None:
    if isinstance(schema.get("type"), list):
        others = ["string", "boolean", "null", "array", random.choice(("integer", "number"))]
        kept = [each for each in schema["type"] if random.random() < 0.7]
        schema["type"] = [*dict.fromkeys([*kept, random.choice(others)])]
    elif schema.get("type") in ("integer", "number"):
        schema["type"] = {"integer": "number", "number": "integer"}[schema["type"]]


def _change_enum(schema: Schema, random: Random) -> None:
    if "enum" in schema:
        values = random.sample(schema["enum"], random.randint(0, len(schema["enum"])))
        fresh = ["new", 12345, None, True, 1.0]
        schema["enum"] = [*values, *random.sample(fresh, random.randint(0, 2))]
    elif "const" in schema:
        schema["const"] = "new"


def _swap_const(schema: Schema, random: Random) -> None:
    """A const is an enum of one."""
    if "const" in schema:
        schema["enum"] = [schema.pop("const"), *random.sample(["new", 0, False], 1)]
    elif "enum" in schema:
        schema["const"] = random.choice(schema.pop("enum"))


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


def _make_unique(schema: Schema, random: Random) -> None:
    if schema.get("type") == "array":
        schema["uniqueItems"] = not schema.get("uniqueItems", False)


def _drop_keyword(schema: Schema, random: Random) -> None:
    free = [key for key in schema if key not in ("type", "properties", "items", "$ref", "required")]
    for key in random.sample(free, min(len(free), 1)):
        del schema[key]


def _drop_member(schema: Schema, random: Random) -> None:
    for key in ("anyOf", "oneOf"):
        if len(schema.get(key, ())) > 2:
            del schema[key][random.randrange(len(schema[key]))]


def _add_member(schema: Schema, random: Random) -> None:
    if "anyOf" in schema:
        schema["anyOf"] = random.sample(
            [*schema["anyOf"], _simple(random)], len(schema["anyOf"]) + 1
        )


def _set_format(schema: Schema, random: Random) -> None:
    if schema.get("type") == "string":
        schema.pop("pattern", None)
        schema["format"] = random.choice([*samples.FORMATS])


def _set_pattern(schema: Schema, random: Random) -> None:
    if schema.get("type") == "string" and schema.get("format") in (None, "email", "uri"):
        schema["pattern"] = random.choice(samples.PATTERNS)[0]


_CHANGES: Sequence[Callable[[Schema, Random], None]] = (
    *(_require_others, _drop_property, _add_property, _close, _replace, _make_nullable),
    *(_change_enum, _swap_const, _move_bound, _move_bound, _drop_keyword, _drop_member),
    *(_add_member, _wrap, _unwrap, _change_types, _make_unique, _set_format, _set_pattern),
)

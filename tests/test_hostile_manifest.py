"""Manifests of at most 1 MiB that would cost far more: what generates also imports, and soon."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.generate import generate
from mdbgen.manifest.reader import parse_manifest
from support.hostile import codes, mdbgen

pytestmark = pytest.mark.slow

Json = dict[str, Any]
GENERATE = ("generate", "manifest.json", "-o", "ws", "--dry-run")
CALLS_AROUND = 150  # as where a server or pytest imports an app
IMPORT = f"""
def nested(calls):
    if calls:
        return nested(calls - 1)
    from package import messages
    return messages

print(nested({CALLS_AROUND}).Created.__name__)
"""


def manifest(schemas: Json, first: str = "S0") -> Json:
    message = {"properties": {"item": {"$ref": f"#/mdbgen/schemas/{first}"}}}
    declared = {"schemas": schemas, "endpoints": {"realtime": {"send": {"created": message}}}}
    return {"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}, "mdbgen": declared}


def problems(document: Json) -> list[str]:
    try:
        parse_manifest(parse_source(json.dumps(document).encode(), "manifest.json"))
    except ManifestError as error:
        return [each.code for each in error.diagnostics]
    return []


# Types that nest deeply


def plain(target: Json) -> Json:
    return {"properties": {"a": target}, "required": ["a"]}


def optional(target: Json) -> Json:
    return {"properties": {"a": target}}


def renamed(target: Json) -> Json:
    return {"properties": {"class": target}}


def in_list(target: Json) -> Json:
    return {"properties": {"a": {"type": "array", "items": target, "uniqueItems": True}}}


def in_lists(target: Json) -> Json:
    inner = {"type": "array", "items": {"type": "array", "items": target}}
    return {"properties": {"a": {"type": "array", "items": inner}}}


def in_map(target: Json) -> Json:
    return {"properties": {"a": {"type": "object", "additionalProperties": target}}}


def nullable(target: Json) -> Json:
    return {"properties": {"a": {"anyOf": [target, {"type": "null"}]}}}


def tagged(target: Json) -> Json:
    members = [
        {"type": "object", "properties": {"class": {"const": kind}, "a": a}, "required": ["class"]}
        for kind, a in (("first", target), ("second", {}))
    ]
    return {"properties": {"a": {"anyOf": members}}}


Shape = Callable[[Json], Json]
SHAPES: list[Shape] = [plain, optional, renamed, in_list, in_lists, in_map, nullable, tagged]


def reference(name: str) -> Json:
    return {"$ref": f"#/mdbgen/schemas/{name}"}


def chain(shape: Shape, length: int) -> Json:
    targets = [*(reference(f"S{number}") for number in range(1, length)), {"type": "string"}]
    return {f"S{n}": {"type": "object", **shape(to)} for n, to in enumerate(targets)}


def ring(shape: Shape, length: int) -> Json:
    last = {"type": "object", **optional(reference("S0"))}  # or no value would ever end
    return {**chain(shape, length), f"S{length - 1}": last}


def aliases(shape: Shape, length: int) -> Json:
    """Lists of lists, by name."""
    names = [f"S{number}" for number in range(1, length)]
    lists = {f"S{n}": {"type": "array", "items": reference(to)} for n, to in enumerate(names)}
    return {**lists, f"S{length - 1}": {"type": "object", **shape(reference("S0"))}}


def blocks(shape: Shape, length: int) -> Json:
    """Kinds of nodes, each of which may hold all of them."""
    kinds = {
        f"K{number}": {
            "type": "object",
            "properties": {
                "kind": {"const": f"k{number}"},
                **shape({"type": "array", "items": reference("S0")})["properties"],
            },
            "required": ["kind"],
        }
        for number in range(length)
    }
    return {"S0": {"anyOf": [reference(name) for name in kinds]}, **kinds}


GRAPHS = [
    *((graph, shape) for graph in (chain, ring) for shape in SHAPES),
    *((graph, shape) for graph in (aliases, blocks) for shape in (optional, renamed)),
]


def longest(fits: Callable[[int], bool]) -> int:
    low, high = 2, 200
    assert fits(low)
    assert not fits(high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


@pytest.mark.parametrize(
    ("graph", "shape"), GRAPHS, ids=[f"{g.__name__}-{s.__name__}" for g, s in GRAPHS]
)
def test_what_generates_also_imports(
    tmp_path: Path, graph: Callable[[Shape, int], Json], shape: Shape
) -> None:
    most = longest(lambda length: not problems(manifest(graph(shape, length))))
    assert most >= 10
    for length in (most, most // 2):
        source = parse_source(json.dumps(manifest(graph(shape, length))).encode(), "m.json")
        package = tmp_path / str(length) / "package"
        for file in generate(source).files:
            (package / file.path).parent.mkdir(parents=True, exist_ok=True)
            (package / file.path).write_text(file.draft, encoding="utf-8")
        (package / "__init__.py").write_text("")  # which would import all of it
        command = [sys.executable, "-c", IMPORT]
        done = subprocess.run(
            command, cwd=package.parent, capture_output=True, text=True, timeout=120
        )
        assert done.stdout == "Created\n", done.stderr[-500:]


@pytest.mark.parametrize("length", [60, 75, 1000, 5000])
@pytest.mark.parametrize("graph", [chain, ring])
@pytest.mark.parametrize("backwards", [False, True])
def test_what_pydantic_could_not_build_is_refused(
    tmp_path: Path, graph: Callable[[Shape, int], Json], length: int, backwards: bool
) -> None:
    schemas = graph(optional, length)
    if backwards:
        schemas = dict(reversed(schemas.items()))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(schemas)))
    done = mdbgen(tmp_path, *GENERATE)
    assert (done.returncode, codes(done)) == (2, {"MDB221"})
    assert "is nested too deeply for pydantic: 'S" in done.stderr


def test_schemas_that_are_many_but_flat_are_fine() -> None:
    flat = {f"S{number}": {"type": "object", **plain({"type": "string"})} for number in range(3000)}
    assert problems(manifest(flat)) == []
    hub = {f"a{number}": reference(f"S{number}") for number in range(1, 150)}
    star = {f"S{number}": {"type": "object", **optional(reference("S0"))} for number in range(150)}
    assert problems(manifest({**star, "S0": {"type": "object", "properties": hub}})) == []


def layers(count: int, width: int) -> Json:
    """Objects that hold all objects of the next layer: there are many ways through them."""
    layer = range(width)
    found: Json = {
        f"S{depth}.{number}": {
            "type": "object",
            "properties": (
                {f"a{to}": reference(f"S{depth + 1}.{to}") for to in layer}
                if depth < count
                else {"a": {"type": "string"}}
            ),
        }
        for depth in range(1, count + 1)
        for number in layer
    }
    first = {f"a{to}": reference(f"S1.{to}") for to in layer}
    return {"S0": {"type": "object", "properties": first}, **found}


def doubling(length: int) -> Json:
    """Aliases each of which names the next one twice."""
    targets = [*(reference(f"S{number}") for number in range(1, length)), {"type": "string"}]
    return {
        f"S{n}": {
            "anyOf": [
                {"type": "array", "items": to},
                {"additionalProperties": to, "type": "object"},
            ]
        }
        for n, to in enumerate(targets)
    }


@pytest.mark.parametrize(
    "schemas",
    [
        layers(12, 6),
        doubling(30),
        {
            "S0": {
                "type": "object",
                "properties": {f"a{n}": reference(f"S{n}") for n in range(900)},
            },
            **{f"S{n}": {"type": "object", **optional(reference("S0"))} for n in range(1, 900)},
        },
    ],
    ids=["layers", "doubling", "star"],
)
def test_types_that_multiply_are_refused(tmp_path: Path, schemas: Json) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(schemas), separators=(",", ":")))
    done = mdbgen(tmp_path, *GENERATE)
    assert (done.returncode, codes(done)) == (2, {"MDB222"})


# Patterns, alternatives, and sheer numbers


def properties(**stated: Json) -> Json:
    document = manifest({"S0": {"type": "object", "properties": stated}})
    document["mdbgen"]["outputs"] = ["typescript", "asyncapi"]
    return document


def strings(patterns: list[str]) -> Json:
    stated = {f"a{n}": {"type": "string", "pattern": each} for n, each in enumerate(patterns)}
    return properties(**stated)


def named(count: int, value: Json) -> Json:
    return {f"m{number}": value for number in range(count)}


def endpoints(count: int, **keys: Json) -> Json:
    names = [f"e{number}" for number in range(count)]
    return {
        "slug": "my_app",
        "websockets": {name: {"path": f"/{name}"} for name in names},
        "mdbgen": {"endpoints": dict.fromkeys(names, keys)},
    }


def nested_list(depth: int, item: str) -> str:
    return "[" * depth + item + "]" * depth


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (strings([r"\p{L}{500}"] * 200), {"MDB009", "MDB217"}),
        (strings([rf"(\p{{L}}{{5}}){{30}}{n}" for n in range(2000)]), {"MDB223"}),
        (strings([rf"[^a]{{5000}}{n}" for n in range(5000)]), {"MDB223"}),
        (strings(["x*" * 20_000] * 20), {"MDB223"}),
        (strings(["(" * 20_000]), {"MDB217"}),
        (strings(["a{99999999999999999999}"]), {"MDB217"}),
        (strings(["a{" + "9" * 9000 + "}"]), {"MDB217"}),
        (strings(["((((a{50}){50}){50}){50}){0}"]), {"MDB217"}),
        (properties(a={"enum": [f"v{n}" for n in range(60_000)]}), {"MDB224"}),
        (properties(**named(2000, {"enum": list(range(9))})), {"MDB224"}),
        (endpoints(501), {"MDB112"}),
        (endpoints(20_000), {"MDB112"}),
        (endpoints(1, send=named(1001, {})), {"MDB225"}),
        (endpoints(1, receive=named(15_000, {})), {"MDB225"}),
        (endpoints(300, send=named(200, {})), {"MDB225"}),
        (properties(**{f"a{n}": {"description": "x" * 46} for n in range(14_000)}), {"MDB010"}),
        (endpoints(1, send=named(1, {"description": "a\n" * 300_000})), {"MDB010"}),
    ],
    ids=[
        *("repeated", "groups", "sets", "stars", "brackets", "count", "digits", "zero"),
        *("enum", "enums", "501", "endpoints", "1001", "messages", "pairs", "properties", "texts"),
    ],
)
def test_what_would_take_very_long_is_refused(
    tmp_path: Path, document: Json, expected: set[str]
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(document, separators=(",", ":")))
    done = mdbgen(tmp_path, *GENERATE)
    assert (done.returncode, codes(done)) == (2, expected), done.stderr[:2000]


@pytest.mark.parametrize(
    "document",
    [
        properties(a={"enum": [f"v{n}" for n in range(10_000)]}),
        strings([rf"^[a-z]{{1,{n % 30 + 1}}}_{n}$" for n in range(3000)]),
        strings([r"^\p{L}{1,200}$", *[r"^[\w.-]{1,64}@[\w.-]{1,255}$"] * 300]),
        endpoints(500),
        endpoints(1, receive=named(1000, {})),
        properties(**named(3000, {"type": "string", "default": "x"})),
        properties(**named(3000, {"type": "number", "multipleOf": 1e-300, "default": 1e300})),
    ],
    ids=["enum", "patterns", "large-patterns", "endpoints", "messages", "defaults", "multiples"],
)
def test_what_is_only_large_is_generated(tmp_path: Path, document: Json) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(document, separators=(",", ":")))
    done = mdbgen(tmp_path, *GENERATE)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_first_that_is_too_much_is_pointed_at() -> None:
    enums = properties(a={"enum": list(range(6000))}, b={"enum": list(range(6000))})
    with pytest.raises(ManifestError) as caught:
        parse_manifest(parse_source(json.dumps(enums).encode(), "manifest.json"))
    (only,) = caught.value.diagnostics
    assert (only.code, only.path) == ("MDB224", "mdbgen.schemas.S0.properties.b.enum.4000")


def test_examples_that_would_grow_are_refused(tmp_path: Path) -> None:
    deep = nested_list(50, ",".join(["1"] * 300_000))
    text = json.dumps(endpoints(1, send={"m": {"properties": {"a": {}}, "examples": ["HERE"]}}))
    text = text.replace('"HERE"', f'{{"a": {deep}}}').replace(
        '"mdbgen": {', '"mdbgen": {"outputs": ["asyncapi"], '
    )
    (tmp_path / "manifest.json").write_text(text)
    done = mdbgen(tmp_path, *GENERATE)
    assert (done.returncode, codes(done)) == (2, {"MDB010"})
    assert "asyncapi.json would be over 8 MiB" in done.stderr

"""Any schema of the documented subset: the package accepts what a JSON Schema validator accepts.

`samples` draws the schemas and the JSON. Not drawn is what differs on purpose: fractions that no
double holds, leap seconds, the year 0, lone surrogates, not-a-numbers.
"""

from __future__ import annotations

import ast
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from random import Random
from types import FrameType, ModuleType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticSerializationUnexpectedValue

from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.generate import generate
from support import live, samples
from support.received import parse

pytestmark = pytest.mark.slow

MESSAGES = 15  # of a manifest
TRIES = 20  # of a message
SECRET = "s3cr3t"

SEEDS = st.integers(0, 2**64)
# A failing example is one message and one text already; hypothesis need not look for a smaller one.
quick = settings(
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],  # pyright: ignore[reportArgumentType]
)


def _manifest(random: Random) -> dict[str, Any]:
    """Messages that clients send and receive."""
    schemas = samples.Schemas(random)
    for _ in range(4):
        schemas.add_named()
    messages = {f"m{number}": schemas.message() for number in range(MESSAGES)}
    return _with_messages(messages, schemas.named)


def _with_messages(messages: dict[str, Any], named: dict[str, Any] | None = None) -> dict[str, Any]:
    endpoint = {"receive": messages, "send": messages}
    return {
        "slug": "app",
        "websockets": {"realtime": {"path": "/ws"}},
        "mdbgen": {"schemas": named or {}, "endpoints": {"realtime": endpoint}},
    }


def _is_free_of_clashes(manifest: dict[str, Any]) -> bool:
    try:
        generate(parse_source(json.dumps(manifest).encode(), "manifest.json"))
    except ManifestError as error:
        if {each.code for each in error.diagnostics} != {"MDB205"}:
            raise
        return False
    return True


def _whole(name: str, message: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """The schema of what goes over the wire: the message in its envelope."""
    envelope = {"type": {"const": name}, "id": {"type": ["string", "integer", "null"]}}
    return {
        **message,
        "type": "object",
        "properties": {**envelope, **message.get("properties", {})},
        "required": ["type", *message.get("required", ())],
        "mdbgen": {"schemas": named},
    }


class Package:
    """A generated package, as far as messages go."""

    def __init__(self, ws: ModuleType) -> None:
        self.ws = ws
        self.contract = sys.modules[f"{ws.__name__}.contract"].RealtimeContract()
        self.unusable: type[Exception] = sys.modules[f"{ws.__name__}.runtime.inbound"].Unusable
        self.wire = sys.modules[f"{ws.__name__}.runtime.wire"]

    def parse(self, value: Any) -> tuple[Any, dict[str, Any] | None]:
        """The message, or the error frame that its sender gets."""
        try:
            return parse(self.contract, json.dumps(value)), None
        except self.unusable as refusal:
            return None, json.loads(refusal.frame.event["text"])  # type: ignore[attr-defined]

    def sent(self, message: Any) -> dict[str, Any]:
        """What clients read when the app sends a message; the envelope left out."""
        found = json.loads(self.wire.encode(message).event["text"])
        del found["app_slug"]
        if "timestamp" not in message.model_fields_set:
            found.pop("timestamp", None)
        assert isinstance(found, dict)
        return found


@contextmanager
def _imported(root: Path, manifest: dict[str, Any]) -> Iterator[Package]:
    with live.imported(root, manifest) as ws:
        yield Package(ws)


def _instances(random: Random, name: str, values: samples.Values, message: Any) -> Iterator[Any]:
    for attempt in range(TRIES):
        value = {"type": name, **values.valid({**message, "type": "object"})}
        if attempt % 10 == 0:
            value["id"] = random.choice([None, "", "a", 7, True, 1.5, []])
        for _ in range((0, 1, 1, 1, 2)[attempt % 5]):
            value = values.mutated(value)
        if isinstance(value, dict) and value.get("type") == name:
            yield value


@settings(quick, max_examples=12)
@given(SEEDS)
def test_what_is_accepted_is_what_json_schema_accepts(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    random = Random(seed)
    manifest = _manifest(random)
    assume(_is_free_of_clashes(manifest))
    declared = manifest["mdbgen"]
    values = samples.Values(random, declared["schemas"])
    counts = {True: 0, False: 0}
    with _imported(tmp_path_factory.mktemp("package"), manifest) as package:
        for name, message in declared["endpoints"]["realtime"]["receive"].items():
            schema = _whole(name, message, declared["schemas"])
            validator = samples.validator_of(schema)
            for value in _instances(random, name, values, message):
                is_valid = validator.is_valid(value)
                parsed, refusal = package.parse(value)
                told = (json.dumps(message), json.dumps(value), refusal)
                assert (parsed is not None) is is_valid, told
                counts[is_valid] += 1
                if parsed is None:
                    assert refusal is not None
                    assert refusal["code"] == "invalid_message", told
                    assert all(_leads_somewhere(each, value) for each in refusal["details"]), told
                else:
                    _check_round_trip(value, package.sent(parsed), validator, told)
    assert min(counts.values()) > MESSAGES * TRIES / 6, "all alike"


def _leads_somewhere(mistake: dict[str, Any], value: Any) -> bool:
    """Whether a mistake has its place in a message."""
    *steps, last = mistake["loc"]
    for step in steps:
        value = value[step]
    return mistake["type"] == "missing" or value[last] is not KeyError


def _check_round_trip(value: Any, sent: Any, validator: Any, told: object) -> None:
    """What was accepted is sent as it was, but for what normalisation does to it."""
    # Items may be told apart by properties that nobody declared, and that are not passed on.
    assert all(map(_is_of_doubles, validator.iter_errors(sent))), (told, sent)
    value.pop("id", None)
    assert _is_normalised(value, sent), (told, sent)


def _is_of_doubles(problem: Any) -> bool:
    return problem.validator == "uniqueItems" or any(map(_is_of_doubles, problem.context))


def _is_normalised(value: Any, sent: Any) -> bool:
    """Whether one is the other without unknown properties, and with defaults."""
    match value, sent:
        case dict(), dict():
            # What was not there before is a default.
            return all(_is_normalised(value[name], sent[name]) for name in {*value} & {*sent})
        case list(), list():
            return len(value) == len(sent) and all(map(_is_normalised, value, sent))
        case (bool(), _) | (_, bool()):
            return value is sent
        case (int() | float(), int() | float()):
            return float(value) == float(sent)
        case str(), str():
            return value == sent or _moment(value) == _moment(sent)
    return value is None and sent is None


def _moment(text: str) -> object:
    """What a spelling of a date, time or UUID stands for; the text itself where it is none."""
    for read in (datetime.fromisoformat, lambda text: datetime.fromisoformat(f"2000-01-01T{text}")):
        try:
            return read(text.upper())
        except ValueError:
            continue
    return text.lower()


CHOICES: dict[str, Any] = {
    "Box": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    **{
        name: {
            "type": "object",
            "properties": {"class": {"const": name}, "size": {"type": "number"}},
            "required": ["class", "size"],
            "additionalProperties": False,
        }
        for name in ("circle", "square")
    },
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"box": {}}, [(["box", "n"], "missing"), (["box"], "int_type")]),
        ({"box": {"n": ""}}, [(["box", "n"], "int_type"), (["box"], "int_type")]),
        ({"shapes": [{"class": "circle"}]}, [(["shapes", 0, "size"], "missing")]),
        ({"shapes": [{"class": SECRET}]}, [(["shapes", 0], "union_tag_invalid")]),
        ({"shapes": [{"class_": SECRET}]}, [(["shapes", 0], "union_tag_not_found")]),
        (
            {"shapes": [None, {"class": "square", "size": 1, "class_": 1}]},
            [(["shapes", 1, "class_"], "extra_forbidden")],
        ),
        ({"map": {"Box": {"n": {}}}}, [(["map", "Box", "n"], "int_type")]),
        ({"id": 1.5}, [(["id"], "string_type"), (["id"], "int_type")]),
    ],
)
def test_the_place_of_a_mistake_is_a_path_in_the_message(
    tmp_path: Path, value: dict[str, Any], expected: list[tuple[list[Any], str]]
) -> None:
    """Without the names of what was tried, which pydantic puts in between."""
    box, *shapes = ({"$ref": f"#/mdbgen/schemas/{name}"} for name in CHOICES)
    message = {
        "properties": {
            "box": {"anyOf": [box, {"type": "integer"}]},
            "shapes": {"type": "array", "items": {"anyOf": [*shapes, {"type": "null"}]}},
            "map": {"type": "object", "additionalProperties": box},
        }
    }
    with _imported(tmp_path, _with_messages({"m": message}, CHOICES)) as package:
        _, refusal = package.parse({"type": "m", **value})
        assert refusal is not None
        assert [(each["loc"], each["type"]) for each in refusal["details"]] == expected
        assert all("class_" not in each["msg"] for each in refusal["details"])


ABSENT_OR_NULL = {
    "m": {
        "properties": {
            "optional": {"type": "string"},
            "nullable": {"type": ["string", "null"]},
            "class": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "filled": {"type": "integer", "default": 5},
            "inner": {"type": "object", "properties": {"a": {}, "_b": {"type": "null"}}},
        }
    }
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {"filled": 5}),
        ({"nullable": None, "class": None}, {"nullable": None, "class": None, "filled": 5}),
        ({"optional": "", "class": 1.0, "filled": 6}, {"optional": "", "class": 1, "filled": 6}),
        ({"inner": {}, "other": 1}, {"inner": {}, "filled": 5}),
        ({"inner": {"a": None, "_b": None}}, {"inner": {"a": None, "_b": None}, "filled": 5}),
    ],
)
def test_absent_stays_absent_and_null_stays_null(
    tmp_path: Path, value: dict[str, Any], expected: dict[str, Any]
) -> None:
    with _imported(tmp_path, _with_messages(ABSENT_OR_NULL)) as package:
        message, _ = package.parse({"type": "m", **value})
        assert package.sent(message) == {"type": "m", **expected}


def test_members_of_a_union_may_be_asked_to_write_what_they_are_not(tmp_path: Path) -> None:
    """pydantic 2.7 tries one after the other, until one does not say that the value is none."""

    def refuse(value: object) -> None:
        raise PydanticSerializationUnexpectedValue(str(value))

    with (
        _imported(tmp_path, _with_messages(ABSENT_OR_NULL)) as package,
        pytest.raises(PydanticSerializationUnexpectedValue),
    ):
        package.ws.messages.M._leave_out("text", refuse)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_routes_that_take_or_return_models_are_documented(tmp_path: Path, mode: str) -> None:
    """FastAPI shows what pydantic says of a model: its properties, by their names on the wire."""
    with _imported(tmp_path, _with_messages(ABSENT_OR_NULL)) as package:
        shown = package.ws.messages.M.model_json_schema(mode=mode)
        names = {"type", *ABSENT_OR_NULL["m"]["properties"], "id"}
        assert {*shown["properties"]} == names - ({"id"} if mode == "serialization" else set())
        assert {*shown["$defs"]["MInner"]["properties"]} == {"a", "_b"}
        message, _ = package.parse({"type": "m", "inner": {"_b": None}, "class": 5})
        samples.validator_of(shown).validate(message.model_dump(mode="json", by_alias=True))


ANYTHING: dict[str, Any] = {
    "m": {"properties": {"any": {}, "unit price": {"type": "array"}}},
    "n": {"properties": {"any": {}, "deep": {"$ref": "#/mdbgen/schemas/Box"}}, "required": ["any"]},
}
BOX = {"Box": {"type": "object", "properties": {"held": {}, "boxes": {"type": "array"}}}}


@pytest.fixture(scope="module")
def anything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Package]:
    """A package whose messages hold any value."""
    root = tmp_path_factory.mktemp("anything")
    with _imported(root, _with_messages(ANYTHING, BOX)) as package:
        yield package


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_of_json_is_no_json_wherever_it_stands(
    anything: Package, word: str
) -> None:
    for kind in ("m", "n", "pong", "not declared"):
        for member in (f'"any": {word}', f'"any": [{{"a": {word}}}]', f'"other": {word}'):
            with pytest.raises(anything.unusable) as refusal:
                parse(anything.contract, f'{{"type": "{kind}", {member}}}')
            frame = json.loads(refusal.value.frame.event["text"])  # type: ignore[attr-defined]
            assert frame["code"] == "invalid_json"


def test_words_for_what_is_no_number_are_texts_like_any_other(anything: Package) -> None:
    message, _ = anything.parse({"type": "m", "any": ["NaN", "-Infinity"]})
    assert message.any == ["NaN", "-Infinity"]


@pytest.mark.parametrize("name", samples.FORMATS)
def test_formats(tmp_path: Path, name: str) -> None:
    """Alone, where they may be left out, among other types, in lists and in maps."""
    text = {"type": "string", "format": name}
    message = {
        "properties": {
            "plain": text,
            "mixed": {"anyOf": [text, {"type": "integer"}, {"type": "null"}]},
            "unique": {"type": "array", "items": text, "uniqueItems": True},
            "map": {"type": "object", "additionalProperties": text},
            "class": text,
        }
    }
    good, bad = samples.FORMATS[name]
    validator = samples.validator_of(text)
    assert all(map(validator.is_valid, good))
    assert not any(map(validator.is_valid, bad))
    with _imported(tmp_path, _with_messages({"m": message})) as package:
        for value in [*good, *bad, *samples.NOT_TEXTS]:
            is_good = value in good
            for holder in (
                {"plain": value}, {"unique": [value]}, {"map": {"a": value}}, {"class": value},
            ):  # fmt: skip
                assert (package.parse({"type": "m", **holder})[0] is not None) is is_good, holder
            is_mixed = is_good or value is None or (type(value) is int)
            assert (package.parse({"type": "m", "mixed": value})[0] is not None) is is_mixed
        for value in good:  # as unions ask for it, up to pydantic 2.8 at least
            package.ws.messages.M.model_validate({"plain": value}, strict=True)


def test_patterns(tmp_path: Path) -> None:
    messages = {
        f"m{at}": {"properties": {"text": {"type": "string", "pattern": pattern}}}
        for at, (pattern, _, _) in enumerate(samples.PATTERNS)
    }
    with _imported(tmp_path, _with_messages(messages)) as package:
        for at, (pattern, good, bad) in enumerate(samples.PATTERNS):
            for text in (*good, *bad):
                message, _ = package.parse({"type": f"m{at}", "text": text})
                assert (message is not None) is (text in good), (pattern, text)


# Numbers as JSON may write them, among them many that are equal.
NUMBERS = [
    "0", "-0", "0.0", "-0.0", "0e5", "-0e-400", "1", "1.0", "1e0", "10e-1", "0.1e1", "-1", "-2",
    "-1.0", "1.5", "15e-1", "0.1", "0.10", "1e-400", "5e-324", "4e-324", "2.2250738585072014e-308",
    "9007199254740992", "9007199254740993", "9007199254740992.0", "9007199254740993.0",
    "100000000000000000000", "1e20", "1.0E+20", "100000000000000000001", "1e22", "1e23", "1e308",
    "1" + "0" * 23, "1" + "0" * 308, "179769313486231570814527423731704356798070e267", "9" * 400,
    "2305843009213693951", "4611686018427387902", "2305843009213693951.0", "-2305843009213693951",
    "18446744073709551615", "18446744073709551616", "1.8446744073709552e19",
]  # fmt: skip
SCALARS = [
    *NUMBERS, "true", "false", "null", '""', '"0"', '"1"', '"1.0"', '"true"', '"null"', '"None"',
    '"0x1"', '"list 1"', '"dict 1"', '"str a"', '"a"', '"\\u0061"', '"\\u0000"', '"é名🎉"',
    '"\\\\"', '"\\""', '"A"', '"a\\u0301"', '"\u00e1"', '"12345678-1234-5678-1234-567812345678"',
]  # fmt: skip
NAMES = ['"a"', '"b"', '""', '"1"', "\"a', 'b\"", '"\\u0061\\u0062"', '"ab"']
JSON_TEXTS = st.recursive(
    st.sampled_from(SCALARS),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(
            st.tuples(st.sampled_from(NAMES), parts), max_size=3, unique_by=lambda it: it[0]
        ).map(lambda items: f"{{{', '.join(f'{name}: {part}' for name, part in items)}}}"),
    ),
    max_leaves=6,
)


def _frozen(value: Any) -> object:
    """Something that Python calls equal where JSON Schema does."""
    if isinstance(value, dict):
        return frozenset((name, _frozen(item)) for name, item in value.items())
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return (bool, value) if isinstance(value, bool) else value


UNIQUE: dict[str, Any] = {"m": {"properties": {"all": {"type": "array", "uniqueItems": True}}}}


@pytest.fixture(scope="module")
def unique(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Package]:
    """A package with a message that holds a list of different values."""
    with _imported(tmp_path_factory.mktemp("unique"), _with_messages(UNIQUE)) as package:
        yield package


def _is_taken(package: Package, text: str) -> bool:
    try:
        parse(package.contract, text)
    except package.unusable as refusal:
        frame = json.loads(refusal.frame.event["text"])  # type: ignore[attr-defined]
        assert [each["type"] for each in frame["details"]] == ["unique"], text
        return False
    return True


@settings(quick, max_examples=3000)
@given(items=st.lists(JSON_TEXTS, max_size=4))
def test_doubles_are_what_json_schema_calls_equal(unique: Package, items: list[str]) -> None:
    text = f'{{"type": "m", "all": [{", ".join(items)}]}}'
    values = json.loads(text)["all"]
    is_unique = len({_frozen(value) for value in values}) == len(values)
    assert samples.validator_of({"uniqueItems": True}).is_valid(values) is is_unique, text
    assert _is_taken(unique, text) is is_unique, text


@pytest.mark.parametrize("form", ["{0}", "[{0}]", '{{"a": {0}}}', '[0, {{"a": [{0}]}}]'])
def test_doubles_among_all_scalars(unique: Package, form: str) -> None:
    """Each with each other one, alone and inside of others."""
    for one in SCALARS:
        for other in SCALARS:
            text = f'{{"type": "m", "all": [{form.format(one)}, {form.format(other)}]}}'
            values = json.loads(text)["all"]
            is_unique = _frozen(values[0]) != _frozen(values[1])
            assert _is_taken(unique, text) is is_unique, text


MOMENTS = {
    "properties": {
        name: {"type": "array", "items": item, "uniqueItems": True}
        for name, item in {
            "at": {"type": "string", "format": "date-time"},
            "day": {"type": "string", "format": "date"},
            "key": {"type": "string", "format": "uuid"},
            "box": {"$ref": "#/mdbgen/schemas/Box"},
            "any": {},
        }.items()
    }
}


class _Color(Enum):
    RED = "red"


def test_doubles_among_what_the_app_has(tmp_path: Path) -> None:
    """Values of Python count as what clients read."""
    with _imported(tmp_path, _with_messages({"m": MOMENTS}, BOX)) as package:
        model, box = package.ws.messages.M, package.ws.messages.Box
        noon, later = datetime(2026, 1, 2, 12, tzinfo=UTC), datetime(2026, 1, 2, 13, tzinfo=UTC)
        key = UUID("12345678-1234-5678-1234-567812345678")
        different: list[dict[str, Any]] = [
            {"at": [noon, later]},
            {"day": [noon.date(), noon.replace(day=3).date()]},
            {"key": [key, UUID(int=0)]},
            {"box": [box(held=1), box(held=2), box(), box(held=True), box(boxes=[box(held=1)])]},
            {"any": [noon, key, Decimal("1"), 1, True, None, (1,), {2}, _Color.RED, 10**5000]},
        ]
        for fields in different:
            message = model(**fields)
            (name,) = fields
            assert len(getattr(message, name)) == len(fields[name])
        same: list[dict[str, Any]] = [
            {"at": [noon, later, noon.replace()]},
            {"day": [noon.date(), noon.date()]},
            {"key": [key, UUID(str(key))]},
            {"box": [box(held=1), box(held=2), box(held=1.0)]},
            {"box": [box(boxes=[box(held=[])]), box(boxes=[box(held=[])])]},
            {"any": [key, str(key)]},
            {"any": [(1, 2), [1, 2.0]]},
            {"any": [_Color.RED, "red"]},
            {"any": [Decimal("1.50"), "1.50"]},
        ]
        for fields in same:
            with pytest.raises(ValidationError, match="Items should be unique"):
                model(**fields)


# What costs much if numbers are compared by their hashes, which anybody can compute.
COLLIDING = [number * (2**61 - 1) for number in range(2000)]


@pytest.mark.parametrize(
    "make",
    [
        lambda number: number,
        lambda number: [number],
        lambda number: {"a": number},
        lambda number: [{"a": [0, number]}],
        lambda number: [-1 if number >> bit & 1 else -2 for bit in range(11)],
    ],
)
def test_a_client_does_not_choose_what_hashes_are(
    unique: Package, monkeypatch: pytest.MonkeyPatch, make: Callable[[int], Any]
) -> None:
    jsontypes = sys.modules[f"{unique.ws.__name__}.runtime.jsontypes"]
    numbers = range(2000) if isinstance(make(1), list) and len(make(1)) > 2 else COLLIDING
    items = [make(number) for number in numbers]
    assert len({hash(_frozen(item)) for item in items}) < 20, "of the right kind"
    hashed: list[str] = []

    def watched(scalar: object, text: Callable[[object], str] = jsontypes._text) -> str:
        hashed.append(text(scalar))
        return hashed[-1]

    monkeypatch.setattr(jsontypes, "_text", watched)
    assert unique.parse({"type": "m", "all": items})[0] is not None
    assert hashed
    assert all(type(text) is str for text in hashed)
    assert len({*map(hash, hashed)}) == len({*hashed})


TREE = {
    "Tree": {
        "type": "object",
        "properties": {
            "leaves": {"type": "array", "items": {"type": "integer"}},
            "trees": {
                "type": "array",
                "items": {"$ref": "#/mdbgen/schemas/Tree"},
                "uniqueItems": True,
            },
        },
    }
}


@pytest.mark.parametrize("twin", [{}, {"trees": []}, {"trees": [{}]}, {"trees": [], "leaves": [0]}])
def test_a_tree_of_different_trees_is_not_read_as_often_as_it_is_deep(
    tmp_path: Path, twin: dict[str, Any]
) -> None:
    tree: dict[str, Any] = {"trees": [], "leaves": [0] * 20_000}
    for _ in range(60):
        tree = {"trees": [tree, twin]}
    text = json.dumps({"type": "m", "tree": tree})
    message = {"properties": {"tree": {"$ref": "#/mdbgen/schemas/Tree"}}}
    with _imported(tmp_path, _with_messages({"m": message}, TREE)) as package:
        calls = _calls_in(lambda: parse(package.contract, text), "jsontypes.py")
    assert calls < 2 * 20_000


def _calls_in(action: Callable[[], object], file: str) -> int:
    """How many functions of a file are called, and generators resumed."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.endswith(file)

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return calls


STEPS = [0.01, 0.1, 0.25, 0.3, 1e-7, 1e-300, 5e-324, 1.1, 2.5, 1e22, 0.12345678901234568, 3]


@pytest.fixture(scope="module")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Package]:
    """A package with a message for each step."""
    messages = {
        f"m{at}": {"properties": {"x": {"type": "number", "multipleOf": step}}, "required": ["x"]}
        for at, step in enumerate(STEPS)
    }
    number = {"type": "number", "multipleOf": 0.01}
    messages["many"] = {"properties": {"all": {"type": "array", "items": number}}}
    with _imported(tmp_path_factory.mktemp("stepped"), _with_messages(messages)) as package:
        yield package


def _is_multiple(package: Package, at: int, value: float) -> bool:
    return package.parse({"type": f"m{at}", "x": value})[0] is not None


@settings(quick, max_examples=1500)
@given(
    at=st.integers(0, len(STEPS) - 1),
    count=st.one_of(st.integers(-(10**17), 10**17), st.integers(-1000, 1000)),
    shift=st.integers(-330, 308),
    ulps=st.sampled_from([0, 0, 0, 1, -1]),
)
def test_multiples_are_those_of_the_numbers_as_they_are_written(
    stepped: Package, at: int, count: int, shift: int, ulps: int
) -> None:
    exact = Fraction(str(STEPS[at])) * count
    for number in (exact, Fraction(count) * Fraction(10) ** shift):
        with suppress(OverflowError):
            value = math.nextafter(float(number), math.inf * ulps) if ulps else float(number)
            if math.isfinite(value):
                expected = Fraction(str(value)) % Fraction(str(STEPS[at])) == 0
                assert _is_multiple(stepped, at, value) is expected, (value, STEPS[at])


@pytest.mark.parametrize("number", [0.07, 1e308])
def test_a_multiple_is_no_long_calculation(stepped: Package, number: float) -> None:
    """Not one of Python, where each step would cost as much as the rest of the frame."""
    text = json.dumps({"type": "many", "all": [number] * 1000})
    assert _calls_in(lambda: parse(stepped.contract, text), ".py") < 2 * 1000


@pytest.mark.parametrize(
    "value",
    [0.0, -0.0, 1e308, -1e308, 1.7976931348623157e308, 5e-324, -5e-324, 1e-308, 1e23, 0.3, 2**53],
)
def test_multiples_at_the_ends_of_what_numbers_are(stepped: Package, value: float) -> None:
    for at, step in enumerate(STEPS):
        expected = Fraction(str(float(value))) % Fraction(str(step)) == 0
        assert _is_multiple(stepped, at, value) is expected, (value, step)


@settings(quick, max_examples=6)
@given(SEEDS)
def test_no_error_says_what_was_sent(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """A secret in the place of every value in turn, also of those that tell objects apart."""
    random = Random(seed)
    manifest = _manifest(random)
    assume(_is_free_of_clashes(manifest))
    declared = manifest["mdbgen"]
    values = samples.Values(random, declared["schemas"])
    refused = 0
    with _imported(tmp_path_factory.mktemp("package"), manifest) as package:
        for name, message in declared["endpoints"]["realtime"]["receive"].items():
            value = {"type": name, **values.valid({**message, "type": "object"})}
            for secret in (SECRET, 8675309, 8675309.5, [SECRET, SECRET], [8675309] * 2):
                for spoiled in samples.spoiled(value, secret):
                    _, refusal = package.parse(spoiled)
                    refused += refusal is not None
                    said = json.dumps(refusal)
                    assert not re.search(f"{SECRET}|8675309", said), (spoiled, refusal)
    assert refused > MESSAGES * 5


@settings(quick, max_examples=6)
@given(SEEDS)
def test_descriptions_stay_text(seed: int) -> None:
    manifest = _manifest(Random(seed))
    assume(_is_free_of_clashes(manifest))
    trees = []
    for described in (manifest, _undescribed(manifest)):
        files = generate(parse_source(json.dumps(described).encode(), "manifest.json")).files
        source = next(file.text for file in files if file.path == "messages.py")
        trees.append(_tree_without_docstrings(source))
    assert trees[0] == trees[1]


def _undescribed(value: Any) -> Any:
    """The same schemas without descriptions."""
    if isinstance(value, list):
        return [_undescribed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _undescribed(item)
        for name, item in value.items()
        if name != "description" or not isinstance(item, str)
    }


def _tree_without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            node.body = [each for each in node.body if not _is_text(each)]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@settings(quick, max_examples=1)
@given(st.lists(SEEDS, min_size=8, max_size=8))
def test_output_is_clean(tmp_path_factory: pytest.TempPathFactory, seeds: list[int]) -> None:
    root = tmp_path_factory.mktemp("sample")
    for number, seed in enumerate(seeds):
        manifest = _manifest(Random(seed))
        if _is_free_of_clashes(manifest):
            live.write_package(root / f"case{number}", manifest)
    assert len(list(root.iterdir())) > len(seeds) / 2
    for tool in (
        ["mypy", "--strict", "--no-error-summary", "."],
        ["ruff", "check", "--isolated", "--target-version=py311", "--select=F,I,B,UP", "."],
    ):
        checked = subprocess.run(
            [sys.executable, "-m", *tool], cwd=root, capture_output=True, text=True, timeout=300
        )
        assert checked.returncode == 0, checked.stdout

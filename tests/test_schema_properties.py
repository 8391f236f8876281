"""Any schema of the documented subset: the package accepts what a JSON Schema validator accepts.

`samples` draws the schemas and the JSON. Not drawn is what differs on purpose: fractions that no
double holds, leap seconds, the year 0, lone surrogates, not-a-numbers.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import live
import pytest
import samples
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticSerializationUnexpectedValue

from mdbgen.errors import ManifestError
from mdbgen.generate import generate
from mdbgen.source import parse_source

MESSAGES = 15  # of a manifest
TRIES = 20  # of a message
SECRET = "s3cr3t"

SEEDS = st.integers(0, 2**64)
# A failing example is one message and one text already; hypothesis need not look for a smaller one.
quick = settings(
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
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
        self.unusable: type[Exception] = sys.modules[f"{ws.__name__}.inbound"].Unusable
        self.wire = sys.modules[f"{ws.__name__}.wire"]

    def parse(self, value: Any) -> tuple[Any, dict[str, Any] | None]:
        """The message, or the error frame that its sender gets."""
        try:
            return self.contract.parse(json.dumps(value)), None
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
                anything.contract.parse(f'{{"type": "{kind}", {member}}}')
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

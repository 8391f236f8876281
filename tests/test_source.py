"""JSON text to values with positions: agrees with the standard library, never a traceback."""

from __future__ import annotations

import io
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdbgen.document.source import MAX_BYTES, Place, Source, dotted, parse_source, read_source
from mdbgen.errors import Diagnostic, ManifestError, format_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=5)


def problems(data: bytes | str) -> tuple[Diagnostic, ...]:
    with pytest.raises(ManifestError) as caught:
        parse(data)
    return caught.value.diagnostics


def parse(data: bytes | str) -> Source:
    return parse_source(data.encode() if isinstance(data, str) else data, "manifest.json")


def problem(data: bytes | str) -> Diagnostic:
    (only,) = problems(data)
    return only


def place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    return diagnostic.code, diagnostic.line, diagnostic.column


def strict_loads(text: str) -> Any:
    def refuse(word: str) -> float:
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)


@given(OBJECTS, st.sampled_from([None, 0, 3, "\t"]), st.booleans())
def test_agrees_with_the_standard_library(
    value: dict[str, Any], indent: int | str | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("Infinity", "1e999")
    parsed = parse(text).value
    assert parsed == json.loads(text)
    assert repr(parsed) == repr(json.loads(text))  # 1, 1.0 and true are not the same


@given(OBJECTS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_value_is_where_it_says(value: dict[str, Any], line_end: str) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False).replace("Infinity", "1e999")
    text = text.replace("\n", line_end)
    source = parse(text)
    lines = text.split(line_end)

    def look(here: Any, path: tuple[str | int, ...]) -> None:
        line, column = source.locate(path)
        rest = line_end.join([lines[line - 1][column - 1 :], *lines[line:]])
        assert json.JSONDecoder().raw_decode(rest)[0] == here
        if path and isinstance(path[-1], str):
            line, column = source.locate(path, Place.KEY)
            assert json.JSONDecoder().raw_decode(lines[line - 1][column - 1 :])[0] == path[-1]
        if isinstance(here, dict):
            for key, member in here.items():
                look(member, (*path, key))
        if isinstance(here, list):
            for index, item in enumerate(here):
                look(item, (*path, index))

    look(json.loads(text), ())


@given(st.text(alphabet="{}[]\",:\\/ \n\r\t0123456789.eE+-truefalsnuNI'#*abud8\x00é", max_size=40))
@example('{"a": "\\ud83d\\ude00"}')
@example('{"a": 1E+5, "b": -0}')
def test_accepts_what_the_standard_library_accepts(text: str) -> None:
    try:
        expected = strict_loads(text)
    except ValueError:
        assert problems(text)
        return
    try:
        parsed = parse(text).value
    except ManifestError as error:
        refused_on_top = {one.code for one in error.diagnostics}
    else:
        assert parsed == expected
        return
    assert refused_on_top <= {"MDB005", "MDB007", "MDB008"}


@given(st.binary(max_size=60))
def test_any_bytes_give_diagnostics(data: bytes) -> None:
    try:
        parse(data)
    except ManifestError as error:
        for one in error.diagnostics:
            assert format_text(one)


@given(OBJECTS, st.data())
def test_damaged_documents_give_diagnostics_with_a_place(
    value: dict[str, Any], data: st.DataObject
) -> None:
    document = bytearray(json.dumps(value, indent=1, ensure_ascii=False).encode())
    at = data.draw(st.integers(0, len(document) - 1))
    document[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        parse(bytes(document))
    except ManifestError as error:
        for one in error.diagnostics:
            assert one.line >= 1
            assert one.column >= 1
            assert one.column <= len(one.source_line) + 1


@pytest.mark.parametrize(
    ("text", "line", "column", "found"),
    [
        ("", 1, 1, "the file is empty"),
        (" \n ", 2, 2, "the file is empty"),
        ('{"a": 1,}', 1, 8, "',' before '}'"),
        ('{"a": [1,\n]}', 1, 9, "',' before ']'"),
        ('{"a": 1,', 1, 9, "a key in double quotes, found the end of the file"),
        ('{"a": 1,, "b": 2}', 1, 9, "found ','"),
        ("{'a': 1}", 1, 2, "expected a key in double quotes"),
        ("{\"a\": 'x'}", 1, 7, "expected a value"),
        ('{"a": 1} // c', 1, 10, "expected the end of the file"),
        ('{"a": NaN}', 1, 7, "found 'NaN'"),
        ('{"a": -Infinity}', 1, 7, "found '-Infinity'"),
        ('{"a": 01}', 1, 7, "found '01'"),
        ('{"a": 1.}', 1, 7, "found '1.'"),
        ('{"a": +1}', 1, 7, "found '+1'"),
        ('{"a": 0x1F}', 1, 7, "found '0x1F'"),
        ('{"a": tru}', 1, 7, "found 'tru'"),
        ('{"a" 1}', 1, 6, "expected ':'"),
        ('{"a": 1 "b": 2}', 1, 9, "expected ',' or '}'"),
        ('{"a": [1 2]}', 1, 10, "expected ',' or ']'"),
        ('{"a": "x\ny"}', 1, 7, "before the end of the line"),
        ('{"a": "x', 1, 7, "before the end of the file"),
        ('{"a": "x\ty"}', 1, 9, "control character U+0009"),
        ('{"a": "\\x"}', 1, 8, "\\x is not a valid escape"),
        ('{"a": "\\u12G4"}', 1, 8, "\\u is not a valid escape"),
        ('{"a":\u00a01}', 1, 6, "expected a value"),
    ],
)
def test_not_json(text: str, line: int, column: int, found: str) -> None:
    diagnostic = problem(text)
    assert place(diagnostic) == ("MDB004", line, column)
    assert found in diagnostic.message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('{"a": 1,}', "no trailing commas"),
        ("{'a': 1}", "double quotes"),
        ("{a: 1}", "double quotes"),
        ('{"a": 1, # c\n "b": 2}', "no comments"),
        ('{"a": /* c */ 1}', "no comments"),
        ('{"a": NaN}', "no NaN"),
        ('{"a": None}', "write null"),
        ('{"a": True}', "write true"),
        ('{"a": no}', "write false"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    assert hint in problem(text).suggestion


def test_duplicate_keys_are_all_reported_with_both_places() -> None:
    first, second, third = problems('{"a": 1, "b": {"c": 1,\n "\\u0063": 2}, "a": 3, "a": 4}')
    assert (place(first), first.message) == (
        ("MDB005", 2, 2),
        "key 'c' appears twice, first at 1:16",
    )
    assert place(second) == ("MDB005", 2, 16)
    assert "first at 1:2" in second.message
    assert place(third) == ("MDB005", 2, 24)


def test_what_can_be_read_past_is_reported_with_what_cannot() -> None:
    codes = [one.code for one in problems('{"a": "\\ud800", "a": 1, "b": }')]
    assert codes == ["MDB008", "MDB005", "MDB004"]


@pytest.mark.parametrize(
    ("escapes", "column"),
    [
        ("\\ud800", 8),
        ("\\udc00", 8),
        ("x\\ud800\\u0041", 9),
        ("\\ud83d\\ude00\\ude00", 20),
        ("\\\\\\ud800x", 10),
        ("\\ud800\\ud83d\\ude00", 8),
        ("\\ud800x\\udc00", 8),
    ],
)
def test_half_characters(escapes: str, column: int) -> None:
    assert place(problem(f'{{"a": "{escapes}"}}')) == ("MDB008", 1, column)


def test_escapes_that_only_look_like_half_characters() -> None:
    assert parse('{"a": "\\\\ud800 \\ud83d\\ude00"}').value == {"a": "\\ud800 😀"}


def test_not_utf8_names_the_first_bad_byte() -> None:
    diagnostic = problem('{\n "ä": "é'.encode() + b'\xff"}')
    assert place(diagnostic) == ("MDB003", 2, 9)
    assert "0xff" in diagnostic.message
    assert "UTF-16" in problem('{"a": 1}'.encode("utf-16")).suggestion
    assert place(problem(b"\xef\xbb\xbf{\xff")) == ("MDB003", 1, 2)


def test_byte_order_mark_takes_no_column() -> None:
    assert parse(b'\xef\xbb\xbf{"a": 1}').locate(("a",)) == (1, 7)


@pytest.mark.parametrize(
    ("text", "what"), [("[1]", "a list"), ("null", "null"), ('"a"', "'a'"), ("5", "5")]
)
def test_root_must_be_an_object(text: str, what: str) -> None:
    diagnostic = problem(f"\n {text}")
    assert place(diagnostic) == ("MDB007", 2, 2)
    assert diagnostic.message.startswith(what)


def test_nesting_is_limited_to_64_levels() -> None:
    assert parse('{"a":' * 64 + "1" + "}" * 64)
    assert place(problem('{"a":' * 64 + "[]" + "}" * 64)) == ("MDB006", 1, 321)
    assert place(problem('{"a":' * 150_000)) == ("MDB006", 1, 321)
    assert problem("[" * MAX_BYTES).code == "MDB006"


def test_size_is_limited_to_1_mib() -> None:
    padding = " " * (MAX_BYTES - 2)
    assert parse("{" + padding + "}").value == {}
    assert place(problem("{" + padding + " }")) == ("MDB002", 1, 1)
    whole = problem('{"slug": "' + "x" * MAX_BYTES)
    assert whole.source_line.startswith('{"slug": "x')
    assert problem("\ufeff" + "é" * MAX_BYTES).source_line[0] == "é"


def test_huge_numbers() -> None:
    value = parse('{"a": ' + "9" * 10_000 + ', "b": -1e999, "c": 1E2, "d": -0}').value
    assert value["a"] == math.inf
    assert value["b"] == -math.inf
    assert value["c"] == 100.0
    assert value["d"] == 0


def test_only_json_line_ends_count() -> None:
    source = parse('{"a":\u2028\x0b1}'.replace("\u2028\x0b", '"\u2028\u2029\x85",\r"b":\r\n'))
    assert source.locate(("a",)) == (1, 6)
    assert source.locate(("b",)) == (3, 1)


def test_locate_falls_back_to_the_innermost_value() -> None:
    source = parse('{"a": {"b": [1, 2]}}')
    assert source.locate(("a", "x", "y")) == (1, 7)
    assert source.locate(("a", "b", 1)) == (1, 17)
    assert source.locate(("a", "b", 1), Place.KEY) == (1, 17)
    assert source.locate(("a", "b", 7), Place.KEY) == (1, 13)
    assert source.locate(()) == (1, 1)


def test_diagnostic_carries_its_line() -> None:
    source = parse('{\r\n\t"a": 5\r\n}')
    diagnostic = source.diagnostic(("a",), "MDB104", "5 is low", at=Place.KEY, suggestion="more")
    assert place(diagnostic) == ("MDB104", 2, 2)
    assert diagnostic.source_line == '\t"a": 5'
    assert (diagnostic.file, diagnostic.path, diagnostic.suggestion) == (
        "manifest.json",
        "a",
        "more",
    )
    assert dotted(("a", 0, "b")) == "a.0.b"


def test_reads_a_file_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"a": 1}')
    assert read_source(str(path)).value == {"a": 1}
    assert read_source(str(path)).file == str(path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"b": 2}')))
    source = read_source("-")
    assert (source.file, source.value) == ("<stdin>", {"b": 2})


@pytest.mark.parametrize("name", ["missing.json", "", ".", "a\0b", "x" * 5000])
def test_unreadable_files(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ManifestError) as caught:
        read_source(name)
    (diagnostic,) = caught.value.diagnostics
    assert place(diagnostic) == ("MDB001", 0, 0)
    assert diagnostic.file == name
    assert "cannot be read: " in diagnostic.message


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ManifestError, match="standard input is closed"):
        read_source("-")


def test_large_documents_are_quick() -> None:
    document = b'{"a": [' + b'{"key": "value", "n": 1},' * 40_000 + b"1]}"
    start = time.process_time()
    parse(document)
    assert time.process_time() - start < 3  # about 0.4 s; a quadratic parser takes minutes

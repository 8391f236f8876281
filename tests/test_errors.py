"""Diagnostics as text, as annotations, as JSON; and every code has its row in docs/errors.md."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdbgen.errors import UNSEEN, Diagnostic, Severity, as_json, format_github, format_text, shown

ROOT = Path(__file__).parent.parent
LOW = Diagnostic(
    file="manifest.json",
    line=12,
    column=24,
    code="MDB104",
    path="websockets.realtime.ping_interval",
    message="2 is below the minimum of 5",
    source_line='      "ping_interval": 2',
)
CARET = "\n                       ^"


def test_text_is_as_the_contract_prints_it() -> None:
    assert format_text(LOW) == (
        "manifest.json:12:24: MDB104 websockets.realtime.ping_interval: 2 is below the minimum of 5"
        '\n      "ping_interval": 2' + CARET
    )


def test_suggestions_warnings_and_diagnostics_without_a_place() -> None:
    assert format_text(replace(LOW, suggestion="did you mean 5?")).endswith(
        CARET + "\n  did you mean 5?"
    )
    warning = replace(LOW, severity=Severity.WARNING, code="MDB150")
    assert format_text(warning).startswith("manifest.json:12:24: warning: MDB150 websockets.")
    missing = Diagnostic("m.json", 0, 0, "MDB001", "", "cannot be read: No such file")
    assert format_text(missing) == "m.json: MDB001 cannot be read: No such file"


def test_tabs_stay_and_wide_characters_are_wide() -> None:
    line = '\t"日本": "e\u0301\x1b",\t5'
    _, shown_line, caret = format_text(replace(LOW, source_line=line, column=15)).split("\n")
    assert shown_line == '\t"日本": "e\u0301\\x1b",\t5'
    assert caret == "\t" + " " * len('"') + " " * 4 + " " * len('": "e\\x1b",') + "\t^"


@pytest.mark.parametrize(
    ("column", "shown_line", "caret"),
    [
        (1, "a" * 100 + "…", 0),
        (31, "a" * 30 + "X" + "a" * 69 + "…", 30),
        (500, "…" + "a" * 50 + "X" + "a" * 49 + "…", 51),
        (1000, "…" + "a" * 99 + "X", 100),
    ],
)
def test_long_lines_are_clipped(column: int, shown_line: str, caret: int) -> None:
    line = "a" * (column - 1) + "X" + "a" * (1000 - column)
    _, first, second = format_text(replace(LOW, source_line=line, column=column)).split("\n")
    assert first == shown_line.replace("a" * 100, "X" + "a" * 99)
    assert second == " " * caret + "^"


@given(st.text(), st.text(), st.text(min_size=1), st.data())
def test_no_text_reaches_the_terminal_as_a_command(
    path: str, message: str, line: str, data: st.DataObject
) -> None:
    column = data.draw(st.integers(1, len(line) + 1))
    hostile = Diagnostic(message, 1, column, "MDB103", path, message, line, suggestion=path)
    assert not UNSEEN.search(re.sub("[\n\t]", "", format_text(hostile)))
    assert not UNSEEN.search(format_github(hostile))
    assert "\n" not in format_github(hostile)


def test_github_annotations() -> None:
    hostile = replace(LOW, file="a:b,c%.json", message="50% is\nlow", suggestion="did you mean 5?")
    assert format_github(hostile) == (
        "::error file=a%3Ab%2Cc%25.json,line=12,col=24,title=MDB104::"
        "websockets.realtime.ping_interval: 50%25 is%0Alow (did you mean 5?)"
    )
    warning = Diagnostic("m.json", 0, 0, "MDB1", "", "low", severity=Severity.WARNING)
    assert format_github(warning) == "::warning file=m.json,title=MDB1::low"


def test_json_has_exactly_the_six_keys() -> None:
    assert as_json(replace(LOW, suggestion="did you mean 5?")) == {
        "file": "manifest.json",
        "line": 12,
        "column": 24,
        "code": "MDB104",
        "path": "websockets.realtime.ping_interval",
        "message": "2 is below the minimum of 5 (did you mean 5?)",
    }
    assert as_json(replace(LOW, file="m\udcff.json"))["file"] == "m\\udcff.json"
    long = as_json(replace(LOW, path="websockets." + "x" * 100_000))["path"]
    assert isinstance(long, str)
    assert (len(long), long[:12], long[-2:]) == (1000, "websockets.x", "…x")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (2, "2"),
        (30.5, "30.5"),
        ("yes", "'yes'"),
        ("a\n\x1b", "'a\\n\\x1b'"),
        ({"a": 1}, "an object"),
        ([], "a list"),
        (float("inf"), "a number that is out of range"),
        ("x" * 58, "'" + "x" * 58 + "'"),
        ("x" * 59, "'" + "x" * 57 + "…'"),
        ("x" * 10_000, "'" + "x" * 57 + "…'"),
        (10**100, "1" + "0" * 57 + "…0"),
    ],
)
def test_values_in_messages(value: object, text: str) -> None:
    assert shown(value) == text


def test_every_code_is_documented_and_every_documented_code_is_used() -> None:
    used = {
        code
        for module in (ROOT / "mdbgen").rglob("*.py")
        for code in re.findall(r'"(MDB\d{3})"', module.read_text(encoding="utf-8"))
    }
    rows = re.findall(
        r"^\| (MDB\d{3}) \|", (ROOT / "docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted(used)

"""The tables of attacks in the documentation name tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "authentication.md").read_text("utf-8")
LIVE = sorted(TESTS.glob("test_live_*.py"))


def _live_tests() -> set[str]:
    return {
        node.name
        for path in LIVE
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _rows() -> list[list[str]]:
    table = PAGE.split("| attack |")[1].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table if row]


def test_every_row_names_one_live_test_that_exists() -> None:
    rows, tests = _rows(), _live_tests()
    assert len(rows) > 30
    for attack, outcome, test in rows:
        assert attack
        assert outcome
        assert test.strip("`") in tests, test
    assert not set(re.findall(r"`(test_\w+)`", PAGE)) - tests


def test_so_does_every_row_of_the_table_of_resources() -> None:
    page = (TESTS.parent / "docs" / "slow-clients.md").read_text("utf-8")
    rows = page.split("| attack | what happens | test |")[1].split("\n\n")[0].splitlines()[2:]
    assert len(rows) > 10
    defined = {
        name
        for path in TESTS.glob("test_*.py")
        for name in re.findall(
            r"^(?:async )?def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE
        )
    }
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert not set(named) - defined, row


def test_the_snippet_is_short() -> None:
    snippet = PAGE.split("```js\n")[1].split("```")[0]
    assert len(snippet.splitlines()) <= 10

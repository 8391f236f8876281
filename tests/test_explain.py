"""The table of codes: every code has an entry, and every example does what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mdbgen.breaking.rules import CHANGE_RULES
from mdbgen.document.source import parse_source
from mdbgen.errors import ConfigError, MdbgenError
from mdbgen.manifest.reader import parse_manifest
from mdbgen.report.explain import all_rules, find_rules, report_rules
from mdbgen.report.formats import Format
from mdbgen.rules.catalogue import RULES
from mdbgen.rules.rule import Rule

ROOT = Path(__file__).parent.parent
MANIFEST_RULES = [each for each in RULES.values() if each.place]


def _codes(manifest: str) -> list[str]:
    """The codes of the errors and warnings of a manifest."""
    try:
        _, warnings = parse_manifest(parse_source(manifest.encode(), "manifest.json"))
    except MdbgenError as error:
        return [each.code for each in error.diagnostics]
    return [each.code for each in warnings]


def test_every_code_that_is_printed_is_explained() -> None:
    printed = {
        code
        for module in (ROOT / "mdbgen").rglob("*.py")
        if module.parent.name != "rules"
        for code in re.findall(r'"(MDB\d{3})"', module.read_text("utf-8"))
    }
    assert printed == RULES.keys()


@pytest.mark.parametrize("rule", MANIFEST_RULES, ids=lambda each: each.code)
def test_the_wrong_example_breaks_this_rule_and_the_right_one_none(rule: Rule) -> None:
    assert _codes(rule.manifest(rule.wrong)) == [rule.code]
    assert _codes(rule.manifest(rule.right)) == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda each: each.code)
def test_every_rule_says_all_there_is_to_say(rule: Rule) -> None:
    for text in (rule.meaning, rule.mending, rule.wrong, rule.right):
        assert text
        assert text == text.strip()
        assert "\n" not in text
    assert rule.wrong != rule.right


def test_one_rule_as_text() -> None:
    assert report_rules(find_rules("mdb109"), Format.TEXT).stdout == (
        "MDB109: `require_auth`, an old spelling\n"
        'To fix it: write `"auth": {"required": true}`\n'
        "\n"
        "wrong, in websockets.<name>:\n"
        '    "require_auth": true\n'
        "right:\n"
        '    "auth": {"required": true}\n'
    )


def test_all_rules_as_json() -> None:
    told = json.loads(report_rules(all_rules(), Format.JSON).stdout)["rules"]
    assert [each["code"] for each in told] == [*RULES, *CHANGE_RULES]
    assert told[0].keys() == {"code", "meaning", "mending", "wrong", "right", "place"}


def test_a_rule_of_breaking_as_text() -> None:
    assert report_rules(find_rules("enum-value-added"), Format.TEXT).stdout == (
        "enum-value-added: A value is new, and old clients do not know it.\n"
        "Level: info in what clients send, warning in what they read.\n"
        "What breaks nobody: make sure that clients have a default branch.\n"
    )


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("MDB99", "did you mean MDB"),
        ("mesage-removed", "did you mean message-removed?"),
        ("what?", "mdbgen explain --all lists every code"),
    ],
)
def test_a_code_that_does_not_exist(code: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find_rules(code)
    [problem] = caught.value.diagnostics
    assert problem.code == "MDB412"
    assert problem.suggestion.startswith(hint)

"""The table of rules of ``breaking``: every rule has its mirror, or says why it has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdbgen.breaking.level import ChangeRule, Direction, Level
from mdbgen.breaking.rules import CHANGE_RULES

ROOT = Path(__file__).parent.parent
SEVERITY = {Level.INFO: 0, Level.WARNING: 1, Level.ERROR: 2}
ALL = pytest.mark.parametrize("rule", CHANGE_RULES.values(), ids=lambda each: each.id)


@ALL
def test_a_rule_has_a_mirror_or_a_reason(rule: ChangeRule) -> None:
    assert bool(rule.mirror) != bool(rule.alone)
    if rule.mirror:
        assert rule.mirror in CHANGE_RULES
        assert CHANGE_RULES[rule.mirror].area is rule.area


@ALL
def test_what_breaks_one_side_is_milder_the_other_way_round(rule: ChangeRule) -> None:
    """A rule and its mirror never both break the same side, or it would be no direction."""
    if rule.mirror:
        mirror = CHANGE_RULES[rule.mirror]
        for way in Direction:
            both = {rule.level(way), mirror.level(way)}
            assert both != {Level.ERROR}


# As the contract has them: what clients send, and what they read.
LEVELS = {
    "property-added-required": "error info",
    "became-required": "error info",
    "property-became-optional": "info error",
    "property-added-optional": "info info",
    "additional-refused": "error info",
    "type-narrowed": "error info",
    "type-widened": "info error",
    "type-changed": "error error",
    "became-nullable": "info error",
    "not-nullable": "error info",
    "enum-value-removed": "error info",
    "enum-value-added": "info warning",
    "became-enum": "error info",
    "const-added": "error info",
    "const-changed": "error error",
    "bound-tightened": "error info",
    "bound-loosened": "info warning",
    "pattern-added": "error info",
    "pattern-changed": "warning info",
    "pattern-removed": "info info",
    "format-added": "error warning",
    "format-changed": "error error",
    "format-removed": "info warning",
    "default-changed": "warning info",
    "union-member-removed": "error info",
    "union-member-added": "info error",
    "message-added": "info info",
    "slug-changed": "warning warning",
}


def test_the_levels_are_those_that_were_promised() -> None:
    rules = [CHANGE_RULES[name] for name in LEVELS]
    assert {each.id: f"{each.receive.value} {each.send.value}" for each in rules} == LEVELS


@ALL
def test_a_rule_that_breaks_says_what_does_not(rule: ChangeRule) -> None:
    assert rule.sentence[0].isupper()
    assert not rule.sentence.endswith(".")
    if rule.receive is Level.ERROR:
        assert rule.instead


def test_every_rule_is_used_and_every_used_one_is_there() -> None:
    used: set[str] = set()
    for module in (ROOT / "mdbgen/breaking").glob("*.py"):
        if module.name not in ("app_rules.py", "type_rules.py"):
            used |= set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', module.read_text("utf-8")))
    spelled = {f"{kind}-{verb}" for kind in ("pattern", "format") for verb in _VERBS}
    against = (ROOT / "mdbgen/against.py").read_text("utf-8")
    used |= set(re.findall(r'PlacedChange\(Level\.[A-Z]+, "([a-z-]+)"', against))
    assert used | spelled == CHANGE_RULES.keys()


_VERBS = ("added", "removed", "changed")

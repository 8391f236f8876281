"""The table of all rules."""

from __future__ import annotations

from collections.abc import Mapping

from mdbgen.breaking import app_rules, type_rules
from mdbgen.breaking.level import ChangeRule

CHANGE_RULES: Mapping[str, ChangeRule] = {
    each.id: each for rules in (app_rules, type_rules) for each in rules.RULES
}

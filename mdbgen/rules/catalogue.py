"""All codes, by their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from mdbgen.rules import command, declared, document, folder, manifest
from mdbgen.rules.rule import Rule

RULES: Mapping[str, Rule] = {
    each.code: each
    for rules in (document, manifest, declared, folder, command)
    for each in rules.RULES
}

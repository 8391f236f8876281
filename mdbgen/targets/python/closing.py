"""The close codes, as ``closing.py`` spells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mdbgen.model.codetext import Code
from mdbgen.model.wire import CLOSES, Reaction
from mdbgen.naming import code, joined, literal


class ClosingPlan(NamedTuple):
    """What the server closes with, and whether clients come back."""

    codes: Mapping[str, int]  # by their names
    reconnect_codes: Code  # "{1001, 1011}"; whatever the reason
    reconnect_reasons: Code  # of a code that does not say enough


def plan_closing() -> ClosingPlan:
    """Decide how a client is told what to do after a close."""
    back = [each for each in CLOSES if each.reaction is not Reaction.STOP]
    return ClosingPlan(
        codes={each.constant: each.code for each in CLOSES if each.constant},
        reconnect_codes=_set_literal(each.code for each in back if not each.reason),
        reconnect_reasons=_set_literal(each.reason for each in back if each.reason),
    )


def _set_literal(values: Iterable[int | str]) -> Code:
    return code("{%s}", joined(", ", map(literal, values)))

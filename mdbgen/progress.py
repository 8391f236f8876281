"""How far a long run has come, for whoever sits at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from math import inf
from time import monotonic
from typing import TypeVar

import typer

PATIENCE_S = 1.0  # before a bar is of use to anybody

Item = TypeVar("Item")


def watched(items: Sequence[Item]) -> Iterator[Item]:
    """Yield the items; a terminal that has waited for a while shows how many are done."""
    waiting = iter(items)
    limit = monotonic() + (PATIENCE_S if sys.stderr and sys.stderr.isatty() else inf)
    for done, item in enumerate(waiting, 1):
        yield item
        if done < len(items) and monotonic() > limit:
            yield from _with_bar(waiting, done, len(items))


def _with_bar(waiting: Iterator[Item], done: int, total: int) -> Iterator[Item]:
    with typer.progressbar(
        length=total, label="apps", show_eta=False, show_pos=True, file=sys.stderr
    ) as bar:
        bar.update(done)
        for item in waiting:
            yield item
            bar.update(1)

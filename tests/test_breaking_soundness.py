"""No silence where clients break: what one package writes and the other refuses has been told.

Manifests are drawn, then changed at random. Whatever a client of the old package sends and the new
one refuses, or the new one sends and the old one cannot read, has an error or a warning; where a
pattern is what refuses it, an info.

More of them, from a seed: ``python tests/test_breaking_soundness.py --seed 1 --pairs 5000``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from test_schema_properties import Package

from mdbgen.breaking.change import Change
from mdbgen.breaking.compare import compare_manifests
from mdbgen.breaking.level import Level
from support import live
from support.pairs import Pair, Schema, draw_pair

pytestmark = pytest.mark.slow

PAIRS = 200
BATCHES = 8  # which processes of pytest may share
PAIRS_OF_A_PROCESS = 25  # pydantic never frees a model, and each pair has some


class Broken(NamedTuple):
    """What one side wrote and the other refused."""

    way: str  # "receive": a client wrote it; "send": the server did
    name: str
    wire: Schema


class Verdict(NamedTuple):
    """What became of a pair."""

    broken: int
    silence: str = ""  # of what nothing was said


def _judge(seed: int) -> Verdict:
    random = Random(seed)
    pair = draw_pair(random)
    changes = compare_manifests(pair.old.parsed, pair.new.parsed)
    broken = _find_broken(pair, random)
    for each in broken:
        if not _is_told(changes, each, pair):
            schemas = [side.messages.get(each.name) for side in pair]
            return Verdict(len(broken), json.dumps([seed, *each, *schemas]))
    return Verdict(len(broken))


def _find_broken(pair: Pair, random: Random) -> Sequence[Broken]:
    with (
        tempfile.TemporaryDirectory() as folder,
        live.imported(Path(folder, "old"), pair.old.manifest) as old,
        live.imported(Path(folder, "new"), pair.new.manifest) as new,
    ):
        return list(_broken(Package(old), Package(new), pair, random))


def _broken(old: Package, new: Package, pair: Pair, random: Random) -> Iterator[Broken]:
    """What clients send and the new package refuses, or are sent and cannot read."""
    for name in pair.old.messages:
        for wire in pair.old.written(name, random):
            if old.parse(wire)[0] is not None and new.parse(wire)[0] is None:
                yield Broken("receive", name, wire)
    for name in pair.new.messages:
        for each in pair.new.written(name, random):
            message, _ = new.parse(each)
            if message is None:
                continue
            wire = new.sent(message)  # two items may be one without what the server ignores
            if new.parse(wire)[0] is not None and old.parse(wire)[0] is None:
                yield Broken("send", name, wire)


def _is_told(changes: Sequence[Change], broken: Broken, pair: Pair) -> bool:
    """Whether something is said of a message, or of a schema that it leads to."""
    place = ("mdbgen", "endpoints", "realtime", broken.way, broken.name)
    end = "clients send" if broken.way == "receive" else "clients read"
    schemas = {
        ("mdbgen", "schemas", each) for side in pair for each in side.schemas_of(broken.name)
    }
    return any(
        each.path[:5] == place or (each.path[:3] in schemas and each.message.endswith(end))
        for each in changes
        if each.level is not Level.INFO or each.rule.startswith("pattern-")
    )


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_breaks_is_told(batch: int) -> None:
    count = PAIRS // BATCHES
    arguments = ("--seed", str(batch * count), "--pairs", str(count))
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr


def main() -> None:
    """Judge pairs, and print those of which too little was said."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first pair")
    parser.add_argument("--pairs", type=int, default=1000)
    options = parser.parse_args()
    broken = silent = 0
    with Pool(1, maxtasksperchild=PAIRS_OF_A_PROCESS) as pool:
        for verdict in pool.imap(_judge, range(options.seed, options.seed + options.pairs)):
            broken += verdict.broken
            if verdict.silence:
                silent += 1
                print(verdict.silence, flush=True)
    print(f"{options.pairs} pairs, {broken} broken messages, {silent} pairs with too little said")
    sys.exit(silent > 0 or broken < options.pairs)  # such pairs would prove nothing


if __name__ == "__main__":
    main()

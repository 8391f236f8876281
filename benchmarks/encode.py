"""What it costs to encode a broadcast: the generated package beside another one, in one process.

    python benchmarks/encode.py [--rounds 200] [--before FOLDER]

``FOLDER`` holds a package ``ws`` that an earlier mdbgen made; without it, the other one is what
FastAPI does: ``json.dumps(jsonable_encoder(message))``. They take turns, a thousand messages
each. A figure is the median over the rounds of the ratio within a round.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from fastapi.encoders import jsonable_encoder

from mdbgen.document.source import parse_source
from mdbgen.generate import generate

MANIFEST = {"slug": "bench", "websockets": {"realtime": {"path": "/ws"}}}
MESSAGES_PER_TURN = 1000
MESSAGES: dict[str, dict[str, Any]] = {
    "small: 4 keys": {"type": "moved", "id": 17, "x": 0.5, "label": "hello"},
    "with a datetime and a list": {
        "type": "order",
        "placed_at": datetime(2026, 11, 28, 12, tzinfo=UTC),
        "items": [{"sku": f"LMP-{number}", "price": 9.5} for number in range(10)],
    },
    "4 KiB of text": {"type": "note", "text": "an ordinary sentence, " * 186},
}

Encoder = Callable[[Mapping[str, Any]], object]


def load_encoder(root: Path, package: str) -> Encoder:
    """Import ``encode_mapping`` of a package below ``root``."""
    sys.path.insert(0, str(root))
    floor = "runtime." if (root / package / "runtime").exists() else ""
    encoder: Encoder = importlib.import_module(f"{package}.{floor}wire").encode_mapping
    return encoder


def generate_package(folder: Path) -> None:
    """Write the package of ``MANIFEST``."""
    source = parse_source(json.dumps(MANIFEST).encode(), "manifest.json")
    for file in generate(source).files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")


def cpu_s(encode: Encoder, message: Mapping[str, Any]) -> float:
    """CPU seconds that a thousand messages take."""
    start = process_time()
    for _ in range(MESSAGES_PER_TURN):
        encode(message)
    return process_time() - start


def encode_as_fastapi(message: Mapping[str, Any]) -> object:
    """What most tutorials send."""
    return json.dumps(jsonable_encoder(message))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    os.environ.setdefault("SECRET_KEY", "for this measurement only, 32 bytes or more")
    other = load_encoder(options.before, "ws") if options.before else encode_as_fastapi
    with tempfile.TemporaryDirectory() as folder:
        generate_package(Path(folder) / "bench_ws")
        ours = load_encoder(Path(folder), "bench_ws")
        print("| message | the other one, × ours |\n| --- | --- |")
        for name, message in MESSAGES.items():
            ratios = []
            for number in range(options.rounds):
                turns = (other, ours) if number % 2 else (ours, other)
                cost = {encode: cpu_s(encode, message) for encode in turns}
                ratios.append(cost[other] / cost[ours])
            print(f"| {name} | {median(ratios):.2f} |")


if __name__ == "__main__":
    main()

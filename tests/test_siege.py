"""Benchmarks that attack, in short: healthy clients miss nothing, nothing is left behind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def _run(script: str, *arguments: str) -> str:
    """What a benchmark prints, and the faults that it found. Its times are not judged here."""
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_a_short_siege_harms_nobody_and_leaves_nothing_behind() -> None:
    printed = _run("siege.py", "--seconds", "3", "--short")
    assert re.search(r"^\| all together \| [0-9,]{3,} \|", printed, re.MULTILINE), printed
    timed = ("the others were held up", "memory is not back")
    faults = re.findall(r"^FAULT .*$", printed, re.MULTILINE)
    assert [each for each in faults if not each.endswith(timed)] == [], printed


def test_some_frames_and_lives_at_random_leave_nothing_behind() -> None:
    printed = _run("lives.py", "--frames", "5000", "--lives", "200", "--seed", "3")
    assert printed.count("5,000 frames") == printed.count("200 lives") == 3, printed
    assert "FAULT" not in printed


@pytest.mark.parametrize(
    ("seed", "faults"),
    [(1, ["kill", "freeze", "roll"]), (2, ["kill", "worker", "hang"]), (3, ["older", "flush"])],
)
def test_faults_of_redis_lose_nothing_silently(seed: int, faults: list[str]) -> None:
    size = ("--workers", "2", "--clients", "20", "--messages", "150", "--seconds", "10")
    printed = _run("chaos.py", *size, "--seed", str(seed), "--faults", *faults)
    assert "FAULT" not in printed, printed
    assert "2 workers, 40 clients, 300 messages" in printed

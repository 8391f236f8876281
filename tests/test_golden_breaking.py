"""Pairs of manifests, and what ``breaking`` says of them, as a reviewer reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdbgen.against import judge_changes
from mdbgen.report.changes import report_changes
from mdbgen.report.formats import ChangesFormat
from support.golden import Golden

PAIRS = Path(__file__).parent.parent / "golden" / "breaking"


@pytest.mark.parametrize("case", sorted(path.name for path in PAIRS.iterdir()))
def test_pair_says_what_it_said(
    case: str, golden: Golden, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("old.json", "manifest.json"):
        (tmp_path / name).write_bytes((PAIRS / case / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    report = report_changes(judge_changes("manifest.json", "old.json"), ChangesFormat.TEXT)
    golden.check(PAIRS / case / "changes.txt", report.stdout)
    assert report.code == (1 if " error " in report.stdout else 0)

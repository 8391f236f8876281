"""Every folder of golden/errors: a manifest, and what mdbgen says about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdbgen.document.source import parse_source
from mdbgen.errors import Diagnostic, ManifestError, format_text
from mdbgen.manifest.reader import parse_manifest
from support.golden import Golden

CASES = Path(__file__).parent.parent / "golden" / "errors"


def _diagnostics(manifest: Path) -> tuple[Diagnostic, ...]:
    try:
        return parse_manifest(parse_source(manifest.read_bytes(), "manifest.json"))[1]
    except ManifestError as error:
        return error.diagnostics


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case_says_what_it_said(case: str, golden: Golden) -> None:
    folder = CASES / case
    diagnostics = _diagnostics(folder / "manifest.json")
    assert diagnostics, "a case without a problem belongs elsewhere"
    golden.check(folder / "stderr.txt", "".join(format_text(one) + "\n" for one in diagnostics))


def test_no_case_prints_a_control_character() -> None:
    for path in CASES.glob("*/stderr.txt"):
        text = path.read_text(encoding="utf-8")
        unseen = {character for character in text if not character.isprintable()}
        assert unseen <= {"\n", "\t"}, path

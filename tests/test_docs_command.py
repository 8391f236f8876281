"""``mdbgen docs``: what it writes, what it says, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from support.command import run

GOLDEN = Path(__file__).parent.parent / "golden"
OUTPUTS = GOLDEN / "outputs"


def test_writes_a_page_and_its_document_and_then_only_what_changed(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes((OUTPUTS / "manifest.json").read_bytes())
    first = run(tmp_path, "docs", "manifest.json", "-o", "site/")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == "create site/index.html\ncreate site/asyncapi.json\n"
    written = (tmp_path / "site" / "asyncapi.json").read_bytes()
    assert written == (OUTPUTS / "expected" / "asyncapi.json").read_bytes()
    again = run(tmp_path, "docs", "manifest.json", "-o", "site/")
    assert again.stdout == "unchanged site/index.html\nunchanged site/asyncapi.json\n"
    manifest.write_text(manifest.read_text("utf-8").replace('"/ws/board"', '"/ws/count"'), "utf-8")
    changed = run(tmp_path, "docs", "manifest.json", "-o", "site/", "--format", "json")
    assert json.loads(changed.stdout) == {
        "files": [
            {"action": "update", "path": "site/index.html"},
            {"action": "update", "path": "site/asyncapi.json"},
        ],
        "warnings": [],
    }


def test_overwrites_nothing_that_it_has_not_written(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<h1>Ours</h1>", "utf-8")
    done = run(tmp_path, "docs", str(OUTPUTS / "manifest.json"), "-o", "site")
    assert done.returncode == 2
    assert done.stderr == (
        "site/index.html: MDB313 was not written by mdbgen docs, which overwrites nothing else\n"
        "  name another folder, or move the file away\n"
    )
    assert [path.name for path in site.iterdir()] == ["index.html"]


def test_errors_and_warnings_are_those_of_other_commands(tmp_path: Path) -> None:
    broken = GOLDEN / "errors" / "auth-misspelt"
    done = run(broken, "docs", "manifest.json", "-o", str(tmp_path / "site"))
    assert (done.returncode, done.stderr) == (2, run(broken, "inspect", "manifest.json").stderr)
    assert not (tmp_path / "site").exists()
    warned = run(GOLDEN / "cors-any-origin", "docs", "manifest.json", "-o", str(tmp_path / "site"))
    assert warned.returncode == 0
    assert warned.stderr == (GOLDEN / "cors-any-origin" / "stderr.txt").read_text("utf-8")
    github = run(
        GOLDEN / "cors-any-origin",
        "docs",
        "manifest.json",
        "-o",
        str(tmp_path / "site"),
        "--format=github",
    )
    assert github.stdout.startswith("::warning file=manifest.json,line=")


def test_needs_to_be_told_where() -> None:
    done = run(OUTPUTS, "docs", "manifest.json")
    assert done.returncode == 2
    assert "--output" in done.stderr

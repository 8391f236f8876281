"""The page as a document: one file, nothing loaded, and a policy that accounts for all of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mdbgen.console.contract import contract_of
from mdbgen.console.page import Page, console_page, docs_page
from mdbgen.document.source import parse_source
from mdbgen.manifest.reader import parse_manifest
from support import nodejs

ROOT = Path(__file__).parent.parent
CONSOLE = ROOT / "mdbgen" / "console"
SOURCES = sorted((CONSOLE / "page").iterdir())
MAX_BYTES = 150_000
MANIFESTS = sorted((ROOT / "golden").glob("*/manifest.json"))


class _Elements(HTMLParser):
    """What a browser finds in the document: elements, and the text of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []  # element with the text that it holds
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.found.append((tag, attributes))
        is_data = attributes.get("type") == "application/json"
        self._inside = "data" if is_data else tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style", "data", "title"):
            self.texts.append((self._inside, data))


def contract(manifest: Path) -> dict[str, Any]:
    parsed = parse_manifest(parse_source(manifest.read_bytes(), "manifest.json"))
    found: dict[str, Any] = json.loads(json.dumps(contract_of(*parsed)))
    return found


@pytest.fixture(params=["console", "docs"])
def page(request: pytest.FixtureRequest) -> Page:
    if request.param == "console":
        return console_page()
    return docs_page(contract(ROOT / "golden" / "outputs" / "manifest.json"))


def test_policy_lets_run_what_is_in_the_document_and_nothing_else(page: Page) -> None:
    elements = _Elements(page.html)
    assert not [each for _, each in elements.found if "src" in each]
    assert {each.get("rel") for tag, each in elements.found if tag == "link"} == {"icon"}
    assert not [
        name for _, each in elements.found for name in each if name.startswith(("on", "style"))
    ]
    for kind, sources in (("script", page.scripts), ("style", page.styles)):
        texts = [text for inside, text in elements.texts if inside == kind]
        digests = [b64encode(sha256(text.encode()).digest()).decode() for text in texts]
        assert sources == tuple(f"'sha256-{digest}'" for digest in digests)
    policy = page.policy(["ws://127.0.0.1:1"])
    assert "default-src 'none'" in policy
    assert "connect-src ws://127.0.0.1:1;" in policy
    assert "connect-src 'none';" in page.policy()
    assert "unsafe" not in policy


def test_docs_page_says_its_policy_itself() -> None:
    page = docs_page(contract(ROOT / "golden" / "outputs" / "manifest.json"))
    stated = [each.get("content") for tag, each in _Elements(page.html).found if tag == "meta"]
    assert page.policy() in stated
    assert "http-equiv" not in console_page().html


def test_page_is_small(page: Page) -> None:
    html = re.sub(r'<script type="application/json".*?</script>', "", page.html)
    assert len(html.encode()) <= MAX_BYTES


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_contract_in_the_document_is_the_contract(manifest: Path) -> None:
    expected = contract(manifest)
    elements = _Elements(docs_page(expected).html)
    (text,) = [text for inside, text in elements.texts if inside == "data"]
    assert json.loads(text) == expected
    assert len([tag for tag, _ in elements.found if tag == "script"]) == 3


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_module_of_the_page_is_small(source: Path) -> None:
    limit = 400 if source.suffix == ".css" else 320
    assert len(source.read_text("utf-8").splitlines()) <= limit


def test_libraries_are_as_they_were_published() -> None:
    digests = {
        "htm-preact.js": "62c4ffea400078c0eda7f435b22726b4961ebdf74c8506f188e92bec41d8ac51",
        "json-schema.js": "ba98ae9b97f148e9a767cb1504b8c6f3dd2186b1e0900e9ef44ebe884e68e1ad",
    }
    vendor = CONSOLE / "vendor"
    assert {path.name for path in vendor.glob("*.js")} == digests.keys()
    for name, digest in digests.items():
        text = (vendor / name).read_text("utf-8")  # the line ends of a checkout do not count
        assert sha256(text.encode()).hexdigest() == digest
        assert name in (vendor / "README.md").read_text("utf-8")


def test_what_is_in_a_part_is_no_place_for_another() -> None:
    odd = {**contract(ROOT / "golden" / "outputs" / "manifest.json"), "slug": "{{ scripts }}"}
    html = docs_page(odd).html
    assert "<title>{{ scripts }}: WebSocket endpoints</title>" in html


@pytest.mark.slow
def test_page_is_built_from_its_modules(tmp_path: Path) -> None:
    nodejs.install()
    script = ROOT / "scripts" / "build_page.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=60)
    built = CONSOLE / "built"
    assert {path.name for path in built.iterdir()} == {path.name for path in tmp_path.iterdir()}
    for path in built.iterdir():
        text = (tmp_path / path.name).read_text("utf-8")
        assert path.read_text("utf-8") == text, "run scripts/build_page.py"


@pytest.mark.slow
def test_modules_of_the_page_keep_their_types(tmp_path: Path) -> None:
    nodejs.run("typescript/bin/tsc", "-p", str(nodejs.FOLDER / "tsconfig.page.json"), cwd=tmp_path)

"""The page as a document: one file, nothing loaded, everything in it accounted for by its policy."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support import nodejs

from mdbgen.console.contract import contract_of
from mdbgen.console.page import (
    CONSOLE_MODULES,
    DOCS_MODULES,
    LIBRARIES,
    STYLES,
    Page,
    console_page,
    docs_page,
)
from mdbgen.document.source import parse_source
from mdbgen.manifest.reader import parse_manifest

ROOT = Path(__file__).parent.parent
PARTS = ROOT / "mdbgen" / "console" / "page"
VENDOR = ROOT / "mdbgen" / "console" / "vendor"
MAX_BYTES = 150_000
MODULES = sorted({*DOCS_MODULES, *CONSOLE_MODULES})
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
    return contract_of(*parse_manifest(parse_source(manifest.read_bytes(), "manifest.json")))


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


def test_every_part_is_in_the_page() -> None:
    assert {path.name for path in PARTS.iterdir()} == {"index.html", *STYLES, *MODULES}
    assert {path.name for path in VENDOR.glob("*.js")} == set(LIBRARIES)
    for name in (*STYLES, *MODULES):
        text = (PARTS / name).read_text("utf-8")
        assert len(text.splitlines()) <= 320, name
        assert not re.search(r"</(script|style)|<!--", text), name


@pytest.mark.parametrize("modules", [DOCS_MODULES, CONSOLE_MODULES], ids=["docs", "console"])
def test_modules_come_after_those_that_they_import(modules: tuple[str, ...]) -> None:
    """One script has no imports: what a module uses stands above it, under one name."""
    exported: dict[str, set[str]] = {}
    for name in modules:
        text = (PARTS / name).read_text("utf-8")
        imports = re.findall(r'^import \{([^}]*)\} from "\./(.+)";$', text, re.MULTILINE)
        assert len(imports) == len(re.findall(r"^import\b", text, re.MULTILINE)), name
        for names, other in imports:
            wanted = {each.strip() for each in names.split(",") if each.strip()}
            assert wanted <= exported[other], f"{name} imports from {other}"
        declared = r"^export (?:async )?(?:function\*?|class|const|let) (?:\{([^}]*)\}|(\w+))"
        exported[name] = {
            each.strip()
            for many, one in re.findall(declared, text, re.MULTILINE)
            for each in (many or one).split(",")
        }


def test_libraries_are_as_they_were_published() -> None:
    digests = {
        "htm-preact.js": "62c4ffea400078c0eda7f435b22726b4961ebdf74c8506f188e92bec41d8ac51",
        "json-schema.js": "ba98ae9b97f148e9a767cb1504b8c6f3dd2186b1e0900e9ef44ebe884e68e1ad",
    }
    for name, digest in digests.items():
        assert sha256((VENDOR / name).read_bytes()).hexdigest() == digest
        assert name in (VENDOR / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_script_is_valid_javascript(page: Page, tmp_path: Path) -> None:
    """No two modules have one name for two things: that would be a syntax error."""
    scripts = [text for inside, text in _Elements(page.html).texts if inside == "script"]
    file = tmp_path / "page.mjs"
    file.write_text(scripts[-1], "utf-8")
    nodejs.check_syntax(file)


@pytest.mark.slow
def test_modules_have_types(tmp_path: Path) -> None:
    nodejs.run(
        "typescript/bin/tsc", "--noEmit", "--allowJs", "--checkJs", "--target", "ES2022",
        "--module", "ES2022", "--moduleResolution", "bundler", "--lib", "ES2022,DOM,DOM.Iterable",
        "--types", "", *(str(PARTS / name) for name in MODULES), cwd=tmp_path,
    )  # fmt: skip

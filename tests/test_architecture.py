"""The shape of the house: who imports what, who may use which library, what templates may do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
MODULES = {path.stem: path for path in (ROOT / "mdbgen").glob("*.py")}

# From the ground up: a module imports only what stands before it.
ORDER = [
    "__init__",
    "errors",
    "jsontext",
    "source",
    "naming",
    "schema",
    "policy",
    "origins",
    "misspelt",
    "validation",
    "problems",
    "regexes",
    "patterns",
    "keywords",
    "unions",
    "values",
    "enums",
    "scalars",
    "references",
    "taken",
    "subset",
    "messages",
    "nesting",
    "declared",
    "metasubset",
    "metaschema",
    "manifest",
    "annotations",
    "models",
    "method_plan",
    "message_plan",
    "typescript",
    "payloads",
    "handshake",
    "asyncapi",
    "auth_plan",
    "plan",
    "render",
    "lock",
    "disk",
    "records",
    "diff",
    "handlers",
    "tree",
    "orphans",
    "generate",
    "config",
    "apps",
    "formats",
    "report",
    "inspect",
    "cli",
    "__main__",
]

OWNERS = {
    "pydantic": {"manifest"},
    "pydantic_core": {"patterns"},
    "jinja2": {"render"},
    "black": {"render"},
    "typer": {"cli"},
    "click": set[str](),
}

DECIDING = (
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Macro,
    nodes.CallBlock,
    nodes.Call,
    nodes.Compare,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Add,
    nodes.Concat,
    nodes.CondExpr,
)


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "mdbgen":
                yield from (f"mdbgen.{alias.name}" for alias in node.names)
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_module_has_its_place() -> None:
    assert set(ORDER) == set(MODULES)


@pytest.mark.parametrize("module", ORDER)
def test_module_imports_only_what_stands_before_it(module: str) -> None:
    own = {name.split(".")[1] for name in _imports(module) if name.startswith("mdbgen.")}
    above = set(ORDER[ORDER.index(module) :])
    assert not own & MODULES.keys() & above


@pytest.mark.parametrize("module", ORDER)
def test_library_has_one_user(module: str) -> None:
    for library in {name.split(".")[0] for name in _imports(module)} & OWNERS.keys():
        assert module in OWNERS[library], f"{module} imports {library}"


@pytest.mark.parametrize("module", [each for each in ORDER if each != "cli"])
def test_only_the_command_line_prints_or_exits(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"print", "exit", "quit", "SystemExit", "input"}


@pytest.mark.parametrize("module", ORDER)
def test_module_is_small(module: str) -> None:
    assert len(MODULES[module].read_text("utf-8").splitlines()) <= 320


@pytest.mark.parametrize("path", sorted((ROOT / "templates").glob("*.jinja")), ids=lambda p: p.name)
def test_template_decides_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = Environment(autoescape=False).parse(text)
    assert not [type(node).__name__ for node in tree.find_all(DECIDING)]
    assert not re.search(r"\{[{%]-|-[}%]\}", text), "no white-space control"
    assert max(map(len, text.splitlines()), default=0) <= 100


def test_nothing_speaks_of_another_machine() -> None:
    for folder in ("mdbgen", "templates", "docs", "examples"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".jinja"}:
                assert not re.search(r"/(home|root|work|tmp)/", path.read_text("utf-8")), path

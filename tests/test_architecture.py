"""The shape of the house: who imports what, who may use which library, what templates may do."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in (ROOT / "mdbgen").rglob("*.py")
}
# Whatever people read and change, in any language; what is built from it is for browsers.
GENERATED = {"built", "__pycache__"}
SOURCES = {
    path.relative_to(ROOT).as_posix(): path
    for folder in ("mdbgen", "templates")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and not GENERATED & {*path.relative_to(ROOT).parts}
}
TEMPLATES = {name: path for name, path in SOURCES.items() if path.parent == ROOT / "templates"}

# What each room may import; a room may import from itself. Targets never import each other.
GROUND = {"errors", "naming", "patterns"}
ROOMS = {
    "model": set[str](),
    "document": GROUND,
    "schemas": GROUND | {"document", "model"},
    "manifest": GROUND | {"document", "schemas", "model"},
    "targets": GROUND | {"model"},
    "disk": GROUND | {"model", "mdbgen"},
    "breaking": GROUND | {"model"},
    "report": GROUND | {"model", "disk", "apps", "rules", "against", "breaking"},
    "rules": set[str](),
    "console": GROUND | {"disk", "model", "report", "targets"},
    "dev": GROUND
    | {
        "apps",
        "breaking",
        "config",
        "console",
        "disk",
        "document",
        "manifest",
        "mdbgen",
        "model",
        "report",
        "terminal",
    },
    # The face, and the ground.
    "generate": GROUND | {"document", "manifest", "model", "targets"},
    "config": GROUND,
    "apps": GROUND | {"config", "document", "generate", "model", "disk"},
    "against": GROUND | {"breaking", "config", "document", "manifest"},
    "starter": GROUND | {"disk", "manifest"},
    "terminal": {"errors", "report"},
    "completion": set[str](),
    "progress": set[str](),
    "cli": GROUND
    | {
        "against",
        "apps",
        "completion",
        "document",
        "manifest",
        "disk",
        "options",
        "pages",
        "progress",
        "report",
        "starter",
        "terminal",
        "mdbgen",
    },
    "options": {"report", "terminal"},
    "pages": {"console", "dev", "document", "manifest", "options", "report"},
    "__main__": {"cli"},
    "errors": set[str](),
    "naming": {"errors", "model"},
    "patterns": {"errors"},
    "mdbgen": set[str](),
}

OWNERS = {
    "pydantic": {"mdbgen.dev.commands", "mdbgen.manifest.reader"},
    "pydantic_core": {"mdbgen.patterns"},
    "jinja2": {"mdbgen.targets.templates", "mdbgen.targets.compiled"},
    "black": {"mdbgen.targets.python.render"},
    "typer": {
        "mdbgen.cli",
        "mdbgen.completion",
        "mdbgen.options",
        "mdbgen.pages",
        "mdbgen.progress",
    },
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
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _room(name: str) -> str:
    parts = name.removesuffix(".__init__").split(".")
    is_own = len(parts) == 1 or parts[1] in ROOMS
    return parts[1] if len(parts) > 1 and is_own else "mdbgen"


def test_every_room_is_listed() -> None:
    assert {_room(module) for module in MODULES} == ROOMS.keys()
    assert not {path.stem for path in MODULES.values()} & (sys.stdlib_module_names - {"__main__"})


@pytest.mark.parametrize("module", sorted(MODULES))
def test_rooms_import_in_one_direction(module: str) -> None:
    rooms = {_room(name) for name in _imports(module) if name.startswith("mdbgen")}
    assert rooms - {_room(module)} <= ROOMS[_room(module)]


@pytest.mark.parametrize("module", sorted(name for name in MODULES if ".targets." in name))
def test_targets_never_import_each_other(module: str) -> None:
    language = module.split(".")[2]
    targets = {name.split(".")[2] for name in _imports(module) if name.startswith("mdbgen.targets")}
    assert targets <= {language, "templates", "compiled"}


def test_no_module_is_imported_in_a_circle() -> None:
    edges = {
        module: {
            other
            for name in _imports(module)
            for other in (name, name.rpartition(".")[0])
            if other in MODULES
        }
        for module in MODULES
    }
    assert tuple(TopologicalSorter(edges).static_order())


@pytest.mark.parametrize("module", sorted(MODULES))
def test_library_has_one_user(module: str) -> None:
    for library in {name.split(".")[0] for name in _imports(module)} & OWNERS.keys():
        assert module in OWNERS[library], f"{module} imports {library}"


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"mdbgen.cli"}))
def test_only_the_command_line_prints_or_exits(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"print", "exit", "quit", "SystemExit", "input"}


# Who may say of a text that it is code: the doors, and a table of mdbgen's own names.
DOORS = {"mdbgen.naming", "mdbgen.targets.typescript", "mdbgen.model.textformats"}


@pytest.mark.parametrize("module", sorted(MODULES.keys() - DOORS))
def test_text_becomes_code_at_the_doors_alone(module: str) -> None:
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        assert not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Code")), module


def test_the_bound_of_length_covers_every_language() -> None:
    assert {path.suffix for path in SOURCES.values()} >= {".py", ".js", ".css", ".html", ".jinja"}
    assert {*map("mdbgen/console/page/{}".format, ("base.css", "store.js"))} <= SOURCES.keys()


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_file_is_small(name: str) -> None:
    assert len(SOURCES[name].read_text("utf-8").splitlines()) <= 320


@pytest.mark.parametrize("name", sorted(each for each in TEMPLATES if not each.endswith(".py")))
def test_template_decides_nothing(name: str) -> None:
    text = TEMPLATES[name].read_text("utf-8")
    tree = Environment(autoescape=False).parse(text)
    assert not [type(node).__name__ for node in tree.find_all(DECIDING)]
    for include in tree.find_all(nodes.Include):
        assert isinstance(include.template, nodes.Const), "which part it prints is no decision"
        assert f"templates/{include.template.value}" in TEMPLATES
    assert not re.search(r"\{[{%]-|-[}%]\}", text), "no white-space control"
    assert max(map(len, text.splitlines()), default=0) <= 100


def test_nothing_speaks_of_another_machine() -> None:
    for folder in ("mdbgen", "templates", "docs", "examples"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".jinja", ".ts"}:
                assert not re.search(r"/(home|root|work|tmp)/", path.read_text("utf-8")), path

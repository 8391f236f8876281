"""No text of a manifest becomes code, whatever section 2 of the contract lets it be."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.generate import generate
from mdbgen.model.files import RenderedFile

pytestmark = pytest.mark.slow

# What JSON can hold and UTF-8 can write; with what ends strings and comments more often.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SNIPPETS = st.sampled_from(
    ['"""', "'''", '"', "'", "\\", "\\\n", "{{ x }}", "{% if %}", "#}", "\n", "\r", "\u2028", "\0",
     "\x1b[2J", "\u202e", "# type: ignore", "*/", "</script>", "%s", "{0}", "\\N{BULLET}", "\t"]
)  # fmt: skip
HOSTILE = st.lists(TEXT | SNIPPETS, max_size=6).map("".join)
NAMES = st.lists(HOSTILE, max_size=4)
# All of them: examples may be slow, large and filtered.
ALL_CHECKS: Any = list(HealthCheck)
WORDS = ["class", "None", "router", "manager", "__init__", "con", "1st", "a-b", "settings"]


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """Manifests that break no rule but, now and then, that of distinct names."""
    names = draw(
        st.lists(
            st.from_regex(r"[a-zA-Z0-9_-]+", fullmatch=True) | st.sampled_from(WORDS),
            min_size=1,
            max_size=3,
            unique_by=str.lower,
        )
    )
    paths = draw(
        st.lists(
            st.from_regex(r"/[a-zA-Z0-9_/-]+", fullmatch=True),
            min_size=len(names),
            max_size=len(names),
            unique=True,
        )
    )
    flags = st.fixed_dictionaries({}, optional={"required": st.booleans()})
    policy = st.fixed_dictionaries(
        {},
        optional={
            "required": st.booleans(),
            "allow_anonymous": st.booleans(),
            "allowed_roles": NAMES,
            "allowed_users": NAMES,
            "denied_users": NAMES,
            "required_permissions": NAMES,
            "owner_can_access": st.booleans(),
        },
    )
    return {
        "slug": draw(st.from_regex(r"[a-z0-9_-]+", fullmatch=True)),
        "developer_id": draw(HOSTILE.filter(bool)),
        "auth": {
            "policy": draw(policy),
            "require_role": draw(HOSTILE.filter(bool)),
            "jwt": {"algorithm": draw(st.sampled_from(["HS256", "RS256", "ES256"]))},
        },
        "cors": {"enabled": True, "allow_origins": draw(NAMES)},
        "websockets": {
            name: {"path": path, "description": draw(HOSTILE), "auth": draw(flags)}
            for name, path in zip(names, paths, strict=True)
        },
    }


def _files(manifest: dict[str, Any]) -> tuple[RenderedFile, ...]:
    return generate(parse_source(json.dumps(manifest).encode(), "manifest.json")).files


def _files_or_clash(manifest: dict[str, Any]) -> tuple[RenderedFile, ...]:
    try:
        return _files(manifest)
    except ManifestError as error:
        if {each.code for each in error.diagnostics} != {"MDB110"}:
            raise
        return ()


def _trees(files: tuple[RenderedFile, ...]) -> Iterator[tuple[str, str]]:
    """Each file's syntax tree, docstrings emptied."""
    for file in files:
        if file.path.endswith(".py"):
            tree = ast.parse(file.text)
            for node in ast.walk(tree):
                if not isinstance(node, ast.Module | ast.ClassDef | ast.AsyncFunctionDef):
                    continue
                if ast.get_docstring(node, clean=False) is not None:
                    node.body = node.body[1:]
            yield file.path, ast.dump(tree)


@settings(deadline=None, max_examples=60, suppress_health_check=ALL_CHECKS)
@given(manifests())
def test_output_compiles_and_its_tree_does_not_depend_on_descriptions(
    manifest: dict[str, Any],
) -> None:
    files = _files_or_clash(manifest)
    for file in files:
        if file.path.endswith(".py"):
            compile(file.text, file.path, "exec")
        assert "\r" not in file.text
        file.text.encode()  # raises for a lone surrogate
    plain = json.loads(json.dumps(manifest))
    for endpoint in plain["websockets"].values():
        endpoint["description"] = "Plain."
    assert dict(_trees(files)) == dict(_trees(_files_or_clash(plain)))


@settings(deadline=None, max_examples=40, suppress_health_check=ALL_CHECKS)
@given(HOSTILE.filter(bool), st.lists(HOSTILE, min_size=1, max_size=4))
def test_text_of_the_policy_arrives_unchanged(role: str, users: list[str]) -> None:
    manifest = {
        "slug": "app",
        "auth": {"require_role": role, "policy": {"denied_users": users}},
        "websockets": {"realtime": {"path": "/ws"}},
    }
    source = next(file.text for file in _files(manifest) if file.path == "settings.py")
    values = {
        node.targets[0].id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(values["REQUIRED_ROLE"]) == role
    denied = values["DENIED_USERS"]
    assert isinstance(denied, ast.Call)
    assert ast.literal_eval(denied.args[0]) == set(users)


@settings(
    deadline=None,
    max_examples=1,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=ALL_CHECKS,
)
@given(st.lists(manifests(), min_size=12, max_size=12))
def test_output_type_checks(
    tmp_path_factory: pytest.TempPathFactory, sample: list[dict[str, Any]]
) -> None:
    root = tmp_path_factory.mktemp("sample")
    packages = [
        _write(_files_or_clash(manifest), root / f"case{index}")
        for index, manifest in enumerate(sample)
    ]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "."],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert sum(packages) >= 6, "the sample is made of clashes"
    assert (checked.returncode, checked.stdout) == (0, "")


def _write(files: tuple[RenderedFile, ...], folder: Path) -> bool:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, "utf-8", newline="")
    return bool(files)

"""``[[tool.mdbgen.app]]``: where it is found, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdbgen.config import App, read_apps
from mdbgen.errors import ConfigError, Diagnostic, format_text

TWO = """\
[project]
name = "shop"

[[tool.mdbgen.app]]
manifest = "manifest.json"
output = "app/ws"

[[tool.mdbgen.app]]
manifest = "admin/manifest.json"
output = "admin/ws/"
"""


def problems(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    (folder / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_apps(folder)
    return caught.value.diagnostics


def test_paths_are_spelled_from_where_the_user_stands(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TWO)
    (tmp_path / "admin" / "deep").mkdir(parents=True)
    assert read_apps(tmp_path) == (
        App("manifest.json", "app/ws"),
        App("admin/manifest.json", "admin/ws"),
    )
    assert read_apps(tmp_path / "admin" / "deep") == (
        App("../../manifest.json", "../../app/ws"),
        App("../manifest.json", "../ws"),
    )


def test_the_nearest_file_counts_even_if_it_lists_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TWO)
    (tmp_path / "lib").mkdir()
    (only,) = problems(tmp_path / "lib", "[tool.black]\nline-length = 100\n")
    assert (only.code, only.file) == ("MDB403", "pyproject.toml")
    assert "[[tool.mdbgen.app]]" in only.message


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no pyproject\.toml here or above"):
        read_apps(tmp_path)


def test_a_manifest_named_like_standard_input_is_a_file(tmp_path: Path) -> None:
    text = '[[tool.mdbgen.app]]\nmanifest = "-"\noutput = "ws"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    assert read_apps(tmp_path) == (App("./-", "ws"),)


def test_a_syntax_error_shows_its_place(tmp_path: Path) -> None:
    (only,) = problems(tmp_path, '[project]\nname = "shop\n')
    assert format_text(only).splitlines() == [
        "pyproject.toml:2:13: MDB402 not TOML: Illegal character '\\n'",
        'name = "shop',
        "            ^",
    ]


def test_a_syntax_error_at_the_end_shows_its_place(tmp_path: Path) -> None:
    (only,) = problems(tmp_path, "[project]\nkeywords = [1,")
    assert (only.code, only.line, only.column) == ("MDB402", 2, 15)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read: not UTF-8"):
        read_apps(tmp_path)


def test_all_problems_of_all_apps_at_once(tmp_path: Path) -> None:
    text = """\
[[tool.mdbgen.app]]
manifest = 1
outptu = "ws"

[[tool.mdbgen.app]]
output = ""
"""
    found = problems(tmp_path, text)
    assert [(each.line, each.code, each.message, each.suggestion) for each in found] == [
        (3, "MDB405", "tool.mdbgen.app[0].outptu is unknown", "did you mean 'output'?"),
        (2, "MDB404", "tool.mdbgen.app[0].manifest is not a path", ""),
        (1, "MDB404", "tool.mdbgen.app[0].output is missing", ""),
        (5, "MDB404", "tool.mdbgen.app[1].manifest is missing", ""),
        (6, "MDB404", "tool.mdbgen.app[1].output is not a path", ""),
    ]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("tool = 1", "MDB404", "tool is not a table"),
        ("[tool]\nmdbgen = 1", "MDB404", "tool.mdbgen is not a table"),
        ("[tool.mdbgen.app]\nmanifest = 'm'", "MDB404", "write [[tool.mdbgen.app]]"),
        ("[tool.mdbgen]\napp = [1]", "MDB404", "tool.mdbgen.app[0] is not a table"),
        ("[[tool.mdbgen.apps]]\nmanifest = 'm'", "MDB405", "tool.mdbgen.apps is unknown"),
    ],
)
def test_other_shapes(tmp_path: Path, text: str, code: str, message: str) -> None:
    (only,) = problems(tmp_path, text)
    assert only.code == code
    assert message in only.message


@pytest.mark.parametrize("second", ["app/ws/", "./app/../app/ws", "app/ws/inner", "app", "."])
def test_apps_must_not_share_a_folder(tmp_path: Path, second: str) -> None:
    (only,) = problems(tmp_path, TWO.replace("admin/ws/", second))
    assert (only.code, only.line) == ("MDB406", 10)
    assert (
        "tool.mdbgen.app[1].output is, holds or lies in tool.mdbgen.app[0].output" in only.message
    )


def test_folders_that_only_begin_alike_are_apart(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TWO.replace("admin/ws/", "app/ws2"))
    assert [app.output for app in read_apps(tmp_path)] == ["app/ws", "app/ws2"]

"""``[[tool.mdbgen.app]]``: where it is found, and what is wrong with it."""

from __future__ import annotations

import json
import os
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
    assert "tool.mdbgen.app[1].output overlaps with tool.mdbgen.app[0].output" in only.message


def test_folders_that_only_begin_alike_are_apart(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TWO.replace("admin/ws/", "app/ws2"))
    assert [app.output for app in read_apps(tmp_path)] == ["app/ws", "app/ws2"]


# Paths stay in the repository


def one(manifest: str, output: str) -> str:
    return (
        f"[[tool.mdbgen.app]]\nmanifest = {json.dumps(manifest)}\noutput = {json.dumps(output)}\n"
    )


@pytest.mark.parametrize(
    ("manifest", "output", "line"),
    [
        ("/etc/passwd", "ws", 2),
        ("../../manifest.json", "ws", 2),
        ("manifest.json", "../../ws", 3),
        ("manifest.json", "/ws", 3),
        ("manifest.json", "sub/../../../ws", 3),
        ("link/manifest.json", "ws", 2),
        ("manifest.json", "link/ws", 3),
        ("linked.json", "ws", 2),
    ],
)
def test_no_path_leaves_the_repository(
    tmp_path: Path, manifest: str, output: str, line: int
) -> None:
    project = tmp_path / "repository" / "project"
    project.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "manifest.json").write_text("secret")
    (project / "link").symlink_to(tmp_path)
    (project / "linked.json").symlink_to(tmp_path / "manifest.json")
    (found,) = problems(project, one(manifest, output))
    assert (found.code, found.line) == ("MDB410", line)
    assert "leads out of the repository" in found.message
    assert "secret" not in format_text(found)


def test_both_paths_that_leave_the_repository_are_named(tmp_path: Path) -> None:
    assert [each.code for each in problems(tmp_path, one("../m", "../ws"))] == ["MDB410"] * 2


def test_the_repository_is_where_the_nearest_git_is(tmp_path: Path) -> None:
    outer, inner = tmp_path / "outer", tmp_path / "outer/inner"
    (inner / "project").mkdir(parents=True)
    (inner / "project/pyproject.toml").write_text(one("../manifest.json", "../../ws"))
    (outer / ".git").mkdir()
    assert read_apps(inner / "project") == (App("../manifest.json", "../../ws"),)
    (inner / ".git").write_text("gitdir: ../.git/worktrees/inner\n")  # worktrees, submodules
    with pytest.raises(ConfigError, match=r"app\[0\]\.output leads out"):
        read_apps(inner / "project")


def test_without_git_the_repository_is_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "pyproject.toml").write_text(one("sub/manifest.json", "ws"))
    assert read_apps(tmp_path / "sub") == (App("manifest.json", "../ws"),)
    (tmp_path / "pyproject.toml").write_text(one("sub/manifest.json", "../ws"))
    with pytest.raises(ConfigError, match="leads out of the repository"):
        read_apps(tmp_path / "sub")


def test_a_repository_behind_a_link_is_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/pyproject.toml").write_text(one("manifest.json", str(tmp_path / "real/ws")))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert read_apps(tmp_path / "link")[0].manifest == "manifest.json"


def test_links_inside_the_repository_are_fine(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "link").symlink_to("app")
    (tmp_path / "pyproject.toml").write_text(one("link/manifest.json", "link/ws"))
    assert read_apps(tmp_path) == (App("link/manifest.json", "link/ws"),)


def test_a_project_file_from_elsewhere_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("root:x:0:0\n")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/pyproject.toml").symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigError) as caught:
        read_apps(tmp_path / "project")
    (found,) = caught.value.diagnostics
    assert found.code == "MDB410"
    assert "root" not in format_text(found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_manifest_of_a_project_is_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    (found,) = problems(tmp_path, one("manifest.json", "ws"))
    assert (found.code, found.line) == ("MDB404", 2)
    assert "is not a file: 'manifest.json'" in found.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "9" * 5000, "too many digits"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a." * 200_000 + "a = 1", "a key has more than 64 parts"),
        ('"a" . ' * 100_000 + "a = 1", "a key has more than 64 parts"),
        ("# " * 1_000_000, "over the limit of 1048576 bytes"),
    ],
    ids=["digits", "brackets", "parts", "quoted-parts", "size"],
)
def test_a_file_that_nobody_has_written(tmp_path: Path, text: str, message: str) -> None:
    (found,) = problems(tmp_path, text)
    assert found.code == "MDB402"
    assert message in found.message


def test_thousands_of_apps_are_compared_at_once(tmp_path: Path) -> None:
    text = "".join(one(f"{number}.json", f"ws/{number}") for number in range(3000))
    (tmp_path / "pyproject.toml").write_text(text)
    assert len(read_apps(tmp_path)) == 3000
    (found,) = problems(tmp_path, text + one("last.json", "ws/7/inner"))
    assert "app[3000].output overlaps with tool.mdbgen.app[7].output" in found.message

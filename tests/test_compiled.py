"""Templates are compiled once, and again whenever what was kept does not fit."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType

import pytest
from jinja2 import DictLoader, Environment

from mdbgen.targets.compiled import CompiledTemplates


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return tmp_path


class Counting(Environment):
    """Counts what it compiles."""

    compiled = 0

    def _compile(self, source: str, filename: str) -> CodeType:
        self.compiled += 1
        return super()._compile(source, filename)


def render(package: Path, text: str = "{{ n }}!") -> tuple[str, int]:
    """Render as one run of the program does; the text, and how many templates it compiled."""
    environment = Counting(
        loader=DictLoader({"x.jinja": text}), bytecode_cache=CompiledTemplates(package)
    )
    return environment.get_template("x.jinja").render(n=1), environment.compiled


def kept(package: Path) -> list[Path]:
    return [*package.glob("__pycache__/*")]


def test_the_second_run_compiles_nothing(package: Path) -> None:
    assert render(package) == ("1!", 1)
    assert render(package) == ("1!", 0)
    assert len(kept(package)) == 1, "nothing is left beside it"


def test_a_template_that_has_changed_is_compiled_again(package: Path) -> None:
    render(package)
    assert render(package, "{{ n + 1 }}?") == ("2?", 1)


@pytest.mark.parametrize("damaged", [b"", b"j2", b"\0" * 100])
def test_what_is_damaged_is_replaced(package: Path, damaged: bytes) -> None:
    render(package)
    (file,) = kept(package)
    whole = file.read_bytes()
    file.write_bytes(damaged or whole[:-20])
    assert render(package) == ("1!", 1)
    assert render(package) == ("1!", 0)


def test_another_jinja_compiles_for_itself(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render(package)
    monkeypatch.setattr("mdbgen.targets.compiled.__version__", "99.0")
    assert render(package) == ("1!", 1)


def test_where_nothing_can_be_written_every_run_compiles(package: Path) -> None:
    (package / "__pycache__").touch()  # a file: root could write to any folder
    assert render(package) == render(package) == ("1!", 1)


def test_what_cannot_be_put_in_its_place_is_not_left_beside_it(package: Path) -> None:
    render(package)
    (file,) = kept(package)
    file.unlink()
    file.mkdir()
    assert render(package) == ("1!", 1)
    assert kept(package) == [file]


def test_who_wants_no_compiled_files_gets_none(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert render(package) == render(package) == ("1!", 1)
    assert kept(package) == []

"""The bar of a long run: after a while, at a terminal, and nowhere else."""

from __future__ import annotations

import sys

import pytest

from mdbgen import progress
from mdbgen.progress import watched

NAMES = ("shop", "chat", "news")
ALREADY, NEVER = -1.0, 1000.0


def _watched(names: tuple[str, ...], patch: pytest.MonkeyPatch, patience_s: float) -> None:
    """Watch at a terminal."""
    patch.setattr(sys.stderr, "isatty", lambda: True)
    patch.setattr(progress, "PATIENCE_S", patience_s)
    assert tuple(watched(names)) == names


def test_a_terminal_that_has_waited_sees_how_many_are_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _watched(NAMES, monkeypatch, ALREADY)
    output = capsys.readouterr()
    assert output.out == ""
    assert "apps" in output.err
    assert "3/3" in output.err


@pytest.mark.parametrize(
    ("names", "patience_s"), [(NAMES, NEVER), ((), ALREADY), (("shop",), ALREADY)]
)
def test_a_short_run_has_no_bar(
    names: tuple[str, ...],
    patience_s: float,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _watched(names, monkeypatch, patience_s)
    assert capsys.readouterr() == ("", "")


def test_a_pipe_sees_no_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE_S", ALREADY)
    assert tuple(watched(NAMES)) == NAMES
    monkeypatch.setattr(sys, "stderr", None)  # closed by whoever started the process
    assert tuple(watched(NAMES)) == NAMES
    assert capsys.readouterr() == ("", "")

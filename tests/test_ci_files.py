"""The hooks and the action: they call commands that exist, and no input becomes shell code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", [".pre-commit-hooks.yaml", "action.yml"])
def test_every_command_exists(name: str) -> None:
    commands = set(re.findall(r'(?:entry: |bin/)mdbgen"? (\w+)', (ROOT / name).read_text("utf-8")))
    assert commands == {"check", "breaking"}
    for command in commands:
        call = [sys.executable, "-m", "mdbgen", command, "--help"]
        assert subprocess.run(call, capture_output=True, timeout=60).returncode == 0


def test_inputs_reach_the_shell_through_the_environment_alone() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    stated = re.findall(r"^  ([a-z-]+):\n    description:", text, re.MULTILINE)
    passed = re.findall(
        r"^        MDBGEN_[A-Z_]+: \$\{\{ inputs\.([a-z-]+) \}\}$", text, re.MULTILINE
    )
    assert sorted(stated) == sorted(passed)
    for script in re.findall(r"run: \|\n((?:        .*\n)+)", text):
        assert "${{" not in script


def test_the_scripts_of_the_action_are_bash() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for script in re.findall(r"run: \|\n((?:        .*\n)+)", text):
        subprocess.run(["bash", "-n"], input=script.encode(), check=True, timeout=60)

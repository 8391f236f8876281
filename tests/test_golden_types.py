"""The package of every case as its owners' tools see it: checked, linted, imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/manifest.json"))


def _package(case: str) -> str:
    return case.replace("-", "_")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All packages of the cases side by side, each as ``<case>/ws`` of one folder."""
    root = tmp_path_factory.mktemp("packages")
    for case in CASES:
        folder = root / _package(case)
        folder.mkdir()
        _run("mdbgen", "generate", str(GOLDEN / case / "manifest.json"), "-o", "ws", cwd=folder)
        (folder / "__init__.py").touch()
    return root


def _run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def test_mypy_strict(packages: Path) -> None:
    names = [_package(case) for case in CASES]
    checked = _run("mypy", "--strict", "--no-error-summary", *names, cwd=packages)
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr


def test_pyright(packages: Path) -> None:
    checked = _run("pyright", "--pythonpath", sys.executable, "--outputjson", ".", cwd=packages)
    report = json.loads(checked.stdout)
    assert report["summary"]["filesAnalyzed"] > 10 * len(CASES)
    problems = [each["message"] for each in report["generalDiagnostics"]]
    assert problems == []


def test_ruff(packages: Path) -> None:
    """Unused imports and their like, import order, likely bugs, and the security rules."""
    rules = "F,I,B,UP,SIM,S,RUF,PIE,RET,PLE,ASYNC"
    silly = "RUF001,RUF002,RUF003"  # letters of other alphabets in descriptions
    checked = _run(
        "ruff", "check", "--isolated", "--target-version=py311", f"--select={rules}",
        f"--ignore={silly}", ".", cwd=packages,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_bandit(packages: Path) -> None:
    checked = _run("bandit", "-q", "-r", ".", cwd=packages)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_every_package_imports_without_a_warning(packages: Path) -> None:
    lines = [f"import {_package(case)}.ws, {_package(case)}.ws.compat" for case in CASES]
    imported = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", "\n".join(lines)],
        cwd=packages,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (imported.returncode, imported.stderr) == (0, "")


def test_a_wrong_endpoint_name_is_a_type_error(packages: Path) -> None:
    """The checks above would find nothing in a package that is typed with ``Any``."""
    wrong = packages / "wrong.py"
    wrong.write_text(
        "from quick_start import ws\n"
        "async def send() -> None:\n"
        '    await ws.manager.broadcast({"type": "x"}, endpoint="realtim")\n'
        "    await ws.manager.broadcast('text')\n",
        "utf-8",
    )
    checked = _run("mypy", "--strict", "wrong.py", cwd=packages)
    assert checked.stdout.count("[arg-type]") == 2, checked.stdout

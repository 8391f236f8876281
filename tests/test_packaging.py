"""What is shipped works where there is no source: a wheel, a new environment, the README."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


def _run(*command: str | Path, cwd: Path, timeout: int = 300) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=timeout
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)  # by way of the sdist
    return next(folder.glob("*.whl"))


def test_wheel_holds_templates_examples_and_the_page(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "templates").glob("*.*"):
        assert f"mdbgen/templates/{path.name}" in names
    assert "mdbgen/examples/quickstart/manifest.json" in names
    assert "mdbgen/py.typed" in names
    assert "mdbgen/console/index.html" in names
    for part in ("built", "vendor"):  # what the page is made of, licences included
        for file in (ROOT / "mdbgen" / "console" / part).iterdir():
            assert f"mdbgen/console/{part}/{file.name}" in names
    assert not [name for name in names if name.startswith("mdbgen/console/page/")]
    assert "mdbgen/dev/child/__main__.py" in names
    assert not [name for name in names if name.startswith(("tests/", "golden/"))]


def test_wheel_runs_the_tour_in_a_new_environment(wheel: Path, tmp_path: Path) -> None:
    """The README's first command, but for the wheel in place of the source."""
    venv.create(tmp_path / "venv", with_pip=True)
    bin_folder = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    pip: list[str | Path] = [
        bin_folder / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
    ]
    _run(*pip, f"{wheel}[demo]", cwd=tmp_path)
    tour = _run(bin_folder / "python", "-m", "mdbgen.examples.quickstart", cwd=tmp_path)
    assert '"type":"connected"' in tour
    assert '{"reached":1}' in tour
    assert '"type":"announcement","text":"Hello from an HTTP route"' in tour
    app = tmp_path / "mdbgen-quickstart"
    mdbgen = bin_folder / "mdbgen"
    _run(mdbgen, "docs", "manifest.json", "-o", "site", cwd=app)
    assert "<!doctype html>" in (app / "site" / "index.html").read_text("utf-8")
    checked = _run(mdbgen, "check", "manifest.json", "-o", "app/ws/", cwd=app)
    assert checked == "app/ws/ is up to date\n"


def test_readme_is_short_and_its_commands_are_the_gate() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    gate = (ROOT / ".ci" / "run").read_text("utf-8")
    assert len(readme.splitlines()) <= 150
    assert 'install -e ".[dev]"' in readme
    assert '-e ".[dev]"' in gate
    assert "/pytest -n 2 --dist loadfile" in readme
    assert '/pytest" -n 2 --dist loadfile' in gate


def test_readme_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"

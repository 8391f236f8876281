"""Runs mdbgen where somebody means it harm: little memory, little time, and nothing excused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TIMEOUT_S = 60  # of a machine that is busy; what hangs, hangs longer
MEMORY = 1024**3  # bytes; a usual run needs a tenth

_LIMITED = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
except ImportError:
    pass
from mdbgen.cli import main
sys.argv[0] = "mdbgen"
main()
"""


def mdbgen(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command line, and require what holds for every outcome."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=TIMEOUT_S,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    )
    assert done.returncode in (0, 1, 2), done
    assert "Traceback" not in done.stdout + done.stderr
    assert "MDB409" not in done.stdout + done.stderr  # a bug that was caught
    assert done.returncode != 2 or "MDB" in done.stdout + done.stderr or "Usage" in done.stderr
    return done


def codes(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the codes of what was printed for people."""
    lines = (line.split() for line in done.stderr.splitlines())
    return {word for words in lines for word in words[1:3] if word.startswith("MDB")}

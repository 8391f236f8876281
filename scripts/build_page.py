"""Build the console's page: readable modules in, one script and one style sheet per use out.

Run it after a change below ``mdbgen/console/page/``; ``npm ci --prefix tests/node`` gets esbuild.
A test builds as well, into another folder, and compares.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "mdbgen" / "console" / "page"
BUILT = ROOT / "mdbgen" / "console" / "built"
ESBUILD = ROOT / "tests" / "node" / "node_modules" / "esbuild" / "bin" / "esbuild"
ENTRIES = ("console.js", "docs.js", "console.css", "docs.css")
_OPTIONS = ("--bundle", "--minify", "--format=iife", "--target=es2022", "--charset=utf8")
# In what is built, lines end inside of templates alone, where indentation means nothing.
_INDENTATION = re.compile(r"\n[ \n]+")


def build(target: Path) -> None:
    """Build all four files in a folder."""
    entries = [str(PAGE / name) for name in ENTRIES]
    command = ["node", str(ESBUILD), *entries, *_OPTIONS, "--log-level=error"]
    subprocess.run([*command, f"--outdir={target}"], check=True, cwd=ROOT)
    for name in ENTRIES:
        file = target / name
        file.write_text(_INDENTATION.sub("\n", file.read_text("utf-8")), "utf-8", newline="\n")


if __name__ == "__main__":
    if not ESBUILD.exists():
        sys.exit("esbuild is not there: npm ci --prefix tests/node --ignore-scripts")
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else BUILT)

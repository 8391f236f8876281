"""Node.js for the tests: TypeScript's compiler and AsyncAPI's parser, pinned in ``tests/node``."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from support import slow

FOLDER = Path(__file__).parent.parent / "node"
INSTALL_TIMEOUT_S = 300.0


def require(*programs: str, purpose: str) -> str:
    """The path of the first program that is there.

    Without any, the test is skipped; where all tests are demanded, it fails.
    """
    slow.require(programs[0])
    for path in filter(None, map(shutil.which, programs)):
        return path
    reason = f"{programs[0]} is not installed: {purpose}"
    if os.environ.get("MDBGEN_TESTS") == "all":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@cache
def install() -> Path:
    """Install the pinned packages once for all test processes; return ``node_modules``."""
    npm = require("npm", purpose="generated TypeScript and AsyncAPI go unchecked")
    digest = sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()[:12]
    modules = FOLDER / "node_modules"
    mark, lock = modules / f".installed-{digest}", FOLDER / f".installing-{digest}"
    deadline = time.monotonic() + INSTALL_TIMEOUT_S
    while not mark.exists():
        try:
            lock.mkdir()
        except FileExistsError:  # another test process is at it
            assert time.monotonic() < deadline, f"remove {lock}: its process seems to be gone"
            time.sleep(0.2)
            continue
        try:
            if not mark.exists():
                _install(npm)
                mark.touch()
        finally:
            lock.rmdir()
    return modules


def _install(npm: str) -> None:
    installed = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
    )
    assert installed.returncode == 0, installed.stderr


def run(
    script: str | Path, *arguments: str, cwd: Path, timeout_s: float = 180.0, stdin: str = ""
) -> str:
    """Run a script of ``node_modules`` or one of our own under Node.js; return what it printed."""
    node = require("node", purpose="generated TypeScript and AsyncAPI go unchecked")
    path = script if isinstance(script, Path) else install() / script
    finished = subprocess.run(
        [node, str(path), *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout_s,
        env={**os.environ, "NODE_PATH": str(install())},
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def compile_typescript(*files: Path, out: Path) -> None:
    """Compile as strictly as the compiler can, without a word of complaint."""
    tsc(
        "--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes",
        "--noImplicitOverride", "--noUnusedLocals", "--noUnusedParameters", "--noImplicitReturns",
        "--lib", "ES2020,DOM", "--outDir", str(out), *map(str, files), cwd=out,
    )  # fmt: skip


def tsc(*arguments: str, cwd: Path) -> None:
    """Run the compiler for ES2020; what it complains of fails the test."""
    platform = ("--target", "ES2020", "--module", "ES2020", "--moduleResolution", "bundler")
    run("typescript/bin/tsc", *platform, *arguments, cwd=cwd)

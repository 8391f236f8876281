"""What the command costs: whole processes, side by side, interleaved, as ratios.

Run it with the interpreter that mdbgen is installed for:

    python benchmarks/startup.py [--rounds 15] [--before ../before/.venv/bin/python]

Every round starts each command once, in a new order, so that a busy machine slows all of them
alike. A figure is the median over the rounds of the ratio *within* a round; absolute times depend
on the machine and carry no goal. With --before, each command is also measured against the same one
of another mdbgen. Both want to be installed by ``pip install .``: an editable installation takes
longer to import. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

BASE = "import typer, pydantic, jinja2, black"
MANY = 100
# As pip installs it: with compiled modules, also where the environment says to keep none.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Cost:
    """One finished process: CPU seconds (user and system, children too) and wall seconds."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of the table: the cost of ``command`` in units of ``unit``, and what is allowed."""

    command: str
    unit: str
    limit: float


GOALS = (
    Goal("generate, 1 endpoint", "base", 2.5),
    Goal("check, clean", "base", 1.2),
    Goal("--version", "base", 0.6),
    Goal(f"generate, {MANY} endpoints", "generate, 1 endpoint", 25.0),
)


BEFORE = tuple(
    Goal(each, f"{each}, before", 1.0)
    for each in ("generate, 1 endpoint", "check, clean", "--version")
)


class Workshop:
    """The commands that are measured, and the folder that they work in."""

    def __init__(self, folder: Path, python: str) -> None:
        folder.mkdir()
        self.python = python
        self.one = _write_manifest(folder / "one.json", endpoints=1)
        self.many = _write_manifest(folder / "many.json", endpoints=MANY)
        self.clean = folder / "clean"  # where ``check`` finds nothing to say
        self.fresh = folder / "fresh"  # not there when ``generate`` starts

    def commands(self) -> dict[str, Callable[[], Cost]]:
        """Every measured command under its name in the table."""
        return {
            "base": lambda: run([self.python, "-c", BASE]),
            "generate, 1 endpoint": lambda: self._generate(self.one),
            "check, clean": lambda: run(
                [*self._mdbgen("check"), str(self.one), "-o", str(self.clean)]
            ),
            "--version": lambda: run(self._mdbgen("--version")),
            f"generate, {MANY} endpoints": lambda: self._generate(self.many),
        }

    def warm_up(self) -> None:
        """Let every command run once: byte code and file caches are nobody's cost."""
        run([*self._mdbgen("generate"), str(self.one), "-o", str(self.clean)])
        for command in self.commands().values():
            command()

    def _generate(self, manifest: Path) -> Cost:
        shutil.rmtree(self.fresh, ignore_errors=True)
        return run([*self._mdbgen("generate"), str(manifest), "-o", str(self.fresh)])

    def _mdbgen(self, *arguments: str) -> list[str]:
        return [str(Path(self.python).with_name("mdbgen")), *arguments]


def run(command: Sequence[str]) -> Cost:
    """Run one process to its end and take its cost from the kernel's own accounts.

    Raises:
        RuntimeError: It did not end with exit code 0.
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            text = output.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{text}")
    return Cost(usage.ru_utime + usage.ru_stime, wall_s)


def measure(workshop: Workshop, before: Workshop | None, rounds: int) -> list[dict[str, Cost]]:
    """Every command once per round, each round in another order."""
    workshop.warm_up()
    every = workshop.commands()
    if before:
        before.warm_up()
        every |= {f"{name}, before": command for name, command in before.commands().items()}
    results = []
    for _ in range(rounds):
        commands = list(every.items())
        random.shuffle(commands)
        results.append({name: command() for name, command in commands})
    return results


def table(results: list[dict[str, Cost]]) -> str:
    """The results against the goals, in Markdown."""
    lines = [
        "| command | measured against | CPU, median | min–max | wall, median | goal | |",
        "|---|---|---|---|---|---|---|",
    ]
    for goal in (goal for goal in (*GOALS, *BEFORE) if goal.unit in results[0]):
        cpu = [each[goal.command].cpu_s / each[goal.unit].cpu_s for each in results]
        wall = [each[goal.command].wall_s / each[goal.unit].wall_s for each in results]
        verdict = "holds" if median(cpu) <= goal.limit else "**missed**"
        lines.append(
            f"| {goal.command} | {goal.unit} | {median(cpu):.2f} × |"
            f" {min(cpu):.2f}–{max(cpu):.2f} | {median(wall):.2f} × |"
            f" ≤ {goal.limit:g} | {verdict} |"
        )
    base = median(each["base"].cpu_s for each in results)
    lines += ["", f'base: `python -c "{BASE}"`, {base * 1000:.0f} ms of CPU on this machine.']
    return "\n".join(lines)


def _write_manifest(path: Path, endpoints: int) -> Path:
    names = [f"endpoint_{number}" for number in range(endpoints)]
    websockets = {
        name: {"path": f"/{name}", "description": f"What happens in {name}."} for name in names
    }
    path.write_text(json.dumps({"slug": "benchmark", "websockets": websockets}))
    return path


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--python", default=sys.executable, help="where mdbgen is installed")
    parser.add_argument("--before", help="where another mdbgen is installed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder) / "now", options.python)
        before = Workshop(Path(folder) / "before", options.before) if options.before else None
        results = measure(workshop, before, options.rounds)
    print(f"{options.rounds} rounds, Python {sys.version.split()[0]}, {os.cpu_count()} cores\n")
    print(table(results))


if __name__ == "__main__":
    main()

"""What a project of many apps costs: one run over all of them, against a run for each.

    python benchmarks/many.py [--rounds 5] [--apps 50]

Both happen in every round, in a random order, so that a busy machine slows both alike. A figure is
the median over the rounds of the ratio *within* a round, of CPU seconds, those of child processes
included. Half of the apps declare messages, half do not. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from startup import Cost, run

LIMITS = {"check": 1 / 5, "generate": 1 / 3}  # of the cost of one run for each app
STRING = {"type": "string", "maxLength": 64}
SUBSCRIBE = {"properties": {"channel": STRING}, "required": ["channel"]}
STATUS = {"properties": {"status": {"enum": ["idle", "busy"]}}, "required": ["status"]}


@dataclass(frozen=True, slots=True)
class Project:
    """A folder whose ``pyproject.toml`` lists apps."""

    folder: Path
    mdbgen: str
    apps: Sequence[str]

    def write(self) -> None:
        """Write the manifests, and the list of them."""
        entries = []
        for number, name in enumerate(self.apps):
            manifest = _manifest(name, declares=number % 2 == 0)
            (self.folder / f"{name}.json").write_text(json.dumps(manifest, indent=2))
            entries.append(f'[[tool.mdbgen.app]]\nmanifest = "{name}.json"\noutput = "{name}/ws"\n')
        (self.folder / "pyproject.toml").write_text("".join(entries))

    def clear(self) -> None:
        """Take all packages away."""
        for name in self.apps:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def together(self, verb: str) -> Cost:
        """One run over all apps."""
        return run([self.mdbgen, verb])

    def one_by_one(self, verb: str) -> Cost:
        """One run for each app."""
        costs = [run([self.mdbgen, verb, f"{name}.json", "-o", f"{name}/ws"]) for name in self.apps]
        return Cost(sum(each.cpu_s for each in costs), sum(each.wall_s for each in costs))


def measure(project: Project, verb: str) -> tuple[Cost, Cost]:
    """Run both ways once; return the cost together and one by one."""
    ways: list[Callable[[str], Cost]] = [project.together, project.one_by_one]
    costs = {}
    for way in random.sample(ways, 2):
        if verb == "generate":
            project.clear()
        costs[way.__name__] = way(verb)
    return costs["together"], costs["one_by_one"]


def _manifest(name: str, *, declares: bool) -> dict[str, object]:
    websockets = {"realtime": {"path": "/ws", "description": f"What happens in {name}."}}
    manifest: dict[str, object] = {"slug": name, "websockets": websockets}
    if declares:
        messages = {"receive": {"subscribe": SUBSCRIBE}, "send": {"status": STATUS}}
        manifest["mdbgen"] = {"endpoints": {"realtime": messages}}
    return manifest


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--apps", type=int, default=50)
    parser.add_argument("--python", default=sys.executable, help="where mdbgen is installed")
    options = parser.parse_args()
    mdbgen = str(Path(options.python).with_name("mdbgen"))
    print(f"{options.rounds} rounds, {options.apps} apps, Python {sys.version.split()[0]}\n")
    print("| command | together ÷ one by one, CPU | min–max | wall | goal | |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), mdbgen, [f"app_{n}" for n in range(options.apps)])
        project.write()
        os.chdir(folder)
        project.together("generate")
        for verb, limit in LIMITS.items():
            pairs = [measure(project, verb) for _ in range(options.rounds)]
            cpu = [one.cpu_s / many.cpu_s for one, many in pairs]
            wall = median(one.wall_s / many.wall_s for one, many in pairs)
            verdict = "holds" if median(cpu) <= limit else "**missed**"
            print(
                f"| {verb} | {median(cpu):.2f} × | {min(cpu):.2f}–{max(cpu):.2f} | {wall:.2f} × |"
                f" ≤ {limit:.2f} | {verdict} |"
            )


if __name__ == "__main__":
    main()

"""Print the lowest versions that pyproject.toml promises, as constraints for pip.

pip install -e ".[dev]" -c <(python scripts/lowest.py)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def floors(text: str) -> Iterator[str]:
    """Yield ``name==version`` for each dependency of mdbgen and of what its extras serve with.

    Raises:
        ValueError: one of them promises no lowest version.
    """
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    for dependency in (*project["dependencies"], *extras["demo"], *extras["dev-server"]):
        if dependency.startswith("mdbgen["):
            continue
        promise = re.fullmatch(r"([\w-]+)(?:>=|~=)([\d.]+)", dependency)
        if promise is None:
            raise ValueError(f"{dependency!r} does not say from which version on")
        yield f"{promise[1]}=={promise[2]}"


if __name__ == "__main__":
    print(*floors(PYPROJECT.read_text("utf-8")), sep="\n")

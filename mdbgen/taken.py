"""The Python and TypeScript names of a manifest, of which no two may meet."""

from __future__ import annotations

from dataclasses import dataclass, field

from mdbgen.errors import UNSEEN, shown
from mdbgen.problems import MAX_NAME_CHARS, Problems
from mdbgen.source import Path, Place


@dataclass(slots=True)
class TakenNames:
    """Names of one scope, and who has them."""

    kind: str  # "class name"
    problems: Problems
    owners: dict[str, tuple[str, Path, Place]] = field(default_factory=dict)

    def take(self, name: str, owner: str, path: Path, at: Place = Place.KEY) -> bool:
        """Give a name to something; a problem, and False, if it is taken.

        Args:
            owner: as messages call it: ``the message 'created'``.
        """
        other, other_path, other_at = self.owners.setdefault(name, (owner, path, at))
        if (other_path, other_at) == (path, at):
            return True
        where = self.problems.where(other_path, other_at)
        message = f"{owner} and {other} ({where}) have one {self.kind}: {name}"
        self.problems.add(path, "MDB205", message, "rename one of the two", at)
        return False


def check_name(name: str, path: Path, problems: Problems) -> bool:
    """Return whether a name of the wire can be read and compared by people."""
    if not name.strip():
        problems.add(path, "MDB208", f"{shown(name)} is no name", at=Place.KEY)
    elif UNSEEN.search(name):
        message = f"{shown(name)} has a character that cannot be seen"
        problems.add(path, "MDB208", message, at=Place.KEY)
    elif len(name) > MAX_NAME_CHARS:
        message = f"{shown(name)} is longer than {MAX_NAME_CHARS} characters"
        problems.add(path, "MDB208", message, at=Place.KEY)
    else:
        return True
    return False

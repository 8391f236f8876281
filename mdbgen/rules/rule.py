"""What is said of one code, and where in a manifest its example stands."""

from __future__ import annotations

from typing import NamedTuple

_HOLE = "…"

# Where the fragment of an example stands.
WHOLE = _HOLE
ROOT = '{"slug": "my_app", "websockets": {"realtime": {"path": "/ws"}}, …}'
ENDPOINT = '{"slug": "my_app", "websockets": {"realtime": {"path": "/ws", …}}}'
POLICY = ROOT.replace(_HOLE, '"auth": {"policy": {…}}')
MDBGEN_KEY = ROOT.replace(_HOLE, '"mdbgen": {…}')
ENDPOINT_DECLARED = MDBGEN_KEY.replace(_HOLE, '"endpoints": {"realtime": {…}}')
PROPERTIES = ENDPOINT_DECLARED.replace(_HOLE, '"receive": {"do": {"properties": {…}}}')

_SHOWN_PLACES = {
    ENDPOINT: "websockets.<name>",
    POLICY: "auth.policy",
    MDBGEN_KEY: "mdbgen",
    ENDPOINT_DECLARED: "mdbgen.endpoints.<name>",
    PROPERTIES: "the properties of a message",
}


class Rule(NamedTuple):
    """One code: an error or a warning of ``mdbgen``."""

    code: str  # "MDB104"
    meaning: str  # Markdown, in one line
    mending: str  # the same
    wrong: str  # part of a manifest, or a situation in words
    right: str
    place: str = ""  # where in a manifest the examples stand; "" for a situation

    @property
    def shown_place(self) -> str:
        """Where the examples stand, in words; "" where that is plain."""
        return _SHOWN_PLACES.get(self.place, "")

    def manifest(self, example: str) -> str:
        """Return the manifest that has an example in its place."""
        return self.place.replace(_HOLE, example)

"""What ``mdbgen docs`` writes: the contract as a static page, and the document that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mdbgen.console.contract import contract_of
from mdbgen.console.page import docs_page
from mdbgen.disk.atomic import Batch, Write, publish, read_file
from mdbgen.errors import Diagnostic, OutputError
from mdbgen.model.manifest import Manifest
from mdbgen.targets.asyncapi.document import asyncapi_document

# How each file begins if it is mdbgen's: one that begins otherwise is somebody else's.
_BEGINNINGS = {
    "index.html": "<!doctype html>\n<!-- Made by mdbgen docs from manifest.json. -->\n",
    "asyncapi.json": '{\n  "asyncapi": ',
}


class DocsFile(NamedTuple):
    """A file, and what became of it."""

    action: str  # "create", "update" or "unchanged"
    path: str


def write_docs(
    manifest: Manifest, warnings: Sequence[Diagnostic], target: Path
) -> Sequence[DocsFile]:
    """Write the page of a manifest; what has not changed is left alone.

    Raises:
        OutputError: a file there is not one of mdbgen's, or cannot be written; nothing is.
    """
    texts = {
        "index.html": docs_page(contract_of(manifest, warnings)).html,
        "asyncapi.json": asyncapi_document(manifest),
    }
    before = {path: read_file(target, path) for path in texts}
    found = {path: disk.text for path, disk in before.items() if disk}
    if foreign := list(_foreign(target, found)):
        raise OutputError(*foreign)
    changed = [path for path in texts if found.get(path) != texts[path]]
    publish(Batch(target, [Write(target / path, texts[path]) for path in changed]))
    return [DocsFile(_action(path, found, changed), (target / path).as_posix()) for path in texts]


def _foreign(target: Path, found: Mapping[str, str]) -> Iterator[Diagnostic]:
    for path, text in found.items():
        if not text.startswith(_BEGINNINGS[path]):
            message = "was not written by mdbgen docs, which overwrites nothing else"
            hint = "name another folder, or move the file away"
            place = (target / path).as_posix()
            yield Diagnostic(place, 0, 0, "MDB313", "", message, suggestion=hint)


def _action(path: str, found: Mapping[str, str], changed: Sequence[str]) -> str:
    if path not in found:
        return "create"
    return "update" if path in changed else "unchanged"

"""Manifest to files, in one paragraph: pure, the same bytes for the same manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdbgen.document.source import Source
from mdbgen.errors import Diagnostic, ManifestError
from mdbgen.manifest.reader import parse_manifest
from mdbgen.model.files import MIB, RenderedFile
from mdbgen.model.manifest import Manifest
from mdbgen.targets.python.render import render as render_python


@dataclass(frozen=True, slots=True)
class Package:
    """What a manifest turns into."""

    files: tuple[RenderedFile, ...]  # sorted by path
    warnings: tuple[Diagnostic, ...]


def generate(source: Source) -> Package:
    """Turn a manifest into the files of its package.

    Raises:
        ManifestError: with every problem of the manifest at once.
    """
    manifest, warnings = parse_manifest(source)
    files = tuple(sorted(_render(manifest), key=lambda file: file.path))
    if too_large := [_too_large(file, source) for file in files if len(file.draft) > file.limit]:
        raise ManifestError(*warnings, *too_large)
    return Package(files, warnings)


def _render(manifest: Manifest) -> Iterator[RenderedFile]:
    """Ask each target for its files; only who wants one pays for importing it."""
    yield from render_python(manifest)
    if "typescript" in manifest.outputs:
        from mdbgen.targets.typescript import render as render_typescript

        yield from render_typescript(manifest)
    if "asyncapi" in manifest.outputs:
        from mdbgen.targets.asyncapi.document import render as render_asyncapi

        yield from render_asyncapi(manifest)


def _too_large(file: RenderedFile, source: Source) -> Diagnostic:
    message = (
        f"{file.path} would be over {file.limit // MIB} MiB;"
        " declare less, or shorten the descriptions"
    )
    return Diagnostic(source.file, 0, 0, "MDB010", "", message)

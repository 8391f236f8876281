"""Compiled templates, kept where Python keeps its compiled modules.

To compile them takes Jinja three times as long as to fill them.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.resources.abc import Traversable
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import NamedTemporaryFile

from jinja2 import BytecodeCache, __version__
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """A file per template, beside the ``.pyc`` files of a package.

    Python's own rules hold: what does not fit the source or the version is compiled again, and
    where nothing can be written, or nothing shall be, every run compiles.

    Args:
        package: its folder.
    """

    def __init__(self, package: Traversable) -> None:
        self._folder = Path(cache_from_source(f"{package}/__init__.py")).parent

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if the template has been compiled before."""
        with suppress(Exception):  # there is none, or it is damaged
            bucket.bytecode_from_string(self._file(bucket).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what the bucket holds; several processes may do so at once."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, delete=False) as aside:
                aside.write(bucket.bytecode_to_string())
            try:
                os.replace(aside.name, self._file(bucket))
            finally:  # on Windows it fails where another process reads the old one
                Path(aside.name).unlink(missing_ok=True)

    def _file(self, bucket: Bucket) -> Path:
        python = sys.implementation.cache_tag
        return self._folder / f"{bucket.key}.{python}-jinja-{__version__}.bin"

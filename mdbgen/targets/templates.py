"""The templates of all targets, and Jinja to fill them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = files("mdbgen.templates")


@cache
def template(name: str) -> str:
    """Return a template as it is."""
    return _FOLDER.joinpath(name).read_text("utf-8")


def fill(name: str, **values: object) -> str:
    """Fill a template."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    from mdbgen.targets.compiled import CompiledTemplates

    return Environment(
        loader=FunctionLoader(template),
        bytecode_cache=CompiledTemplates(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

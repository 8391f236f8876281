"""Patterns, compiled by the engine that the generated package will use."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from mdbgen.regexes import as_rust


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return what tells whether a text matches a pattern of ECMA-262.

    Raises:
        ValueError: with the reason, if the engine does not take the pattern.
    """
    from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=as_rust(pattern)))
    except SchemaError as error:
        raise ValueError(_reason(str(error))) from None

    def matches(text: str) -> bool:
        try:
            validator.validate_python(text)
        except ValidationError:
            return False
        return True

    return matches


def _reason(said: str) -> str:
    """Put into words what Rust's regex crate says about a pattern."""
    if "size limit" in said:
        return "it is too large"
    found = re.search(r"error: ([^\n]+)", said)
    return found[1] if found else "it is not understood"

"""Keywords of strings, numbers and lists, read into types."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Any, cast

from mdbgen.document.jsontext import whole
from mdbgen.document.problems import MAX_NUMBER, Problems
from mdbgen.document.source import Path, Place
from mdbgen.errors import shown
from mdbgen.model.schema import NumberType, StringType
from mdbgen.model.textformats import TEXT_FORMATS, TextFormat
from mdbgen.patterns import compile_pattern, estimate_us
from mdbgen.schemas.defaults import is_number
from mdbgen.schemas.keywords import TEXT_KEYWORDS

Keys = Mapping[str, Any]
Number = int | float | None

_ROUNDED = {
    "minimum": ceil,
    "maximum": floor,
    "exclusiveMinimum": floor,
    "exclusiveMaximum": ceil,
}


def read_string(schema: Keys, path: Path, problems: Problems) -> StringType:
    """Return the type of a string schema."""
    least, most = read_lengths(schema, "minLength", "maxLength", path, problems)
    kind = StringType(
        min_length=least,
        max_length=most,
        pattern=_read_pattern(schema, path, problems),
        format=_read_format(schema, path, problems),
    )
    if kind.format and kind.format.is_parsed:
        for keyword in TEXT_KEYWORDS:
            if keyword in schema:
                message = (
                    f"'{keyword}' cannot be combined with the format {shown(kind.format.name)}"
                )
                problems.add((*path, keyword), "MDB212", message, "remove it", Place.KEY)
    return kind


def read_lengths(
    schema: Keys, lower: str, upper: str, path: Path, problems: Problems
) -> tuple[int | None, int | None]:
    """Return least and most characters of a string, or items of a list."""
    least, most = (
        (
            problems.expect_whole(schema[keyword], (*path, keyword), 0, MAX_NUMBER)
            if keyword in schema
            else None
        )
        for keyword in (lower, upper)
    )
    if least is not None and most is not None and least > most:
        message = f"{least} is above {upper}, {most}: no value is left"
        problems.add((*path, lower), "MDB216", message)
    return least, most


def _read_pattern(schema: Keys, path: Path, problems: Problems) -> str | None:
    pattern, path = schema.get("pattern"), (*path, "pattern")
    if "pattern" not in schema or not problems.expect(pattern, str, path):
        return None
    try:
        if problems.allow_pattern(estimate_us(str(pattern)), path):
            compile_pattern(str(pattern))
    except ValueError as error:
        problems.add(path, "MDB217", f"{shown(pattern)} is not a valid pattern: {error}")
        return None
    return str(pattern)


def _read_format(schema: Keys, path: Path, problems: Problems) -> TextFormat | None:
    name, path = schema.get("format"), (*path, "format")
    if "format" not in schema or not problems.expect(name, str, path):
        return None
    if str(name) in TEXT_FORMATS:
        return TEXT_FORMATS[str(name)]
    near = _misspelt_format(str(name)) or problems.nearest(name, TEXT_FORMATS)
    hint = f"did you mean '{near}'?" if near else ""
    problems.add(path, "MDB107", f"{shown(name)} is not one of {', '.join(TEXT_FORMATS)}", hint)
    return None


def _misspelt_format(name: str) -> str:
    formats = TEXT_FORMATS.values()
    return next((each.name for each in formats if name.lower() in each.misspellings), "")


def read_number(schema: Keys, path: Path, problems: Problems, *, kind: str) -> NumberType:
    """Return the type of a number schema.

    Args:
        kind: "integer" or "number".
    """
    is_integer = kind == "integer"
    bounds: dict[str, Number] = {}
    for keyword, rounded in _ROUNDED.items():
        bound = _read_bound(schema, keyword, path, problems)
        bounds[keyword] = rounded(bound) if is_integer and bound is not None else bound
    _refuse_emptiness(bounds, 1 if is_integer else 0, path, problems)
    return NumberType(
        is_integer=is_integer,
        minimum=bounds["minimum"],
        maximum=bounds["maximum"],
        exclusive_minimum=bounds["exclusiveMinimum"],
        exclusive_maximum=bounds["exclusiveMaximum"],
        multiple_of=_read_step(schema, kind, path, problems),
    )


def _read_bound(schema: Keys, keyword: str, path: Path, problems: Problems) -> Number:
    value: Any = schema.get(keyword)
    if keyword not in schema:
        return None
    if is_number(value):
        return cast(Number, value)
    hint, plain = "", "minimum" if keyword == "exclusiveMinimum" else "maximum"
    if value is True and keyword.startswith("exclusive") and is_number(schema.get(plain)):
        hint = f'write "{keyword}": {shown(schema[plain])}, without "{plain}"'
    elif value is False:
        hint = "remove it"
    _refuse_number(value, (*path, keyword), problems, hint)
    return None


def _refuse_number(value: object, path: Path, problems: Problems, hint: str = "") -> None:
    """Keep a problem of a value that is no number, or none that is of any use."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        problems.add(path, "MDB104", "the number is out of range")
    else:
        problems.add(path, "MDB103", f"{shown(value)} is not a number", hint)


def _refuse_emptiness(
    bounds: Mapping[str, Number], step: int, path: Path, problems: Problems
) -> None:
    """Keep a problem if no number is left between the bounds.

    Args:
        step: what whole numbers are at least apart; 0 for others.
    """
    least, above = bounds["minimum"], bounds["exclusiveMinimum"]
    most, below = bounds["maximum"], bounds["exclusiveMaximum"]
    empty = {
        ("minimum", "maximum"): least is not None and most is not None and least > most,
        ("minimum", "exclusiveMaximum"): least is not None and below is not None and least >= below,
        ("exclusiveMinimum", "maximum"): above is not None and most is not None and above >= most,
        ("exclusiveMinimum", "exclusiveMaximum"): above is not None
        and below is not None
        and above + step >= below,
    }
    for (lower, upper), is_empty in empty.items():
        if is_empty:
            where = problems.source.where((*path, upper))
            message = f"no number is left between this and {upper} ({where})"
            problems.add((*path, lower), "MDB216", message)
            return


def _read_step(schema: Keys, kind: str, path: Path, problems: Problems) -> Number:
    value, path = whole(schema.get("multipleOf")), (*path, "multipleOf")
    if "multipleOf" not in schema:
        return None
    if not is_number(value):
        _refuse_number(value, path, problems)
    elif value <= 0:
        problems.add(path, "MDB216", f"{shown(value)} is not above 0")
    elif kind == "integer" and isinstance(value, float):
        problems.add(
            path, "MDB216", f"{shown(value)} is not a whole number, though the type is integer"
        )
    else:
        return cast(Number, value)
    return None

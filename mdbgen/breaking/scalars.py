"""Texts, numbers, booleans and enums: which values are gone, and which are new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from mdbgen.errors import shown
from mdbgen.model.schema import (
    ArrayType,
    BooleanType,
    EnumType,
    MapType,
    NullType,
    NumberType,
    Scalar,
    StringType,
    bounds_of,
    json_type,
)

ScalarType: TypeAlias = NullType | BooleanType | NumberType | StringType | EnumType
Container: TypeAlias = ArrayType | MapType
Bound: TypeAlias = tuple[float | int, int]  # a number, and 1 where it is excluded itself


class Finding(NamedTuple):
    """What has changed about a value."""

    rule: str
    message: str


def values_of(kinds: Iterable[object]) -> dict[tuple[str, Scalar], Scalar]:
    """Return the values of enums; ``true`` and ``1`` are two."""
    return {
        (json_type(value), value): value
        for each in kinds
        if isinstance(each, EnumType)
        for value in each.values
    }


def compare_scalars(old: Sequence[ScalarType], new: Sequence[ScalarType]) -> Iterator[Finding]:
    """Yield what has changed between two types of the same JSON type."""
    before, after = values_of(old), values_of(new)
    if before and after:
        yield from _compare_values(list(before.values()), list(after.values()))
    elif after:
        rule = "const-added" if len(after) == 1 else "became-enum"
        yield Finding(rule, f"must now be {_listed(after.values())} (any value before)")
        for value in after.values():
            if not _accepts(old[0], value):
                yield Finding("enum-value-added", f"{shown(value)} was not allowed before")
    elif before:
        yield Finding(
            "enum-dropped", f"may now be any value (only {_listed(before.values())} before)"
        )
        for value in before.values():
            if not _accepts(new[0], value):
                yield Finding("bound-tightened", f"{shown(value)} is no longer allowed")
    else:
        yield from _compare_plain(old[0], new[0])


def compare_sizes(old: StringType | Container, new: StringType | Container) -> Iterator[Finding]:
    """Yield what has changed about how long a text is, and how many items a list or map has."""
    after = bounds_of(new)
    for keyword, number in bounds_of(old).items():
        bound = _least if keyword.startswith("min") else _most
        yield from _bounds(keyword, bound(number), bound(after[keyword]))
    if isinstance(old, ArrayType) and isinstance(new, ArrayType) and old.unique != new.unique:
        rule = "bound-tightened" if new.unique else "bound-loosened"
        yield Finding(rule, f"uniqueItems: {shown(old.unique)} → {shown(new.unique)}")


def _compare_values(old: Sequence[Scalar], new: Sequence[Scalar]) -> Iterator[Finding]:
    before, after = ({(json_type(each), each) for each in values} for values in (old, new))
    if len(old) == len(new) == 1 and before != after:
        yield Finding("const-changed", f"{shown(old[0])} → {shown(new[0])}")
        return
    for value in old:
        if (json_type(value), value) not in after:
            yield Finding("enum-value-removed", f"{shown(value)} is gone")
    for value in new:
        if (json_type(value), value) not in before:
            yield Finding("enum-value-added", f"{shown(value)} is new")


def _compare_plain(old: ScalarType, new: ScalarType) -> Iterator[Finding]:
    if isinstance(old, NumberType) and isinstance(new, NumberType):
        yield from _compare_numbers(old, new)
    elif isinstance(old, StringType) and isinstance(new, StringType):
        yield from _compare_texts(old, new)


def _compare_numbers(old: NumberType, new: NumberType) -> Iterator[Finding]:
    if old.is_integer != new.is_integer:
        rule = "type-narrowed" if new.is_integer else "type-widened"
        names = {True: "integer", False: "number"}
        yield Finding(rule, f"{names[old.is_integer]} → {names[new.is_integer]}")
    yield from _bounds("the minimum", _floor(old), _floor(new))
    yield from _bounds("the maximum", _ceiling(old), _ceiling(new))
    if old.multiple_of != new.multiple_of:
        yield from _compare_steps(old.multiple_of, new.multiple_of)


def _compare_steps(old: float | None, new: float | None) -> Iterator[Finding]:
    message = f"multipleOf: {_spelled(old)} → {_spelled(new)}"
    if new is not None and (old is None or not _divides(new, old)):
        yield Finding("bound-tightened", message)
    if old is not None and (new is None or not _divides(old, new)):
        yield Finding("bound-loosened", message)


def _divides(step: float, number: float) -> bool:
    """Whether all multiples of ``number`` are multiples of ``step``."""
    return Fraction(str(number)) % Fraction(str(step)) == 0


def _compare_texts(old: StringType, new: StringType) -> Iterator[Finding]:
    yield from compare_sizes(old, new)
    names = [each.format.name if each.format else None for each in (old, new)]
    for kind, before, after in (("pattern", old.pattern, new.pattern), ("format", *names)):
        if before != after:
            verb = "added" if before is None else "removed" if after is None else "changed"
            yield Finding(f"{kind}-{verb}", f"{_spelled(before)} → {_spelled(after)}")


def _bounds(name: str, old: Bound | None, new: Bound | None) -> Iterator[Finding]:
    """Compare two bounds, of which a higher one lets fewer values through."""
    if old == new:
        return
    is_tighter = old is None or (new is not None and new > old)
    rule = "bound-tightened" if is_tighter else "bound-loosened"
    yield Finding(rule, f"{name}: {_spelled_bound(old)} → {_spelled_bound(new)}")


def _least(number: float | None) -> Bound | None:
    return None if number is None else (number, 0)


def _most(number: float | None) -> Bound | None:
    return None if number is None else (-number, 0)


def _floor(kind: NumberType) -> Bound | None:
    excluded = kind.exclusive_minimum
    return max(
        filter(None, (_least(kind.minimum), None if excluded is None else (excluded, 1))),
        default=None,
    )


def _ceiling(kind: NumberType) -> Bound | None:
    excluded = kind.exclusive_maximum
    return max(
        filter(None, (_most(kind.maximum), None if excluded is None else (-excluded, 1))),
        default=None,
    )


def _accepts(kind: ScalarType, value: Any) -> bool:
    """Whether a value surely fits; a pattern or a format is not tried."""
    match kind:
        case StringType():
            shortest, longest = kind.min_length or 0, kind.max_length
            is_free = kind.pattern is None and kind.format is None
            return is_free and shortest <= len(value) and (longest is None or len(value) <= longest)
        case NumberType():
            floor, ceiling = _floor(kind), _ceiling(kind)
            is_high = floor is None or (value, 0) >= floor
            is_low = ceiling is None or (-value, 0) >= ceiling
            is_step = kind.multiple_of is None or _divides(kind.multiple_of, value)
            return is_high and is_low and is_step
    return True


def _listed(values: Collection[Scalar]) -> str:
    return ("one of " if len(values) > 1 else "") + ", ".join(map(shown, values))


def _spelled(value: object) -> str:
    return "none" if value is None else shown(value)


def _spelled_bound(bound: Bound | None) -> str:
    if bound is None:
        return "none"
    number, excluded = bound
    return f"{shown(abs(number) if number else 0)}{' (excluded)' if excluded else ''}"

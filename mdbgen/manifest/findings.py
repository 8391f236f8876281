"""What is wrong with a manifest, in words of its own: rule, place, value, suggestion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from mdbgen.document.source import Path, Place, Source
from mdbgen.errors import SHOWN_VALUE_CHARS, Diagnostic, Severity, shown
from mdbgen.model.origins import ANY, nearest_origin, normalize_origin
from mdbgen.naming import class_name, identifier

MAX_ENDPOINTS = 500  # formatting many takes long
SLUG_PATTERN = "^[a-z0-9_-]+$"
ENDPOINT_NAME_PATTERN = "^[a-zA-Z0-9_-]+$"
PATH_PATTERN = "^/[a-zA-Z0-9_/-]+$"

_ROOT_KEYS = ("slug", "websockets")
_NOT_A = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a string",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
}
# What people write at an endpoint, and where its place is.
_OF_ONE_ENDPOINT = {
    "allowed_roles": "allowed_roles",
    "roles": "allowed_roles",
    "require_role": "allowed_roles",
    "required_permissions": "required_permissions",
    "permissions": "required_permissions",
}
_Finding = Mapping[str, Any]  # "type", "loc", "ctx", as pydantic reports them


def describe(
    source: Source, findings: Iterable[_Finding], known_keys: Mapping[int, Sequence[str]]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each finding of pydantic.

    Args:
        known_keys: length of a path -> the keys that may end it, where others are refused.
    """
    for finding in findings:
        path = tuple(finding["loc"])
        if finding["type"] == "missing":
            yield _missing(source, path)
        elif finding["type"] == "extra_forbidden":
            yield _unknown_key(source, path, known_keys[len(path)])
        elif finding["type"] == "string_pattern_mismatch":
            yield _bad_format(source, path)
        else:
            yield _bad_value(source, path, finding)


def check_clashes(source: Source) -> Iterator[Diagnostic]:
    """Yield an error for each endpoint whose name or path is taken by one above it."""
    endpoints = source.value.get("websockets")
    if isinstance(endpoints, dict):
        names = [name for name in endpoints if re.fullmatch(_body(ENDPOINT_NAME_PATTERN), name)]
        yield from _name_clashes(source, names)
        yield from _path_clashes(source, endpoints)
        yield from _crowd(source, endpoints)


def check_origins(source: Source, origins: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield a warning for each of ``cors.allow_origins`` that opens much, or nothing."""
    for index, origin in enumerate(origins):
        path = ("cors", "allow_origins", index)
        if origin == ANY:
            message = (
                "'*' lets scripts of any page connect with a token or ticket that they hold;"
                " cookies count only from the app's own pages and from origins listed by name"
            )
            yield warning(source, path, "MDB154", message)
        elif normalize_origin(origin) is None:
            nearest = nearest_origin(origin)
            suggestion = f"did you mean {shown(nearest)}?" if nearest else ""
            message = f"{shown(origin)} is not an origin and will match nothing"
            yield warning(source, path, "MDB155", message, suggestion)


def warning(
    source: Source, path: Path, code: str, message: str, suggestion: str = ""
) -> Diagnostic:
    """Return a warning that points at a value."""
    severity = Severity.WARNING
    return source.diagnostic(path, code, message, suggestion=suggestion, severity=severity)


def _missing(source: Source, path: Path) -> Diagnostic:
    hint = ""
    if len(path) == 1:
        others = [key for key in source.value if key not in _ROOT_KEYS]
        near = _nearest(str(path[0]), others, 0.75)
        if near:
            line, column = source.locate((near,), Place.KEY)
            hint = f"did you mean '{path[0]}' where {line}:{column} says {shown(near)}?"
    return source.diagnostic(path, "MDB101", "is missing", suggestion=hint)


def _unknown_key(source: Source, path: Path, known: Sequence[str]) -> Diagnostic:
    if len(path) == 3 and path[-1] == "require_auth":
        message = "is an old spelling that is no longer read"
        hint = 'write it as auth.required: "auth": {"required": true}'
        return source.diagnostic(path, "MDB109", message, at=Place.KEY, suggestion=hint)
    near = _nearest(str(path[-1]), known)
    hint = f"did you mean '{near}'?" if near else f"known keys: {', '.join(known)}"
    if path[-1] in _OF_ONE_ENDPOINT:
        place = f"mdbgen.endpoints.{path[1]}.{_OF_ONE_ENDPOINT[path[-1]]}"
        hint = f"what one endpoint asks for is {place}"
    message = f"{shown(path[-1])} is not a known key"
    return source.diagnostic(path, "MDB102", message, at=Place.KEY, suggestion=hint)


def _bad_format(source: Source, path: Path) -> Diagnostic:
    if path[-1] == "[key]":
        value = str(path[-2])
        message = f"{shown(value)} is not an endpoint name: only a-z, A-Z, 0-9, '_' and '-'"
        hint = _mended(ENDPOINT_NAME_PATTERN, re.sub(r"[^a-zA-Z0-9_-]+", "-", value.strip()))
        return source.diagnostic(path[:-1], "MDB106", message, at=Place.KEY, suggestion=hint)
    value = str(source.at(path))
    if path == ("slug",):
        message = f"{shown(value)} is not a slug: only a-z, 0-9, '_' and '-'"
        hint = _mended(SLUG_PATTERN, re.sub(r"[^a-z0-9_-]+", "-", value.strip().lower()))
    else:
        message = f"{shown(value)} is not a path: '/' and then only a-z, A-Z, 0-9, '_', '-' and '/'"
        hint = _mended(PATH_PATTERN, "/" + value.strip().removeprefix("/"))
    return source.diagnostic(path, "MDB105", message, suggestion=hint)


def _bad_value(source: Source, path: Path, finding: _Finding) -> Diagnostic:
    value, limits = shown(source.at(path)), finding.get("ctx", {})  # 30.0 may have become 30
    kind = finding["type"]
    if kind == "greater_than_equal":
        return source.diagnostic(path, "MDB104", f"{value} is below the minimum of {limits['ge']}")
    if kind == "less_than_equal":
        return source.diagnostic(path, "MDB104", f"{value} is above the maximum of {limits['le']}")
    if kind == "literal_error":
        return _not_one_of(source, path, finding)
    if kind == "too_short":
        return source.diagnostic(path, "MDB108", "needs at least one endpoint")
    if kind == "string_too_short":
        return source.diagnostic(path, "MDB108", "'' is empty")
    expected = _NOT_A.get(kind, "what belongs here")
    return source.diagnostic(path, "MDB103", f"{value} is not {expected}")


def _not_one_of(source: Source, path: Path, finding: _Finding) -> Diagnostic:
    value, expected = source.at(path), finding["ctx"]["expected"]
    known = re.findall("'([^']+)'", expected)
    near = _nearest(value.upper(), known) if isinstance(value, str) else ""
    hint = f"did you mean '{near}'?" if near else ""
    return source.diagnostic(path, "MDB107", f"{shown(value)} is not {expected}", suggestion=hint)


def _nearest(word: str, known: Sequence[str], cutoff: float = 0.6) -> str:
    from difflib import get_close_matches  # only bad manifests pay for it

    return next(iter(get_close_matches(word[:80], known, n=1, cutoff=cutoff)), "")


def _mended(pattern: str, guess: str) -> str:
    fits = len(guess) <= SHOWN_VALUE_CHARS and re.fullmatch(_body(pattern), guess)
    return f"did you mean '{guess}'?" if fits else ""


def _body(pattern: str) -> str:
    """Return a pattern for `re.fullmatch`: in Python "$" also matches before a last newline."""
    return pattern.removeprefix("^").removesuffix("$")


_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "Python name": identifier,
    "class name": class_name,
    "file name": lambda name: identifier(name).lower(),  # some file systems ignore case
}


def _name_clashes(source: Source, names: Iterable[str]) -> Iterator[Diagnostic]:
    taken: dict[tuple[str, str], str] = {}
    for name in names:
        for kind, spell in _SPELLINGS.items():
            other = taken.setdefault((kind, spell(name)), name)
            if other != name:
                where = _at(source, ("websockets", other), Place.KEY)
                message = f"{shown(name)} and {shown(other)} ({where}) have one {kind}"
                yield source.diagnostic(
                    ("websockets", name), "MDB110", f"{message}: {spell(name)}", at=Place.KEY
                )
                break


def _path_clashes(source: Source, endpoints: Mapping[str, Any]) -> Iterator[Diagnostic]:
    taken: dict[str, str] = {}
    for name, endpoint in endpoints.items():
        path = endpoint.get("path") if isinstance(endpoint, dict) else None
        if isinstance(path, str):
            other = taken.setdefault(path.rstrip("/"), name)
            if other != name:
                where = _at(source, ("websockets", other, "path"), Place.VALUE)
                message = f"{shown(path)} is also the path of {shown(other)} ({where})"
                if path != endpoints[other]["path"]:
                    message += ", but for '/' at the end"
                yield source.diagnostic(("websockets", name, "path"), "MDB111", message)


def _crowd(source: Source, endpoints: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for name in islice(endpoints, MAX_ENDPOINTS, MAX_ENDPOINTS + 1):
        message = f"is one endpoint too many: an app may have {MAX_ENDPOINTS}"
        hint = "one endpoint serves any number of channels: ws.manager.join"
        yield source.diagnostic(
            ("websockets", name), "MDB112", message, at=Place.KEY, suggestion=hint
        )


def _at(source: Source, path: Path, place: Place) -> str:
    line, column = source.locate(path, place)
    return f"{line}:{column}"

"""What is wrong with a manifest, in words of its own: rule, place, value, suggestion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from mdbgen.document.problems import Problems
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
# Keys of an endpoint and of its auth, by the length of the path that they have in the wrong one.
_OTHER_LEVEL = {
    (3, "required"): "auth.required",
    (3, "allow_anonymous"): "auth.allow_anonymous",
    (3, "csrf_required"): "auth.csrf_required",
    (4, "ping_interval"): "ping_interval",
    (4, "ticket_ttl_seconds"): "ticket_ttl_seconds",
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
    problems: Problems, findings: Iterable[_Finding], known_keys: Mapping[int, Sequence[str]]
) -> None:
    """Keep a problem for each finding of pydantic.

    Args:
        known_keys: length of a path -> the keys that may end it, where others are refused.
    """
    for finding in findings:
        path = tuple(finding["loc"])
        if finding["type"] == "missing":
            hint = _misspelt_hint(problems, str(path[-1])) if len(path) == 1 else ""
            problems.add(path, "MDB101", "is missing", hint)
        elif finding["type"] == "extra_forbidden":
            _refuse_key(problems, path, known_keys[len(path)])
        elif finding["type"] == "string_pattern_mismatch":
            _refuse_format(problems, path)
        else:
            _refuse_value(problems, path, finding)


def check_clashes(problems: Problems) -> None:
    """Keep a problem for each endpoint whose name or path is taken by one above it."""
    endpoints = problems.source.value.get("websockets")
    if isinstance(endpoints, dict):
        names = [name for name in endpoints if re.fullmatch(_body(ENDPOINT_NAME_PATTERN), name)]
        _refuse_taken_names(problems, names)
        _refuse_taken_paths(problems, endpoints)
        _refuse_crowd(problems, endpoints)


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


def _misspelt_hint(problems: Problems, missing: str) -> str:
    """Guess which other root key was meant to be the one that is missing."""
    others = [key for key in problems.source.value if key not in _ROOT_KEYS]
    near = problems.nearest(missing, others, likeness=0.75)
    if not near:
        return ""
    where = problems.source.where((near,), Place.KEY)
    return f"did you mean '{missing}' where {where} says {shown(near)}?"


def _refuse_key(problems: Problems, path: Path, known: Sequence[str]) -> None:
    if len(path) == 3 and path[-1] == "require_auth":
        message = "is an old spelling that is no longer read"
        hint = 'write it as auth.required: "auth": {"required": true}'
        problems.add(path, "MDB109", message, hint, Place.KEY)
    elif path[-1] in _OF_ONE_ENDPOINT:
        place = f"mdbgen.endpoints.{path[1]}.{_OF_ONE_ENDPOINT[str(path[-1])]}"
        message = f"{shown(path[-1])} is not a known key"
        hint = f"for a single endpoint, write {place}"
        problems.add(path, "MDB102", message, hint, Place.KEY)
    elif right := _OTHER_LEVEL.get((len(path), str(path[-1]))):
        message = f"{shown(path[-1])} is not a known key"
        hint = f"write it as websockets.{path[1]}.{right}"
        problems.add(path, "MDB102", message, hint, Place.KEY)
    else:
        problems.refuse_unknown([str(path[-1])], known, path[:-1])


def _refuse_format(problems: Problems, path: Path) -> None:
    if path[-1] == "[key]":
        name = str(path[-2])
        message = f"{shown(name)} is not an endpoint name: only a-z, A-Z, 0-9, '_' and '-'"
        hint = _mended(ENDPOINT_NAME_PATTERN, re.sub(r"[^a-zA-Z0-9_-]+", "-", name.strip()))
        problems.add(path[:-1], "MDB106", message, hint, Place.KEY)
        return
    value = str(problems.source.at(path))
    if path == ("slug",):
        message = f"{shown(value)} is not a slug: only a-z, 0-9, '_' and '-'"
        hint = _mended(SLUG_PATTERN, re.sub(r"[^a-z0-9_-]+", "-", value.strip().lower()))
    else:
        message = f"{shown(value)} is not a path: '/' and then only a-z, A-Z, 0-9, '_', '-' and '/'"
        hint = _mended(PATH_PATTERN, "/" + value.strip().removeprefix("/"))
    problems.add(path, "MDB105", message, hint)


def _refuse_value(problems: Problems, path: Path, finding: _Finding) -> None:
    kind, limits = finding["type"], finding.get("ctx", {})
    value = shown(problems.source.at(path))  # 30.0, where pydantic may have 30
    if kind == "greater_than_equal":
        problems.add(path, "MDB104", f"{value} is below the minimum of {limits['ge']}")
    elif kind == "less_than_equal":
        problems.add(path, "MDB104", f"{value} is above the maximum of {limits['le']}")
    elif kind == "literal_error":
        _refuse_choice(problems, path, limits["expected"])
    elif kind == "too_short":
        problems.add(path, "MDB108", "needs at least one endpoint")
    elif kind == "string_too_short":
        problems.add(path, "MDB108", "must not be empty")
    else:
        expected = _NOT_A.get(kind, "a valid value")
        problems.add(path, "MDB103", f"{value} is not {expected}")


def _refuse_choice(problems: Problems, path: Path, expected: str) -> None:
    value = problems.source.at(path)
    known = re.findall("'([^']+)'", expected)
    near = problems.nearest(value.upper(), known) if isinstance(value, str) else ""
    hint = f"did you mean '{near}'?" if near else ""
    problems.add(path, "MDB107", f"{shown(value)} is not {expected}", hint)


def _mended(pattern: str, guess: str) -> str:
    is_name = re.search(r"[a-zA-Z0-9]", guess)  # "-" is all that would be left of "é"
    fits = is_name and len(guess) <= SHOWN_VALUE_CHARS and re.fullmatch(_body(pattern), guess)
    return f"did you mean '{guess}'?" if fits else ""


def _body(pattern: str) -> str:
    """Return a pattern for `re.fullmatch`: in Python "$" also matches before a last newline."""
    return pattern.removeprefix("^").removesuffix("$")


_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "Python name": identifier,
    "class name": class_name,
    "file name": lambda name: identifier(name).lower(),  # some file systems ignore case
}


def _refuse_taken_names(problems: Problems, names: Iterable[str]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for name in names:
        for kind, spell in _SPELLINGS.items():
            other = taken.setdefault((kind, spell(name)), name)
            if other != name:
                where = problems.source.where(("websockets", other), Place.KEY)
                message = f"{shown(name)} and {shown(other)} ({where}) map to the same {kind}"
                path = ("websockets", name)
                problems.add(path, "MDB110", f"{message}: {spell(name)}", at=Place.KEY)
                break


def _refuse_taken_paths(problems: Problems, endpoints: Mapping[str, Any]) -> None:
    taken: dict[str, str] = {}
    for name, endpoint in endpoints.items():
        path = endpoint.get("path") if isinstance(endpoint, dict) else None
        if isinstance(path, str):
            other = taken.setdefault(path.rstrip("/"), name)
            if other != name:
                where = problems.source.where(("websockets", other, "path"))
                message = f"{shown(path)} is also the path of {shown(other)} ({where})"
                if path != endpoints[other]["path"]:
                    message += ", apart from the trailing '/'"
                problems.add(("websockets", name, "path"), "MDB111", message)


def _refuse_crowd(problems: Problems, endpoints: Mapping[str, Any]) -> None:
    for name in islice(endpoints, MAX_ENDPOINTS, MAX_ENDPOINTS + 1):
        message = f"is one endpoint too many: an app may have {MAX_ENDPOINTS}"
        hint = "one endpoint serves any number of channels: ws.manager.join"
        problems.add(("websockets", name), "MDB112", message, hint, Place.KEY)

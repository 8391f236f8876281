"""Why a client was let in or refused: each step of the admission, and the key that decided it.

The package says in its log at which step it refused a client; the log records of a handshake
are known to be of this very client (see ``child/asgi.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mdbgen.model.manifest import Endpoint, Manifest
from mdbgen.report.access import DEFAULT, describe_rules

STEPS = ("origin", "credential", "policy", "limits", "on_connect")
ALWAYS = "always"


class Outcome(StrEnum):
    """What came of a step."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the admission."""

    step: str
    outcome: Outcome
    why: str
    decided_by: str  # a key of the manifest, "default", "always", or a file of the app's

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A handshake, as the client saw it and as the package logged it."""

    endpoint: str
    has_origin: bool
    shows_credential: bool
    records: Sequence[str]  # texts of the log
    was_let_in: bool


@dataclass(frozen=True, slots=True)
class _Failure:
    step: str
    why: str
    decided_by: str


_REFUSED = re.compile(r"(?:client|ticket) refused endpoint=\S+ (reason|close)=(.*)", re.DOTALL)
_REJECTED = re.compile(r"client rejected connection=\S+ reason=(.*)", re.DOTALL)
_FAILED = re.compile(r"on_connect (failed|took over).*", re.DOTALL)


def judge(attempt: Attempt, manifest: Manifest) -> list[Step]:
    """Say of each step what came of it."""
    failure = None if attempt.was_let_in else _find_failure(attempt, manifest)
    if failure is None and not attempt.was_let_in:
        return [Step(step, Outcome.NOT_REACHED, "", "") for step in STEPS]
    passed = {step: _passed(step, attempt, manifest) for step in STEPS}
    if failure is None:
        return list(passed.values())
    return list(_until(failure, passed))


def _until(failure: _Failure, passed: dict[str, Step]) -> Iterator[Step]:
    place = STEPS.index(failure.step)
    for number, step in enumerate(STEPS):
        if number < place:
            yield passed[step]
        elif number == place:
            yield Step(step, Outcome.FAILED, failure.why, failure.decided_by)
        else:
            yield Step(step, Outcome.NOT_REACHED, "", "")


def _find_failure(attempt: Attempt, manifest: Manifest) -> _Failure | None:
    """Read the log for the step that failed; the last word counts."""
    for text in reversed(attempt.records):
        if found := _REJECTED.match(text):
            return _Failure("on_connect", f"it raised Reject({found[1]})", _handlers(attempt))
        if _FAILED.match(text):
            why = "it raised an exception: the log has its traceback"
            if "took over" in text:
                why = text.partition(" endpoint=")[0]
            return _Failure("on_connect", why, _handlers(attempt))
        if found := _REFUSED.match(text):
            return _refusal(found[1], found[2], attempt, manifest)
    return None


def _refusal(how: str, what: str, attempt: Attempt, manifest: Manifest) -> _Failure:
    if how == "close":
        code, _, reason = what.partition(" ")
        key = "connections_per_user" if code == "4429" else "connections"
        return _Failure("limits", reason.strip("'\""), _limit_key(key, attempt, manifest))
    if what == "foreign origin":
        return _Failure(
            "origin", "the page is neither the app's own nor listed", _origins(manifest)
        )
    reason, _, detail = what.partition(": ")
    if reason == "unauthenticated":
        why, key = detail, ALWAYS
        if detail == "no credential":
            endpoint = manifest.websockets[attempt.endpoint]
            why, key = "no credential was shown, and one is required", endpoint.required.decided_by
        return _Failure("credential", _spelled(why), key)
    if reason == "forbidden":
        return _Failure("policy", detail, _policy_key(detail, attempt, manifest))
    return _Failure("credential", what, ALWAYS)  # the server lacks what it verifies tokens with


# What PyJWT calls what is wrong with a token.
_SPELLED = {
    "ExpiredSignatureError": "the token has expired",
    "InvalidSignatureError": "the signature was not made with the app's key",
    "InvalidAudienceError": "the token is for an audience other than MDB_JWT_AUDIENCE",
    "InvalidIssuerError": "the token is not from MDB_JWT_ISSUER",
    "MissingRequiredClaimError": "the token lacks a claim that is required",
    "DecodeError": "it is not a token",
    "InvalidAlgorithmError": "the token is signed with another algorithm",
}


def _spelled(detail: str) -> str:
    return f"{_SPELLED[detail]} ({detail})" if detail in _SPELLED else detail


def _passed(step: str, attempt: Attempt, manifest: Manifest) -> Step:
    """Say why a step was no obstacle."""
    endpoint = manifest.websockets[attempt.endpoint]
    match step:
        case "origin" if not attempt.has_origin:
            why = "no Origin header: a client without one is not a page in a browser"
            return Step(step, Outcome.NOT_ASKED, why, DEFAULT)
        case "origin":
            why = "the page is the app's own, or listed"
            return Step(step, Outcome.PASSED, why, _origins(manifest))
        case "credential" if not attempt.shows_credential:
            why = "none was shown, and none is required"
            key = endpoint.anonymous.decided_by
            return Step(step, Outcome.NOT_ASKED, why, key)
        case "credential":
            return Step(step, Outcome.PASSED, "the token is good", ALWAYS)
        case "policy":
            return _passed_policy(attempt, endpoint, manifest)
        case "limits":
            return Step(step, Outcome.PASSED, "there is room", DEFAULT)
    return Step(step, Outcome.PASSED, "it let the client in", _handlers(attempt))


def _passed_policy(attempt: Attempt, endpoint: Endpoint, manifest: Manifest) -> Step:
    if not attempt.shows_credential:
        why = "roles and user lists apply to those who show a token"
        return Step("policy", Outcome.NOT_ASKED, why, endpoint.anonymous.decided_by)
    keys = [*manifest.policy.stated_by.values()]
    keys += ["auth.require_role"] if manifest.require_role is not None else []
    keys += [
        f"mdbgen.endpoints.{attempt.endpoint}.{key}"
        for key in ("allowed_roles", "required_permissions")
        if getattr(endpoint, key)
    ]
    if not keys:
        return Step("policy", Outcome.NOT_ASKED, "the manifest restricts nobody", DEFAULT)
    return Step("policy", Outcome.PASSED, "everything that is required is there", ", ".join(keys))


def _policy_key(detail: str, attempt: Attempt, manifest: Manifest) -> str:
    stated, at = manifest.policy.stated_by, f"mdbgen.endpoints.{attempt.endpoint}"
    if detail == "lacks the required role":
        return "auth.require_role"
    if detail.endswith("endpoint's roles"):
        return f"{at}.allowed_roles"
    if detail.endswith("endpoint's permissions"):
        return f"{at}.required_permissions"
    return next((stated[key] for key in stated if key in detail), DEFAULT)


def _origins(manifest: Manifest) -> str:
    rules = describe_rules(manifest)
    return next(each.decided_by for each in rules if each.subject == "pages")


def _limit_key(limit: str, attempt: Attempt, manifest: Manifest) -> str:
    is_stated = limit in manifest.websockets[attempt.endpoint].limits
    return f"mdbgen.endpoints.{attempt.endpoint}.limits.{limit}" if is_stated else DEFAULT


def _handlers(attempt: Attempt) -> str:
    return f"on_connect of {attempt.endpoint}'s handlers"

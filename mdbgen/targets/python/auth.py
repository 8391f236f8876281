"""Who may connect, as the templates print it: the key, the policy, the origins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mdbgen.model.manifest import Manifest
from mdbgen.model.origins import ANY, normalize_origin
from mdbgen.naming import literal
from mdbgen.targets.python.methods import LINE_LENGTH


class KeyPlan(NamedTuple):
    """The key that verifies tokens."""

    is_secret: bool  # HMAC
    is_public: bool  # RSA, EC
    is_optional: bool  # every endpoint lets anonymous clients in
    may_lack: bool  # the code must expect that there is no key
    min_bits: int  # of a public key
    annotation: str  # "str", "str | None"
    name_literal: str
    missing_text: str  # literal, first half of a sentence
    needed_text: str  # literal, second half


class Constant(NamedTuple):
    """A module-level name of the generated code."""

    name: str
    value: str  # literal


class Check(NamedTuple):
    """One line of the policy."""

    condition: str  # under which a client is refused
    detail: str  # literal; for the log


class AuthPlan(NamedTuple):
    """Who may connect."""

    constants: tuple[Constant, ...]
    checks: tuple[Check, ...]
    lists_origins: bool
    checks_origin: bool
    opens_to_all_origins: bool  # the opposite: only cookies depend on the origin
    or_listed_doc: str
    authorized: str  # what an identity is after the checks


def plan_key(manifest: Manifest) -> KeyPlan:
    """Decide where the key comes from, and what is said where there is none."""
    is_required = not all(each.anonymous.value for each in manifest.websockets.values())
    is_secret = manifest.algorithm == "HS256"
    name = "SECRET_KEY" if is_secret else "MDB_JWT_PUBLIC_KEY"
    needed = f" the PEM public key that verifies {manifest.algorithm} tokens"
    if is_secret:
        needed = " a key of at least 32 bytes to verify tokens"
    return KeyPlan(
        is_secret=is_secret,
        is_public=not is_secret,
        is_optional=not is_required,
        may_lack=is_secret and not is_required,
        min_bits=2048 if manifest.algorithm == "RS256" else 256,
        annotation="str" if is_required and is_secret else "str | None",
        name_literal=literal(name),
        missing_text=literal(f"{name} is not set: {manifest.slug} needs"),
        needed_text=literal(needed),
    )


def plan_auth(manifest: Manifest) -> AuthPlan:
    """Decide which checks the package makes: those that the manifest asks for."""
    checks = tuple(_checks(manifest))
    listed = tuple(sorted(set(filter(None, map(normalize_origin, manifest.cors_origins)))))
    return AuthPlan(
        constants=tuple(_constants(manifest, listed)),
        checks=checks,
        lists_origins=bool(listed),
        checks_origin=ANY not in manifest.cors_origins,
        opens_to_all_origins=ANY in manifest.cors_origins,
        or_listed_doc=", or listed" if listed else "",
        authorized="_authorized(identity, endpoint)" if checks else "identity",
    )


def _constants(manifest: Manifest, origins: tuple[str, ...]) -> Iterator[Constant]:
    policy = manifest.policy
    owner = (policy.owner,) if policy.owner is not None and policy.exempts_owner else ()
    yield from _names("ALLOWED_ORIGINS", origins)
    yield from _names("DENIED_USERS", policy.denied_users)
    yield from _names("OWNER", owner)
    yield from _names("ALLOWED_USERS", policy.allowed_users)
    if not policy.allowed_users:
        yield from _names("ALLOWED_ROLES", policy.allowed_roles)
    if manifest.require_role is not None:
        yield Constant("REQUIRED_ROLE", literal(manifest.require_role))
    yield from _names("REQUIRED_PERMISSIONS", policy.required_permissions)
    endpoints = manifest.websockets.items()
    yield from _names_at("ROLES_AT", {name: each.allowed_roles for name, each in endpoints})
    permissions = {name: each.required_permissions for name, each in endpoints}
    yield from _names_at("PERMISSIONS_AT", permissions)


def _names_at(name: str, values: Mapping[str, tuple[str, ...]]) -> Iterator[Constant]:
    """What endpoints ask for besides the policy; those that ask for nothing are left out."""
    entries = [
        f"{literal(endpoint)}: frozenset({{{', '.join(map(literal, dict.fromkeys(names)))}}})"
        for endpoint, names in values.items()
        if names
    ]
    if entries:
        yield Constant(name, f"{{\n{one_a_line(entries, 4)}}}")


def _names(name: str, values: tuple[str, ...]) -> Iterator[Constant]:
    literals = [literal(value) for value in dict.fromkeys(values)]
    if not literals:
        return
    value = f"frozenset({{{', '.join(literals)}}})"
    if len(f"{name} = {value}") > LINE_LENGTH:
        value = f"frozenset(\n    {{\n{one_a_line(literals, 8)}    }}\n)"
    yield Constant(name, value)


def _checks(manifest: Manifest) -> Iterator[Check]:
    """The policy in the contract's order; what the manifest does not ask for is not checked."""
    policy = manifest.policy
    if policy.denied_users:
        yield Check("_is_denied(identity, DENIED_USERS)", literal("is in denied_users"))
    allowed, detail = "", ""
    if policy.allowed_users:
        allowed, detail = "_is_allowed(identity, ALLOWED_USERS)", "is not in allowed_users"
    elif policy.allowed_roles:
        allowed, detail = "identity.roles & ALLOWED_ROLES", "has none of allowed_roles"
    if allowed and policy.exempts_owner:
        yield Check(f"not (_is_allowed(identity, OWNER) or {allowed})", literal(detail))
    elif allowed:
        yield Check(f"not {allowed}", literal(detail))
    if manifest.require_role is not None:
        yield Check("REQUIRED_ROLE not in identity.roles", literal("lacks the required role"))
    if policy.required_permissions:
        yield Check(
            'REQUIRED_PERMISSIONS - names_in(identity.claims, "permissions")',
            literal("lacks one of required_permissions"),
        )
    if any(each.allowed_roles for each in manifest.websockets.values()):
        yield Check("_lacks_role(identity, endpoint)", literal("has none of the endpoint's roles"))
    if any(each.required_permissions for each in manifest.websockets.values()):
        detail = literal("lacks one of the endpoint's permissions")
        yield Check("_lacks_permission(identity, endpoint)", detail)


def one_a_line(items: Iterable[str], indent: int) -> str:
    """One item a line, as black leaves a list that is too long for one."""
    return "".join(f"{' ' * indent}{item},\n" for item in items)

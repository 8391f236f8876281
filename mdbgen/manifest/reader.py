"""The manifest: read by pydantic models, handed on as frozen dataclasses.

The models know what a key may be; what the keys mean together is decided here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mdbgen.document.source import Source
from mdbgen.errors import Diagnostic, ManifestError, Severity, shown
from mdbgen.manifest.findings import (
    ENDPOINT_NAME_PATTERN,
    PATH_PATTERN,
    SLUG_PATTERN,
    check_clashes,
    check_origins,
    describe,
    warning,
)
from mdbgen.manifest.misspelt import Table, check_misspelt
from mdbgen.manifest.policy import (
    LEGACY,
    TODAY,
    Disagreement,
    decide_anonymous,
    decide_required,
    disagreements,
    merge_policies,
)
from mdbgen.model.manifest import Algorithm, Decision, Endpoint, Manifest, Policy

if TYPE_CHECKING:
    from mdbgen.manifest.declared import Declared


def parse_manifest(source: Source) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """Validate a manifest and return it with its warnings, sorted by position.

    Raises:
        ManifestError: with every problem of the manifest, sorted by position.
    """
    findings: list[Any] = []
    keys: ManifestKeys | None = None
    try:
        keys = ManifestKeys.model_validate(source.value)
    except ValidationError as error:
        findings += error.errors(include_url=False)
    declared, problems = _read_declared(source)
    misspelt = list(check_misspelt(source, _TABLES))
    errors = [*describe(source, findings, _KNOWN_KEYS), *check_clashes(source), *problems]
    errors += [each for each in misspelt if each.severity is Severity.ERROR]
    if keys is None or errors:
        raise ManifestError(*_by_position(errors))
    return _resolve(keys, declared), tuple(_by_position([*misspelt, *_warnings(source, keys)]))


def _read_declared(source: Source) -> tuple[Declared | None, list[Diagnostic]]:
    if "mdbgen" not in source.value:
        return None, []
    from mdbgen.manifest.declared import read_declared  # only who declares messages pays for it

    return read_declared(source)


def _whole(value: object) -> object:
    """Take 30.0 for 30, as JSON Schema does; any other value is left to the strict model."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Keys(BaseModel):
    """An object of the manifest whose other keys belong to others."""

    # One build, of the outermost model, instead of nine: it halves the start-up.
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)


class _OnlyKeys(_Keys):
    """An object of the manifest that has no other keys."""

    model_config = ConfigDict(extra="forbid")


_WholeNumber = Annotated[int, BeforeValidator(_whole)]
_NonEmpty = Annotated[str, Field(min_length=1)]


class EndpointAuthKeys(_OnlyKeys):
    """``websockets.<name>.auth``"""

    required: bool = True
    allow_anonymous: bool = False
    csrf_required: bool = True  # accepted, changes nothing: Origin is always checked


class EndpointKeys(_OnlyKeys):
    """``websockets.<name>``"""

    path: Annotated[str, Field(pattern=PATH_PATTERN)]
    description: str = ""
    auth: EndpointAuthKeys = Field(default_factory=EndpointAuthKeys.model_construct)
    ping_interval: Annotated[_WholeNumber, Field(ge=5, le=300)] = 30
    ticket_ttl_seconds: Annotated[_WholeNumber, Field(ge=1, le=60)] = 10


class PolicyKeys(_Keys):
    """``auth.policy`` and ``auth_policy``"""

    required: bool = True
    allow_anonymous: bool = False
    allowed_roles: list[str] = []
    allowed_users: list[str] = []
    denied_users: list[str] = []
    required_permissions: list[str] = []
    owner_can_access: bool = True


class JwtKeys(_Keys):
    """``auth.jwt``"""

    algorithm: Algorithm = "HS256"


class AuthKeys(_Keys):
    """``auth``"""

    policy: PolicyKeys = Field(default_factory=PolicyKeys.model_construct)
    mode: Literal["app", "shared"] = "app"
    roles: list[str] = []
    require_role: _NonEmpty = ""
    jwt: JwtKeys = Field(default_factory=JwtKeys.model_construct)


class CorsKeys(_Keys):
    """``cors``"""

    enabled: bool = False
    allow_origins: list[str] = []


class ManifestKeys(_Keys):
    """The keys of a manifest that mdbgen reads."""

    slug: Annotated[str, Field(pattern=SLUG_PATTERN)]
    websockets: Annotated[
        dict[Annotated[str, Field(pattern=ENDPOINT_NAME_PATTERN)], EndpointKeys],
        Field(min_length=1),
    ]
    developer_id: _NonEmpty = ""
    auth: AuthKeys = Field(default_factory=AuthKeys.model_construct)
    auth_policy: PolicyKeys = Field(default_factory=PolicyKeys.model_construct)
    auth_required: bool = True
    cors: CorsKeys = Field(default_factory=CorsKeys.model_construct)


_IN_POLICY = {key: f"auth.policy.{key}" for key in PolicyKeys.model_fields}
_IN_AUTH = {"require_role": "auth.require_role"}
# Where other keys are ignored, unless they are nearly one of these.
_TABLES = (
    Table((), (*ManifestKeys.model_fields, "mdbgen"), _IN_POLICY, Severity.WARNING),
    Table(("auth",), (*AuthKeys.model_fields,), {**_IN_POLICY, "algorithm": "auth.jwt.algorithm"}),
    Table(("auth", "policy"), (*PolicyKeys.model_fields,), _IN_AUTH),
    Table(("auth_policy",), (*PolicyKeys.model_fields,), _IN_AUTH),
    Table(("auth", "jwt"), (*JwtKeys.model_fields,)),
    Table(("cors",), (*CorsKeys.model_fields,)),
)
# Where other keys are refused: by the length of the path that they would have.
_KNOWN_KEYS = {3: tuple(EndpointKeys.model_fields), 4: tuple(EndpointAuthKeys.model_fields)}


def _resolve(keys: ManifestKeys, declared: Declared | None) -> Manifest:
    today, legacy = _stated(keys.auth.policy), _stated(keys.auth_policy)
    policy = merge_policies(today, legacy, keys.developer_id or None)
    app_required = _decision(keys, "auth_required", "auth_required")
    return Manifest(
        slug=keys.slug,
        websockets={
            name: _resolve_endpoint(name, endpoint, policy, app_required, declared)
            for name, endpoint in keys.websockets.items()
        },
        policy=policy,
        require_role=keys.auth.require_role or None,
        algorithm=keys.auth.jwt.algorithm,
        algorithm_decided_by="auth.jwt.algorithm" if _stated(keys.auth.jwt) else "default",
        cors_origins=tuple(keys.cors.allow_origins) if keys.cors.enabled else (),
        schemas=declared.schemas if declared else {},
        compat=declared.compat if declared else True,
        outputs=declared.outputs if declared else (),
    )


def _resolve_endpoint(
    name: str,
    keys: EndpointKeys,
    policy: Policy,
    app_required: Decision | None,
    declared: Declared | None,
) -> Endpoint:
    messages = declared.endpoints.get(name) if declared else None
    auth = f"websockets.{name}.auth"
    own_required = _decision(keys.auth, "required", f"{auth}.required")
    own_anonymous = _decision(keys.auth, "allow_anonymous", f"{auth}.allow_anonymous")
    required = decide_required(own_required, policy, app_required)
    return Endpoint(
        path=keys.path,
        description=keys.description,
        ping_interval=keys.ping_interval,
        ticket_ttl_seconds=keys.ticket_ttl_seconds,
        required=required,
        anonymous=decide_anonymous(required, own_anonymous, policy),
        **(messages._asdict() if messages else {}),
    )


def _stated(keys: BaseModel) -> dict[str, Any]:
    """Return the keys that the manifest states, without the defaults of the others."""
    return {key: getattr(keys, key) for key in keys.model_fields_set}


def _decision(keys: BaseModel, key: str, decided_by: str) -> Decision | None:
    return Decision(getattr(keys, key), decided_by) if key in keys.model_fields_set else None


def _warnings(source: Source, keys: ManifestKeys) -> Iterator[Diagnostic]:
    differing = disagreements(_stated(keys.auth.policy), _stated(keys.auth_policy))
    return chain(
        (_policywarning(source, disagreement) for disagreement in differing),
        _role_warnings(source, keys.auth),
        check_origins(source, keys.cors.allow_origins if keys.cors.enabled else ()),
    )


def _policywarning(source: Source, disagreement: Disagreement) -> Diagnostic:
    """Point at the value that is not used, and name the place of the one that is."""
    key, loser = disagreement.key, disagreement.loser
    other = TODAY if loser == LEGACY else LEGACY
    line, column = source.locate((*other.split("."), key))
    where = f"{other}.{key} ({line}:{column})"
    path = (*loser.split("."), key)
    if key in ("required", "allow_anonymous"):
        return warning(source, path, "MDB150", f"is overruled by {where}, the stricter of the two")
    if disagreement.winner:
        return warning(source, path, "MDB151", f"is overruled by {where}")
    return warning(source, path, "MDB151", f"differs from {where}; both lists apply")


def _role_warnings(source: Source, auth: AuthKeys) -> Iterator[Diagnostic]:
    path, role = ("auth", "require_role"), shown(auth.require_role)
    if auth.require_role and auth.mode != "shared":
        message = f"{role} is required of every client, although auth.mode is not 'shared'"
        yield warning(source, path, "MDB152", message)
    if auth.require_role and auth.roles and auth.require_role not in auth.roles:
        yield warning(source, path, "MDB153", f"{role} is not among auth.roles")


def _by_position(diagnostics: Iterator[Diagnostic] | list[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=lambda one: (one.line, one.column, one.code, one.path))

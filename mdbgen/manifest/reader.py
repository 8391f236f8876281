"""The manifest: read by pydantic models, handed on as frozen dataclasses.

The models know what a key may be; what the keys mean together is decided here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mdbgen.document.jsontext import whole
from mdbgen.document.problems import Problems
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
    from mdbgen.manifest.declared import Declared, DeclaredEndpoint


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
    problems = Problems(source)
    declared, problems_of_messages = _read_declared(source)
    misspelt = list(check_misspelt(source, TABLES))
    describe(problems, findings, _KNOWN_KEYS)
    check_clashes(problems)
    errors = [*problems.found, *problems_of_messages]
    errors += [each for each in misspelt if each.severity is Severity.ERROR]
    if keys is None or errors:
        raise ManifestError(*_by_position(errors))
    return _resolve(keys, declared), tuple(_by_position([*misspelt, *_warnings(source, keys)]))


def _read_declared(source: Source) -> tuple[Declared | None, list[Diagnostic]]:
    if "mdbgen" not in source.value:
        return None, []
    from mdbgen.manifest.declared import read_declared  # only who declares messages pays for it

    return read_declared(source)


class _Keys(BaseModel):
    # Other keys belong to others. One build, of the outermost model, instead of nine: it halves
    # the start-up.
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)


class _OnlyKeys(_Keys):
    model_config = ConfigDict(extra="forbid")


_WHOLE = BeforeValidator(whole)
_NonEmpty = Annotated[str, Field(min_length=1)]


# Their descriptions are what ``mdbgen schema`` tells editors.


class EndpointAuthKeys(_OnlyKeys):
    """``websockets.<name>.auth``"""

    # Their defaults are never used: where they are not stated, the policy decides.
    required: bool = Field(
        default_factory=bool,
        description="Whether a credential is required; else the policy decides.",
    )
    allow_anonymous: bool = Field(
        default_factory=bool,
        description="Whether clients without a credential are let in; else the policy decides.",
    )
    csrf_required: bool = Field(
        default=True, description="Changes nothing: the origin is always checked."
    )


class EndpointKeys(_OnlyKeys):
    """A WebSocket endpoint: ``websockets.<name>``."""

    path: str = Field(pattern=PATH_PATTERN, description="The path of its URL.")
    description: str = Field(default="", description="What it is for; becomes documentation.")
    auth: EndpointAuthKeys = Field(
        default_factory=EndpointAuthKeys.model_construct,
        description="Who may connect to this endpoint.",
    )
    ping_interval: Annotated[int, Field(ge=5, le=300), _WHOLE] = Field(
        default=30, description="Seconds between pings."
    )
    ticket_ttl_seconds: Annotated[int, Field(ge=1, le=60), _WHOLE] = Field(
        default=10, description="The lifetime of a ticket, in seconds."
    )


class PolicyKeys(_Keys):
    """``auth.policy`` and ``auth_policy``"""

    required: bool = Field(default=True, description="Whether a credential is required.")
    allow_anonymous: bool = Field(
        default=False, description="Whether clients without one are let in anyway."
    )
    allowed_roles: list[str] = Field(default=[], description="Clients need one of these roles.")
    allowed_users: list[str] = Field(
        default=[], description="Only these user ids or e-mail addresses."
    )
    denied_users: list[str] = Field(
        default=[], description="Never these user ids or e-mail addresses."
    )
    required_permissions: list[str] = Field(
        default=[], description="Clients need all of these permissions."
    )
    owner_can_access: bool = Field(
        default=True, description="Whether developer_id passes the allowed lists."
    )


class JwtKeys(_Keys):
    """``auth.jwt``"""

    algorithm: Algorithm = Field(default="HS256", description="How tokens are signed.")


class AuthKeys(_Keys):
    """``auth``"""

    policy: PolicyKeys = Field(
        default_factory=PolicyKeys.model_construct, description="Rules for every endpoint."
    )
    mode: Literal["app", "shared"] = Field(
        default="app",
        description="Whether the users are those of this app alone, or shared with other apps.",
    )
    roles: list[str] = Field(default=[], description="The roles that exist.")
    require_role: _NonEmpty = Field(
        default="", description="In shared mode: the role that every client needs."
    )
    jwt: JwtKeys = Field(
        default_factory=JwtKeys.model_construct, description="How tokens are verified."
    )


class CorsKeys(_Keys):
    """``cors``"""

    enabled: bool = Field(default=False, description="Whether allow_origins applies.")
    allow_origins: list[str] = Field(
        default=[], description="Origins such as https://app.example.com, or *."
    )


class ManifestKeys(_Keys):
    """The keys of a manifest that mdbgen reads."""

    slug: str = Field(pattern=SLUG_PATTERN, description="The name of the app: a-z, 0-9, _ and -.")
    websockets: dict[Annotated[str, Field(pattern=ENDPOINT_NAME_PATTERN)], EndpointKeys] = Field(
        min_length=1, description="The endpoints by name."
    )
    developer_id: _NonEmpty = Field(
        default="", description="The owner: a user id or an e-mail address."
    )
    auth: AuthKeys = Field(default_factory=AuthKeys.model_construct, description="Who may connect.")
    auth_policy: PolicyKeys = Field(
        default_factory=PolicyKeys.model_construct,
        description="The older form of auth.policy. Where both are present, the stricter wins.",
    )
    auth_required: bool = Field(
        default=True, description="Whether a credential is required, where no policy says so."
    )
    cors: CorsKeys = Field(
        default_factory=CorsKeys.model_construct, description="Pages from other origins."
    )


_IN_POLICY = {key: f"auth.policy.{key}" for key in PolicyKeys.model_fields}
_IN_AUTH = {"require_role": "auth.require_role"}
# Where other keys are ignored, unless they are nearly one of these.
TABLES = (
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
        **(declared.of_the_app if declared else {}),
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
    anonymous = decide_anonymous(required, own_anonymous, policy)
    if stating := _stated_for_all(name, messages):
        required, anonymous = Decision(True, stating), Decision(False, stating)
    return Endpoint(
        path=keys.path,
        description=keys.description,
        ping_interval=keys.ping_interval,
        ticket_ttl_seconds=keys.ticket_ttl_seconds,
        required=required,
        anonymous=anonymous,
        **(messages._asdict() if messages else {}),
    )


def _stated_for_all(name: str, declared: DeclaredEndpoint | None) -> str:
    """Return the key that asks something of everybody who connects to an endpoint, or ""."""
    for key in ("allowed_roles", "required_permissions"):
        if getattr(declared, key, ()):
            return f"mdbgen.endpoints.{name}.{key}"
    return ""


def _stated(keys: BaseModel) -> dict[str, Any]:
    """Return the keys that the manifest states, without the defaults of the others."""
    return {key: getattr(keys, key) for key in keys.model_fields_set}


def _decision(keys: BaseModel, key: str, decided_by: str) -> Decision | None:
    return Decision(getattr(keys, key), decided_by) if key in keys.model_fields_set else None


def _warnings(source: Source, keys: ManifestKeys) -> Iterator[Diagnostic]:
    differing = disagreements(_stated(keys.auth.policy), _stated(keys.auth_policy))
    return chain(
        (_policy_warning(source, disagreement) for disagreement in differing),
        _role_warnings(source, keys.auth),
        check_origins(source, keys.cors.allow_origins if keys.cors.enabled else ()),
    )


def _policy_warning(source: Source, disagreement: Disagreement) -> Diagnostic:
    """Point at the value that is not used, and name the place of the one that is."""
    key, loser = disagreement.key, disagreement.loser
    other = TODAY if loser == LEGACY else LEGACY
    where = f"{other}.{key} ({source.where((*other.split('.'), key))})"
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

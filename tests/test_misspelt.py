"""Misspelt restrictions: each is an error, and nothing of the engine's own is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mdbgen.document.source import parse_source
from mdbgen.errors import ManifestError
from mdbgen.manifest.metaschema import schema_text
from mdbgen.manifest.misspelt import nearest_key, spellings
from mdbgen.manifest.reader import (
    AuthKeys,
    CorsKeys,
    JwtKeys,
    ManifestKeys,
    PolicyKeys,
    parse_manifest,
)

SCHEMA = Draft202012Validator(json.loads(schema_text()))
# Every key that the engine's schemas have had beside those that mdbgen reads.
ENGINE_KEYS = {
    "auth": "audit auth_hub_url csrf_protection default_policy default_role oauth password_policy "
    "protected_routes public_routes rate_limits related_apps security session_binding users",
    "auth.policy": "authorization custom_actions custom_resource provider",
    "auth_policy": "authorization custom_actions custom_resource provider",
    "auth.jwt": "token_expiry_hours",
    "cors": "allow_credentials allow_headers allow_methods expose_headers max_age",
    "": "actions admin_api collection_settings collections data_access data_scope description "
    "embedding_config encrypted_fields encryption_config graph_config graphrag_config "
    "initial_data llm_config managed_indexes manifest_tracking memory_config multi_app name "
    "observability osi_config pip_deps profile_config prompt_safety schema_version status "
    "sub_auth token_management",
}
MISSPELT = {
    "auth": {
        "polcy policies Policy plicy polciy policys": "policy",
        "requireRole require-role require_roles required_role requrie_role": "require_role",
        "role": "roles",
        "jtw JWT": "jwt",
        "allowed_roles allowed_role allow_roles": "auth.policy.allowed_roles",
        "allowed_users": "auth.policy.allowed_users",
        "denied_users deny_users": "auth.policy.denied_users",
        "required_permissions": "auth.policy.required_permissions",
        "required": "auth.policy.required",
        "algorithm algorithms": "auth.jwt.algorithm",
    },
    "auth.policy": {
        "allowed_role allow_roles alowed_roles allowed_rolse allowedRoles allowed-roles "
        "ALLOWED_ROLES AllowedRoles allowed_roless roles role allowedroles": "allowed_roles",
        "allowed_user allow_users allowedUsers users": "allowed_users",
        "denied_user deny_users deniedUsers denied-users denied_usres": "denied_users",
        "required_permission require_permissions permissions requiredPermissions "
        "required_permisions": "required_permissions",
        "owner_access ownerCanAccess owner_can_acess": "owner_can_access",
        "anonymous allowAnonymous allow_anonymus": "allow_anonymous",
        "require requierd Required": "required",
        "require_role requireRole": "auth.require_role",
    },
    "auth.jwt": {"algorithms Algorithm algoritm algorithim": "algorithm"},
    "cors": {
        "allowed_origins allow_origin origins allowOrigins allow-origins alow_origins "
        "allowed_origin": "allow_origins",
        "enable Enabled enabeld": "enabled",
    },
}
CASES = [
    (path, key, meant)
    for path, table in MISSPELT.items()
    for keys, meant in table.items()
    for key in keys.split()
]
TABLES: dict[str, list[str]] = {
    "auth": list(AuthKeys.model_fields),
    "auth.policy": list(PolicyKeys.model_fields),
    "auth.jwt": list(JwtKeys.model_fields),
    "cors": list(CorsKeys.model_fields),
}


def manifest(path: str, **keys: Any) -> dict[str, Any]:
    """The smallest manifest with these keys at that place."""
    for step in reversed(path.split(".") if path else []):
        keys = {step: keys}
    return {"slug": "app", "websockets": {"realtime": {"path": "/ws"}}, **keys}


def diagnostics(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    try:
        found = parse_manifest(parse_source(json.dumps(document).encode(), "manifest.json"))[1]
    except ManifestError as error:
        found = error.diagnostics
    return [(one.code, one.path, one.suggestion) for one in found]


@pytest.mark.parametrize(("path", "key", "meant"), CASES)
def test_a_misspelt_key_is_an_error_with_a_suggestion(path: str, key: str, meant: str) -> None:
    expected = [("MDB102", f"{path}.{key}", f"did you mean '{meant}'?")]
    assert diagnostics(manifest(path, **{key: ["x"]})) == expected
    if path == "auth.policy":
        path = "auth_policy"
        expected = [("MDB102", f"{path}.{key}", f"did you mean '{meant}'?")]
        assert diagnostics(manifest(path, **{key: ["x"]})) == expected


@pytest.mark.parametrize("path", ENGINE_KEYS)
def test_keys_of_the_engine_are_none_of_ours(path: str) -> None:
    document = manifest(path, **dict.fromkeys(ENGINE_KEYS[path].split()))
    assert diagnostics(document) == []
    SCHEMA.validate(document)


@pytest.mark.parametrize("path", ["auth", "auth.policy", "auth_policy", "auth.jwt", "cors"])
def test_other_keys_belong_to_others(path: str) -> None:
    keys = "x, x-allowed, comment, $comment, _note, é, 要求, providers, rules, node, notes"
    document = manifest(path, **dict.fromkeys(["", " ", *keys.split(", ")]))
    assert diagnostics(document) == []
    SCHEMA.validate(document)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("auth_polcy", "auth_policy"),
        ("authPolicy", "auth_policy"),
        ("auth_require", "auth_required"),
        ("auht", "auth"),
        ("CORS", "cors"),
        ("developer-id", "developer_id"),
        ("mdbgn", "mdbgen"),
        ("allowed_roles", "auth.policy.allowed_roles"),
        ("denied_user", "auth.policy.denied_users"),
    ],
)
def test_at_the_root_it_is_a_warning(key: str, meant: str) -> None:
    assert diagnostics(manifest("", **{key: {}})) == [("MDB156", key, f"did you mean '{meant}'?")]
    SCHEMA.validate(manifest("", **{key: {}}))


def test_all_of_them_are_found_and_not_for_ever() -> None:
    keys = {f"allowed_role{number}": ["x"] for number in range(10)}
    assert len(diagnostics(manifest("auth.policy", **keys))) == 10
    foreign = {f"allowed_{number:05}_others": 1 for number in range(20_000)}
    foreign |= {"x" * 100_000: 1}
    assert diagnostics(manifest("auth.policy", **foreign)) == []


@pytest.mark.parametrize("path", TABLES)
def test_the_schema_refuses_the_usual_misspellings(path: str) -> None:
    refused = [key for where, key, _ in CASES if where == path]
    refused = [key for key in refused if not SCHEMA.is_valid(manifest(path, **{key: ["x"]}))]
    assert len(refused) > len([key for where, key, _ in CASES if where == path]) / 4
    for key in TABLES[path]:
        assert SCHEMA.is_valid(manifest(path, **{key[::-1]: ["x"]}))
        properties: dict[str, Any] = {"auth": {"policy": {}}, "auth.policy": {"required": True}}
        assert SCHEMA.is_valid(manifest(path, **properties.get(path, {})))


def test_a_wrong_spelling_is_hinted_at_in_the_editor() -> None:
    [error] = SCHEMA.iter_errors(manifest("auth.policy", allowed_role=["staff"]))
    assert error.schema["errorMessage"] == "Did you mean 'allowed_roles'?"


@pytest.mark.parametrize("path", TABLES)
@given(st.data())
def test_the_schema_refuses_nothing_that_mdbgen_takes(path: str, data: st.DataObject) -> None:
    known = data.draw(st.sampled_from(TABLES[path]))
    key = data.draw(st.from_regex(spellings(known).replace("$", r"\Z"), fullmatch=True))
    assert nearest_key(key, TABLES[path])


@given(
    st.text(max_size=50), st.sampled_from([*ManifestKeys.model_fields, *PolicyKeys.model_fields])
)
def test_any_text_is_compared(key: str, known: str) -> None:
    assert nearest_key(key, [known]) in ("", known)
    assert nearest_key(known, [known]) == known

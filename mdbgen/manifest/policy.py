"""Who may connect, as the manifest's two policy forms and the endpoints' own keys decide it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mdbgen.model.manifest import POLICY_LISTS, Decision, Policy

TODAY = "auth.policy"
LEGACY = "auth_policy"

# Of the two values of a key, the one that lets fewer clients in.
_STRICTER = {"required": True, "allow_anonymous": False}
# Of the lists of the two forms, these apply together.
_ADDED = tuple(key for key in POLICY_LISTS if key.startswith("denied_"))


class Disagreement(NamedTuple):
    """A key that both forms state differently."""

    key: str
    winner: str  # "auth.policy", "auth_policy", "" where both apply

    @property
    def loser(self) -> str:
        """The form whose value is not used, or is not the only one used."""
        return TODAY if self.winner == LEGACY else LEGACY


def merge_policies(
    today: Mapping[str, Any], legacy: Mapping[str, Any], developer_id: str | None
) -> Policy:
    """Make one policy of ``auth.policy`` and ``auth_policy``.

    ``required`` and ``allow_anonymous``: the stricter value wins. ``denied_…``: both lists
    apply. Any other key: today's form wins where it states it; an empty list states nothing.

    Args:
        today, legacy: the keys that each form states, of the right types.
    """
    lists = {key: _merged_list(key, today, legacy) for key in POLICY_LISTS}
    owner_can_access = today.get("owner_can_access", legacy.get("owner_can_access", True))
    return Policy(
        required=_merged_flag("required", today, legacy),
        allow_anonymous=_merged_flag("allow_anonymous", today, legacy),
        owner=developer_id if owner_can_access else None,
        stated_by={key: _stated_by(key, today, legacy) for key, names in lists.items() if names},
        **lists,
    )


def disagreements(today: Mapping[str, Any], legacy: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Yield the keys that both forms state differently, and which form is used."""
    for key, stricter in _STRICTER.items():
        if key in today and key in legacy and today[key] != legacy[key]:
            yield Disagreement(key, TODAY if today[key] is stricter else LEGACY)
    for key in POLICY_LISTS:
        if today.get(key) and legacy.get(key) and set(today[key]) != set(legacy[key]):
            yield Disagreement(key, "" if key in _ADDED else TODAY)
    key = "owner_can_access"
    if key in today and key in legacy and today[key] != legacy[key]:
        yield Disagreement(key, TODAY)


def decide_required(own: Decision | None, policy: Policy, app: Decision | None) -> Decision:
    """Decide whether an endpoint requires a credential: its own key, else policy, else app.

    Args:
        own: the endpoint's ``auth.required``.
        app: the root key ``auth_required``.
    """
    return own or policy.required or app or Decision(True, "default")


def decide_anonymous(required: Decision, own: Decision | None, policy: Policy) -> Decision:
    """Decide whether an endpoint lets clients in that present no credential.

    Args:
        required: what `decide_required` decided for the endpoint.
        own: the endpoint's ``auth.allow_anonymous``.
    """
    allowed = own or policy.allow_anonymous
    if required.value and allowed:
        return allowed
    return Decision(not required.value, required.decided_by)


def _merged_flag(key: str, today: Mapping[str, Any], legacy: Mapping[str, Any]) -> Decision | None:
    stated = [
        Decision(form[key], f"{name}.{key}")
        for name, form in ((TODAY, today), (LEGACY, legacy))
        if key in form
    ]
    stricter = [decision for decision in stated if decision.value is _STRICTER[key]]
    return next(iter(stricter or stated), None)


def _merged_list(key: str, today: Mapping[str, Any], legacy: Mapping[str, Any]) -> tuple[str, ...]:
    if key in _ADDED:
        return tuple(dict.fromkeys([*today.get(key, ()), *legacy.get(key, ())]))
    return tuple(dict.fromkeys(today.get(key) or legacy.get(key) or ()))


def _stated_by(key: str, today: Mapping[str, Any], legacy: Mapping[str, Any]) -> str:
    """Name the manifest key, or keys, whose list is used."""
    forms = [name for name, form in ((TODAY, today), (LEGACY, legacy)) if form.get(key)]
    used = forms if key in _ADDED else forms[:1]
    return ", ".join(f"{name}.{key}" for name in used)

"""The policy engine on Cedar: puts an access request to the policies in force and gives back a decision with reasons.

It holds no rule of its own: who may do what stands in the policy files. Its one rule: whatever is not a clear permit is a
deny with a reason, be it a missing attribute, an evaluation error or a fault in the engine itself.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cedarpy

from concierge.adapters.cedar_files import LoadedPolicies, PolicyError, read_policies
from concierge.domain.access import (
    AccessDecision,
    AccessRequest,
    Act,
    Attribute,
    DeskRole,
    Principal,
    Resource,
)

__all__ = [
    "NO_POLICY_PERMITS",
    "POLICY_CANNOT_DECIDE",
    "CedarPolicyEngine",
    "PolicyError",
    "check_policies",
    "load_policies",
]

NO_POLICY_PERMITS = "no_policy_permits"
"""Reason of a deny that no policy asked for: nothing permitted the act."""

POLICY_CANNOT_DECIDE = "policy_cannot_decide"
"""Reason of a deny because the question did not fit the schema, or the engine failed; the log says which."""

_TRIAL = AccessRequest(Principal("Person", "trial", DeskRole.HOST), Act.VIEW_DESK, Resource("Desk", "desk"))

_DETAIL_MAX_CHARS = 300

_log = logging.getLogger("concierge.policy")


class CedarPolicyEngine:
    """A `PolicyEngine` on policies that were parsed and validated beforehand.

    Invariants: a decision rests on one set of policies, never on half of an old and half of a new one; `reload` either
    puts a whole valid set in force or changes nothing.
    """

    def __init__(self, directory: Path, loaded: LoadedPolicies) -> None:
        self._directory = directory
        self._loaded = loaded

    @property
    def version(self) -> str:
        """SHA-256 over the names and bytes of the policy files in force, in hexadecimal."""
        return self._loaded.version

    @property
    def reasons(self) -> Mapping[str, str]:
        """Policy id -> its `@reason`: the operator's own words, not translated."""
        return dict(self._loaded.reasons)

    def reload(self) -> bool:
        """Read the directory again and put it in force; return whether anything changed.

        Raises PolicyError when the files cannot be used; then the old policies stay in force.
        """
        fresh = read_policies(self._directory)
        changed = fresh.version != self._loaded.version
        self._loaded = fresh
        return changed

    def works(self) -> bool:
        """Whether policies are in force and a question put to them is decided by them, either way."""
        return bool(self._loaded.reasons) and POLICY_CANNOT_DECIDE not in self.decide(_TRIAL).reasons

    def decide(self, request: AccessRequest) -> AccessDecision:
        """Permit or deny, with the ids of the policies that decided, sorted. Never raises."""
        loaded = self._loaded
        try:
            result = _ask(request, loaded)
            permitted, reasons = _answer(result)
            detail = "; ".join(result.diagnostics.errors)
        except Exception as error:  # noqa: BLE001 -- whatever goes wrong in an engine, the answer is no
            permitted, reasons, detail = False, (POLICY_CANNOT_DECIDE,), f"{type(error).__name__}: {error}"
        if detail:
            # Cedar quotes the whole request in front of "]: "; only the fault belongs in a log.
            fault = detail.rsplit("]: ", 1)[-1][:_DETAIL_MAX_CHARS]
            _log.warning("policy cannot decide %s for a %s: %r", request.act, request.principal.kind, fault)
        return AccessDecision(permitted=permitted, reasons=reasons, policy_version=loaded.version)


def load_policies(directory: Path) -> CedarPolicyEngine:
    """Return an engine on the policies in `directory`; raise PolicyError (file and line) when they cannot be used."""
    return CedarPolicyEngine(directory, read_policies(directory))


def check_policies(directory: Path) -> list[str]:
    """Return what is wrong with the policies in `directory`, a sentence for each fault; empty when they can be used."""
    try:
        read_policies(directory)
    except PolicyError as error:
        return list(error.problems)
    return []


def _ask(request: AccessRequest, loaded: LoadedPolicies) -> cedarpy.AuthzResult:
    principal, resource = request.principal, request.resource
    # What the broker itself knows comes last, so that no attribute can stand in for it.
    entities = [
        _entity(principal.kind, principal.id, {**principal.attributes, "role": principal.role}),
        _entity(resource.kind, resource.id, resource.attributes),
    ]
    question = {
        "principal": {"type": principal.kind, "id": principal.id},
        "action": {"type": "Action", "id": str(request.act)},
        "resource": {"type": resource.kind, "id": resource.id},
        "context": {**request.context, "act": str(request.act)},
    }
    return cedarpy.is_authorized(question, loaded.policies, json.dumps(entities), loaded.schema)


def _entity(kind: str, entity_id: str, attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": entity_id}, "attrs": {**attributes, "id": entity_id}, "parents": []}


def _answer(result: cedarpy.AuthzResult) -> tuple[bool, tuple[str, ...]]:
    """Return (permitted, reasons). A permit beside an evaluation error is a deny: a forbid may have been skipped."""
    reasons = tuple(sorted(result.diagnostics.reasons))
    if result.decision is cedarpy.Decision.NoDecision:
        return False, (POLICY_CANNOT_DECIDE,)
    if result.decision is cedarpy.Decision.Allow:
        clear = bool(reasons) and not result.diagnostics.errors
        return clear, reasons if clear else (POLICY_CANNOT_DECIDE,)
    if reasons:
        return False, reasons
    return False, (POLICY_CANNOT_DECIDE if result.diagnostics.errors else NO_POLICY_PERMITS,)

"""The port to the policy engine."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from concierge.domain.access import AccessDecision, AccessRequest


class PolicyEngine(Protocol):
    """Decides access requests. An engine that cannot decide answers with a deny, never an exception."""

    @property
    def version(self) -> str:
        """Hash of the policies in force."""

    def works(self) -> bool:
        """Whether policies are in force and a question put to them is decided by them, either way."""

    def decide(self, request: AccessRequest) -> AccessDecision:
        """Permit or deny, with the ids of the policies that decided. No decision is a deny."""


@runtime_checkable
class NotesRefusals(Protocol):
    """A policy engine that also keeps what was tried and refused."""

    def refused(self, request: AccessRequest, decision: AccessDecision) -> None:
        """Note a refusal; does not wait and does not raise."""

"""The event that says what the policies decided, so that every act on the record names the policies it rested on."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.event import Narrowing


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDecided(Narrowing):
    """The policies were asked about an act. What was permitted follows right behind; what was refused did not happen.

    `by` is a seat, a person of the desk or an invite; `policies` are the deciding ones, `policy` the version in force.
    Of equal refusals within a minute only the first is here. It changes nothing in the session, and no page is told.
    """

    by: str
    act: str
    permitted: bool
    policies: tuple[str, ...]
    policy: str

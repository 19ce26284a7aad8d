"""Invites: time-limited, scoped, revocable permission to ask to join. The link and PIN are stored only as hashes.

Rule: an invite seats at most one participant; it carries at most what its creator may pass on; opening the link
changes nothing; only an explicit redeem, atomic in the database, uses it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain import limits
from concierge.domain.capability import INVITABLE, Capability, attenuate
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import CompanyId, InviteId, ParticipantId, PersonId, SessionId, TicketId


class InviteState(StrEnum):
    """What an invite is at an instant, as pages show it."""

    NOT_YET = "not_yet"
    READY = "ready"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOCKED = "locked"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Invite:
    """Times are wall-clock milliseconds (the window is agreed between people). `vendor_name` is the expected person."""

    id: InviteId
    ticket: TicketId
    session: SessionId | None
    company: CompanyId
    company_name: str
    vendor_name: str
    vendor_email: str
    capabilities: frozenset[Capability]
    from_ms: int
    until_ms: int
    created_by: PersonId
    created_ms: int
    brief: str = ""
    redeemed_ms: int | None = None
    redeemed_as: ParticipantId | None = None
    revoked_ms: int | None = None
    failed_pins: int = 0
    frozen_ms: int | None = None
    tested_ms: int | None = None
    tested: str | None = None

    def state(self, now_ms: int) -> InviteState:
        """Return the state at `now_ms`."""
        if self.revoked_ms is not None:
            return InviteState.REVOKED
        if now_ms >= self.until_ms:
            return InviteState.EXPIRED
        if self.frozen_ms is not None:
            return InviteState.FROZEN
        if self.redeemed_ms is not None:
            return InviteState.REDEEMED
        if self.failed_pins >= limits.PIN_TRIES:
            return InviteState.LOCKED
        return InviteState.READY if now_ms >= self.from_ms else InviteState.NOT_YET

    def check_redeemable(self, now_ms: int) -> None:
        """Raise Refused with the code `invite_<state>` unless the invite is ready."""
        state = self.state(now_ms)
        if state is not InviteState.READY:
            raise Refused(f"invite_{state}", f"{self.id} is {state}")


def check_new_pin(invite: Invite, now_ms: int) -> None:
    """Raise Refused unless a new PIN would open anything: also where too many wrong ones closed it, or it is frozen."""
    state = invite.state(now_ms)
    if state in (InviteState.REVOKED, InviteState.EXPIRED, InviteState.REDEEMED):
        raise Refused(f"invite_{state}", f"{invite.id} is {state}")


def check_new(
    asked: frozenset[Capability], held: frozenset[Capability], from_ms: int, until_ms: int, now_ms: int
) -> frozenset[Capability]:
    """Return what a new invite may carry. Raises BadInput for a window that makes no sense, Refused for too much."""
    if not from_ms < until_ms or until_ms <= now_ms:
        raise BadInput("the window must end after it begins, and in the future")
    if until_ms - from_ms > limits.INVITE_WINDOW_MAX_MS:
        raise BadInput("the window is at most 30 days")
    if not asked:
        raise BadInput("an invite carries at least one capability")
    carried = attenuate(asked, held & INVITABLE)
    if carried != asked:
        raise Refused("beyond_own", f"{sorted(asked - carried)} cannot be passed on")
    return carried

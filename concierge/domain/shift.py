"""The end of a shift: what somebody answers for, and who has accepted it. Pure values; the rule is `open_duties`.

Rule: nobody signs off while they host a live session, or answer for an invite that is due before they are back, unless a
named host has accepted it. A live session is accepted by taking it over; an invite by a yes on the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.ids import InviteId, PersonId
from concierge.domain.invite import Invite, InviteState
from concierge.domain.session import Session

_TO_LOOK_AFTER = (InviteState.NOT_YET, InviteState.READY)


class CareState(StrEnum):
    """How an offer to look after an invite stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Care:
    """One invite offered to a colleague; an offer lapses at `until_ms`. Times are wall-clock milliseconds."""

    invite: InviteId
    by: PersonId
    to: PersonId
    to_name: str
    state: CareState
    until_ms: int

    def waits(self, now_ms: int) -> bool:
        """Whether the colleague may still answer."""
        return self.state is CareState.OFFERED and now_ms < self.until_ms


def in_care_of(invite: Invite, care: Care | None) -> PersonId:
    """Return who answers for an invite: whoever accepted it, else whoever created it."""
    return care.to if care is not None and care.state is CareState.ACCEPTED else invite.created_by


def due_invites(
    invites: Iterable[Invite], cares: Mapping[InviteId, Care], person: PersonId, back_ms: int, now_ms: int
) -> list[Invite]:
    """Return the invites that `person` answers for and that open before `back_ms`, the earliest first."""
    due = [
        one
        for one in invites
        if one.state(now_ms) in _TO_LOOK_AFTER
        and one.from_ms < back_ms
        and in_care_of(one, cares.get(one.id)) == person
    ]
    return sorted(due, key=lambda one: one.from_ms)


def hosted(sessions: Iterable[Session], person: PersonId) -> list[Session]:
    """Return the live sessions that `person` hosts, the oldest first."""
    own = [one for one in sessions if one.seats[one.host].who.person == person]
    return sorted(own, key=lambda one: one.opened_ms)


def check_back(back_ms: int, now_ms: int) -> None:
    """Raise BadInput unless somebody is away until a time that comes, and soon enough to be a shift."""
    if not now_ms < back_ms <= now_ms + limits.AWAY_MAX_MS:
        raise BadInput("you are back later than now, and within 60 days")

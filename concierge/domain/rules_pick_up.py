"""Rules on picking up: another host takes the place of one who is gone, when the customer accepts the new name.

Rule: not before HOST_PICK_UP_AFTER_MS, or at once after a deliberate leave; no answer in time means no.
"""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.consent import check_wording
from concierge.domain.draft import Draft
from concierge.domain.errors import Refused
from concierge.domain.grant import RevokeReason
from concierge.domain.participant import Role, Seat
from concierge.domain.rules_course import ask_for_the_new_host, close_pick_up, host_is_here, introduce


def pick_up(draft: Draft, command: cmd.PickUpSession) -> None:
    """Take a seat, if there is none yet, and ask the customer."""
    session, who = draft.session, command.participant
    from_ms = session.pick_up_from_ms
    if from_ms is None:
        raise Refused("host_is_here", "the host of this session is not lost")
    if draft.now_ms < from_ms:
        raise Refused("pick_up_too_early", "the host may still come back")
    if session.pick_up is not None:
        raise Refused("pick_up_open", "a colleague is being introduced already")
    if who.role is not Role.OBSERVER or who.person is None or who.until_ms is not None:
        raise Refused("wrong_door", f"a {who.role} does not pick a session up")
    seat = next((one for one in session.present() if one.who.person == who.person), None)
    if seat is None:
        if who.id in session.seats or len(session.present()) >= limits.PARTICIPANTS_MAX:
            raise Refused("session_full", "too many participants")
        draft.add(ev.ParticipantArrived, participant=who)
        draft.add(ev.ParticipantAdmitted, participant=who.id, by=None)
        introduce(draft)
    elif seat.who.id == session.host:
        raise Refused("already_host", "you have the session already")
    elif seat.who.role is not Role.OBSERVER or not seat.here:
        raise Refused("not_present", "whoever picks up is here and not frozen")
    asker = who.id if seat is None else seat.who.id
    until_ms = draft.now_ms + limits.PICK_UP_ANSWER_MS
    draft.add(ev.PickUpAsked, participant=asker, until_ms=until_ms, came=seat is None)


def answer_pick_up(draft: Draft, command: cmd.AnswerPickUp) -> None:
    """With the customer's yes the colleague is the host, and what was allowed before is asked anew, by the new name."""
    draft.the_customer(command.by)
    picking = draft.session.pick_up
    if picking is None or picking.until_ms <= draft.now_ms:
        raise Refused("question_closed", "that question is no longer open")
    if not command.yes:
        close_pick_up(draft, "declined")
        return
    check_wording(command.wording)
    if draft.session.absence is not None:
        raise Refused("away_now", "nobody says yes while away from the screen")
    next_host = draft.admitted(picking.by)
    if not next_host.here:
        raise Refused("not_present", "the next host must be present and not frozen")
    draft.add(ev.PickUpAgreed, participant=picking.by, wording=command.wording)
    _take_over(draft, next_host, command)


def _take_over(draft: Draft, next_host: Seat, command: cmd.AnswerPickUp) -> None:
    former = draft.session.host
    draft.add(ev.HostChanged, former=former, host=next_host.who.id)
    draft.revoke_all([key for key in draft.session.grants if key[0] == former], RevokeReason.HANDED_OVER)
    for consent in [key for key, one in draft.session.questions.items() if one.participant == former]:
        draft.add(ev.ConsentLapsed, consent=consent)
    draft.baseline(next_host.who.id)
    first, rest = command.consents[:1], command.consents[1:]
    host_is_here(draft, rest)
    if first:
        ask_for_the_new_host(draft, first[0])

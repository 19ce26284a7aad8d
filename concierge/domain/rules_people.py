"""Rules on who comes in and who goes: lobby, match, admission, presence, freezing, leaving."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import INVITABLE, NEEDS, Capability
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.participant import LeaveReason, Mode, Participant, Presence, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.rules_course import (
    clear_pause,
    close_pick_up,
    end,
    host_is_here,
    introduce,
    may_look,
    pause,
)
from concierge.domain.session import State


def arrive(draft: Draft, command: cmd.Arrive) -> None:
    """Take a seat in the lobby."""
    who = command.participant
    _check_free_seat(draft, who)
    if who.role is Role.CUSTOMER and draft.session.customer is not None:
        raise Refused("customer_already_here", "the session has a customer")
    if who.role is Role.VENDOR and len(draft.session.vendors()) >= limits.VENDORS_MAX:
        raise Refused("session_full", "too many vendors")
    if who.role not in (Role.CUSTOMER, Role.VENDOR):
        raise Refused("wrong_door", f"a {who.role} does not come through the lobby")
    # Whoever was sent away from the lobby has not used the invite up: the right person may still come.
    came = (
        seat for seat in draft.session.seats.values() if seat.admitted or seat.presence is not Presence.LEFT
    )
    invites = {seat.who.invite for seat in came} - {None}
    if who.invite in invites:
        raise Refused("already_here", "that invite has seated somebody")
    draft.add(ev.ParticipantArrived, participant=who)


def join_desk(draft: Draft, command: cmd.JoinDesk) -> None:
    """A colleague comes in; nothing is held until the customer agrees."""
    who = command.participant
    _check_free_seat(draft, who)
    if who.role is not Role.OBSERVER or who.person is None:
        raise Refused("wrong_door", f"a {who.role} does not come in from the desk")
    if any(seat.who.person == who.person for seat in draft.session.present()):
        raise Refused("already_here", "that person has a seat already")
    draft.add(ev.ParticipantArrived, participant=who)
    draft.add(ev.ParticipantAdmitted, participant=who.id, by=None)
    introduce(draft, command.consent)
    if who.person in draft.session.opinions:
        may_look(draft, who.id, command.consent)


def confirm_match(draft: Draft, command: cmd.ConfirmMatch) -> None:
    """The host typed the customer's digits: right lets the customer in and asks about the recording."""
    host = draft.the_host(command.by)
    seat = draft.seat(command.participant)
    if seat.who.role is not Role.CUSTOMER or seat.admitted:
        raise Refused("not_in_lobby", "nobody waits to be matched")
    if not host.here:
        raise Refused("not_now", "a host who is away lets nobody in")
    if not command.correct:
        draft.add(ev.MatchFailed, participant=seat.who.id, by=host.who.id)
        if draft.session.seats[seat.who.id].failed_matches >= limits.MATCH_TRIES:
            draft.leave(seat.who.id, LeaveReason.MATCH_FAILED)
        return
    draft.add(ev.MatchConfirmed, participant=seat.who.id, by=host.who.id)
    draft.baseline(seat.who.id)
    draft.baseline(host.who.id)
    draft.ask(command.consent, Capability.RECORD, host.who.id, host.who.id)
    introduce(draft)


def admit(draft: Draft, command: cmd.Admit) -> None:
    """Let a vendor in; what the invite carries and needs consent for is asked of the customer, by name."""
    host = draft.the_host(command.by)
    seat = draft.seat(command.participant)
    if seat.presence is not Presence.LOBBY or seat.who.role is not Role.VENDOR:
        raise Refused("not_in_lobby", "that participant does not wait in the lobby")
    if not draft.session.matched:
        raise Refused("customer_first", "the customer is not here yet")
    if seat.who.until_ms is not None and seat.who.until_ms <= draft.now_ms:
        raise Refused("time_up", "the time for this seat is over")
    draft.add(ev.ParticipantAdmitted, participant=seat.who.id, by=host.who.id)
    draft.baseline(seat.who.id)
    if not draft.session.recorded:
        return
    wanted = sorted(capability for capability in seat.who.may_hold & INVITABLE if NEEDS[capability].consent)
    if len(command.consents) < len(wanted):
        raise BadInput("an admission brings an id for each question it raises")
    for consent, capability in zip(command.consents, wanted, strict=False):
        draft.ask(consent, capability, seat.who.id, host.who.id)


def remove(draft: Draft, command: cmd.Remove) -> None:
    """Leave, be removed, or be denied entry."""
    seat = draft.seat(command.participant)
    own = command.by == seat.who.id
    if own and seat.who.role is Role.HOST:
        host_leaves(draft)
        return
    if own and seat.who.role is Role.CUSTOMER and seat.admitted:
        end(draft, EndReason.CUSTOMER_LEFT, seat.who.id)
        return
    if not own:
        if command.by is not None:
            draft.the_host(command.by)
            if command.reason not in (LeaveReason.REMOVED, LeaveReason.DENIED):
                raise BadInput("a host removes or denies, and gives no other reason")
        if seat.who.id == draft.session.host:
            raise Refused("host_stays", "the host cannot be removed")
        if seat.who.role is Role.CUSTOMER and seat.admitted:
            raise Refused("end_instead", "the customer is not removed; end the session")
    draft.leave(seat.who.id, LeaveReason.LEFT if own else command.reason)


def host_leaves(draft: Draft) -> None:
    """A deliberate leave of the host: vendors are out, the session is paused, the customer is told.

    Not between an offer and its acceptance: the first may leave only when the next is there.
    """
    if draft.session.handover is not None:
        raise Refused("handover_first", "the next host has not taken over yet")
    if draft.session.state is State.WAITING:
        end(draft, EndReason.HOST_LEFT, draft.session.host)
        return
    pause(draft, PauseReason.HOST_LEFT)


def remove_invited(draft: Draft, command: cmd.RemoveInvited) -> None:
    """A revoked invite takes its seat with it."""
    if command.by is not None:
        draft.the_host(command.by)
    for seat in draft.session.vendors():
        if seat.who.invite == command.invite:
            draft.leave(seat.who.id, LeaveReason.INVITE_REVOKED)


def lose_presence(draft: Draft, command: cmd.LosePresence) -> None:
    """Silent for too long: the seat is kept; without host or customer the session pauses."""
    seat = draft.session.seat(command.participant)
    if seat is None or seat.presence is not Presence.JOINED:
        return
    draft.add(ev.PresenceLost, participant=seat.who.id)
    if draft.session.state in (State.ACTIVE, State.PAUSED):
        if seat.who.id == draft.session.host:
            pause(draft, PauseReason.HOST_LOST)
        elif seat.who.role is Role.CUSTOMER:
            pause(draft, PauseReason.CUSTOMER_LOST)


def regain_presence(draft: Draft, command: cmd.RegainPresence) -> None:
    """Heard again: the pause that the silence caused is over."""
    seat = draft.session.seat(command.participant)
    if seat is None:
        return
    if seat.presence is Presence.AWAY:
        draft.add(ev.PresenceRegained, participant=seat.who.id)
    if seat.who.id == draft.session.host:
        close_pick_up(draft, "host_back")
        host_is_here(draft, command.consents)
    elif seat.who.role is Role.CUSTOMER and seat.admitted:
        clear_pause(draft, PauseReason.CUSTOMER_LOST, command.consents)


def freeze(draft: Draft, command: cmd.Freeze) -> None:
    """Stop a vendor or observer from seeing and doing anything."""
    draft.the_host(command.by)
    seat = draft.admitted(command.participant)
    if seat.who.role not in (Role.VENDOR, Role.OBSERVER, Role.MODERATOR):
        raise Refused("cannot_freeze", f"a {seat.who.role} is not frozen; pause the session")
    if seat.mode is Mode.FREE:
        draft.add(ev.ParticipantFrozen, participant=seat.who.id, by=draft.session.host)


def unfreeze(draft: Draft, command: cmd.Unfreeze) -> None:
    """Lift a freeze."""
    draft.the_host(command.by)
    seat = draft.admitted(command.participant)
    if seat.mode is Mode.FROZEN:
        draft.add(ev.ParticipantUnfrozen, participant=seat.who.id, by=draft.session.host)


def _check_free_seat(draft: Draft, who: Participant) -> None:
    if len(draft.session.present()) >= limits.PARTICIPANTS_MAX:
        raise Refused("session_full", "too many participants")
    if who.id in draft.session.seats:
        raise Refused("already_here", "that seat is taken")
    if who.until_ms is not None and who.until_ms <= draft.now_ms:
        raise Refused("time_up", "the time for this seat is over")

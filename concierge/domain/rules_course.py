"""Rules on the session's course: pause, resume, hand over, end, and what time does by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import NEEDS, Capability
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.grant import RevokeReason
from concierge.domain.ids import ConsentId, ParticipantId
from concierge.domain.participant import LeaveReason, Presence, Role, Seat
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import State, next_warning

# Who may set and clear which pause by hand; every other reason is the broker's own.
_BY_HAND: dict[PauseReason, Role] = {
    PauseReason.HOST_PAUSED: Role.HOST,
    PauseReason.CUSTOMER_PAUSED: Role.CUSTOMER,
}

# The pauses that end as soon as there is a host again.
HOSTLESS = (PauseReason.HOST_LOST, PauseReason.HOST_LEFT, PauseReason.BROKER_RESTARTED)

# How a pause that lasts too long ends the session; what is not named ends as PAUSED_TOO_LONG.
_ENDS_AS: tuple[tuple[PauseReason, EndReason], ...] = (
    (PauseReason.RECORDING_UNAVAILABLE, EndReason.RECORDING_FAILED),
    (PauseReason.HOST_LEFT, EndReason.HOST_LEFT),
    (PauseReason.HOST_LOST, EndReason.HOST_LOST),
    (PauseReason.BROKER_RESTARTED, EndReason.HOST_LOST),
    (PauseReason.CUSTOMER_LOST, EndReason.CUSTOMER_LOST),
)


def pause(draft: Draft, reason: PauseReason) -> None:
    """Pause for one more reason; idempotent. A waiting session shows nothing and needs no pause.

    When the host has left, vendors are out: none stays without a host.
    """
    if draft.session.state not in (State.ACTIVE, State.PAUSED):
        return
    if reason is PauseReason.HOST_LEFT:
        for vendor in draft.session.vendors():
            draft.leave(vendor.who.id, LeaveReason.HOST_GONE)
    if reason not in draft.session.pauses:
        draft.add(ev.SessionPaused, reason=reason)


def clear_pause(draft: Draft, reason: PauseReason, consents: Sequence[ConsentId] = ()) -> None:
    """Take one reason away; with the last one gone the session resumes, without consents gone stale meanwhile.

    What went stale is asked again, as far as there are ids for the questions.
    """
    session = draft.session
    if reason not in session.pauses:
        return
    draft.add(ev.PauseCleared, reason=reason)
    if draft.session.pauses:
        return
    paused_ms = session.paused_ms if session.paused_ms is not None else draft.now_ms
    if draft.now_ms - paused_ms >= limits.CONSENT_STALE_PAUSE_MS:
        keys = [key for key, grant in session.grants.items() if NEEDS[grant.capability].consent]
        draft.revoke_all(keys, RevokeReason.STALE)
        draft.add(ev.SessionResumed)
        ask_again(draft, keys, consents)
        return
    draft.add(ev.SessionResumed)


def ask_again(
    draft: Draft, keys: Iterable[tuple[ParticipantId, Capability]], consents: Sequence[ConsentId]
) -> None:
    """Ask the customer anew for what was allowed before, for those who are still here; what there is no room for waits."""
    session, host = draft.session, draft.session.host
    fresh = iter([consent for consent in consents if consent not in session.questions])
    for participant, capability in keys:
        seat = draft.session.seat(participant)
        customers = seat is not None and seat.who.role is Role.CUSTOMER
        full = len(draft.session.questions) >= limits.CONSENTS_OPEN_MAX
        if seat is None or customers or full or not session.recorded:
            continue
        consent = next(fresh, None)
        if consent is not None and consent not in draft.session.questions:
            draft.ask(consent, capability, participant, host)


def end(
    draft: Draft,
    reason: EndReason,
    by: ParticipantId | None,
    outcome: str = "",
    note: str = "",
    told: str = "",
) -> None:
    """End for good."""
    marked = draft.session.marked
    draft.add(ev.SessionEnded, reason=reason, by=by, outcome=outcome, note=note, marked=marked, told=told)


def pause_by_command(draft: Draft, command: cmd.Pause) -> None:
    """Pause at somebody's wish, or for what the broker noticed."""
    _allowed_by_hand(draft, command.by, command.reason)
    pause(draft, command.reason)


def resume_by_command(draft: Draft, command: cmd.Resume) -> None:
    """Take a pause reason away."""
    _allowed_by_hand(draft, command.by, command.reason)
    silent = {PauseReason.HOST_LOST: draft.session.seat(draft.session.host)}
    silent[PauseReason.CUSTOMER_LOST] = draft.session.customer
    seat = silent.get(command.reason)
    if seat is not None and seat.presence is Presence.AWAY:
        raise Refused("not_now", f"{seat.who.id} is still away")
    clear_pause(draft, command.reason)


def _allowed_by_hand(draft: Draft, by: ParticipantId | None, reason: PauseReason) -> None:
    if reason is PauseReason.CUSTOMER_AWAY:
        raise Refused("not_now", "that pause begins and ends with the customer's word")
    if by is None:
        return
    role = draft.admitted(by).who.role
    if _BY_HAND.get(reason) is not role:
        raise Refused("not_yours_to_pause", f"a {role} does not set or clear {reason}")


# --- hand-over ---


def offer_handover(draft: Draft, command: cmd.OfferHandover) -> None:
    """The host names the next host and writes the brief."""
    host = draft.the_host(command.by)
    if command.to == host.who.person:
        raise Refused("already_host", "you have the session already")
    if draft.session.handover is not None:
        raise Refused("handover_open", "another hand-over is open")
    brief = command.brief.strip()
    if not brief:
        raise BadInput("the next host needs a brief: write a sentence or two")
    if len(brief) > limits.NOTE_MAX_CHARS:
        raise BadInput(f"a brief has at most {limits.NOTE_MAX_CHARS} characters")
    until_ms = draft.now_ms + limits.HANDOVER_OFFER_MS
    draft.add(
        ev.HandoverOffered,
        to=command.to,
        to_name=command.to_name,
        by=host.who.id,
        brief=brief,
        until_ms=until_ms,
    )
    introduce(draft)


def introduce(draft: Draft, consent: ConsentId | None = None) -> None:
    """Tell the customer the successor's name, and ask whether they may see what the host sees."""
    offer = draft.session.handover
    if offer is None or offer.successor is None or offer.introduced or not draft.session.matched:
        return
    draft.add(ev.SuccessorIntroduced, participant=offer.successor)
    may_look(draft, offer.successor, consent)


def may_look(draft: Draft, participant: ParticipantId, consent: ConsentId | None) -> None:
    """Ask whether a colleague who came to look may see the screen, while the host sees it."""
    session = draft.session
    sees = session.holds(session.host, Capability.VIEW_SCREEN, draft.now_ms)
    full = len(session.questions) >= limits.CONSENTS_OPEN_MAX or consent in session.questions
    if consent is None or not sees or full or not session.recorded:
        return
    if Capability.VIEW_SCREEN in session.seats[participant].who.may_hold:
        draft.ask(consent, Capability.VIEW_SCREEN, participant, session.host)


def withdraw_handover(draft: Draft, command: cmd.WithdrawHandover) -> None:
    """The host keeps the session after all."""
    draft.the_host(command.by)
    if draft.session.handover is not None:
        draft.add(ev.HandoverClosed, outcome="withdrawn")


def decline_handover(draft: Draft, command: cmd.DeclineHandover) -> None:
    """The successor declines."""
    _successor(draft, command.by)
    draft.add(ev.HandoverClosed, outcome="declined")


def accept_handover(draft: Draft, command: cmd.AcceptHandover) -> None:
    """Present and briefed, the successor becomes the host; the former one stays as an observer until leaving."""
    _successor(draft, command.by)
    if not command.brief_read:
        raise Refused("brief_first", "read the brief before taking over")
    former = draft.session.host
    successor = draft.admitted(command.by)
    if not successor.here:
        raise Refused("not_present", "the next host must be present and not frozen")
    offer = draft.session.handover
    if draft.session.matched and offer is not None and not offer.introduced:
        raise Refused("introduce_first", "the customer has not been told who takes over")
    draft.add(ev.HostChanged, former=former, host=successor.who.id)
    draft.revoke(former, Capability.MARK, RevokeReason.HANDED_OVER)
    close_pick_up(draft, "host_back")
    if draft.session.matched:
        draft.baseline(successor.who.id)
    host_is_here(draft)
    ask_for_the_new_host(draft, command.consent)


def host_is_here(draft: Draft, consents: Sequence[ConsentId] = ()) -> None:
    """End every pause that the lack of a host caused."""
    for reason in HOSTLESS:
        clear_pause(draft, reason, consents)


def ask_for_the_new_host(draft: Draft, consent: ConsentId) -> None:
    """Ask the customer, by name, whether the new host may see; a full list of questions is no reason to stay hostless."""
    session = draft.session
    host = session.seats[session.host].who
    full = len(session.questions) >= limits.CONSENTS_OPEN_MAX or consent in session.questions
    if session.recorded and session.matched and Capability.VIEW_SCREEN in host.may_hold and not full:
        draft.ask(consent, Capability.VIEW_SCREEN, host.id, host.id)


def _successor(draft: Draft, by: ParticipantId | None) -> None:
    offer = draft.session.handover
    if offer is None or by is None or offer.successor != by:
        raise Refused("no_handover_for_you", "no hand-over is offered to this participant")


# --- end and time ---


def note_clock_step(draft: Draft, command: cmd.NoteClockStep) -> None:
    """Put a jump of the wall clock on the record."""
    draft.add(ev.ClockStepped, by_ms=command.by_ms)


def note_stop(draft: Draft, _command: cmd.NoteStop) -> None:
    """Put an orderly stop of the broker on the record, as the last word before the next start."""
    draft.add(ev.BrokerStopped)


def stop_everything(draft: Draft, command: cmd.StopEverything) -> None:
    """The customer's stop needs no one's leave. From the lobby it is a leave: who is not matched ends nobody's session."""
    seat = draft.seat(command.by)
    if seat.who.role is not Role.CUSTOMER:
        raise Refused("customer_only", "only the customer stops everything")
    if not seat.admitted:
        draft.leave(seat.who.id, LeaveReason.LEFT)
        return
    end(draft, EndReason.CUSTOMER_STOPPED, seat.who.id)


def end_by_command(draft: Draft, command: cmd.End) -> None:
    """The host ends with outcome and note; the broker ends for a reason of its own."""
    if command.by is not None:
        draft.the_host(command.by)
        if command.reason is not EndReason.COMPLETED:
            raise BadInput("a host completes a session, and gives no other reason")
    if (
        max(len(command.note), len(command.told)) > limits.NOTE_MAX_CHARS
        or len(command.outcome) > limits.TITLE_MAX_CHARS
    ):
        raise BadInput(f"a note has at most {limits.NOTE_MAX_CHARS} characters")
    end(
        draft,
        command.reason,
        command.by,
        command.outcome.strip(),
        command.note.strip(),
        command.told.strip(),
    )


def tick(draft: Draft, _command: cmd.Tick) -> None:
    """Let every deadline that has passed take effect."""
    if _overdue(draft):
        return
    now = draft.now_ms
    for consent, question in list(draft.session.questions.items()):
        if question.until_ms <= now:
            draft.add(ev.ConsentLapsed, consent=consent)
    expired = [key for key, grant in draft.session.grants.items() if grant.until_ms <= now]
    draft.revoke_all(expired, RevokeReason.EXPIRED)
    offer = draft.session.handover
    if offer is not None and offer.until_ms <= now:
        draft.add(ev.HandoverClosed, outcome="lapsed")
    picking = draft.session.pick_up
    if picking is not None and picking.until_ms <= now:
        close_pick_up(draft, "lapsed")
    for opinion in list(draft.session.opinions.values()):
        if opinion.until_ms <= now and not draft.session.seated(opinion.of):
            draft.add(ev.OpinionClosed, of=opinion.of)
    _seats_in_time(draft)


def close_pick_up(draft: Draft, outcome: str) -> None:
    """Nobody picks up; whoever came only for that goes again."""
    picking = draft.session.pick_up
    if picking is None:
        return
    draft.add(ev.PickUpClosed, participant=picking.by, outcome=outcome)
    if picking.came and picking.by != draft.session.host and draft.session.seat(picking.by) is not None:
        draft.leave(picking.by, LeaveReason.NOT_PICKED_UP)


def _overdue(draft: Draft) -> bool:
    session, now = draft.session, draft.now_ms
    if now >= session.opened_ms + limits.SESSION_MAX_MS:
        end(draft, EndReason.TIME_LIMIT, None)
        return True
    if session.state is State.WAITING and now >= session.opened_ms + limits.WAITING_MAX_MS:
        end(draft, EndReason.NOT_JOINED, None)
        return True
    if session.paused_ms is not None and now >= session.paused_ms + limits.PAUSED_MAX_MS:
        causes = [ends for paused, ends in _ENDS_AS if paused in session.pauses]
        end(draft, causes[0] if causes else EndReason.PAUSED_TOO_LONG, None)
        return True
    return False


def _seats_in_time(draft: Draft) -> None:
    lost_ms = draft.session.host_lost_ms
    if lost_ms is not None and lost_ms <= draft.now_ms:
        _host_silent_for_long(draft)
    for who in [seat.who.id for seat in draft.session.present()]:
        seat = draft.session.seat(who)
        if seat is not None:
            _seat_in_time(draft, seat)


def _seat_in_time(draft: Draft, seat: Seat) -> None:
    who, now = seat.who, draft.now_ms
    if who.until_ms is not None and who.until_ms <= now:
        if who.id == draft.session.host or (who.role is Role.CUSTOMER and seat.admitted):
            end(draft, EndReason.TIME_LIMIT, None)
        else:
            draft.leave(who.id, LeaveReason.TIME_UP)
    elif seat.presence is Presence.LOBBY and seat.since_ms + limits.LOBBY_MAX_MS <= now:
        draft.leave(who.id, LeaveReason.LOBBY_TIMEOUT)
    elif who.until_ms is not None:
        _warn(draft, seat, who.until_ms - now)


def _host_silent_for_long(draft: Draft) -> None:
    """A long silence puts the vendors out; a waiting session ends, another stays paused for somebody to pick it up."""
    if draft.session.state is State.WAITING:
        end(draft, EndReason.HOST_LOST, None)
        return
    for vendor in draft.session.vendors():
        draft.leave(vendor.who.id, LeaveReason.HOST_GONE)


def _warn(draft: Draft, seat: Seat, left_ms: int) -> None:
    """Warn once for every warning that has become due, with the time that is really left."""
    warning = next_warning(seat)
    if warning is not None and left_ms <= warning:
        draft.add(ev.EndingSoon, participant=seat.who.id, left_ms=left_ms)

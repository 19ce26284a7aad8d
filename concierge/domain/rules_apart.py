"""Rules for when somebody is not at the screen: a customer who steps away or is not alone, and a machine that slept.

Rule: stepping away hides and voids at once; coming back asks again. The yes to the recording stays: it is the session's,
and nothing is recorded while it is paused.
"""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.grant import RevokeReason
from concierge.domain.participant import Presence
from concierge.domain.reasons import PauseReason
from concierge.domain.rules_access import stop_sharing
from concierge.domain.rules_course import ask_again, clear_pause, pause


def step_away(draft: Draft, command: cmd.StepAway) -> None:
    """Pause, close what is shown, and void what was allowed. Saying it twice changes nothing."""
    customer = draft.the_customer(command.by)
    if draft.session.absence is not None:
        return
    draft.add(ev.CustomerSteppedAway, participant=customer.who.id, why=command.why)
    stop_sharing(draft, RevokeReason.STEPPED_AWAY)
    pause(draft, PauseReason.CUSTOMER_AWAY)


def come_back(draft: Draft, command: cmd.ComeBack) -> None:
    """End the pause that stepping away caused, and ask again for what had been allowed."""
    customer = draft.the_customer(command.by)
    absence = draft.session.absence
    if absence is None:
        raise Refused("not_away", "nobody stepped away")
    draft.add(ev.CustomerCameBack, participant=customer.who.id)
    clear_pause(draft, PauseReason.CUSTOMER_AWAY)
    ask_again(draft, absence.held, command.consents)


def note_sleep(draft: Draft, command: cmd.NoteSleep) -> None:
    """Put a sleep on the record. A page is believed as far as the broker itself heard nothing, and once for each silence."""
    seat = draft.admitted(command.by)
    if command.slept_ms < limits.SLEPT_MIN_MS:
        raise BadInput("that was too short for a sleep")
    absent = draft.now_ms - seat.since_ms if seat.presence is Presence.AWAY else seat.away_ms
    if absent is None:
        raise Refused("not_now", "that page was never silent")
    slept_ms = min(command.slept_ms, absent + limits.PRESENCE_SILENT_MS)
    if slept_ms >= limits.SLEPT_MIN_MS:
        draft.add(ev.ParticipantSlept, participant=seat.who.id, slept_ms=slept_ms)

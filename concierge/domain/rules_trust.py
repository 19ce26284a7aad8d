"""Rules of trust: an alarm ends everything at once, a name is claimed, a question waits longer, the telephone is noted.

Rule: an alarm needs nobody's leave and is heard from the lobby too. Whoever holds a code can raise it, and so end a session
that is still waiting: nothing is going on in it, and a frightened person comes first.
"""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.participant import Role
from concierge.domain.reasons import EndReason
from concierge.domain.rules_course import end
from concierge.domain.trust import Claim, Established


def raise_alarm(draft: Draft, command: cmd.RaiseAlarm) -> None:
    """End the session for its own reason; a supervisor is told by whoever keeps the event."""
    if command.by is not None and draft.seat(command.by).who.role is not Role.CUSTOMER:
        raise Refused("customer_only", "only the customer raises this alarm")
    draft.add(ev.AlarmRaised, participant=command.by, place=command.place)
    end(draft, EndReason.CUSTOMER_ALARMED, command.by)


def claim_name(draft: Draft, command: cmd.ClaimName) -> None:
    """Put on the record who the customer says they are, and what it rests on. Said once."""
    seat = draft.seat(command.by)
    if seat.who.role is not Role.CUSTOMER:
        raise Refused("customer_only", "only the customer says who the customer is")
    if seat.claimed is not Claim.UNSAID:
        raise Refused("name_said", "the customer has said who they are")
    name = command.name.strip()
    if len(name) > limits.NAME_MAX_CHARS:
        raise BadInput(f"a name has at most {limits.NAME_MAX_CHARS} characters")
    if not name and not seat.who.name:
        raise BadInput("the ticket has no name: say yours")
    draft.add(
        ev.NameClaimed,
        participant=seat.who.id,
        name=name or seat.who.name,
        expected=not name,
        how=seat.who.came_by or Established.SPOKEN_CODE,
    )


def more_time(draft: Draft, command: cmd.MoreTime) -> None:
    """Give the customer the whole time again; as often as they like, while the session lasts."""
    draft.the_customer(command.by)
    question = draft.session.questions.get(command.consent)
    if question is None or question.until_ms <= draft.now_ms:
        raise Refused("question_closed", "that question is no longer open")
    until_ms = draft.now_ms + limits.CONSENT_ANSWER_MS
    if until_ms >= question.until_ms + limits.MORE_TIME_MIN_MS:
        draft.add(ev.ConsentProlonged, consent=question.id, until_ms=until_ms)


def take_telephone(draft: Draft, command: cmd.TakeTelephone) -> None:
    """Mark on the timeline that host and customer also talk on the telephone, or no longer do."""
    host = draft.the_host(command.by)
    if command.on != draft.session.telephone:
        draft.add(ev.TelephoneTaken if command.on else ev.TelephonePutDown, by=host.who.id)

"""Rules among colleagues inside a session: asking a second host for an opinion, and lines that only the desk reads."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.participant import Participant, Role

_LOOKING_ON = (Role.OBSERVER, Role.MODERATOR)


def of_the_desk(who: Participant) -> bool:
    """Whether this participant reads what the desk's people write to each other."""
    return who.role is Role.HOST or (who.role in _LOOKING_ON and who.person is not None)


def ask_opinion(draft: Draft, command: cmd.AskOpinion) -> None:
    """Ask another host to look on; asking again renews the question."""
    host = draft.the_host(command.by)
    session = draft.session
    if command.of == host.who.person:
        raise Refused("already_host", "you have the session already")
    question = command.question.strip()
    if not question or len(question) > limits.CHAT_MAX_CHARS:
        raise BadInput(f"a question has between 1 and {limits.CHAT_MAX_CHARS} characters")
    if command.of not in session.opinions and len(session.opinions) >= limits.OPINIONS_MAX:
        raise Refused("enough_opinions", "enough colleagues have been asked")
    draft.add(
        ev.OpinionAsked,
        of=command.of,
        of_name=command.of_name,
        by=host.who.id,
        question=question,
        until_ms=draft.now_ms + limits.OPINION_ASKED_MS,
    )


def say_to_desk(draft: Draft, command: cmd.SayToDesk) -> None:
    """Write a line that only the desk's people in the session read; no customer and no vendor ever does."""
    seat = draft.admitted(command.by)
    text = command.text.strip()
    if not text:
        raise BadInput("the line is empty")
    if len(text) > limits.CHAT_MAX_CHARS:
        raise BadInput(f"a line has at most {limits.CHAT_MAX_CHARS} characters")
    if not of_the_desk(seat.who) or not seat.here:
        raise Refused("desk_only", "only the desk writes here")
    draft.add(ev.DeskLineSaid, participant=seat.who.id, text=text)

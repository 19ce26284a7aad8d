"""The people of the plays, and the scenes that plays begin with."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from concierge.domain import commands as cmd
from concierge.domain.capability import Capability
from concierge.domain.consent import Wording
from concierge.domain.ids import (
    CompanyId,
    ConsentId,
    InviteId,
    ParticipantId,
    PersonId,
    RecordingId,
    SessionId,
    SurfaceId,
    TicketId,
    form_id,
)
from concierge.domain.participant import Participant, Role
from concierge.domain.surface import SurfaceKind
from tests.playbook import Play

_numbers = count(1)


def fresh(kind: str) -> str:
    """Return an identifier that nobody has seen yet."""
    return form_id(kind, (next(_numbers) << 6).to_bytes(17, "big"))


SESSION = SessionId(fresh("session"))
TICKET = TicketId(fresh("ticket"))
RECORDING = RecordingId(fresh("recording"))
SURFACE = SurfaceId(fresh("surface"))
WORDING = Wording("a" * 64, "en")
FULL = frozenset({Capability.VIEW_SCREEN, Capability.VOICE, Capability.CHAT, Capability.MARK})


def consent() -> ConsentId:
    """Return a fresh consent id."""
    return ConsentId(fresh("consent"))


HOST = Participant(
    ParticipantId(fresh("participant")),
    Role.HOST,
    "Hanna Holt",
    "Example Desk",
    FULL | {Capability.RECORD, Capability.VIEW_CAMERA},
    person=PersonId(fresh("person")),
)
CUSTOMER = Participant(
    ParticipantId(fresh("participant")), Role.CUSTOMER, "Carl Kunde", "Example Works", FULL
)
VENDOR = Participant(
    ParticipantId(fresh("participant")),
    Role.VENDOR,
    "Vera Vogel",
    "Printers Ltd",
    FULL,
    company=CompanyId(fresh("company")),
    invite=InviteId(fresh("invite")),
)
COLLEAGUE = Participant(
    ParticipantId(fresh("participant")),
    Role.OBSERVER,
    "Otto Ober",
    "Example Desk",
    FULL,
    person=PersonId(fresh("person")),
)


def another_vendor(until_ms: int | None = None) -> Participant:
    """Return a vendor with a seat and an invite of their own."""
    return replace(
        VENDOR,
        id=ParticipantId(fresh("participant")),
        invite=InviteId(fresh("invite")),
        until_ms=until_ms,
    )


# --- scenes, each building on the one before ---


def opened() -> Play:
    """The host has opened the session."""
    play = Play()
    play.does(cmd.OpenSession(by=HOST.id, session=SESSION, ticket=TICKET, recording=RECORDING, host=HOST))
    return play


def lobby() -> Play:
    """The customer waits in the lobby."""
    play = opened()
    play.does(cmd.Arrive(participant=CUSTOMER))
    return play


def matched() -> Play:
    """The customer is in, and asked about the recording."""
    play = lobby()
    play.does(cmd.ConfirmMatch(by=HOST.id, participant=CUSTOMER.id, correct=True, consent=consent()))
    return play


def recorded() -> Play:
    """The customer has agreed to the recording."""
    play = matched()
    answer(play, yes=True)
    return play


def seen() -> Play:
    """The host may see the screen, and it is shared."""
    play = recorded()
    agree(play, Capability.VIEW_SCREEN, HOST.id)
    play.does(cmd.OpenSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.MONITOR))
    return play


def with_vendor(vendor: Participant = VENDOR) -> Play:
    """A vendor sees it too, and everybody may speak."""
    play = seen()
    agree(play, Capability.VOICE, HOST.id)
    admit(play, vendor)
    while play.session.questions:
        answer(play, yes=True)
    return play


def admit(play: Play, vendor: Participant = VENDOR) -> None:
    """A vendor comes in by the lobby."""
    play.does(cmd.Arrive(participant=vendor))
    play.does(cmd.Admit(by=HOST.id, participant=vendor.id, consents=(consent(), consent())))


def agree(play: Play, capability: Capability, participant: ParticipantId) -> None:
    """The host asks, the customer says yes."""
    asked = consent()
    by = play.session.host
    play.does(cmd.AskConsent(by=by, consent=asked, capability=capability, participant=participant))
    play.does(cmd.AnswerConsent(by=CUSTOMER.id, consent=asked, yes=True, wording=WORDING))


def answer(play: Play, *, yes: bool) -> None:
    """The customer answers the oldest open question."""
    oldest = next(iter(play.session.questions))
    play.does(cmd.AnswerConsent(by=CUSTOMER.id, consent=oldest, yes=yes, wording=WORDING))


def offered(play: Play) -> Play:
    """The colleague is offered the session, and is in it."""
    play.does(
        cmd.OfferHandover(
            by=play.session.host, to=_person(COLLEAGUE), to_name=COLLEAGUE.name, brief="Paper jam."
        )
    )
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    return play


def _person(who: Participant) -> PersonId:
    assert who.person is not None
    return who.person

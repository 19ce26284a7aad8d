"""Among colleagues: a second host is asked for an opinion and looks on, and the desk's lines stay the desk's."""

from __future__ import annotations

from dataclasses import replace

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.ids import PersonId
from concierge.domain.participant import LeaveReason
from concierge.domain.rules_desk import of_the_desk
from tests.cast import COLLEAGUE, CUSTOMER, HOST, VENDOR, consent, fresh, recorded, seen, with_vendor
from tests.playbook import BAD_INPUT, NOTHING, Wait, happened, refused

assert COLLEAGUE.person is not None
ASK = cmd.AskOpinion(by=HOST.id, of=COLLEAGUE.person, of_name=COLLEAGUE.name, question="Is it the driver?")


def test_who_was_asked_comes_and_the_customer_is_asked_by_name_whether_they_may_look() -> None:
    play = seen()
    play.does(ASK)
    assert (
        play
        << cmd.JoinDesk(participant=COLLEAGUE, consent=consent())
        >> (ev.ParticipantArrived, ev.ParticipantAdmitted, ev.ConsentAsked)
    )
    question = next(iter(play.session.questions.values()))
    assert (question.participant, question.capability) == (COLLEAGUE.id, Capability.VIEW_SCREEN)
    assert play.session.flows(play.now_ms) == {
        flow for flow in play.session.flows(play.now_ms) if flow.viewer == HOST.id
    }


def test_nothing_is_asked_while_nobody_sees_anything() -> None:
    play = recorded()
    play.does(ASK)
    assert (
        play
        << cmd.JoinDesk(participant=COLLEAGUE, consent=consent())
        >> (
            ev.ParticipantArrived,
            ev.ParticipantAdmitted,
        )
    )


def test_asking_is_for_the_host_and_has_its_bounds() -> None:
    play = seen()
    assert play << replace(ASK, by=CUSTOMER.id) >> refused("host_only")
    assert play << replace(ASK, of=HOST.person or PersonId("")) >> refused("already_host")
    assert play << replace(ASK, question=" ") >> BAD_INPUT
    for _ in range(limits.OPINIONS_MAX):
        play.does(replace(ASK, of=PersonId(fresh("person"))))
    assert play << ASK >> refused("enough_opinions")


def test_an_opinion_that_nobody_gives_lapses_and_one_that_is_given_ends_with_the_leave() -> None:
    play = seen()
    play.does(ASK)
    assert play << Wait(limits.OPINION_ASKED_MS) << cmd.Tick() >> ev.OpinionClosed
    play = seen()
    play.does(ASK)
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    assert play << Wait(limits.OPINION_ASKED_MS) << cmd.Tick() >> NOTHING
    leave = cmd.Remove(by=COLLEAGUE.id, participant=COLLEAGUE.id, reason=LeaveReason.LEFT)
    assert play << leave >> (ev.ParticipantLeft, happened(ev.OpinionClosed, of=COLLEAGUE.person))


def test_the_desks_lines_are_the_desks() -> None:
    play = with_vendor()
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    for who in (HOST, COLLEAGUE):
        assert of_the_desk(play.session.seats[who.id].who)
        assert (
            play
            << cmd.SayToDesk(by=who.id, text=" Restart it. ")
            >> happened(ev.DeskLineSaid, participant=who.id, text="Restart it.")
        )
    for other in (CUSTOMER, VENDOR):
        assert not of_the_desk(other)
        assert play << cmd.SayToDesk(by=other.id, text="Hello") >> refused("desk_only")
    assert play << cmd.SayToDesk(by=HOST.id, text=" ") >> BAD_INPUT
    assert play << cmd.SayToDesk(by=HOST.id, text="x" * (limits.CHAT_MAX_CHARS + 1)) >> BAD_INPUT
    assert not of_the_desk(replace(COLLEAGUE, person=None))

"""Trust: an alarm ends everything at once, a name is said once, a question waits longer, the telephone is on the timeline."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.reasons import EndReason
from concierge.domain.session import State
from concierge.domain.trust import AlarmPlace, Claim, Established
from tests.cast import CUSTOMER, HOST, VENDOR, lobby, matched, recorded, seen, with_vendor
from tests.playbook import BAD_INPUT, NOTHING, Play, Wait, happened, refused

ALARM = cmd.RaiseAlarm(by=CUSTOMER.id, place=AlarmPlace.SESSION)


def test_an_alarm_ends_the_session_for_its_own_reason_and_only_takes_away() -> None:
    play = seen()
    assert play << ALARM >> (ev.AlarmRaised, ev.SessionEnded)
    assert play.session.state is State.ENDED
    assert play.session.end_reason is EndReason.CUSTOMER_ALARMED
    assert {event.effect for event in play.events[-2:]} == {ev.Effect.NARROWS}


def test_an_alarm_is_heard_from_the_lobby_and_from_outside_but_from_no_one_else_inside() -> None:
    assert lobby() << ALARM >> (ev.AlarmRaised, ev.SessionEnded)
    assert seen() << cmd.RaiseAlarm(place=AlarmPlace.RECEIPT) >> (ev.AlarmRaised, ev.SessionEnded)
    assert seen() << cmd.RaiseAlarm(by=HOST.id, place=AlarmPlace.SESSION) >> refused("customer_only")
    assert with_vendor() << cmd.RaiseAlarm(by=VENDOR.id, place=AlarmPlace.SESSION) >> refused("customer_only")


def test_a_name_is_claimed_once_with_what_it_rests_on() -> None:
    play = lobby()
    assert (
        play
        << cmd.ClaimName(by=CUSTOMER.id)
        >> happened(
            ev.NameClaimed,
            participant=CUSTOMER.id,
            name=CUSTOMER.name,
            expected=True,
            how=Established.SPOKEN_CODE,
        )
    )
    assert play.session.seats[CUSTOMER.id].claimed is Claim.EXPECTED
    assert play << cmd.ClaimName(by=CUSTOMER.id, name="Jonas") >> refused("name_said")


def test_somebody_else_is_named_as_they_say() -> None:
    play = matched()
    assert (
        play
        << cmd.ClaimName(by=CUSTOMER.id, name=" Jonas ")
        >> happened(ev.NameClaimed, name="Jonas", expected=False)
    )
    seat = play.session.seats[CUSTOMER.id]
    assert (seat.who.name, seat.claimed) == ("Jonas", Claim.OTHER)
    assert matched() << cmd.ClaimName(by=CUSTOMER.id, name="x" * 81) >> BAD_INPUT
    assert matched() << cmd.ClaimName(by=HOST.id, name="Jonas") >> refused("customer_only")


def test_more_time_starts_the_wait_anew_and_only_for_the_customer() -> None:
    play = matched()
    consent = next(iter(play.session.questions))
    assert play << cmd.MoreTime(by=CUSTOMER.id, consent=consent) >> NOTHING
    assert play << Wait(limits.CONSENT_ANSWER_MS - 1)
    assert play << cmd.MoreTime(by=HOST.id, consent=consent) >> refused("customer_only")
    until_ms = play.now_ms + limits.CONSENT_ANSWER_MS
    assert (
        play
        << cmd.MoreTime(by=CUSTOMER.id, consent=consent)
        >> happened(ev.ConsentProlonged, consent=consent, until_ms=until_ms)
    )
    assert play << Wait(1_000) << cmd.Tick() >> NOTHING
    assert play << Wait(limits.CONSENT_ANSWER_MS) << cmd.Tick() >> ev.ConsentLapsed
    assert play << cmd.MoreTime(by=CUSTOMER.id, consent=consent) >> refused("question_closed")


def on_the_phone(play: Play) -> bool:
    return play.session.telephone


def test_the_telephone_is_on_the_timeline_and_put_down_with_the_session() -> None:
    play = recorded()
    take = cmd.TakeTelephone(by=HOST.id, on=True)
    assert play << take >> ev.TelephoneTaken
    assert on_the_phone(play)
    assert play << take >> NOTHING
    assert play << cmd.TakeTelephone(by=HOST.id, on=False) >> ev.TelephonePutDown
    assert not on_the_phone(play)
    assert play << cmd.TakeTelephone(by=CUSTOMER.id, on=True) >> refused("host_only")
    assert play << take >> ev.TelephoneTaken << ALARM >> (ev.AlarmRaised, ev.SessionEnded)
    assert not on_the_phone(play)

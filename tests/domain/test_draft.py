"""A draft numbers what happens, and shows the session as it will be."""

from __future__ import annotations

import pytest

from concierge.domain import events as ev
from concierge.domain.capability import Capability
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.grant import RevokeReason
from concierge.domain.participant import LeaveReason, Presence
from tests.cast import (
    COLLEAGUE,
    CUSTOMER,
    FULL,
    HOST,
    SURFACE,
    VENDOR,
    consent,
    lobby,
    matched,
    seen,
    with_vendor,
)
from tests.playbook import Play


def draft_of(play: Play) -> Draft:
    return Draft(play.session, play.now_ms)


def test_events_are_numbered_on_and_the_original_stays() -> None:
    play = matched()
    draft = draft_of(play)
    draft.add(ev.ClockStepped, by_ms=1)
    draft.add(ev.ClockStepped, by_ms=2)
    begin = play.session.last_seq
    assert [(event.seq, event.at_ms) for event in draft.events] == [
        (begin + 1, play.now_ms),
        (begin + 2, play.now_ms),
    ]
    assert draft.session.last_seq == begin + 2
    assert play.session.last_seq == begin


def test_whose_seat_it_is() -> None:
    draft = draft_of(lobby())
    for who, code in ((None, "no_such_participant"), (VENDOR.id, "no_such_participant")):
        with pytest.raises(Refused) as no:
            draft.seat(who)
        assert no.value.code == code
    with pytest.raises(Refused, match="lobby"):
        draft.admitted(CUSTOMER.id)
    with pytest.raises(Refused, match="not the host"):
        draft.the_host(CUSTOMER.id)
    assert draft.the_host(HOST.id).who == HOST
    draft = draft_of(with_vendor())
    assert draft.the_customer(CUSTOMER.id).who == CUSTOMER
    with pytest.raises(Refused, match="not the customer"):
        draft.the_customer(VENDOR.id)


def test_a_voice_falls_silent_before_its_grant_goes() -> None:
    play = with_vendor()
    draft = draft_of(play)
    draft.add(ev.VoiceOpened, participant=VENDOR.id)
    draft.revoke(VENDOR.id, Capability.VOICE, RevokeReason.TAKEN_BACK)
    draft.revoke(VENDOR.id, Capability.VOICE, RevokeReason.TAKEN_BACK)
    assert [type(event) for event in draft.events] == [ev.VoiceOpened, ev.VoiceClosed, ev.GrantRevoked]


def test_leaving_takes_everything_along() -> None:
    draft = draft_of(seen())
    draft.leave(CUSTOMER.id, LeaveReason.LEFT)
    assert ev.SurfaceClosed in [type(event) for event in draft.events]
    assert draft.session.seats[CUSTOMER.id].presence is Presence.LEFT
    assert not any(key[0] == CUSTOMER.id for key in draft.session.grants)
    assert SURFACE not in draft.session.surfaces


def test_what_is_granted_or_asked_is_not_asked() -> None:
    draft = draft_of(seen())
    draft.ask(consent(), Capability.VIEW_SCREEN, HOST.id, HOST.id)
    assert draft.events == []
    asked = consent()
    draft.ask(asked, Capability.VOICE, HOST.id, HOST.id)
    draft.ask(consent(), Capability.VOICE, HOST.id, HOST.id)
    assert list(draft.session.questions) == [asked]
    with pytest.raises(BadInput):
        draft.ask(asked, Capability.VOICE, CUSTOMER.id, HOST.id)


def test_the_baseline_is_given_once_and_never_to_an_observer() -> None:
    draft = draft_of(with_vendor())
    draft.baseline(VENDOR.id)
    assert draft.events == []
    draft.add(ev.ParticipantArrived, participant=COLLEAGUE)
    draft.add(ev.ParticipantAdmitted, participant=COLLEAGUE.id, by=None)
    draft.baseline(COLLEAGUE.id)
    assert COLLEAGUE.may_hold == FULL
    assert not any(key[0] == COLLEAGUE.id for key in draft.session.grants)

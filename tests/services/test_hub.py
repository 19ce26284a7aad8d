"""Who is connected, and since when nobody was heard."""

from __future__ import annotations

from concierge.domain.ids import ParticipantId
from concierge.services.hub import Hub
from concierge.wire.messages import Done, Farewell, Pulse
from tests.services.fakes import Page

MARIA = ParticipantId("par_m")


def test_the_newest_tab_takes_the_seat_and_the_older_one_is_told() -> None:
    hub, old, new = Hub(), Page(), Page()
    hub.join(MARIA, old, 0)
    hub.join(MARIA, new, 1)
    assert [message["type"] for message in old.sent] == ["displaced"]
    assert old.closed is not None
    hub.send(MARIA, Done(1))
    assert [message["type"] for message in new.sent] == ["done"]
    assert hub.is_current(MARIA, new)
    assert not hub.is_current(MARIA, old)


def test_a_displaced_tab_that_closes_does_not_disconnect_the_new_one() -> None:
    hub, old, new = Hub(), Page(), Page()
    hub.join(MARIA, old, 0)
    hub.join(MARIA, new, 1)
    hub.leave(MARIA, old)
    assert hub.connected() == [MARIA]
    hub.leave(MARIA, new)
    assert hub.connected() == []


def test_only_the_current_tab_counts_as_heard() -> None:
    hub, old, new = Hub(), Page(), Page()
    hub.join(MARIA, old, 0)
    hub.join(MARIA, new, 100)
    hub.heard(MARIA, old, 5_000)
    assert hub.silent_for(MARIA, 5_000) == 4_900
    hub.heard(MARIA, new, 5_000)
    assert hub.silent_for(MARIA, 5_100) == 100


def test_somebody_never_heard_is_silent_from_the_first_question_on() -> None:
    hub = Hub()
    hub.expect(MARIA, 1_000)
    hub.expect(MARIA, 2_000)
    assert hub.silent_for(MARIA, 4_000) == 3_000
    assert hub.silent_for(ParticipantId("par_other"), 4_000) == 0


def test_dismissing_says_a_last_word_and_closes() -> None:
    hub, page = Hub(), Page()
    hub.join(MARIA, page, 0)
    hub.dismiss(MARIA, Farewell("removed", ""))
    hub.send(MARIA, Pulse(1, 0))
    assert [message["type"] for message in page.sent] == ["farewell"]
    assert page.closed is not None

"""What was used is what flowed: a picture for as long as it was shown to somebody, and nothing for a mere permission."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain.capability import Capability
from concierge.server.used import used_in
from tests.cast import CUSTOMER, HOST, SURFACE, recorded, seen
from tests.playbook import Wait


def test_a_hidden_picture_is_not_used_and_a_permission_alone_neither() -> None:
    play = seen()
    begun = play.now_ms
    play = play << Wait(60_000)
    play.does(cmd.HideSurface(by=CUSTOMER.id, surface=SURFACE))
    play = play << Wait(60_000)
    play.does(cmd.StopEverything(by=CUSTOMER.id))
    used = used_in(play.events, play.now_ms)
    assert 60_000 <= used.flowed[HOST.id, Capability.VIEW_SCREEN] <= 60_000 + begun - play.events[0].at_ms
    assert (HOST.id, Capability.VOICE) not in used.flowed
    assert not used_in(recorded().events, begun).flowed


def test_lines_and_the_telephone_are_counted() -> None:
    play = recorded()
    play.does(cmd.TakeTelephone(by=HOST.id, on=True))
    play.does(cmd.Say(by=HOST.id, text="Hello"))
    play = play << Wait(30_000)
    play.does(cmd.TakeTelephone(by=HOST.id, on=False))
    used = used_in(play.events, play.now_ms)
    assert used.telephone_ms == 30_000
    assert sum(used.lines.values()) == 1

"""Who watches the recording while it is made: told once, told again when they left, and gone with the session."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.ids import PersonId
from tests.cast import HOST, seen
from tests.playbook import NOTHING, happened, refused

SOFIA = PersonId("per_sofia")
BEGIN = cmd.NoteWatcher(watcher=SOFIA, name="Sofia Ruiz")
GONE = cmd.NoteWatcherGone(watcher=SOFIA)


def test_a_watcher_is_told_once_and_told_again_when_they_are_gone() -> None:
    play = seen()
    assert play << GONE >> NOTHING
    assert play << BEGIN >> happened(ev.RecordingWatched, watcher=SOFIA, name="Sofia Ruiz")
    assert play << BEGIN >> NOTHING
    assert play.session.watchers == {SOFIA: "Sofia Ruiz"}
    assert play << GONE >> happened(ev.RecordingUnwatched, watcher=SOFIA, name="Sofia Ruiz")
    assert play.session.watchers == {}


def test_only_the_broker_says_who_watches() -> None:
    forged = cmd.NoteWatcher(by=HOST.id, watcher=SOFIA, name="Nobody")
    assert seen() << forged >> refused("not_granted")


def test_watchers_are_bounded() -> None:
    play = seen()
    for number in range(limits.WATCHERS_MAX):
        play.does(cmd.NoteWatcher(watcher=PersonId(f"per_{number}"), name="Somebody"))
    assert play << BEGIN >> refused("enough_watchers")

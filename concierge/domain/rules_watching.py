"""Rules for whoever watches the recording while it is made: no seat, no say, and everybody present is told the name."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.draft import Draft
from concierge.domain.errors import Refused


def note_watcher(draft: Draft, command: cmd.NoteWatcher) -> None:
    """Put on the record, and so tell, who watches. Saying it twice changes nothing."""
    watchers = draft.session.watchers
    if command.watcher in watchers:
        return
    if len(watchers) >= limits.WATCHERS_MAX:
        raise Refused("enough_watchers", "enough people watch this recording")
    draft.add(ev.RecordingWatched, watcher=command.watcher, name=command.name)


def note_watcher_gone(draft: Draft, command: cmd.NoteWatcherGone) -> None:
    """Say that they watch no more."""
    name = draft.session.watchers.get(command.watcher)
    if name is not None:
        draft.add(ev.RecordingUnwatched, watcher=command.watcher, name=name)

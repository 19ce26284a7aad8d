"""Watching a recording while it is made: permitted, on the log, told to everybody, and nothing but what is durable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.errors import Refused
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.person import Person
from concierge.domain.reasons import EndReason
from concierge.services.watching import Watching
from tests.services.desk import Desk

SOFIA = Person(PersonId("per_" + "s" * 26), "Sofia Ruiz", "sofia", "sofia@example.org", DeskRole.SUPERVISOR)
SUPERVISOR = Principal("Person", SOFIA.id, DeskRole.SUPERVISOR)


@pytest.fixture
def watching(desk: Desk) -> Watching:
    return desk.watching()


async def leaves(desk: Desk, kind: str) -> list[str]:
    return [leaf.subject for _, leaf in await desk.tools.audit.tail(1000) if leaf.kind == kind]


async def test_only_supervisors_watch_and_a_refused_one_leaves_nothing_behind(
    desk: Desk, watching: Watching
) -> None:
    live, _, _ = await desk.sharing()
    recording = live.decided.recording
    scoped = Principal("Person", SOFIA.id, DeskRole.SUPERVISOR, {"scopes": ("replay_recording",)})
    for principal in (
        desk.principal(desk.anna),
        desk.principal(desk.ben),
        Principal("Person", SOFIA.id, DeskRole.AUDITOR),
        scoped,
    ):
        with pytest.raises(Refused):
            await watching.index(principal, SOFIA, recording, 0)
        with pytest.raises(Refused):
            await watching.file(principal, SOFIA, recording, "epoch-0000.crec")
    assert not live.decided.watchers
    assert await leaves(desk, "RecordingWatchedLive") == []


async def test_the_log_knows_and_everybody_is_told_before_a_key_is_given(
    desk: Desk, watching: Watching
) -> None:
    live, customer, _ = await desk.sharing()
    recording = live.decided.recording
    found = await watching.index(SUPERVISOR, SOFIA, recording, 0)
    assert found.index.keys
    assert await leaves(desk, "RecordingWatchedLive") == [recording]
    assert live.durable.watchers == {SOFIA.id: "Sofia Ruiz"}
    for page in desk.pages.values():
        await desk.until(lambda page=page: page.view["watched_by"] == ["Sofia Ruiz"])  # type: ignore[misc]
    assert customer in desk.pages
    kinds = [kind for _, leaf in await desk.tools.audit.tail(1000) for kind in (leaf.kind,)]
    assert sorted(kinds, key=kinds.index).count("RecordingWatched") == 1
    for _ in range(3):
        await watching.index(SUPERVISOR, SOFIA, recording, 0)
    assert await leaves(desk, "RecordingWatchedLive") == [recording]


async def test_who_asks_no_more_has_left_and_that_is_told_and_recorded(
    desk: Desk, watching: Watching
) -> None:
    live, customer, _ = await desk.sharing()
    await watching.index(SUPERVISOR, SOFIA, live.decided.recording, 0)
    desk.clock.now_ms += limits.WATCH_IDLE_MS
    watching.look_after()
    assert live.decided.watchers
    desk.clock.now_ms += 1
    watching.look_after()
    assert not live.decided.watchers
    assert desk.pages[customer].view["watched_by"] == []
    await watching.index(SUPERVISOR, SOFIA, live.decided.recording, 0)
    assert len(await leaves(desk, "RecordingWatchedLive")) == 2


async def test_who_a_former_run_told_of_is_not_told_for_ever(desk: Desk, watching: Watching) -> None:
    live, _, _ = await desk.sharing()
    await live.submit(cmd.NoteWatcher(watcher=SOFIA.id, name=SOFIA.name))
    watching.look_after()
    assert not live.decided.watchers


async def test_nothing_behind_the_durable_end_is_given(desk: Desk, watching: Watching) -> None:
    live, _, _ = await desk.sharing()
    recording = live.decided.recording
    first = await watching.index(SUPERVISOR, SOFIA, recording, 0)
    (name, size), *_ = [(one.name, one.size) for one in first.index.files]
    last = first.index.segments[-1]
    assert last.offset + last.size == size
    with (desk.folder / "recordings" / recording / name).open("ab") as file:
        file.write(b"not durable")
    given = await watching.file(SUPERVISOR, SOFIA, recording, name)
    assert given is not None
    assert given[1] == size
    again = await watching.index(SUPERVISOR, SOFIA, recording, len(first.index.segments))
    assert again.index.segments == ()
    assert again.told == first.told
    assert await watching.file(SUPERVISOR, SOFIA, recording, "epoch-0001.crec") is None
    assert await watching.file(SUPERVISOR, SOFIA, recording, "../installation.pem") is None


async def test_what_is_new_follows_on_what_was_known(desk: Desk, watching: Watching) -> None:
    live, customer, _ = await desk.sharing()
    recording = live.decided.recording
    first = await watching.index(SUPERVISOR, SOFIA, recording, 0)
    before = len((await watching.script(SUPERVISOR, SOFIA, recording)).script.events)
    await live.submit(cmd.Say(by=customer, text="Is it still there?"))
    known = len(first.index.segments)
    second = await watching.index(SUPERVISOR, SOFIA, recording, known)
    assert second.index.segments
    assert second.told > first.told
    replay = await watching.script(SUPERVISOR, SOFIA, recording)
    assert len(replay.script.events) > before
    assert replay.script.verification.status == "open"


async def test_a_closed_recording_is_replayed_and_not_watched(desk: Desk, watching: Watching) -> None:
    live, _, _ = await desk.sharing()
    recording = live.decided.recording
    await watching.index(SUPERVISOR, SOFIA, recording, 0)
    await live.submit(
        cmd.End(by=live.decided.host, reason=EndReason.COMPLETED, outcome="Done.", note="", told="")
    )
    await desk.ended(live)
    with pytest.raises(Refused) as refused:
        await watching.index(SUPERVISOR, SOFIA, recording, 0)
    assert refused.value.code == "recording_closed"
    with pytest.raises(Refused) as refused:
        await watching.index(SUPERVISOR, SOFIA, RecordingId("rec_" + "z" * 26), 0)
    assert refused.value.code == "no_such_recording"


async def test_enough_is_enough(desk: Desk, watching: Watching) -> None:
    live, _, _ = await desk.sharing()
    for number in range(limits.WATCHERS_MAX):
        await live.submit(cmd.NoteWatcher(watcher=PersonId(f"per_{number}"), name="Somebody"))
    with pytest.raises(Refused) as refused:
        await watching.index(SUPERVISOR, replace(SOFIA), live.decided.recording, 0)
    assert refused.value.code == "enough_watchers"

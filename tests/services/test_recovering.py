"""What a start finds after a crash: the folder is copied away under a live session, as a kill -9 would leave it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from concierge.domain import events as ev
from concierge.domain.capability import Capability
from concierge.domain.ids import ParticipantId
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.recording import RecordingState
from concierge.domain.session import State
from concierge.services.live import LiveSession
from concierge.wire import messages as wire
from tests.services.desk import Desk, FakeClock, desk_in


def crash(desk: Desk, folder: Path) -> Path:
    """Return a copy of everything on disk at this instant."""
    shutil.copytree(desk.folder, folder)
    return folder


async def test_a_live_session_comes_back_paused_and_goes_on(desk: Desk, tmp_path: Path) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("before"))
    left = crash(desk, tmp_path / "after")
    async with desk_in(left, FakeClock(desk.clock.now_ms + 20_000)) as again:
        back = again.registry.get(live.decided.id)
        await again.until(lambda: back.durable.last_seq == back.decided.last_seq)
        assert back.decided.state is State.PAUSED
        assert PauseReason.BROKER_RESTARTED in back.decided.pauses
        assert back.decided.surfaces == {}
        host = back.decided.host
        assert back.decided.holds(host, Capability.VIEW_SCREEN, again.clock.now())
        await again.page(back, customer)
        await again.page(back, host)
        await again.until(lambda: back.decided.state is State.ACTIVE)
        assert [line["text"] for line in again.pages[host].of("line")] == ["before"]
        surface = await again.share(back, customer)
        assert (surface, host) in again.plane.permitted
        await finish(again, back, host)


async def finish(desk: Desk, live: LiveSession, host: ParticipantId) -> None:
    await desk.send(live, host, wire.End("Solved", ""))
    await desk.until(lambda: desk.registry.find(live.decided.id) is None)
    await desk.registry.stop()
    verification = await desk.reader.verify(live.decided.recording)
    assert (verification.status, verification.recoveries) == ("recovered", 1)


async def test_an_orderly_stop_is_no_crash(tmp_path: Path) -> None:
    """The next start goes on, and the recording says that nothing was lost to a crash."""
    (tmp_path / "recordings").mkdir()
    async with desk_in(tmp_path) as desk:
        waiting = (await desk.open()).decided
        assert waiting.state is State.WAITING
    async with desk_in(tmp_path, FakeClock(desk.clock.now_ms + 20_000)) as again:
        back = again.registry.get(waiting.id)
        await again.send(back, back.decided.host, wire.End("", ""))
        await again.ended(back)
        verification = await again.reader.verify(waiting.recording)
        assert (verification.status, verification.recoveries) == ("ok", 0)
        script = await again.script(back)
        assert ev.BrokerStopped in map(type, script.events)
        assert "stopped" in [gap.reason for gap in script.gaps]


async def test_a_crash_after_an_orderly_stop_is_a_crash(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    async with desk_in(tmp_path) as desk:
        session = (await desk.open()).decided
    async with desk_in(tmp_path, FakeClock(desk.clock.now_ms + 20_000)) as again:
        left = crash(again, tmp_path / "after")
    async with desk_in(left, FakeClock(desk.clock.now_ms + 40_000)) as third:
        await finish(third, third.registry.get(session.id), session.host)


async def test_a_recording_whose_session_was_never_kept_is_closed(desk: Desk, tmp_path: Path) -> None:
    live = await desk.open()
    recording = live.decided.recording
    left = crash(desk, tmp_path / "after")
    with closing(sqlite3.connect(left / "desk.sqlite3", isolation_level=None)) as rows:
        # As after a crash between the recording's row and the session's.
        for table, column in (("session_events", "session"), ("sessions", "id")):
            rows.execute(f"DELETE FROM {table} WHERE {column} = ?", (live.decided.id,))  # noqa: S608
    async with desk_in(left, FakeClock(desk.clock.now_ms + 20_000)) as again:
        assert again.registry.all() == []
        row = await again.tools.recordings.get(recording)
        assert row is not None
        assert row.state is RecordingState.CLOSED
        assert (await again.reader.verify(recording)).closed
        assert await again.tools.recordings.orphans() == []
        assert (await again.open()).decided.state is State.WAITING
    async with desk_in(left, FakeClock(desk.clock.now_ms + 40_000)) as third:
        assert (await third.reader.verify(recording)).closed


async def test_what_only_the_recording_has_is_folded_into_the_database(desk: Desk, tmp_path: Path) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("kept"))
    await desk.send(live, customer, wire.Say("lost by the database"))
    left = crash(desk, tmp_path / "after")
    with closing(sqlite3.connect(left / "desk.sqlite3", isolation_level=None)) as rows:
        (last,) = rows.execute("SELECT max(seq) FROM session_events").fetchone()
        rows.execute("DELETE FROM session_events WHERE seq = ?", (last,))
    async with desk_in(left, FakeClock(desk.clock.now_ms)) as again:
        texts = [
            entry.text
            for entry in await again.tools.tickets.thread(desk.ticket.id)
            if entry.channel == "chat"
        ]
        assert "lost by the database" in texts
        numbers = [event.seq for event in await again.tools.sessions.events(live.decided.id)]
        assert last in numbers


async def test_a_session_whose_recording_is_gone_ends_truthfully(desk: Desk, tmp_path: Path) -> None:
    live, _customer, _surface = await desk.sharing()
    left = crash(desk, tmp_path / "after")
    await asyncio.to_thread(shutil.rmtree, left / "recordings" / live.decided.recording)
    async with desk_in(left, FakeClock(desk.clock.now_ms)) as again:
        assert again.registry.all() == []
        summary = await again.tools.sessions.summary(live.decided.id)
        assert summary is not None
        assert (summary.state, summary.end_reason) == ("ended", EndReason.RECORDING_FAILED)


async def test_a_session_that_ended_just_before_the_crash_is_closed(desk: Desk, tmp_path: Path) -> None:
    live, _customer, _surface = await desk.sharing()
    await desk.send(live, live.decided.host, wire.End("Solved", ""))
    await desk.until(lambda: live.durable.state is State.ENDED)
    left = crash(desk, tmp_path / "after")
    with closing(sqlite3.connect(left / "desk.sqlite3", isolation_level=None)) as rows:
        rows.execute("UPDATE sessions SET state = 'active'")
    async with desk_in(left, FakeClock(desk.clock.now_ms)) as again:
        assert again.registry.all() == []
        verification = await again.reader.verify(live.decided.recording)
        assert verification.closed


async def test_a_recording_that_stays_away_does_not_keep_the_desk_shut(desk: Desk, tmp_path: Path) -> None:
    live, _customer, _surface = await desk.sharing()
    left = crash(desk, tmp_path / "after")
    away = tmp_path / "away"
    (left / "recordings" / live.decided.recording).rename(away)
    for _ in range(2):
        async with desk_in(left, FakeClock(desk.clock.now_ms)) as again:
            assert again.registry.all() == []
    away.rename(left / "recordings" / live.decided.recording)
    async with desk_in(left, FakeClock(desk.clock.now_ms)) as again:
        verification = await again.reader.verify(live.decided.recording)
        assert (verification.closed, verification.status) == (True, "recovered")
        script = await again.script(live)
        assert list(script.events) == await again.tools.sessions.events(live.decided.id)


async def test_a_customer_in_the_lobby_reads_new_digits_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    left = crash(desk, tmp_path / "after")
    async with desk_in(left, FakeClock(desk.clock.now_ms)) as again:
        back = again.registry.get(live.decided.id)
        page = await again.page(back, seat.participant)
        await again.page(back, back.decided.host)
        assert page.view["match_digits"] == back.backdrop.digits[seat.participant] != ""
        await again.match(back, seat.participant)
        assert back.decided.state is State.ACTIVE


async def test_one_session_that_cannot_be_recovered_does_not_keep_the_others_away(
    desk: Desk, tmp_path: Path
) -> None:
    live, _customer, _surface = await desk.sharing()
    left = crash(desk, tmp_path / "after")
    with closing(sqlite3.connect(left / "desk.sqlite3", isolation_level=None)) as rows:
        rows.execute("UPDATE session_events SET event = replace(event, 'ConsentGiven', 'NobodyKnows')")
    async with desk_in(left, FakeClock(desk.clock.now_ms)) as again:
        assert again.registry.all() == []
        assert (live.decided.id, live.decided.recording) in await again.tools.sessions.unfinished()
        assert (await again.open()).decided.state is State.WAITING

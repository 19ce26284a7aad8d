"""The end of a recording and its row, on a disk and a database that are not always there."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from concierge.domain.commands import End
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId
from concierge.domain.reasons import EndReason
from concierge.domain.recording import RecordingState
from concierge.services import closing
from concierge.services.closing import RECORDING_CLOSED, close_recording
from concierge.services.live import LiveSession
from concierge.services.ports import StoreUnavailable
from concierge.wire import messages as wire
from tests.services.desk import Desk


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "RETRY_S", 0.001)
    monkeypatch.setattr(closing, "TRIES", 4)


def failing(times: int, error: Exception, real: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    left = times

    async def call(*given: Any) -> Any:
        nonlocal left
        if left:
            left -= 1
            raise error
        return await real(*given)

    return call


async def ended(desk: Desk) -> LiveSession:
    """A session whose end is kept, and whose closing is ours to play."""
    live, _customer, _surface = await desk.sharing()
    live._ended = lambda _live: None
    await desk.send(live, live.decided.host, wire.End("Solved", "Cleared the queue."))
    await desk.until(lambda: live.durable.end_reason is not None)
    return live


async def row_of(desk: Desk, recording: RecordingId) -> tuple[RecordingState, int | None, str]:
    row = await desk.tools.recordings.get(recording)
    assert row is not None
    return row.state, row.closed_ms, row.outcome


async def test_the_row_says_when_and_how(desk: Desk) -> None:
    live = await ended(desk)
    recording = live.decided.recording
    assert await row_of(desk, recording) == (RecordingState.OPEN, None, "")
    await close_recording(desk.tools, live.durable)
    assert await row_of(desk, recording) == (RecordingState.CLOSED, live.decided.ended_ms, "Solved")
    verification = await desk.reader.verify(recording)
    assert (verification.status, verification.closed) == ("ok", True)


async def test_a_database_that_is_busy_is_waited_for_and_the_recording_is_closed_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = await ended(desk)
    busy = failing(3, StoreUnavailable("locked"), desk.tools.recordings.close)
    monkeypatch.setattr(desk.tools.recordings, "close", busy)
    await close_recording(desk.tools, live.durable)
    assert (await row_of(desk, live.decided.recording))[0] is RecordingState.CLOSED
    assert (await desk.reader.verify(live.decided.recording)).status == "ok"


async def test_a_disk_that_is_busy_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    live = await ended(desk)
    full = failing(2, EvidenceUnavailable("the disk is full"), desk.tools.evidence.close)
    monkeypatch.setattr(desk.tools.evidence, "close", full)
    await close_recording(desk.tools, live.durable)
    assert (await row_of(desk, live.decided.recording))[0] is RecordingState.CLOSED
    assert (await desk.reader.verify(live.decided.recording)).closed


async def test_what_fails_to_the_last_is_left_open_for_the_next_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = await ended(desk)
    gone = failing(99, EvidenceUnavailable("the disk is gone"), desk.tools.evidence.close)
    monkeypatch.setattr(desk.tools.evidence, "close", gone)
    await close_recording(desk.tools, live.durable)
    assert (await row_of(desk, live.decided.recording))[0] is RecordingState.OPEN
    assert (live.decided.id, live.decided.recording) in await desk.tools.sessions.unfinished()


async def test_a_recording_without_a_row_is_closed_all_the_same(desk: Desk) -> None:
    live = await ended(desk)
    stray = dataclasses.replace(live.durable)

    async def none(_recording: RecordingId) -> None:
        return None

    object.__setattr__(desk.tools.recordings, "get", none)
    await close_recording(desk.tools, stray)
    assert (await desk.reader.verify(live.decided.recording)).closed


async def test_the_ticket_keeps_the_head_of_the_closed_recording(desk: Desk) -> None:
    live = await desk.open()
    await live.submit(End(by=live.decided.host, reason=EndReason.COMPLETED))
    await desk.ended(live)
    kept = await desk.database.audit_tree.about(live.decided.recording, ["RecordingClosed"])
    chain = json.loads(kept[-1].leaf.detail)["chain"]

    async def told() -> list[str]:
        return [one.text for one in await desk.tools.tickets.thread(desk.ticket.id) if chain in one.text]

    async with asyncio.timeout(10):
        while True:
            texts = await told()
            if texts:
                break
            await asyncio.sleep(0.01)
    (text,) = texts
    assert text.startswith(RECORDING_CLOSED)
    assert live.decided.id in text

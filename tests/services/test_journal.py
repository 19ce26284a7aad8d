"""Order and durability of what was decided, with a recorder and a database that fail when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence

import pytest

from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.events import ChatSaid, Event
from concierge.domain.ids import ParticipantId, RecordingId
from concierge.domain.session import Session, State
from concierge.services.journal import Entry, Journal
from concierge.services.ports import StoreUnavailable

RECORDING = RecordingId("rec_x")
SESSION = Session(id="ses_x", ticket="tic_x", recording=RECORDING, state=State.WAITING, opened_ms=0, host="par_x", last_seq=1)  # type: ignore[arg-type]  # fmt: skip


class Tape:
    """A recorder that fails, or hangs, when told to."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.broken = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.resumed = 0

    def commit(self, recording: RecordingId, events: Sequence[Event]) -> Awaitable[None]:
        if self.broken:
            raise EvidenceUnavailable("the disk is full")
        return self._write([event.seq for event in events])

    async def _write(self, numbers: list[int]) -> None:
        await self.gate.wait()
        if self.broken:
            raise EvidenceUnavailable("the disk is full")
        self.written.extend(numbers)

    async def resume(self, recording: RecordingId, reason: str) -> None:
        if self.broken:
            raise EvidenceUnavailable("still full")
        self.resumed += 1


class Ledger:
    """Remembers what was saved and what took effect, in order."""

    def __init__(self, tape: Tape) -> None:
        self.saved: list[int] = []
        self.effects: list[int] = []
        self.failures = 0
        self.tape = tape

    async def save(self, session: Session, events: Sequence[Event]) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("locked")
        assert all(event.seq in self.tape.written for event in events), "saved before it was durable"
        self.saved.extend(event.seq for event in events)

    def kept(self, entry: Entry) -> None:
        assert all(event.seq in self.saved for event in entry.events), "effect before it was saved"
        self.effects.extend(event.seq for event in entry.events)


@pytest.fixture
async def played() -> AsyncIterator[tuple[Tape, Ledger, Journal]]:
    tape = Tape()
    ledger = Ledger(tape)
    journal = Journal(RECORDING, tape, ledger.save, ledger.kept, retry_s=0.001)  # type: ignore[arg-type]
    yield tape, ledger, journal
    journal.abandon()


def said(number: int) -> tuple[Event, ...]:
    return (ChatSaid(seq=number, at_ms=0, participant=ParticipantId("par_x"), text="x"),)


async def stalled(journal: Journal) -> None:
    async with asyncio.timeout(5):
        while not journal.stalled:  # noqa: ASYNC110 - one turn of the loop at a time
            await asyncio.sleep(0)


async def test_durable_then_saved_then_effect(played: tuple[Tape, Ledger, Journal]) -> None:
    tape, ledger, journal = played
    entries = [journal.put(said(number), SESSION) for number in range(1, 6)]
    await asyncio.wait_for(entries[-1].kept, 5)
    assert tape.written == ledger.saved == ledger.effects == [1, 2, 3, 4, 5]


async def test_nothing_takes_effect_while_the_disk_hangs(played: tuple[Tape, Ledger, Journal]) -> None:
    tape, ledger, journal = played
    tape.gate.clear()
    entry = journal.put(said(1), SESSION)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(entry.kept), 0.05)
    assert ledger.effects == []
    tape.gate.set()
    await asyncio.wait_for(entry.kept, 5)
    assert ledger.effects == [1]


async def test_what_was_decided_during_a_failure_is_recorded_in_order_when_it_is_over(
    played: tuple[Tape, Ledger, Journal],
) -> None:
    tape, ledger, journal = played
    tape.gate.clear()
    first = journal.put(said(1), SESSION)
    second = journal.put(said(2), SESSION)
    tape.broken = True
    tape.gate.set()
    await stalled(journal)
    third = journal.put(said(3), SESSION)
    assert ledger.effects == []
    tape.broken = False
    await asyncio.wait_for(third.kept, 5)
    assert tape.written == ledger.saved == ledger.effects == [1, 2, 3]
    assert tape.resumed >= 1
    assert first.kept.done()
    assert second.kept.done()
    fourth = journal.put(said(4), SESSION)
    await asyncio.wait_for(fourth.kept, 5)
    assert not journal.stalled
    assert tape.written == [1, 2, 3, 4]


async def test_a_recorder_that_refuses_at_once_loses_nothing(played: tuple[Tape, Ledger, Journal]) -> None:
    tape, ledger, journal = played
    tape.broken = True
    entry = journal.put(said(1), SESSION)
    assert journal.stalled
    tape.broken = False
    await asyncio.wait_for(entry.kept, 5)
    assert ledger.effects == [1]


async def test_a_locked_database_delays_and_loses_nothing(played: tuple[Tape, Ledger, Journal]) -> None:
    _tape, ledger, journal = played
    ledger.failures = 5
    entries = [journal.put(said(number), SESSION) for number in (1, 2)]
    await asyncio.wait_for(entries[-1].kept, 5)
    assert ledger.saved == ledger.effects == [1, 2]


async def test_closing_keeps_what_is_queued(played: tuple[Tape, Ledger, Journal]) -> None:
    _tape, ledger, journal = played
    for number in (1, 2, 3):
        journal.put(said(number), SESSION)
    await asyncio.wait_for(journal.close(), 5)
    assert ledger.effects == [1, 2, 3]


async def test_an_effect_that_fails_does_not_silence_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    tape, seen = Tape(), list[int]()
    ledger = Ledger(tape)

    def kept(entry: Entry) -> None:
        seen.append(entry.events[0].seq)
        if len(seen) == 1:
            raise RuntimeError("the plane has a fault")

    journal = Journal(RECORDING, tape, ledger.save, kept)  # type: ignore[arg-type]
    entries = [journal.put(said(number), SESSION) for number in (1, 2)]
    await asyncio.wait_for(entries[-1].kept, 5)
    await asyncio.wait_for(journal.close(), 5)
    assert seen == ledger.saved == [1, 2]


async def test_a_fault_of_our_own_while_saving_is_tried_again_like_a_locked_database(
    played: tuple[Tape, Ledger, Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    _tape, ledger, journal = played
    tries = 0
    save = ledger.save

    async def faulty(session: Session, events: Sequence[Event]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise KeyError("a fault")
        await save(session, events)

    monkeypatch.setattr(journal, "_save", faulty)
    await asyncio.wait_for(journal.put(said(1), SESSION).kept, 5)
    assert (tries, ledger.effects) == (3, [1])

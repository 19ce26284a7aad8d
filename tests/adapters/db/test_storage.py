from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.ids import RecordingId, SessionId
from concierge.domain.recording import RecordingState
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.storage_port import KnownPiece, Piece, Totals, Unstored
from tests.adapters.db.samples import NOW, RECORDING, TICKET, leaf, recording

OTHER = RecordingId("rec_two")


def piece(start: int, end: int, of: RecordingId = RECORDING) -> Piece:
    return Piece(of, "epoch-0000.crec", start, end, bytes([end % 256]) * 32)


@pytest.fixture
async def ledger(database: Database) -> Database:
    """Two recordings: one closed, one younger and open."""
    await database.tickets.add(TICKET, leaf())
    closed = recording(state=RecordingState.CLOSED, closed_ms=NOW)
    await database.recordings.add(closed, [WrappedKey("every", "kek-1", 1, b"wrapped")])
    young = recording(id=OTHER, session=SessionId("ses_two"), opened_ms=NOW + 1, state=RecordingState.OPEN)
    await database.recordings.add(
        replace(young, closed_ms=None), [WrappedKey("every", "kek-1", 1, b"wrapped")]
    )
    return database


async def test_pieces_are_planned_once_and_placed(ledger: Database) -> None:
    storage = ledger.storage
    for _ in range(2):
        await storage.plan([piece(8, 5_000_000_000), piece(0, 8)], NOW)
    await storage.plan([], NOW)
    await storage.placed(piece(0, 8), NOW + 5)
    assert await storage.pieces(RECORDING) == [
        KnownPiece(piece(0, 8), NOW + 5),
        KnownPiece(piece(8, 5_000_000_000), None),
    ]
    assert await storage.pieces(OTHER) == []
    assert await storage.totals() == Totals(2, 0, 0, 1, 4_999_999_992)


async def test_what_is_not_stored_comes_oldest_first(ledger: Database) -> None:
    storage = ledger.storage
    assert await storage.unstored(10) == [Unstored(RECORDING, closed=True), Unstored(OTHER, closed=False)]
    assert await storage.unstored(1) == [Unstored(RECORDING, closed=True)]
    for _ in range(2):
        await storage.stored(RECORDING, NOW)
    assert await storage.is_stored(RECORDING)
    assert not await storage.is_stored(OTHER)
    assert await storage.unstored(10) == [Unstored(OTHER, closed=False)]


async def test_local_copies_go_and_come_and_go(ledger: Database) -> None:
    storage = ledger.storage
    assert await storage.releasable(NOW, NOW, 10) == []
    await storage.stored(RECORDING, NOW)
    assert await storage.releasable(NOW - 1, NOW, 10) == []
    assert await storage.releasable(NOW, NOW, 10) == [RECORDING]
    await storage.released(RECORDING, NOW + 1)
    assert await storage.releasable(NOW + 9, NOW + 9, 10) == []
    assert (await storage.totals()).released == 1
    await storage.fetched(RECORDING, NOW + 5)
    assert (await storage.totals()).released == 0
    assert await storage.releasable(NOW + 9, NOW + 4, 10) == []
    assert await storage.releasable(NOW + 9, NOW + 5, 10) == [RECORDING]


async def test_a_deleted_recording_is_forgotten_and_not_uploaded_again(ledger: Database) -> None:
    storage = ledger.storage
    await storage.plan([piece(0, 8)], NOW)
    for _ in range(2):
        await storage.forget(RECORDING, NOW + 1)
    assert await storage.pieces(RECORDING) == []
    assert not await storage.is_stored(RECORDING)
    assert await storage.unstored(10) == [Unstored(OTHER, closed=False)]
    assert await storage.releasable(NOW + 9, NOW + 9, 10) == []

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import StoredKey, WrappedKey
from tests.adapters.db.samples import RECORDING, leaf, recording

KEYS = tuple(WrappedKey(cls, "kek-1", 1, b"\x01" + cls.encode()) for cls in ("picture", "voice"))

pytestmark = pytest.mark.peer


async def test_keys_are_counted_and_found_by_their_kek(database: Database) -> None:
    await database.recordings.add(recording(), KEYS)
    other = RecordingId("rec_two")
    newer = WrappedKey("every", "kek-2", 1, b"\x01x")
    await database.recordings.add(recording(id=other), [newer])
    assert await database.keys.counts() == {"kek-1": 2, "kek-2": 1}
    stored = [StoredKey(RECORDING, key) for key in KEYS]
    assert await database.keys.wrapped_by_others("kek-2", 10) == stored
    assert await database.keys.wrapped_by_others("kek-2", 1) == stored[:1]
    assert await database.keys.wrapped_by_others("kek-2", 10, RECORDING) == []
    assert await database.keys.of_kek("kek-2", 10) == [StoredKey(other, newer)]


async def test_only_the_wrapping_that_was_read_is_replaced(database: Database) -> None:
    await database.recordings.add(recording(), KEYS)
    picture, voice = (StoredKey(RECORDING, key) for key in KEYS)
    new = WrappedKey("picture", "kek-2", 1, b"\x01new")
    stale = StoredKey(RECORDING, replace(voice.key, sealed=b"\x01stale"))
    gone = StoredKey(RecordingId("rec_gone"), voice.key)
    before = len(await database.audit.tail(100))
    done = await database.keys.rewrap(
        [(picture, new), (stale, replace(voice.key, kek="kek-2")), (gone, voice.key)], [leaf()]
    )
    assert done == 1
    assert await database.recordings.wrapped_keys(RECORDING) == (new, voice.key)
    assert len(await database.audit.tail(100)) == before + 1
    assert await database.keys.rewrap([(picture, new)], []) == 0

from __future__ import annotations

from pathlib import Path

from concierge.adapters.keys import Keyring
from concierge.adapters.keys.local import name_of
from concierge.domain import limits
from concierge.services.key_watch import KeyWatch
from tests.peers.key_service import key_service
from tests.services.desk import Desk
from tests.services.tape import taped


async def test_a_lost_kek_is_named_and_stops_nothing_new(desk: Desk) -> None:
    await taped(desk, 12)
    assert await KeyWatch(desk.database.keys, desk.ring, desk.clock).lost() == ""
    watch = KeyWatch(desk.database.keys, Keyring(b"x" * 32), desk.clock)
    assert await watch.fault() == ""
    told = await watch.lost()
    assert told.startswith("7 recording keys cannot be opened")
    assert name_of(b"k" * 32) in told


async def test_a_silent_kms_is_a_fault_until_it_answers_and_is_not_asked_too_often(
    desk: Desk, tmp_path: Path
) -> None:
    with key_service(tmp_path / "kms") as service:
        watch = KeyWatch(desk.database.keys, Keyring(service.keks(wait_ms=500)), desk.clock)
        service.control(mood="broken")
        assert "KMS key desk" in await watch.fault()
        service.control(mood="")
        assert "KMS key desk" in await watch.fault()
        desk.clock.now_ms += limits.KEY_TRIAL_EVERY_MS
        assert await watch.fault() == ""

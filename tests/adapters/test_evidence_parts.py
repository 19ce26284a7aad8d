"""The recorder's parts, put together over one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.evidence_parts import EvidenceParts, evidence_parts
from concierge.adapters.keys import Keyring
from concierge.domain.ids import RecordingId, SessionId, TicketId
from concierge.services.ports import RecordingOpening
from recorder.errors import RecorderError
from recorder.installation import read_public
from tests.services.desk import START_MS, FakeClock


def parts_in(folder: Path, clock: FakeClock | None = None) -> EvidenceParts:
    (folder / "keys").mkdir(exist_ok=True)
    return evidence_parts(folder / "recordings", folder / "keys", Keyring(b"k" * 32), clock or FakeClock())


def test_the_installation_key_is_made_once_and_its_public_half_published(tmp_path: Path) -> None:
    first = parts_in(tmp_path)
    published = tmp_path / "keys" / "installation.pub.pem"
    assert read_public(published.read_bytes()) == first.trust
    assert parts_in(tmp_path).trust == first.trust
    assert (tmp_path / "keys" / "installation.pem").stat().st_mode & 0o077 == 0


def test_an_installation_key_others_may_read_refuses_to_start(tmp_path: Path) -> None:
    parts_in(tmp_path)
    (tmp_path / "keys" / "installation.pem").chmod(0o644)
    with pytest.raises(RecorderError, match="0600"):
        parts_in(tmp_path)


async def test_a_log_by_another_clock_writes_what_the_reader_trusts(tmp_path: Path) -> None:
    parts = parts_in(tmp_path)
    parts.start()
    try:
        past = FakeClock(START_MS - 86_400_000)
        log = parts.log_at(past)
        recording = RecordingId("rec_" + "p" * 26)
        opening = RecordingOpening(recording, SessionId("ses_p"), TicketId("tic_p"), past.now_ms)
        wrapped = await log.open(opening)
        past.now_ms += 5_000
        await log.close(recording, "{}")
        script = await parts.reader.script(recording, wrapped)
        assert (script.verification.status, script.verification.signer) == ("ok", "trusted")
        assert script.duration_us == 5_000_000
    finally:
        parts.stop()

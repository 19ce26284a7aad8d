"""A KMS that does not answer: nothing is opened unrecorded, what runs goes on, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.adapters.keys import Keyring
from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable, Refused
from concierge.domain.reasons import EndReason, PauseReason
from concierge.services.recovering import recover_waiting
from concierge.wire import messages as wire
from tests.peers.key_service import key_service
from tests.services.desk import FakeClock, desk_in


async def test_a_silent_kms_opens_no_session_and_stops_none(tmp_path: Path) -> None:
    with key_service(tmp_path / "kms") as service:
        async with desk_in(tmp_path) as desk:
            ring = Keyring(service.keks(wait_ms=1_000))
            desk.reader._ring = desk.tools.evidence._ring = ring  # type: ignore[attr-defined]
            live, customer, _surface = await desk.sharing()
            service.stop()
            await desk.send(live, customer, wire.Say("still recorded"))
            await desk.send(live, live.decided.host, wire.End("resolved", ""))
            await desk.ended(live)
            script = await desk.script(live)
            assert (script.readable, script.sealed) == (False, "kms_silent")
            assert script.verification.status == "ok"
            with pytest.raises(EvidenceUnavailable, match=r"KMS key desk .* does not answer"):
                await desk.open()
            assert list((tmp_path / "recordings").iterdir()) == [
                tmp_path / "recordings" / live.decided.recording
            ]
            service.start()
            assert (await desk.script(live)).readable
            assert (await desk.open()).decided.id


@pytest.mark.parametrize("answers", [True, False])
async def test_a_kms_that_is_silent_after_a_crash_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, answers: bool
) -> None:
    monkeypatch.setattr(limits, "KEYS_SILENT_RETRY_MS", 1)
    left = tmp_path / "left"
    with key_service(tmp_path / "kms") as service:
        ring = Keyring(service.keks(wait_ms=1_000))
        (tmp_path / "desk").mkdir()
        async with desk_in(tmp_path / "desk", ring=ring) as desk:
            live, _customer, _surface = await desk.sharing()
            session, host = live.decided.id, live.decided.host
            shutil.copytree(desk.folder, left)
        service.stop()
        async with desk_in(left, FakeClock(desk.clock.now_ms + 20_000), ring=ring) as again:
            assert again.registry.waiting == {session: live.decided.ticket}
            with pytest.raises(EvidenceUnavailable):
                again.registry.get(session)
            with pytest.raises(Refused, match="has a live session"):
                await again.open()
            if answers:
                service.start()
            else:
                monkeypatch.setattr(limits, "KEYS_SILENT_MAX_MS", 0)
            await recover_waiting(again.tools, again.registry)
            assert again.registry.waiting == {}
            if answers:
                back = again.registry.get(session)
                assert PauseReason.BROKER_RESTARTED in back.decided.pauses
                await again.page(back, host)
                await again.send(back, host, wire.End("resolved", ""))
                await again.ended(back)
                assert (await again.script(back)).verification.status == "recovered"
            else:
                summary = await again.tools.sessions.summary(session)
                assert summary is not None
                assert (summary.state, summary.end_reason) == ("ended", EndReason.RECORDING_FAILED)

"""A KMS that does not answer: nothing is opened unrecorded, what runs goes on, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.keys import Keyring
from concierge.domain.errors import EvidenceUnavailable
from concierge.wire import messages as wire
from tests.peers.key_service import key_service
from tests.services.desk import desk_in


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
            with pytest.raises(EvidenceUnavailable, match="KMS key desk .* does not answer"):
                await desk.open()
            assert list((tmp_path / "recordings").iterdir()) == [tmp_path / "recordings" / live.decided.recording]
            service.start()
            assert (await desk.script(live)).readable
            assert (await desk.open()).decided.id

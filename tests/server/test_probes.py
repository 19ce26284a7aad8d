from __future__ import annotations

from tests.server.front import Front


async def test_the_numbers_count_what_is_live_and_name_nobody(front: Front) -> None:
    await front.matched()
    text = (await front.browser().get("/metrics")).text
    assert 'concierge_sessions{state="active"} 1.0' in text
    assert 'concierge_participants{role="customer"} 1.0' in text
    assert "concierge_evidence_lag_seconds_max" in text
    assert "concierge_recordings_unavailable 0.0" in text
    for secret in ("Maria", "Anna", "INC-1042", "ses_", "par_"):
        assert secret not in text


async def test_alive_and_ready(front: Front) -> None:
    watcher = front.browser()
    assert (await watcher.get("/healthz")).text == "ok\n"
    assert (await watcher.get("/readyz")).text == "ready\n"

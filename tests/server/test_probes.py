from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest

from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.log_anchor import FileAnchor
from concierge.domain import limits
from concierge.services.checkpoints import Checkpoints
from concierge.services.ports import StoreUnavailable
from tests.adapters.test_evidence_witness import reach, serving
from tests.recorder.disks import SmallDisk
from tests.server.front import Front, front_of
from tests.services.desk import desk_in


async def test_the_numbers_count_what_is_live_and_name_nobody(front: Front) -> None:
    await front.matched()
    text = (await front.browser().get("/metrics")).text
    assert 'concierge_sessions{state="active"} 1.0' in text
    assert 'concierge_participants{role="customer"} 1.0' in text
    assert "concierge_evidence_lag_seconds_max" in text
    assert "concierge_recordings_unavailable 0.0" in text
    assert 'concierge_media_packets_total{direction="forwarded",kind="picture"} 7.0' in text
    assert 'concierge_media_bytes_total{direction="forwarded",kind="picture"} 4321.0' in text
    for secret in ("Maria", "Anna", "INC-1042", "ses_", "par_"):
        assert secret not in text


READY = "ready\ndatabase: works\nrecorder: works\npolicies: works\nkeys: works\ndisk: works\n"


async def test_alive_and_ready(front: Front) -> None:
    watcher = front.browser()
    assert (await watcher.get("/healthz")).text == "ok\n"
    answer = await watcher.get("/readyz")
    assert (answer.status_code, answer.text) == (200, READY)


async def test_a_recorder_that_has_stopped_is_named(front: Front) -> None:
    await asyncio.to_thread(front.desk.recorder.stop)
    answer = await front.browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.text == (
        "not ready\ndatabase: works\nrecorder: cannot write: the recorder has stopped\npolicies: works\nkeys: works\ndisk: works\n"
    )
    assert (await front.browser().get("/healthz")).status_code == 200


async def test_a_full_disk_is_named_and_is_ready_again_with_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(0)
    async with desk_in(tmp_path, files=disk) as desk, front_of(desk) as front:
        watcher = front.browser()
        answer = await watcher.get("/readyz")
        assert answer.status_code == 503
        assert "recorder: cannot write: the disk failed: No space left on device\n" in answer.text
        disk.free()
        monkeypatch.setattr(limits, "TRIAL_EVERY_MS", 0)
        assert (await watcher.get("/readyz")).text == READY


async def test_policies_that_cannot_decide_are_named(front: Front) -> None:
    policy = front.desk.policy
    # No door leads to an engine that lost its policies.
    policy._loaded = dataclasses.replace(policy._loaded, reasons={})
    answer = await front.browser().get("/readyz")
    assert answer.status_code == 503
    assert (
        answer.text
        == "not ready\ndatabase: works\nrecorder: works\npolicies: cannot decide\nkeys: works\ndisk: works\n"
    )


async def test_a_database_that_does_not_answer_is_named(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: object) -> None:
        raise StoreUnavailable("locked")

    monkeypatch.setattr(type(front.desk.tools.audit), "tail", silent)
    answer = await front.browser().get("/readyz")
    assert (answer.status_code, answer.text.splitlines()[:2]) == (
        503,
        ["not ready", "database: does not answer"],
    )


async def test_a_witness_that_stays_silent_is_named_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WITNESS_RETRY_MS", 0)
    async with desk_in(tmp_path) as desk:
        log = SignedLog(desk.database.audit_tree, desk.key, desk.clock)
        with serving(tmp_path / "w", desk.key.public) as server:
            seen_by = (reach(server, desk.key.public),)
            checkpoints = Checkpoints(log, desk.database.audit_tree, FileAnchor(tmp_path), seen_by)
            async with front_of(desk, checkpoints=checkpoints) as front:
                watcher = front.browser()
                await checkpoints.take()
                assert (await watcher.get("/readyz")).text == READY + "witnesses: works\n"
                assert "concierge_witnesses_silent 0.0" in (await watcher.get("/metrics")).text
                server.shutdown()
                server.server_close()
                await checkpoints.take()
                answer = await watcher.get("/readyz")
                assert answer.status_code == 200
                assert (
                    answer.text
                    == READY.replace("ready", "degraded") + "witnesses: not cosigned by w.example/w\n"
                )
                numbers = (await watcher.get("/metrics")).text
                assert "concierge_witnesses 1.0" in numbers
                assert "concierge_witnesses_silent 1.0" in numbers

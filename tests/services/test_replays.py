from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from concierge import shipped
from concierge.adapters.db.tables import wrapped_keys
from concierge.adapters.keys import Keyring
from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.errors import EvidenceUnavailable, Refused
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.ports import RecordingQuery
from concierge.services.replay_port import Script
from concierge.services.replays import Replays
from tests.services.desk import Desk, desk_in
from tests.services.tape import flip, taped

AUDITOR = Principal("Person", PersonId("per_" + "d" * 26), DeskRole.AUDITOR)


@pytest.fixture
def replays(desk: Desk) -> Replays:
    return Replays(desk.tools, desk.reader)


async def leaves(desk: Desk, kind: str) -> list[str]:
    return [leaf.subject for _, leaf in await desk.tools.audit.tail(1000) if leaf.kind == kind]


async def test_hosts_and_auditors_find_what_was_recorded(desk: Desk, replays: Replays) -> None:
    tape = await taped(desk, 12)
    for principal in (AUDITOR, desk.principal(desk.anna)):
        for query in (
            RecordingQuery(),
            RecordingQuery(ticket_number="inc-1042"),
            RecordingQuery(person="anna"),
            RecordingQuery(words="queue moving"),
        ):
            assert [row.id for row in await replays.find(principal, query)] == [tape.recording]
    assert await replays.find(AUDITOR, RecordingQuery(company="Nobody & Sons")) == []
    with pytest.raises(Refused):
        await replays.find(Principal("Person", "per_x", "customer"), RecordingQuery())


async def test_a_viewing_is_one_line_of_the_audit_log_however_many_pieces_it_has(
    desk: Desk, replays: Replays
) -> None:
    tape = await taped(desk, 12)
    await replays.open(AUDITOR, tape.recording)
    for _ in range(5):
        assert await replays.media(AUDITOR, tape.recording, 0, 10_000_000)
    assert await leaves(desk, "RecordingViewed") == [tape.recording]
    await replays.open(AUDITOR, tape.recording)
    assert len(await leaves(desk, "RecordingViewed")) == 2


async def test_no_piece_comes_before_its_line_and_a_pause_begins_a_new_viewing(
    desk: Desk, replays: Replays
) -> None:
    tape = await taped(desk, 12)
    await replays.media(AUDITOR, tape.recording, 0, 1_000_000)
    assert len(await leaves(desk, "RecordingViewed")) == 1
    desk.clock.now_ms += limits.VIEWING_IDLE_MS
    await replays.media(AUDITOR, tape.recording, 0, 1_000_000)
    assert len(await leaves(desk, "RecordingViewed")) == 1
    desk.clock.now_ms += limits.VIEWING_IDLE_MS + 1
    await replays.media(AUDITOR, tape.recording, 0, 1_000_000)
    await replays.media(desk.principal(desk.ben), tape.recording, 0, 1_000_000)
    assert len(await leaves(desk, "RecordingViewed")) == 3


async def test_a_live_session_can_be_verified_and_not_watched(desk: Desk, replays: Replays) -> None:
    live, _customer, _surface = await desk.sharing()
    recording = live.decided.recording
    assert (await replays.verify(AUDITOR, recording)).status == "open"
    for attempt in (
        replays.open(AUDITOR, recording),
        replays.media(AUDITOR, recording, 0, 1_000_000),
        replays.export(AUDITOR, recording, desk.folder / "out"),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.code == "recording_open"
    assert await leaves(desk, "RecordingViewed") == []


async def test_the_policy_is_asked_for_every_piece(desk: Desk, replays: Replays) -> None:
    tape = await taped(desk, 12)
    stranger = Principal("Person", "per_x", "customer")
    with pytest.raises(Refused):
        await replays.media(stranger, tape.recording, 0, 1_000_000)
    with pytest.raises(Refused):
        await replays.export(desk.principal(desk.anna), tape.recording, desk.folder / "out")
    with pytest.raises(Refused) as refused:
        await replays.open(AUDITOR, RecordingId("rec_" + "z" * 26))
    assert refused.value.code == "no_such_recording"


async def test_an_erased_recording_is_verified_and_no_longer_seen(desk: Desk, replays: Replays) -> None:
    tape = await taped(desk, 12)
    await desk.database.store.write(lambda connection: connection.execute(delete(wrapped_keys)))
    replay = await replays.open(AUDITOR, tape.recording)
    assert (replay.script.readable, replay.script.sealed, replay.script.events) == (False, "erased", ())
    assert replay.script.verification.status == "ok"
    with pytest.raises(Refused) as refused:
        await replays.media(AUDITOR, tape.recording, 0, 1_000_000)
    assert refused.value.code == "recording_erased"


async def test_with_its_kek_lost_a_recording_is_verified_and_the_reason_is_told(
    desk: Desk, replays: Replays
) -> None:
    tape = await taped(desk, 12)
    desk.reader._ring = Keyring(b"x" * 32)
    script = (await replays.open(AUDITOR, tape.recording)).script
    assert (script.readable, script.sealed, script.verification.status) == (False, "kek_lost", "ok")
    with pytest.raises(EvidenceUnavailable, match="which is not configured here"):
        await replays.media(AUDITOR, tape.recording, 0, 1_000_000)
    assert (await replays.verify(AUDITOR, tape.recording)).status == "ok"


async def test_a_changed_byte_is_named_and_what_comes_before_it_still_plays(
    desk: Desk, replays: Replays
) -> None:
    tape = await taped(desk, 60)
    whole = (await replays.open(AUDITOR, tape.recording)).script
    flip(tape)
    script = (await replays.open(AUDITOR, tape.recording)).script
    found = script.verification
    assert (found.status, found.bad_segment) == ("bad", found.segments)
    assert 0 < found.until_us < whole.verification.until_us
    assert found.fault_from_us == found.until_us
    assert 0 < len(script.events) < len(whole.events)
    assert await replays.media(AUDITOR, tape.recording, 0, 10_000_000)


async def test_what_was_typed_stays_sealed_unless_a_policy_releases_it(tmp_path: Path) -> None:
    release = """
    @id("auditor_reads_what_was_typed")
    @reason("Auditors may read what was typed.")
    permit(principal is Person, action == Action::"release_input", resource is Recording)
    when { principal.role == "auditor" };
    """
    policies = tmp_path / "policies"
    shutil.copytree(shipped.POLICIES, policies)
    for released in (False, True):
        if released:
            (policies / "own.cedar").write_text(release)
        folder = tmp_path / str(released)
        folder.mkdir()
        async with desk_in(folder, policies=policies) as desk:
            tape = await taped(desk, 12)
            opened: list[set[str]] = []
            script = desk.reader.script

            async def noted(
                recording: RecordingId,
                keys: Sequence[WrappedKey],
                noted: list[set[str]] = opened,
                real: Any = script,
            ) -> Script:
                noted.append({key.cls for key in keys})
                read: Script = await real(recording, keys)
                return read

            desk.reader.script = noted  # type: ignore[method-assign]
            replays = Replays(desk.tools, desk.reader)
            for principal in (AUDITOR, desk.principal(desk.anna)):
                assert (await replays.open(principal, tape.recording)).script.readable
            assert ["input" in classes for classes in opened] == [released, False]
            assert all(classes >= {"picture", "voice", "conversation", "control"} for classes in opened)


async def test_what_was_hidden_is_a_signed_gap_that_shows_when_and_not_what(
    desk: Desk, replays: Replays
) -> None:
    tape = await taped(desk, 60)
    script = (await replays.open(AUDITOR, tape.recording)).script
    (gap,) = [gap for gap in script.gaps if gap.reason == "hidden by the customer"]
    assert (gap.from_us, gap.until_us) == tape.hidden_us
    assert script.verification.status == "ok"
    for words in ("hidden", "hidden by the customer", gap.reason.split()[-1]):
        assert await replays.find(AUDITOR, RecordingQuery(words=words)) == []

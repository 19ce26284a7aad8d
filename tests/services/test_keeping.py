from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.custody import Cause, Custody, Erasure
from concierge.domain.errors import BadInput, EvidenceUnavailable, Refused
from concierge.domain.ids import RecordingId
from concierge.services.keeping import Asker, Keeping
from concierge.services.ports import RecordingQuery
from concierge.services.replays import Replays
from concierge.wire import messages as wire
from recorder.reading import read_recording
from tests.services.desk import Desk, desk_in
from tests.services.tape import Tape, taped

SARA = Asker(Principal("Person", "per_" + "s" * 26, DeskRole.SUPERVISOR), "Sara Lind")
DORA = Asker(Principal("Person", "per_" + "d" * 26, DeskRole.AUDITOR), "Dora Audit")
WHY = "The customer asked for it"
DAY_MS = 24 * 60 * 60_000


@pytest.fixture
def keeping(desk: Desk) -> Keeping:
    return Keeping(desk.tools, desk.database.custody, desk.vault)


async def leaves(desk: Desk, subject: str) -> dict[str, dict[str, object]]:
    tail = await desk.tools.audit.tail(1000)
    return {leaf.kind: json.loads(leaf.detail) for _, leaf in reversed(tail) if leaf.subject == subject}


def anna(desk: Desk) -> Asker:
    return Asker(desk.principal(desk.anna), desk.anna.name)


async def test_only_who_may_holds_and_erases(desk: Desk, keeping: Keeping) -> None:
    tape = await taped(desk, 12)
    for asker, act in ((anna(desk), "hold"), (anna(desk), "erase"), (DORA, "erase")):
        doing = (
            keeping.hold(asker, tape.recording, WHY)
            if act == "hold"
            else keeping.erase(asker, tape.recording, [], WHY)
        )
        with pytest.raises(Refused) as refused:
            await doing
        assert refused.value.code == "no_policy_permits"
    with pytest.raises(Refused) as refused:
        await keeping.erase(SARA, RecordingId("rec_" + "z" * 26), [], WHY)
    assert refused.value.code == "no_such_recording"
    assert await keeping.one(tape.recording) == Custody()


async def test_a_hold_beats_erasure_and_retention_until_it_is_lifted(desk: Desk, keeping: Keeping) -> None:
    tape = await taped(desk, 12)
    await keeping.hold(DORA, tape.recording, "A court asked for it")
    with pytest.raises(Refused, match="held already"):
        await keeping.hold(SARA, tape.recording, WHY)
    with pytest.raises(Refused) as refused:
        await keeping.erase(SARA, tape.recording, [], WHY)
    assert refused.value.code == "recording_held"
    desk.clock.now_ms += 400 * DAY_MS
    assert await keeping.sweep() == 0
    assert (await desk.script_of(tape.recording)).readable
    await keeping.release(SARA, tape.recording, "The case is closed")
    with pytest.raises(Refused, match="is not held"):
        await keeping.release(SARA, tape.recording, WHY)
    assert await keeping.sweep() == 1
    told = await leaves(desk, tape.recording)
    assert told["HoldSet"]["reason"] == "A court asked for it"
    assert told["HoldReleased"]["role"] == "supervisor"
    assert told["RecordingErased"]["cause"] == "retention"


async def test_an_erasure_leaves_a_tombstone_that_verifies_and_nothing_that_plays(
    desk: Desk, keeping: Keeping
) -> None:
    tape = await taped(desk, 12)
    replays = Replays(desk.tools, desk.reader)
    await replays.open(DORA.principal, tape.recording)
    done = await keeping.erase(SARA, tape.recording, [], f" {WHY}\n")
    assert (done.whole, done.reason, done.by_name, done.cause) == (True, WHY, "Sara Lind", Cause.ASKED)
    assert done.done_ms is not None
    assert (await keeping.one(tape.recording)).erasures == (done,)
    script = (await replays.open(DORA.principal, tape.recording)).script
    assert (script.readable, script.sealed, script.events) == (False, "erased", ())
    verdict = read_recording(tape.folder, None, desk.key.public).verdict
    assert (verdict.status.value, verdict.erased) == ("ok", (1, 2, 3, 4, 5, 6, 7))
    found = await replays.find(DORA.principal, RecordingQuery())
    assert [row.id for row in found] == [tape.recording]
    with pytest.raises(Refused) as refused:
        await keeping.erase(SARA, tape.recording, [], WHY)
    assert refused.value.code == "recording_erased"
    with pytest.raises(Refused):
        await keeping.hold(SARA, tape.recording, WHY)
    told = await leaves(desk, tape.recording)
    assert told["RecordingErased"]["reason"] == WHY
    assert "ErasureFinished" in told


SECRETS = ("xyzzy-plugh", "squeamish-ossifrage", "pelican-zephyr")


async def chatty(desk: Desk) -> RecordingId:
    """Return a closed recording in which secrets were said, and noted by the host."""
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say(f"My word is {SECRETS[0]}"))
    await desk.send(live, live.decided.host, wire.Say(f"Mine is {SECRETS[1]}"))
    await desk.send(live, live.decided.host, wire.End("resolved", f"Told: {SECRETS[2]}"))
    await desk.ended(live)
    return live.decided.recording


def written(folder: Path) -> bytes:
    """Return every byte of every file below a folder."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_after_an_erasure_neither_words_nor_keys_are_in_any_file(desk: Desk, keeping: Keeping) -> None:
    recording = await chatty(desk)
    other = await chatty_other(desk)
    replays = Replays(desk.tools, desk.reader)
    await replays.open(DORA.principal, recording)
    bundle = desk.folder / "exports" / f"export-{recording}-abc" / "export.zip"
    bundle.parent.mkdir(parents=True)
    bundle.write_text(SECRETS[0])
    keys = [key.sealed for key in await desk.tools.recordings.wrapped_keys(recording)]
    before = written(desk.folder)
    assert all(secret.encode() in before for secret in SECRETS)
    assert keys
    assert all(key in before for key in keys)
    done = await keeping.erase(SARA, recording, [], WHY)
    assert done.done_ms is not None
    after = written(desk.folder)
    for secret in SECRETS:
        for piece in secret.split("-"):
            assert piece.encode() not in after, piece
    assert not any(key in after or key[13:] in after for key in keys)
    assert not bundle.exists()
    assert await replays.find(DORA.principal, RecordingQuery(words="ossifrage")) == []
    assert await desk.tools.tickets.search("pelican", 10) == []
    assert (await desk.script_of(other)).readable
    events = await desk.tools.sessions.events((await desk.tools.recordings.get(recording)).session)  # type: ignore[union-attr]
    assert events


async def chatty_other(desk: Desk) -> RecordingId:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("Ordinary words"))
    await desk.send(live, live.decided.host, wire.End("resolved", "Ordinary note"))
    await desk.ended(live)
    return live.decided.recording


class Stuck:
    """A vault that fails once, as a disk does."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.fails = True

    async def forget(self, recording: RecordingId) -> None:
        if self.fails:
            raise EvidenceUnavailable("the disk does not answer")
        await self.desk.vault.forget(recording)

    async def bury(self, erasure: Erasure) -> None:
        await self.desk.vault.bury(erasure)

    async def remove(self, recording: RecordingId) -> None:
        await self.desk.vault.remove(recording)


async def test_what_a_crash_left_half_erased_is_finished_at_the_next_start(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        tape = await taped(desk, 12)
        stuck = Keeping(desk.tools, desk.database.custody, Stuck(desk))
        left = tmp_path / "exports" / f"export-{tape.recording}-abc"
        left.mkdir(parents=True)
        (left / "export.zip").write_bytes(b"plain pictures")
        begun = await stuck.erase(SARA, tape.recording, [], WHY)
        assert begun.done_ms is None
        assert not (await desk.script_of(tape.recording)).readable
        assert left.exists()
    async with desk_in(tmp_path) as desk:
        keeping = Keeping(desk.tools, desk.database.custody, desk.vault)
        assert await keeping.finish_what_was_begun() == 1
        assert not left.exists()
        (erasure,) = (await keeping.one(tape.recording)).erasures
        assert erasure.done_ms is not None
        assert await keeping.finish_what_was_begun() == 0
        assert "ErasureFinished" in await leaves(desk, tape.recording)


async def test_one_class_is_erased_and_the_others_still_play(desk: Desk, keeping: Keeping) -> None:
    tape = await taped(desk, 12)
    replays = Replays(desk.tools, desk.reader)
    before = (await replays.open(DORA.principal, tape.recording)).script
    assert "ChatSaid" in {type(event).__name__ for event in before.events}
    await keeping.erase(SARA, tape.recording, ["conversation"], WHY)
    script = (await replays.open(DORA.principal, tape.recording)).script
    assert script.readable
    assert script.verification.status == "ok"
    assert {type(event).__name__ for event in before.events} - {
        type(event).__name__ for event in script.events
    } == {"ChatSaid", "MarkDrawn", "MarksCleared"} & {type(event).__name__ for event in before.events}
    assert await replays.media(DORA.principal, tape.recording, 0, 10_000_000)
    await keeping.erase(SARA, tape.recording, ["picture", "voice"], WHY)
    assert await replays.media(DORA.principal, tape.recording, 0, 10_000_000) == b""
    verdict = read_recording(tape.folder, None, desk.key.public).verdict
    assert (verdict.status.value, verdict.erased) == ("ok", (1, 2, 6))


async def test_what_is_being_recorded_is_not_erased_and_a_reason_is_needed(
    desk: Desk, keeping: Keeping
) -> None:
    live, _customer, _surface = await desk.sharing()
    with pytest.raises(Refused) as refused:
        await keeping.erase(SARA, live.decided.recording, [], WHY)
    assert refused.value.code == "recording_open"
    for reason in ("", " ", "x" * (limits.CUSTODY_REASON_MAX_CHARS + 1)):
        with pytest.raises(BadInput):
            await keeping.erase(SARA, live.decided.recording, [], reason)
        with pytest.raises(BadInput):
            await keeping.hold(SARA, live.decided.recording, reason)
    await keeping.hold(SARA, live.decided.recording, WHY)


async def test_retention_deletes_what_is_due_files_and_all_and_is_on_the_record(
    desk: Desk, keeping: Keeping
) -> None:
    tape: Tape = await taped(desk, 12)
    row = await desk.tools.recordings.get(tape.recording)
    assert row is not None
    desk.clock.now_ms = row.keep_until_ms - 1
    assert await keeping.sweep() == 0
    desk.clock.now_ms = row.keep_until_ms
    assert await keeping.sweep() == 1
    assert await keeping.sweep() == 0
    assert [file.name for file in tape.folder.iterdir()] == ["erased-0000.json"]
    assert read_recording(tape.folder, None, desk.key.public).verdict.status.value == "erased"
    (erasure,) = (await keeping.one(tape.recording)).erasures
    assert (erasure.cause, erasure.by) == (Cause.RETENTION, "retention")
    assert (await leaves(desk, tape.recording))["RecordingErased"]["rule"] == row.kept_by == "default"


async def test_a_hold_and_an_erasure_at_once_never_both_succeed(desk: Desk, keeping: Keeping) -> None:
    for _ in range(3):
        tape = await chatty_other(desk)
        held, gone = await asyncio.gather(
            keeping.hold(DORA, tape, WHY), keeping.erase(SARA, tape, [], WHY), return_exceptions=True
        )
        assert isinstance(held, Refused) or isinstance(gone, Refused)
        custody = await keeping.one(tape)
        assert (custody.hold is None) != (custody.erasures == ())

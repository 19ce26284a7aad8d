from __future__ import annotations

import json

from concierge.domain.commands import End
from concierge.domain.reasons import EndReason
from concierge.services.heads import Heads
from recorder.installation import check_certificate
from recorder.reading import read_recording
from tests.services.desk import Desk


async def leaves(desk: Desk, recording: str) -> list[tuple[str, dict[str, object]]]:
    kept = await desk.database.audit_tree.about(recording)
    return [(one.leaf.kind, json.loads(one.leaf.detail)) for one in kept]


async def test_a_recording_is_on_the_log_from_its_first_event_with_its_certified_signer(desk: Desk) -> None:
    live = await desk.open()
    ((kind, told),) = await leaves(desk, live.decided.recording)
    assert kind == "RecordingOpened"
    assert (told["session"], told["ticket"], told["segments"]) == (live.decided.id, live.decided.ticket, 1)
    signers = told["signers"]
    assert isinstance(signers, list)
    (signer,) = signers
    certificate, public = bytes.fromhex(signer["certificate"]), bytes.fromhex(signer["public"])
    check_certificate(desk.key.public, certificate, public, live.decided.recording, signer["epoch"])


async def test_heads_are_told_when_they_moved(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    heads = Heads(desk.tools, desk.registry)
    assert await heads.tell() == 1
    assert await heads.tell() == 0
    kind, told = (await leaves(desk, live.decided.recording))[-1]
    assert kind == "RecordingReached"
    head = desk.tools.evidence.head(live.decided.recording)
    assert head is not None
    assert (told["segments"], told["chain"]) == (head.segments, head.chain.hex())


async def test_a_closed_recording_says_where_it_ends(desk: Desk) -> None:
    live = await desk.open()
    recording = live.decided.recording
    await live.submit(End(by=live.decided.host, reason=EndReason.COMPLETED))
    await desk.ended(live)
    kinds = [kind for kind, _told in await leaves(desk, recording)]
    assert kinds == ["RecordingOpened", "RecordingClosed"]
    _kind, told = (await leaves(desk, recording))[-1]
    verdict = read_recording(desk.folder / "recordings" / recording, None, desk.key.public).verdict
    assert verdict.good
    assert (told["segments"], told["chain"]) == (verdict.segments, verdict.chain.hex())

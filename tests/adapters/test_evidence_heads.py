from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from concierge.adapters.evidence_heads import NotedSigners, head_of
from concierge.domain.recording_head import RecordingHead
from recorder.handle import RecordingHandle
from recorder.installation import InstallationKey, check_certificate
from recorder.verdict import SignerTrust, Status, Verdict
from recorder.writer import ChainEnd


def test_every_signer_made_is_remembered_by_its_public_half() -> None:
    key = InstallationKey.generate()
    signers = NotedSigners(key.signer)
    made = [signers("rec_one", epoch) for epoch in (0, 1)]
    handle = cast("RecordingHandle", SimpleNamespace(reached=ChainEnd(7, b"c" * 32, 99)))
    head = signers.head(handle)
    assert replace(head, signers=()) == RecordingHead(7, b"c" * 32, 99)
    assert [(one.epoch, one.public) for one in head.signers] == [(n, made[n].public) for n in (0, 1)]
    for one in head.signers:
        check_certificate(key.public, one.certificate, one.public, "rec_one", one.epoch)


def test_a_verdict_says_where_the_good_part_ends() -> None:
    verdict = Verdict(Status.OPEN, SignerTrust.UNKNOWN, None, False, 1, 5, 10, b"x" * 32, None, 0, 0)
    assert head_of(verdict) == RecordingHead(5, b"x" * 32, 10)

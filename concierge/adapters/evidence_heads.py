"""What the audit log is told of a recording in progress: where its durable chain ends, and who signs it."""

from __future__ import annotations

from concierge.domain.recording_head import CertifiedSigner, RecordingHead
from recorder.handle import RecordingHandle
from recorder.installation import Signer, SignerSource
from recorder.verdict import Verdict


class NotedSigners:
    """A source of signers that remembers the public half of each it made. Called on the recorder's thread."""

    def __init__(self, source: SignerSource) -> None:
        self._source = source
        self._made: tuple[CertifiedSigner, ...] = ()

    def __call__(self, recording_id: str, epoch: int) -> Signer:
        """Make a signer for one epoch."""
        signer = self._source(recording_id, epoch)
        self._made = (*self._made, CertifiedSigner(epoch, signer.public, signer.certificate))
        return signer

    def head(self, handle: RecordingHandle) -> RecordingHead:
        """Return the durable end of the recording these signers sign."""
        end = handle.reached
        return RecordingHead(end.next_segment, end.chain, end.until_us, self._made)


def head_of(verdict: Verdict) -> RecordingHead:
    """Return the end of a recording that was read and verified."""
    return RecordingHead(verdict.segments, verdict.chain, verdict.until_us)

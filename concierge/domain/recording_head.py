"""How far a recording reaches: what the audit log keeps of it, so that nothing can be cut off or put in its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CertifiedSigner:
    """The ephemeral key that signs one epoch, and the installation key's certificate for it."""

    epoch: int
    public: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class RecordingHead:
    """The durable end: how many segments, the chain value behind the last, the last time recorded (us), the signers."""

    segments: int
    chain: bytes
    until_us: int
    signers: tuple[CertifiedSigner, ...] = ()

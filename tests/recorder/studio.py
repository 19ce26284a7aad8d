"""Small recordings for the tests, made from fixed keys and salts, so that the same call makes the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder import events, frames
from recorder.envelope import ContentKeys
from recorder.installation import InstallationKey, Signer, raw_public
from recorder.limits import GENERATION
from recorder.manifest import REPAIRS, Header, Opening
from recorder.records import EvidenceClass, Record, RecordType
from recorder.segment import SegmentFlag
from recorder.store import epoch_path
from recorder.writer import ALL_CLASSES, BEGINNING, EpochWriter


def fixed(label: str) -> bytes:
    """32 bytes that are always the same for a label."""
    return hashlib.sha256(f"concierge test {label}".encode()).digest()


def installation(label: str = "installation") -> InstallationKey:
    return InstallationKey(Ed25519PrivateKey.from_private_bytes(fixed(label)))


DEK = fixed("dek")
KEYS: dict[int, bytes] = {cls: fixed(f"content key {cls}") for cls in EvidenceClass}
"""A key for each class, as a broker gives them."""
PINNED = installation()
HEADER = Header("rec_0001", "ses_0001", "T-1001", 1_760_000_000_000)


def signer(key: InstallationKey, recording_id: str, epoch: int, generation: int = GENERATION) -> Signer:
    """What `InstallationKey.signer` makes, but always the same."""
    private = Ed25519PrivateKey.from_private_bytes(fixed(f"signer {recording_id} {epoch}"))
    public = raw_public(private)
    return Signer(private, public, key.certify(public, recording_id, epoch, generation), key.public)


@dataclass
class Epoch:
    """One epoch's bytes, in the pieces a test may want to rearrange."""

    head: bytes
    segments: list[bytes] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        return self.head + b"".join(self.segments)


def moment(number: int) -> list[Record]:
    """A segment's worth of records: an event, a picture, a chat line and a packet of voice."""
    at_us = number * 400_000
    return [
        events.event(at_us, number, {"type": "Marked", "number": number}),
        frames.picture(
            at_us + 1, 1, frames.Frame(frames.Codec.VP8, 64, 48, number * 3000, bytes(20)), key=True
        ),
        events.event(
            at_us + 1,
            1000 + number,
            {"text": "grüß dich", "type": "ChatSaid"},
            cls=EvidenceClass.CONVERSATION,
        ),
        frames.voice(at_us + 2, 2, frames.Frame(frames.Codec.OPUS, 0, 0, number * 960, bytes(8))),
    ]


def epochs(
    *counts: int,
    header: Header = HEADER,
    key: InstallationKey = PINNED,
    dek: ContentKeys = DEK,
    close: bool = True,
    extra: Sequence[Record] = (),
    classes: Sequence[int] = ALL_CLASSES,
    generation: int = GENERATION,
    opening: Opening = Opening.RECOVERED,
    second: InstallationKey | None = None,
) -> list[Epoch]:
    """A recording with an epoch for each count; the first segment of each later one is a signed recovery gap."""
    made: list[Epoch] = []
    end, number = BEGINNING, 0
    for epoch, count in enumerate(counts):
        writer = EpochWriter(
            header,
            dek,
            signer(second if second and epoch else key, header.recording_id, epoch, generation),
            fixed(f"salt {header.recording_id} {epoch}"),
            epoch=epoch,
            opening=opening if epoch else Opening.OPENED,
            after=end,
            classes=classes,
            generation=generation,
        )
        one = Epoch(writer.head)
        if epoch:
            gap = events.gap(end.until_us, number * 400_000, "recovered")
            one.segments.append(
                writer.seal([gap], SegmentFlag.RECOVERED if opening in REPAIRS else SegmentFlag.NONE).data
            )
        for _ in range(count):
            one.segments.append(writer.seal([*moment(number), *extra]).data)
            number += 1
        if close and epoch == len(counts) - 1:
            closing = events.summary(number * 400_000, {"end_reason": "done"})
            one.segments.append(writer.seal([closing], SegmentFlag.FINAL).data)
        end = writer.end
        made.append(one)
    return made


def save(directory: Path, made: Sequence[Epoch]) -> Path:
    """Write epochs to a recording's directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for number, epoch in enumerate(made):
        epoch_path(directory, number).write_bytes(epoch.data)
    return directory


def event_record(seq: int) -> Record:
    return events.event(seq * 1000, seq, {"type": "Counted"})


def filler(at_us: int, size: int) -> Record:
    return Record(RecordType.RECTANGLES, EvidenceClass.PICTURE, at_us, 1, 0, bytes(size))

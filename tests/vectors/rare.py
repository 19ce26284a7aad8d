"""The vectors that are no animal of the zoo: what is good, what is rare, and what only a holder of keys can see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from recorder import chain, events
from recorder.envelope import TAG_BYTES, ClassKey, ContentKeys
from recorder.manifest import EpochHeader, Header, Opening, TornPiece, header_hash
from recorder.records import EvidenceClass, Record, RecordType, pack
from recorder.segment import SegmentFlag, SegmentHeader
from recorder.tombstone import Tombstone
from recorder.writer import ChainEnd, EpochWriter
from tests.recorder.studio import (
    DEK,
    HEADER,
    KEYS,
    PINNED,
    Epoch,
    epochs,
    fixed,
    installation,
    moment,
    signer,
)
from tests.recorder.zoo import chain_end, flip

Files = Mapping[str, bytes]
VOICE, CONTROL, CONVERSATION = EvidenceClass.VOICE, EvidenceClass.CONTROL, EvidenceClass.CONVERSATION


def files(made: Sequence[Epoch]) -> dict[str, bytes]:
    """Epochs as the files they lie in."""
    return {f"epoch-{number:04d}.crec": one.data for number, one in enumerate(made)}


def cases() -> Iterator[tuple[str, Files]]:
    """Vectors whose classes have a content key each."""
    whole = epochs(3, dek=KEYS)
    yield "good-closed", files(whole)
    yield "good-resumed-after-a-failed-write", files(epochs(2, 2, dek=KEYS, opening=Opening.RESUMED))
    yield "good-unknown-types-and-classes", files(unknowns())
    yield "recovered-after-a-crash", files(epochs(4, 2, dek=KEYS))
    yield "recovered-with-a-torn-piece", torn_piece(b"CSEG and no more")
    yield "recovered-a-declared-rollback", files(epochs(2, 2, dek=KEYS, opening=Opening.RESTORED))
    yield "recovered-three-times", files(epochs(1, 1, 1, 1, dek=KEYS))
    yield "open-while-it-runs", files(epochs(3, dek=KEYS, close=False))
    yield "open-a-head-alone", files([Epoch(whole[0].head)])
    yield "torn-an-empty-file", {"epoch-0000.crec": b""}
    yield "torn-a-head-cut-short", {"epoch-0000.crec": whole[0].head[:-1]}
    yield "torn-a-torn-piece-missing", files_of("epoch", torn_piece(b"CSEG and no more"))
    yield (
        "torn-a-torn-piece-altered",
        {**torn_piece(b"CSEG and no more"), "torn-0000.bin": b"CSEG and no mare"},
    )
    yield "torn-a-torn-piece-nobody-names", {**files(whole), "torn-0000.bin": b"what?"}
    yield "unreadable-a-newer-generation", files([Epoch(newer(whole[0].head), whole[0].segments)])
    yield "unreadable-a-newer-epoch-behind-a-good-one", a_newer_epoch()
    yield "bad-a-newer-epoch-behind-the-final-segment", behind_the_end(whole)
    yield "bad-no-recording-at-all", {"epoch-0000.crec": b"RIFF" + bytes(2000)}
    yield "bad-an-epoch-s-file-missing", {"epoch-0001.crec": epochs(2, 2, dek=KEYS)[1].data}
    yield from graves(whole)
    yield from only_seen_with_keys()


def under_one_key() -> Iterator[tuple[str, Files]]:
    """Vectors with one content key for all classes, and the provisional generation."""
    yield "good-one-key-for-all-classes", files(epochs(3))
    yield "good-generation-0", files(epochs(3, generation=0))
    yield "recovered-generation-0-then-1", files(grown())
    yield "bad-generation-0-called-1", files([Epoch(called_1(epochs(3, generation=0)[0].head))])


def unknowns() -> list[Epoch]:
    extra = [
        Record(4242, EvidenceClass.SHELL, 900_000, 1, 0x8000, b"new"),
        Record(1, 200, 900_000, 1, 0, b"newer"),
    ]
    keys = {**KEYS, 200: fixed("content key 200")}
    return epochs(2, dek=keys, extra=extra, classes=[*EvidenceClass, 200])


def torn_piece(tail: bytes) -> dict[str, bytes]:
    """A crash tore a segment off; the next epoch names the bytes."""
    one = epochs(3, dek=KEYS, close=False)[0]
    end = chain_end(one)
    piece = TornPiece("torn-0000.bin", len(tail), hashlib.sha256(tail).digest())
    return {**files([one, after(end, found=(piece,))]), "torn-0000.bin": tail}


def after(end: ChainEnd, *, keys: ContentKeys = KEYS, found: tuple[TornPiece, ...] = ()) -> Epoch:
    """A recovered second epoch: gap, a moment, and the end."""
    writer = EpochWriter(
        HEADER, keys, signer(PINNED, HEADER.recording_id, 1), fixed("salt rec_0001 1"),
        epoch=1, opening=Opening.RECOVERED, after=end, found=found,
    )  # fmt: skip
    gap = events.gap(end.until_us, 1_600_000, "recovered")
    closing = events.summary(2_000_000, {"end_reason": "done"})
    return Epoch(
        writer.head,
        [
            writer.seal([gap], SegmentFlag.RECOVERED).data,
            writer.seal(moment(4)).data,
            writer.seal([closing], SegmentFlag.FINAL).data,
        ],
    )


def grown() -> list[Epoch]:
    """Begun before an upgrade, recovered after it."""
    old = epochs(2, close=False, generation=0)[0]
    return [old, after(chain_end(old), keys=DEK)]


def files_of(prefix: str, made: Files) -> Files:
    return {name: data for name, data in made.items() if name.startswith(prefix)}


def newer(head: bytes) -> bytes:
    return head[:4] + b"\0\2" + head[6:]


def called_1(head: bytes) -> bytes:
    return head[:4] + b"\0\1" + head[6:]


def a_newer_epoch() -> Files:
    one, two = epochs(2, 2, dek=KEYS)
    return files([one, Epoch(newer(two.head), two.segments)])


def behind_the_end(whole: list[Epoch]) -> Files:
    return files([*whole, Epoch(newer(whole[0].head))])


def stone(end: ChainEnd, *classes: int, header: Header = HEADER, key: str = "installation") -> bytes:
    """A tombstone at a chain's end."""
    one = installation(key)
    made = Tombstone(header, classes, end.next_segment, end.chain, 1_770_000_000_000, "retention", one.public)
    return made.pack(one.sign)


def graves(whole: list[Epoch]) -> Iterator[tuple[str, Files]]:
    end = chain_end(whole[0])
    yield "good-one-class-erased", {**files(whole), "erased-0000.json": stone(end, VOICE)}
    yield "erased-nothing-left", {"erased-0000.json": stone(end, *EvidenceClass)}
    yield (
        "erased-one-class-then-all",
        {"erased-0000.json": stone(end, VOICE), "erased-0001.json": stone(end, *EvidenceClass)},
    )
    yield (
        "bad-a-tombstone-altered",
        {"erased-0000.json": stone(end, VOICE).replace(b"retention", b"detention")},
    )
    forged = stone(end, VOICE, key="forger")
    yield "bad-a-tombstone-of-another-installation", {"erased-0000.json": forged}
    yield "bad-a-tombstone-of-another-installation-beside", {**files(whole), "erased-0000.json": forged}
    strange = stone(end, VOICE, header=replace(HEADER, recording_id="rec_0002"))
    yield "bad-a-tombstone-of-another-recording", {**files(whole), "erased-0000.json": strange}
    short = [Epoch(whole[0].head, whole[0].segments[:-1])]
    yield "bad-the-end-cut-off-under-a-tombstone", {**files(short), "erased-0000.json": stone(end, VOICE)}
    yield "bad-the-first-tombstone-missing", {**files(whole), "erased-0001.json": stone(end, VOICE)}


# ------------------------------------------------------------------ what only a holder of keys can see


class Forger:
    """A recorder that has a certified signer and the keys, and breaks the rules inside the sealed parts."""

    def __init__(self) -> None:
        self.salt, self.signer = fixed("salt rec_0001 0"), signer(PINNED, HEADER.recording_id, 0)
        self.writer = EpochWriter(HEADER, KEYS, self.signer, self.salt)
        packed = EpochHeader(
            HEADER, 0, Opening.OPENED, 0, chain.START, self.salt,
            self.signer.public, self.signer.certificate, self.signer.installation,
        ).pack()  # fmt: skip
        self.bound = header_hash(packed)

    def key(self, cls: int, content: bytes) -> ClassKey:
        return ClassKey(content, salt=self.salt, epoch=0, cls=cls, header_hash=self.bound)

    def seal(
        self, plain: Mapping[int, bytes], seal: Callable[[int, bytes, bytes], bytes] | None = None
    ) -> Epoch:
        """A recording of one moment, then this, then the end."""
        first = self.writer.seal(moment(0))
        parts = tuple((cls, len(text) + TAG_BYTES) for cls, text in sorted(plain.items()))
        header = SegmentHeader(SegmentFlag.NONE, 0, 1, 400_000, 400_000, parts)
        raw = header.pack()
        sealed = [
            seal(cls, text, raw) if seal else self.key(cls, KEYS[cls]).seal(1, text, raw)
            for cls, text in sorted(plain.items())
        ]
        value = chain.link(first.chain, raw, sealed)
        forged = b"".join((raw, *sealed, self.signer.private.sign(value)))
        self.writer.end = ChainEnd(2, value, 400_000)
        last = self.writer.seal([events.summary(800_000, {"end_reason": "done"})], SegmentFlag.FINAL)
        return Epoch(self.writer.head, [first.data, forged, last.data])


def only_seen_with_keys() -> Iterator[tuple[str, Files]]:
    """Signed by a certified signer: the chain is `ok`; whoever opens the parts finds the second segment bad."""
    one = Record(RecordType.EVENT, CONTROL, 400_000, 0, 0, b"{}")
    fine = pack(one, 0)
    other = fixed("not the committed key")
    sealed_otherwise = Forger()
    yield (
        "content-sealed-under-another-key",
        files(
            [sealed_otherwise.seal({7: fine}, lambda c, t, r: sealed_otherwise.key(c, other).seal(1, t, r))]
        ),
    )
    yield (
        "content-a-flipped-bit-signed-over",
        files(
            [Forger().seal({7: fine}, lambda c, t, r: flip(Forger().key(c, KEYS[CONTROL]).seal(1, t, r), 3))]
        ),
    )
    rows = {
        "content-a-record-outside-its-segment": {7: pack(replace(one, at_us=400_001), 0)},
        "content-two-records-in-one-place": {6: pack(replace(one, cls=CONVERSATION), 0), 7: fine},
        "content-records-out-of-order": {7: pack(one, 1) + pack(one, 0)},
        "content-a-record-longer-than-its-part": {7: fine[:-1]},
        "content-half-a-record": {7: fine + fine[:10]},
        "content-a-record-of-type-0": {7: b"\0\0" + fine[2:]},
        "content-a-time-of-2-53": {7: fine[:10] + (1 << 53).to_bytes(8, "big") + fine[18:]},
        "content-a-record-of-2-32-1-bytes": {7: fine[:18] + b"\xff" * 4 + fine[22:]},
    }
    for name, plain in rows.items():
        yield name, files([Forger().seal(plain)])

"""Recordings altered in every way we could think of, each named for its fault.

Each animal says which segment must be named, and whether the fault may look like a crash (`torn`), like a recording
without an end (`open`), or must be `bad`. The good recording has two epochs: segments 0-3, then 4 (recovery), 5, 6 and
7 (final).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder import chain
from recorder.manifest import Opening, read_head
from recorder.reader import EpochReader
from recorder.segment import FIXED_BYTES, SegmentFlag, parse_header
from recorder.verdict import Status
from recorder.writer import ChainEnd, EpochWriter
from tests.recorder.studio import DEK, HEADER, PINNED, Epoch, epochs, fixed, installation, moment, signer

SIGNATURE: Final = 64


@dataclass(frozen=True)
class Animal:
    name: str
    make: Callable[[], list[Epoch]]
    status: Status
    segment: int | None


def good() -> list[Epoch]:
    return epochs(4, 2)


def other() -> list[Epoch]:
    """Another recording of the same installation, of the same shape."""
    return epochs(4, 2, header=replace(HEADER, recording_id="rec_0002"))


def flip(data: bytes, position: int, bit: int = 0) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1 << bit
    return bytes(changed)


def changed(epoch: int, change: Callable[[list[bytes]], list[bytes]]) -> list[Epoch]:
    made = good()
    made[epoch].segments = change(made[epoch].segments)
    return made


def with_bytes(epoch: int, segment: int, offset: int, new: bytes) -> list[Epoch]:
    """Overwrite bytes of one segment; a negative offset counts from its end."""

    def change(segments: list[bytes]) -> list[bytes]:
        at = offset % len(segments[segment])
        old = segments[segment]
        segments[segment] = old[:at] + new + old[at + len(new) :]
        return segments

    return changed(epoch, change)


def resigned(epoch: int, segment: int) -> list[Epoch]:
    """One segment signed again, properly, by a key that is not the epoch's."""
    made = good()
    head = read_head(made[epoch].data)
    value, stranger = head.chain, Ed25519PrivateKey.from_private_bytes(fixed("stranger"))
    for number, raw in enumerate(made[epoch].segments):
        header = parse_header(raw)
        body, sealed = raw[header.size : -SIGNATURE], []
        for _cls, length in header.parts:
            sealed.append(body[:length])
            body = body[length:]
        value = chain.link(value, raw[: header.size], sealed)
        if number == segment:
            made[epoch].segments[number] = raw[:-SIGNATURE] + stranger.sign(value)
    return made


def heads_from(source: list[Epoch]) -> list[Epoch]:
    return [Epoch(theirs.head, ours.segments) for theirs, ours in zip(source, good(), strict=True)]


def tail(length: int) -> list[Epoch]:
    return changed(1, lambda segments: [*segments[:-1], segments[-1][:-length]])


def spliced() -> list[Epoch]:
    made = good()
    made[0].segments[2] = other()[0].segments[2]
    return made


def without_its_end() -> list[Epoch]:
    made = good()
    return [Epoch(made[0].head, made[0].segments[:3]), made[1]]


def behind_the_end() -> list[Epoch]:
    return [*good(), epochs(4, 2, 1)[2]]


def edited_head(old: bytes, new: bytes) -> list[Epoch]:
    made = good()
    assert old in made[0].head
    made[0].head = made[0].head.replace(old, new)
    return made


def relabelled() -> list[Epoch]:
    """The whole recording made again for another ticket, by someone who holds the data key but no signer."""
    forged = epochs(4, 2, header=replace(HEADER, ticket_id="T-9999"), key=installation("forger"))
    return [
        Epoch(
            one.head.replace(
                installation("forger").public.hex().encode(), installation().public.hex().encode()
            ),
            one.segments,
        )
        for one in forged
    ]


def another_installation() -> list[Epoch]:
    """The second epoch, properly made, by somebody who runs an installation of their own."""
    return [good()[0], epochs(4, 2, second=installation("forger"))[1]]


def without_a_gap() -> list[Epoch]:
    """A recovered epoch, properly signed, that does not say what is missing."""
    one, _two = good()
    end = chain_end(one)
    writer = EpochWriter(
        HEADER,
        DEK,
        signer(PINNED, HEADER.recording_id, 1),
        fixed("salt rec_0001 1"),
        epoch=1,
        opening=Opening.RECOVERED,
        after=end,
    )
    return [one, Epoch(writer.head, [writer.seal(moment(4), SegmentFlag.RECOVERED).data])]


def chain_end(epoch: Epoch) -> ChainEnd:
    """Where an epoch's chain ends."""
    reader = EpochReader(read_head(epoch.head))
    for raw in epoch.segments:
        size = parse_header(raw).size
        reader.accept(raw[:size], raw[size:])
    return reader.end


def respelt(old: bytes, new: bytes) -> list[Epoch]:
    """The first head with other JSON, signed anew by its own signer: only the rule is broken."""
    made = good()
    head = made[0].head
    length = int.from_bytes(head[6:10], "big")
    packed = head[10 : 10 + length].replace(old, new)
    assert packed != head[10 : 10 + length]
    unsigned = head[:6] + len(packed).to_bytes(4, "big") + packed + head[10 + length : -SIGNATURE]
    private = signer(PINNED, HEADER.recording_id, 0).private
    return [Epoch(unsigned + private.sign(chain.genesis(chain.START, unsigned)), made[0].segments), made[1]]


PARTS_AT, LENGTH_AT = FIXED_BYTES, FIXED_BYTES + 1
BAD, TORN, OPEN = Status.BAD, Status.TORN, Status.OPEN

ZOO: Final = [
    Animal("a bit of a ciphertext flipped", lambda: with_bytes(0, 1, 80, b"\xaa\xbb"), BAD, 1),
    Animal("a bit of a time flipped", lambda: with_bytes(0, 2, 27, b"\x07"), BAD, 2),
    Animal("a bit of a signature flipped", lambda: with_bytes(0, 3, -1, b"\x77"), BAD, 3),
    Animal("the final flag taken away", lambda: with_bytes(1, 3, 5, b"\x00"), BAD, 7),
    Animal("a final flag given", lambda: with_bytes(0, 3, 5, b"\x01"), BAD, 3),
    Animal("the recovered flag taken away", lambda: with_bytes(1, 0, 5, b"\x02"), BAD, 4),
    Animal("the first segment dropped", lambda: changed(0, lambda s: s[1:]), BAD, 0),
    Animal("a middle segment dropped", lambda: changed(0, lambda s: [*s[:1], *s[2:]]), BAD, 1),
    Animal("an epoch's last segment dropped", without_its_end, BAD, 3),
    Animal("the final segment dropped", lambda: changed(1, lambda s: s[:-1]), OPEN, None),
    Animal("three last segments dropped", lambda: changed(1, lambda s: s[:1]), OPEN, None),
    Animal("the last epoch dropped", lambda: good()[:1], OPEN, None),
    Animal("the first epoch dropped", lambda: [Epoch(b"", []), good()[1]], BAD, 0),
    Animal("a segment doubled", lambda: changed(0, lambda s: [*s[:2], *s[1:]]), BAD, 2),
    Animal("the final segment doubled", lambda: changed(1, lambda s: [*s, s[-1]]), TORN, 8),
    Animal("two segments swapped", lambda: changed(0, lambda s: [s[0], s[2], s[1], s[3]]), BAD, 1),
    Animal("the epochs swapped", lambda: good()[::-1], BAD, 0),
    Animal("an epoch doubled", lambda: [good()[0], *good()], BAD, 4),
    Animal("a segment of another recording", spliced, BAD, 2),
    Animal("an epoch of another recording", lambda: [good()[0], other()[1]], BAD, 4),
    Animal("the heads of another recording", lambda: heads_from(other()), BAD, 0),
    Animal("a segment signed by another key", lambda: resigned(0, 2), BAD, 2),
    Animal(
        "everything signed for another installation", lambda: epochs(4, 2, key=installation("forger")), BAD, 0
    ),
    Animal("an epoch certified by another installation", another_installation, BAD, 4),
    Animal("an epoch that goes on without a gap", without_a_gap, BAD, 4),
    Animal("an unknown flag", lambda: with_bytes(0, 1, 5, b"\x08"), BAD, 1),
    Animal("a head with a space in its JSON", lambda: respelt(b'"epoch":0', b'"epoch": 0'), BAD, 0),
    Animal("a head with a field too many", lambda: respelt(b'"epoch":0', b'"epoch":0,"epoch2":0'), BAD, 0),
    Animal("an opening time of 2^53", lambda: respelt(b"1760000000000", b"9007199254740992"), BAD, 0),
    Animal("another ticket under a borrowed certificate", relabelled, BAD, 0),
    Animal("the ticket's id changed", lambda: edited_head(b"T-1001", b"T-1002"), BAD, 0),
    Animal("the opening time changed", lambda: edited_head(b"1760000000000", b"1760000000001"), BAD, 0),
    Animal("the tail cut by a byte", lambda: tail(1), TORN, 7),
    Animal("the tail cut inside a header", lambda: tail(len(good()[1].segments[-1]) - 3), TORN, 7),
    Animal("rubbish behind the final segment", lambda: changed(1, lambda s: [*s, bytes(50)]), TORN, 8),
    Animal("an epoch behind the final segment", behind_the_end, BAD, 8),
    Animal("a part of 2^32-1 bytes", lambda: with_bytes(0, 1, LENGTH_AT, b"\xff" * 4), BAD, 1),
    Animal("a part a little longer", lambda: with_bytes(1, 3, LENGTH_AT + 2, b"\xff"), TORN, 7),
    Animal(
        "a part a byte too short for a record", lambda: with_bytes(0, 1, LENGTH_AT, b"\0\0\0\x25"), BAD, 1
    ),
    Animal("a part of no bytes", lambda: with_bytes(0, 1, LENGTH_AT, bytes(4)), BAD, 1),
    Animal("65,535 parts", lambda: with_bytes(0, 1, 6, b"\xff\xff"), BAD, 1),
    Animal("no parts", lambda: with_bytes(0, 1, 6, bytes(2)), BAD, 1),
    Animal("a time of 2^63", lambda: with_bytes(0, 1, 28, b"\x80"), BAD, 1),
    Animal("a segment number of 2^63", lambda: with_bytes(0, 1, 12, b"\x80"), BAD, 1),
    Animal("a head of 2^32-1 bytes", lambda: [Epoch(flip(good()[0].head, 6, 7), []), good()[1]], BAD, 0),
    Animal("a class nobody declared", lambda: with_bytes(0, 1, PARTS_AT + 15, b"\x20"), BAD, 1),
    Animal("no class", lambda: with_bytes(0, 1, PARTS_AT, b"\x00"), BAD, 1),
]

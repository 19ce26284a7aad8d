"""Recordings spoilt in seeded ways for two implementations to judge: bits, cuts, fields, files, and lies signed properly.

Made from the vectors and the document alone. A mutation may be signed anew with the vectors' public test keys: then
nothing but the rule that was broken is left to notice it.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.recorder.studio import PINNED, fixed
from tests.seeded import Seeded
from tests.vectors.make import HERE
from tests.vectors.second import Question
from tests.vectors.test_vectors import VECTORS, committed, keys_of

recording = cache(lambda name: committed(HERE / name))

Files = dict[str, bytes]
Spoil = Callable[[Seeded, Files], None]
EDGES = (
    0,
    1,
    2,
    3,
    7,
    37,
    38,
    255,
    2**16 - 1,
    2**20 - 1,
    2**20,
    2**31,
    2**32 - 1,
    2**53 - 1,
    2**53,
    2**63,
    2**64 - 1,
)
VALUES: tuple[Any, ...] = (
    -1, 0, 1, 2, 9999, 10_000, 2**20, 2**53 - 1, 2**53, -(2**53), 1.5, None, True, "", "x", "a b", "é", "~" * 128, "~" * 129,
    "0" * 64, "A" * 64, "0" * 63, [], {}, [[[]]], "opened", "recovered", "resumed", "restored", [1], [0], [1, 1], [2, 1], [255], [256],
    [{"bytes": 1, "file": "torn-0000.bin", "sha256": "0" * 64}], [{"bytes": -1, "file": "torn-0000.bin", "sha256": "0" * 64}],
    [{"bytes": 1, "file": "../torn-0000.bin", "sha256": "0" * 64}], [{"bytes": 1, "file": "torn-0000.bin"}],
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What was done, and what is asked."""

    name: str
    question: Question


@dataclass
class Epoch:
    """An epoch's file in its pieces."""

    generation: int
    header: bytes
    table: bytes
    segments: list[tuple[bytes, list[bytes], bytes]] = field(default_factory=list)
    rest: bytes = b""

    @classmethod
    def read(cls, data: bytes) -> Epoch | None:
        """Take a well-formed file apart; None for any other."""
        if len(data) < 11 or data[:4] != b"CREC":
            return None
        generation, length = struct.unpack(">HI", data[4:10])
        count = data[10 + length] if len(data) > 10 + length else 0
        at = 11 + length + 33 * count
        if not count or len(data) < at + 64:
            return None
        epoch, at = cls(generation, data[10 : 10 + length], data[11 + length : at]), at + 64
        while len(data) >= at + 36 and data[at : at + 4] == b"CSEG":
            parts = struct.unpack(">H", data[at + 6 : at + 8])[0]
            header = data[at : at + 36 + 5 * parts]
            lengths = [
                struct.unpack(">I", header[place + 1 : place + 5])[0]
                for place in range(36, len(header) - 4, 5)
            ]
            if len(data) < at + len(header) + sum(lengths) + 64:
                break
            at, sealed = at + len(header), []
            for size in lengths:
                sealed.append(data[at : at + size])
                at += size
            epoch.segments.append((header, sealed, data[at : at + 64]))
            at += 64
        epoch.rest = data[at:]
        return epoch

    def plain(self) -> bytes:
        """The file, with the signatures it had; for pieces moved about."""
        return self.head(bytes(64)) + b"".join(h + b"".join(p) + s for h, p, s in self.segments) + self.rest

    def head(self, signature: bytes) -> bytes:
        count = bytes([len(self.table) // 33])
        start = b"CREC" + struct.pack(">HI", self.generation, len(self.header)) + self.header + count
        return start + self.table + signature

    def signed(self) -> bytes:
        """The file, every signature made anew with the test keys of the epoch."""
        try:
            fields = json.loads(self.header)
            previous = bytes.fromhex(fields["previous"])
            key = Ed25519PrivateKey.from_private_bytes(
                fixed(f"signer {fields['recording_id']} {fields['epoch']}")
            )
        except (ValueError, KeyError, TypeError):
            return self.plain()
        word = b"concierge-recorder/" if self.generation == 0 else b"concierge-recorder/v1/"
        value = hashlib.sha256(word + b"head" + previous + self.head(b"")).digest()
        out = self.head(key.sign(value))
        for header, parts, _ in self.segments:
            hashes = b"".join(hashlib.sha256(part).digest() for part in parts)
            value = hashlib.sha256(word + b"segment" + value + header + hashes).digest()
            out += header + b"".join(parts) + key.sign(value)
        return out + self.rest


def certificate(generation: int, fields: dict[str, Any]) -> str:
    word = b"concierge-recorder/" if generation == 0 else b"concierge-recorder/v1/"
    text = struct.pack(">HI", generation, fields["epoch"]) + bytes.fromhex(fields["signer"])
    return PINNED.sign(word + b"certificate" + text + fields["recording_id"].encode()).hex()


def spelled(seeded: Seeded, fields: dict[str, Any]) -> bytes:
    """Canonical most of the time."""
    way = seeded.below(12)
    if way == 0:
        return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()
    if way == 1:
        return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=way == 2)
    return text.encode()


def some_file(seeded: Seeded, files: Files, kind: str = "") -> str | None:
    names = [name for name in sorted(files) if kind in name and files[name]]
    return seeded.choice(names) if names else None


def flip(seeded: Seeded, files: Files) -> None:
    if (name := some_file(seeded, files)) is None:
        return
    data = bytearray(files[name])
    data[seeded.below(len(data))] ^= 1 << seeded.below(8)
    files[name] = bytes(data)


def cut(seeded: Seeded, files: Files) -> None:
    if (name := some_file(seeded, files)) is not None:
        files[name] = files[name][: seeded.below(len(files[name]))]


def grow(seeded: Seeded, files: Files) -> None:
    if (name := some_file(seeded, files)) is None:
        return
    data, length = files[name], seeded.choice((1, 3, 36, 200))
    start = seeded.choice((0, seeded.below(len(data)), max(0, len(data) - 200)))
    files[name] = data + seeded.choice((bytes(length), data[start : start + length], b"CSEG" + bytes(length)))


def overwrite(seeded: Seeded, files: Files) -> None:
    """A number of some width at some place becomes one at the edge of something."""
    if (name := some_file(seeded, files, "epoch")) is None:
        return
    width, data = seeded.choice((1, 2, 4, 8)), files[name]
    places = [place for place in range(len(data) - 36) if data[place : place + 4] in {b"CSEG", b"CREC"}]
    if not places:
        return
    at = seeded.choice(places) + seeded.below(60)
    new = (seeded.choice(EDGES) % 256**width).to_bytes(width, "big")
    files[name] = data[:at] + new + data[at + width :]


def shuffle(seeded: Seeded, files: Files) -> None:
    """Segments dropped, doubled, swapped, or put elsewhere; sometimes signed as if that were right."""
    if (name := some_file(seeded, files, "epoch")) is None or (epoch := Epoch.read(files[name])) is None:
        return
    if not epoch.segments:
        return
    one, other = seeded.below(len(epoch.segments)), seeded.below(len(epoch.segments))
    way = seeded.below(4)
    if way == 0:
        del epoch.segments[one]
    elif way == 1:
        epoch.segments.insert(other, epoch.segments[one])
    elif way == 2:
        epoch.segments[one], epoch.segments[other] = epoch.segments[other], epoch.segments[one]
    else:
        (header, _, mark), (_, stranger, _) = epoch.segments[one], epoch.segments[other]
        epoch.segments[one] = (header, stranger, mark)
    files[name] = epoch.signed() if seeded.below(2) else epoch.plain()


def segment_field(seeded: Seeded, files: Files) -> None:
    """A field of a segment's header lies, and everything is signed."""
    if (name := some_file(seeded, files, "epoch")) is None or (epoch := Epoch.read(files[name])) is None:
        return
    if not epoch.segments:
        return
    number = seeded.below(len(epoch.segments))
    header, parts, mark = epoch.segments[number]
    at, width = seeded.choice(((4, 2), (6, 2), (8, 4), (12, 8), (20, 8), (28, 8), (36, 1), (37, 4), (41, 1)))
    new = (seeded.choice(EDGES) % 256**width).to_bytes(width, "big")
    epoch.segments[number] = ((header[:at] + new + header[at + width :])[: len(header)], parts, mark)
    files[name] = epoch.signed()


def head_field(seeded: Seeded, files: Files) -> None:
    """A field of the head lies, is spelled otherwise, is missing or one too many; certified and signed."""
    if (name := some_file(seeded, files, "epoch")) is None or (epoch := Epoch.read(files[name])) is None:
        return
    try:
        fields = json.loads(epoch.header)
    except ValueError:
        return
    key = seeded.choice(sorted(fields))
    way = seeded.below(8)
    if way == 0:
        fields.pop(key)
    elif way == 1:
        fields["zzz"] = seeded.choice(VALUES)
    elif way > 2:
        fields[key] = seeded.choice(VALUES)
    try:
        fields["certificate"] = certificate(epoch.generation, fields)
    except (TypeError, ValueError, KeyError, AttributeError, struct.error):
        pass
    epoch.header = spelled(seeded, fields)
    files[name] = epoch.signed()


def class_table(seeded: Seeded, files: Files) -> None:
    """The classes in another order, twice, too many, none, or class 0; signed."""
    if (name := some_file(seeded, files, "epoch")) is None or (epoch := Epoch.read(files[name])) is None:
        return
    rows = [epoch.table[at : at + 33] for at in range(0, len(epoch.table), 33)]
    way = seeded.below(6)
    if way == 0:
        rows.append(rows[seeded.below(len(rows))])
    elif way == 1:
        rows.reverse()
    elif way == 2:
        rows.insert(0, b"\0" + bytes(32))
    elif way == 3:
        rows = [bytes([cls]) + bytes(32) for cls in range(1, seeded.choice((2, 32, 33, 34, 200, 256)))]
    elif way == 4:
        rows[seeded.below(len(rows))] = bytes([seeded.below(256)]) + bytes(32)
    else:
        rows = []
    epoch.table = b"".join(rows)
    files[name] = epoch.signed()


def stone_field(seeded: Seeded, files: Files) -> None:
    """A field of a tombstone lies; signed."""
    if (name := some_file(seeded, files, "erased")) is None:
        return flip(seeded, files)
    try:
        fields = json.loads(files[name])
    except ValueError:
        return flip(seeded, files)
    key = seeded.choice(sorted(fields))
    if seeded.below(6):
        fields[key] = seeded.choice(VALUES)
    else:
        fields["zzz"] = 1
    fields.pop("signature", None)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    fields["signature"] = PINNED.sign(b"concierge-recorder/v1/erased" + struct.pack(">H", 1) + text).hex()
    if key == "signature" and seeded.below(2):
        fields["signature"] = seeded.choice(VALUES)
    files[name] = spelled(seeded, fields)
    return None


def move_files(seeded: Seeded, files: Files) -> None:
    """A file gone, doubled, renamed, exchanged, or from another recording."""
    names = sorted(files)
    if not names:
        return
    one, other, way = seeded.choice(names), seeded.choice(names), seeded.below(7)
    if way == 0:
        del files[one]
    elif way == 1:
        files[f"epoch-{seeded.below(4):04d}.crec"] = files[one]
    elif way == 2:
        files[one], files[other] = files[other], files[one]
    elif way == 3:
        files[f"torn-{seeded.below(3):04d}.bin"] = files[one][:20]
    elif way == 4:
        files[
            seeded.choice(("epoch-1.crec", "EPOCH-0001.CREC", "notes.txt", "epoch-00001.crec", "torn-1.bin"))
        ] = files.pop(one)
    elif way == 5:
        stranger = recording(seeded.choice(sorted(VECTORS)))
        files.update({name: stranger[name] for name in sorted(stranger)[: seeded.choice((1, 3))]})
    else:
        files[f"erased-{seeded.below(3):04d}.json"] = files[one][:2000]


SPOILS: tuple[Spoil, ...] = (
    flip, flip, cut, grow, overwrite, overwrite, shuffle, shuffle, segment_field, segment_field, segment_field,
    head_field, head_field, class_table, stone_field, move_files, move_files,
)  # fmt: skip


def mutations(seed: int, count: int) -> Iterator[Case]:
    """The first `count` mutations of a seed."""
    seeded, names = Seeded(seed), sorted(VECTORS)
    likely = [name for name in names if not name.startswith(("bad", "torn"))]
    stones = [name for name in names if "erased" in name]
    for _ in range(count):
        spoils = [seeded.choice(SPOILS) for _ in range(seeded.choice((1, 1, 1, 2, 3)))]
        source = stones if stone_field in spoils else seeded.choice((likely, likely, likely, names))
        name = seeded.choice(source)
        files = dict(recording(name))
        for spoil in spoils:
            spoil(seeded, files)
        keys = keys_of(VECTORS[name]) if seeded.below(3) == 0 else None
        pinned = seeded.choice((PINNED.public, PINNED.public, None, fixed("somebody else's")))
        yield Case(f"{name}: {' '.join(one.__name__ for one in spoils)}", Question(files, pinned, keys))

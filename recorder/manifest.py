"""The public head of an epoch: what anyone may read about a recording without a key.

Every start, restart and return of the disk opens an epoch in a file of its own; the heads of a recording's epochs,
chained to one another, are its manifest. Layout, big-endian::

    "CREC" | u16 generation | u32 length | header: canonical JSON of that length
    u8 classes | classes x ( u8 class | 32 bytes key commitment ) | 64 bytes signature

The signature is the epoch signer's over the chain's genesis value, which covers everything before it. Nothing here
is ever rewritten: "closed" is the flag of the last segment, not a field. This file refuses names of people: ids only.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from recorder import events
from recorder.chain import HASH_BYTES, check, genesis
from recorder.envelope import COMMITMENT_BYTES, SALT_BYTES
from recorder.errors import NewerGenerationError, TruncatedError, VerificationError
from recorder.fields import hexadecimal, number, text
from recorder.generation import READABLE
from recorder.installation import PUBLIC_BYTES, check_certificate
from recorder.limits import (
    GENERATION,
    MAX_CLASSES,
    MAX_EPOCHS,
    MAX_FOUND,
    MAX_HEAD_BYTES,
    MAX_ID_CHARS,
    MAX_NUMBER,
)
from recorder.segment import SIGNATURE_BYTES

_MAGIC: Final = b"CREC"
_PREAMBLE: Final = struct.Struct(">4sHI")
_COMMITMENT: Final = struct.Struct(f">B{COMMITMENT_BYTES}s")
_ID: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_ID_CHARS}}}")
_PIECE: Final = re.compile(r"torn-[0-9]{4}\.bin")


class Opening(StrEnum):
    """Why an epoch was opened. A closed list."""

    OPENED = "opened"
    RECOVERED = "recovered"
    """After a crash of the recorder."""
    RESUMED = "resumed"
    """After a failed write or sync by the same recorder, or after an orderly stop."""
    RESTORED = "restored"
    """After a restore from a backup that lacks what was recorded since: a declared rollback."""


REPAIRS: Final = frozenset({Opening.RECOVERED, Opening.RESTORED})
"""Openings whose first segment carries the recovered flag."""


@dataclass(frozen=True, slots=True)
class Header:
    """The ids of a recording: opaque, printable ASCII without spaces, at most `MAX_ID_CHARS`. Wall time in ms.

    Raises ValueError for anything else.
    """

    recording_id: str
    session_id: str
    ticket_id: str
    opened_at_ms: int

    def __post_init__(self) -> None:
        ids = (self.recording_id, self.session_id, self.ticket_id)
        if not all(_ID.fullmatch(one) for one in ids) or not 0 <= self.opened_at_ms <= MAX_NUMBER:
            raise ValueError("a header carries opaque printable ids and a time")


@dataclass(frozen=True, slots=True)
class TornPiece:
    """Bytes cut from behind the last good segment, kept in a side file and named in the next epoch's head."""

    file: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class EpochHeader:
    """Everything an epoch's head says. `previous` is the chain value it goes on from."""

    header: Header
    epoch: int
    opening: Opening
    first_segment: int
    previous: bytes
    salt: bytes
    signer: bytes
    certificate: bytes
    installation: bytes
    found: tuple[TornPiece, ...] = ()

    def pack(self) -> bytes:
        """The canonical JSON of the header."""
        return events.canonical(
            {
                "certificate": self.certificate.hex(),
                "epoch": self.epoch,
                "first_segment": self.first_segment,
                "found": [{"bytes": p.size, "file": p.file, "sha256": p.sha256.hex()} for p in self.found],
                "installation": self.installation.hex(),
                "opened_at_ms": self.header.opened_at_ms,
                "opening": self.opening.value,
                "previous": self.previous.hex(),
                "recording_id": self.header.recording_id,
                "salt": self.salt.hex(),
                "session_id": self.header.session_id,
                "signer": self.signer.hex(),
                "ticket_id": self.header.ticket_id,
            }
        )


@dataclass(frozen=True, slots=True)
class Head:
    """A head as read: its header, the commitments by class, its chain value, its size in the file, its generation."""

    header: EpochHeader
    commitments: Mapping[int, bytes]
    header_hash: bytes
    chain: bytes
    size: int
    generation: int = GENERATION


def header_hash(packed: bytes) -> bytes:
    """What binds keys to a header: SHA-256 of its canonical JSON."""
    return hashlib.sha256(packed).digest()


def pack_unsigned(packed: bytes, commitments: Mapping[int, bytes], generation: int = GENERATION) -> bytes:
    """A head without its signature, from a packed header and each class's key commitment."""
    table = b"".join(_COMMITMENT.pack(cls, commitments[cls]) for cls in sorted(commitments))
    return _PREAMBLE.pack(_MAGIC, generation, len(packed)) + packed + bytes([len(commitments)]) + table


def read_head(raw: bytes) -> Head:
    """Read and verify the head at the start of an epoch file; `raw` may hold more than the head.

    The signature and the certificate must hold under the keys the head itself names; whether these are to be
    trusted is the verifier's question. Raises VerificationError, TruncatedError when the bytes end too early, and
    NewerGenerationError for a generation this program does not know.
    """
    if len(raw) < _PREAMBLE.size:
        raise TruncatedError("the bytes end inside the head")
    magic, generation, length = _PREAMBLE.unpack_from(raw)
    if magic != _MAGIC:
        raise VerificationError("no recording begins here")
    if generation not in READABLE:
        raise NewerGenerationError(
            f"written in generation {generation}; this program knows up to {GENERATION}"
        )
    if length > MAX_HEAD_BYTES:
        raise VerificationError("a head over the size limit")
    table = _PREAMBLE.size + length
    if len(raw) <= table:
        raise TruncatedError("the bytes end inside the head")
    unsigned = table + 1 + raw[table] * _COMMITMENT.size
    if len(raw) < unsigned + SIGNATURE_BYTES:
        raise TruncatedError("the bytes end inside the head")
    packed = raw[_PREAMBLE.size : table]
    header = _header(events.parse(packed))
    chain = genesis(header.previous, raw[:unsigned], generation)
    check(header.signer, raw[unsigned : unsigned + SIGNATURE_BYTES], chain, "the head")
    recording = header.header.recording_id
    check_certificate(
        header.installation, header.certificate, header.signer, recording, header.epoch, generation
    )
    commitments = _commitments(raw[table + 1 : unsigned])
    return Head(header, commitments, header_hash(packed), chain, unsigned + SIGNATURE_BYTES, generation)


def _commitments(table: bytes) -> dict[int, bytes]:
    entries = list(_COMMITMENT.iter_unpack(table))
    classes = [cls for cls, _ in entries]
    if not 1 <= len(classes) <= MAX_CLASSES:
        raise VerificationError("a head with an impossible number of classes")
    if any(b <= a for a, b in zip([0, *classes], classes, strict=False)):
        raise VerificationError("the classes of a head are not in order")
    return dict(entries)


def _header(fields: dict[str, Any]) -> EpochHeader:
    """Raises VerificationError unless the fields are exactly those of generations 0 and 1, each in range."""
    try:
        parsed = EpochHeader(
            header=Header(
                recording_id=text(fields.pop("recording_id")),
                session_id=text(fields.pop("session_id")),
                ticket_id=text(fields.pop("ticket_id")),
                opened_at_ms=number(fields.pop("opened_at_ms"), MAX_NUMBER),
            ),
            epoch=number(fields.pop("epoch"), MAX_EPOCHS),
            opening=Opening(fields.pop("opening")),
            first_segment=number(fields.pop("first_segment"), MAX_NUMBER),
            previous=hexadecimal(fields.pop("previous"), HASH_BYTES),
            salt=hexadecimal(fields.pop("salt"), SALT_BYTES),
            signer=hexadecimal(fields.pop("signer"), PUBLIC_BYTES),
            certificate=hexadecimal(fields.pop("certificate"), SIGNATURE_BYTES),
            installation=hexadecimal(fields.pop("installation"), PUBLIC_BYTES),
            found=tuple(_piece(one) for one in _list(fields.pop("found"))),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise VerificationError("the head lacks a field or holds an impossible one") from error
    if fields:
        raise VerificationError("the head holds fields this generation does not have")
    return parsed


def _list(value: object) -> list[dict[str, Any]]:
    if (
        not isinstance(value, list)
        or len(value) > MAX_FOUND
        or not all(isinstance(one, dict) for one in value)
    ):
        raise TypeError("not a list of pieces")
    return value


def _piece(fields: dict[str, Any]) -> TornPiece:
    name = text(fields["file"])
    if set(fields) != {"bytes", "file", "sha256"} or not _PIECE.fullmatch(name):
        raise ValueError("not a torn piece")
    return TornPiece(name, number(fields["bytes"], MAX_NUMBER), hexadecimal(fields["sha256"], HASH_BYTES))

"""A tombstone: the installation's signed word that content keys of a recording were destroyed on purpose.

One file for each erasure, `erased-0000.json`, `erased-0001.json` ... beside the epochs, or in their place when these
are gone too: canonical JSON whose `signature` is the installation key's over

    "concierge-recorder/v1/erased" || u16 generation || canonical JSON of the same object without `signature`

A tombstone names whole classes and the chain value at which they were erased, so that it explains nothing that was
recorded later. This file destroys nothing and refuses names of people: ids only.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from recorder import events
from recorder.chain import HASH_BYTES, check
from recorder.errors import NewerGenerationError, VerificationError
from recorder.fields import hexadecimal, number, text
from recorder.generation import labels
from recorder.installation import PUBLIC_BYTES
from recorder.limits import GENERATION, MAX_CLASSES, MAX_HEAD_BYTES, MAX_NUMBER, MAX_SEGMENTS
from recorder.manifest import Header
from recorder.segment import SIGNATURE_BYTES

_REASON: Final = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What was erased: `classes` strictly rising, never empty; `chain` after `segments` segments (32 zero bytes for none).

    `reason` is a code word of printable ASCII (retention, request ...). Times in ms since 1970, a label.
    """

    header: Header
    classes: tuple[int, ...]
    segments: int
    chain: bytes
    erased_at_ms: int
    reason: str
    installation: bytes

    def pack(self, sign: Callable[[bytes], bytes]) -> bytes:
        """The file's bytes; `sign` is `InstallationKey.sign` of the key named here. Raises ValueError when impossible."""
        fields = self._fields()
        _checked(dict(fields))
        signature = sign(_message(fields))
        return events.canonical({**fields, "signature": signature.hex()})

    def _fields(self) -> dict[str, Any]:
        return {
            "chain": self.chain.hex(),
            "classes": list(self.classes),
            "erased_at_ms": self.erased_at_ms,
            "generation": GENERATION,
            "installation": self.installation.hex(),
            "opened_at_ms": self.header.opened_at_ms,
            "reason": self.reason,
            "recording_id": self.header.recording_id,
            "segments": self.segments,
            "session_id": self.header.session_id,
            "ticket_id": self.header.ticket_id,
        }


def read_tombstone(raw: bytes) -> Tombstone:
    """Read and verify a tombstone under the key it names itself. Raises VerificationError, NewerGenerationError."""
    if len(raw) > MAX_HEAD_BYTES:
        raise VerificationError("a tombstone over the size limit")
    fields = events.parse(raw)
    generation = fields.get("generation")
    if isinstance(generation, int) and not isinstance(generation, bool) and generation > GENERATION:
        raise NewerGenerationError(f"a tombstone of generation {generation}")
    try:
        signature = hexadecimal(fields.pop("signature", None), SIGNATURE_BYTES)
        found = _checked(dict(fields))
    except (KeyError, ValueError, TypeError) as error:
        raise VerificationError("a tombstone lacks a field or holds an impossible one") from error
    check(found.installation, signature, _message(fields), "a tombstone")
    return found


def _message(fields: dict[str, Any]) -> bytes:
    return labels().erased + struct.pack(">H", GENERATION) + events.canonical(fields)


def _checked(fields: dict[str, Any]) -> Tombstone:
    """Raises KeyError, ValueError or TypeError unless the fields are exactly a tombstone's."""
    header = Header(
        text(fields.pop("recording_id")),
        text(fields.pop("session_id")),
        text(fields.pop("ticket_id")),
        number(fields.pop("opened_at_ms"), MAX_NUMBER),
    )
    if number(fields.pop("generation"), GENERATION) != GENERATION:
        raise ValueError("no tombstone of an older generation was ever written")
    listed = fields.pop("classes")
    if not isinstance(listed, list):
        raise TypeError("not a list of classes")
    classes = tuple(number(one, 255) for one in listed)
    rising = all(a < b for a, b in zip((0, *classes), classes, strict=False))
    reason = text(fields.pop("reason"))
    if not 1 <= len(classes) <= MAX_CLASSES or not rising or not _REASON.fullmatch(reason):
        raise ValueError("not a list of classes, or not a reason")
    found = Tombstone(
        header=header,
        classes=classes,
        segments=number(fields.pop("segments"), MAX_SEGMENTS),
        chain=hexadecimal(fields.pop("chain"), HASH_BYTES),
        erased_at_ms=number(fields.pop("erased_at_ms"), MAX_NUMBER),
        reason=reason,
        installation=hexadecimal(fields.pop("installation"), PUBLIC_BYTES),
    )
    if fields:
        raise ValueError("fields a tombstone does not have")
    return found

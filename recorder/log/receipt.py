"""A receipt: what a participant was given at the end, to hold against the recording and the log later.

JSON: the recording, the session, the leaf that says where the recording ends, the proof that it is in the log, the signed
checkpoint (with what cosignatures it had). Whoever holds one can show that a recording existed, how far it reached, and
that the log knew it; removing either is noticed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from recorder.errors import VerificationError
from recorder.log.checkpoint import Checkpoint, open_checkpoint
from recorder.log.folder import fields_of
from recorder.log.known import Known, note_head
from recorder.log.merkle import HASH_BYTES, check_inclusion, leaf_hash
from recorder.log.note import SignedNote

KIND: Final = "concierge-receipt/1"
MAX_RECEIPT_BYTES: Final = 256 * 1024
_MAX_STEPS: Final = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt whose proof holds. `known` is what it says of the recording."""

    recording: str
    known: Known
    number: int
    checkpoint: Checkpoint
    at_s: int | None
    note: SignedNote


def write_receipt(number: int, leaf: bytes, proof: Sequence[bytes], checkpoint: bytes) -> dict[str, Any]:
    """The receipt as JSON values; the leaf is one of RecordingOpened, RecordingReached, RecordingClosed."""
    about = fields_of(leaf)
    return {
        "kind": KIND,
        "recording": about["subject"],
        "session": about["detail"].get("session", ""),
        "number": number,
        "leaf": leaf.decode(),
        "proof": [step.hex() for step in proof],
        "checkpoint": checkpoint.decode(),
    }


def read_receipt(raw: bytes, trust: bytes | None) -> Receipt:
    """Read a receipt and check its proof, and its signature when a key is pinned. Raises VerificationError."""
    fields = _fields(raw)
    leaf = fields["leaf"].encode()
    note = SignedNote.parse(fields["checkpoint"].encode())
    checkpoint, at_s = open_checkpoint(note, trust) if trust else (Checkpoint.parse(note.text), None)
    check_inclusion(leaf_hash(leaf), fields["number"] - 1, checkpoint.size, fields["proof"], checkpoint.root)
    about = fields_of(leaf)
    if about.get("subject") != fields["recording"]:
        raise VerificationError("the receipt speaks of another recording than its leaf")
    known = Known(fields["recording"])
    note_head(known, about)
    return Receipt(fields["recording"], known, fields["number"], checkpoint, at_s, note)


def _fields(raw: bytes) -> dict[str, Any]:
    fault = VerificationError("this is no receipt of a recording")
    if len(raw) > MAX_RECEIPT_BYTES:
        raise fault
    try:
        fields = json.loads(raw)
        proof = [bytes.fromhex(step) for step in fields["proof"]]
        texts = all(isinstance(fields[name], str) for name in ("leaf", "checkpoint", "recording"))
        number = fields["number"]
        whole = texts and type(number) is int and fields["kind"] == KIND
    except (ValueError, TypeError, KeyError, RecursionError):
        raise fault from None
    if not whole or len(proof) > _MAX_STEPS or any(len(step) != HASH_BYTES for step in proof):
        raise fault
    return {**fields, "proof": proof}

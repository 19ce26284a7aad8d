"""The body of EVENT, GAP and SUMMARY records: one JSON object in one spelling (sorted keys, no spaces, UTF-8).

An event carries `seq`, a number the caller gives and raises with every event, so that after a crash whoever folds
events into rows can ask for those it has not yet seen. This file refuses bodies that are not canonical objects.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from recorder.errors import VerificationError
from recorder.limits import MAX_DEPTH, MAX_NUMBER
from recorder.records import EvidenceClass, Record, RecordFlag, RecordType


def canonical(fields: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object: keys of ASCII, whole numbers up to MAX_NUMBER either way, no others.

    Raises ValueError or TypeError for anything that is not spelt the same in every language.
    """
    _check(fields, MAX_DEPTH)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise ValueError("nested too deep")
    match value:
        case bool() | None | str():
            return
        case int():
            if abs(value) > MAX_NUMBER:
                raise ValueError("a number that not every language reads exactly")
        case Mapping():
            for key, inner in value.items():
                if not (isinstance(key, str) and key.isascii()):
                    raise ValueError("a key that is not ASCII")
                _check(inner, depth - 1)
        case list() | tuple():
            for inner in value:
                _check(inner, depth - 1)
        case _:
            raise TypeError("not a value of canonical JSON")


def parse(body: bytes) -> dict[str, Any]:
    """Read a canonical JSON object. Raises VerificationError for anything else."""
    try:
        fields = json.loads(body)
        same = isinstance(fields, dict) and canonical(fields) == body
    except (ValueError, TypeError, RecursionError) as error:
        raise VerificationError("not a JSON object") from error
    if not same:
        raise VerificationError("not a JSON object in canonical spelling")
    found: dict[str, Any] = fields
    return found


def event(
    at_us: int,
    seq: int,
    fields: Mapping[str, Any],
    *,
    cls: EvidenceClass = EvidenceClass.CONTROL,
    track: int = 0,
) -> Record:
    """An EVENT record; `fields` must not hold a `seq` of its own (ValueError)."""
    if "seq" in fields or seq < 0:
        raise ValueError("seq is given once, and never negative")
    body = canonical({**fields, "seq": seq})
    return Record(RecordType.EVENT, cls, at_us, track, RecordFlag.NONE, body)


def gap(from_us: int, until_us: int, reason: str) -> Record:
    """A GAP record: between these times nothing was recorded, and why. It stands at the gap's end."""
    body = canonical({"from_us": from_us, "reason": reason, "until_us": until_us})
    return Record(RecordType.GAP, EvidenceClass.CONTROL, until_us, 0, RecordFlag.NONE, body)


def restored(at_us: int, operator: str, backup: str, lost_from_us: int) -> Record:
    """A RESTORED record: who put which backup back, and between which times what was recorded may be lost."""
    fields = {"backup": backup, "lost_from_us": lost_from_us, "lost_until_us": at_us, "operator": operator}
    return Record(RecordType.RESTORED, EvidenceClass.CONTROL, at_us, 0, RecordFlag.NONE, canonical(fields))


def clock(at_us: int, steady_ms: int, wall_ms: int) -> Record:
    """A CLOCK record: the steady clock and the wall clock read together, both in ms since 1970."""
    body = canonical({"steady_ms": steady_ms, "wall_ms": wall_ms})
    return Record(RecordType.CLOCK, EvidenceClass.CONTROL, at_us, 0, RecordFlag.NONE, body)


def summary(at_us: int, fields: Mapping[str, Any]) -> Record:
    """The SUMMARY record that the final segment carries."""
    return Record(RecordType.SUMMARY, EvidenceClass.CONTROL, at_us, 0, RecordFlag.NONE, canonical(fields))


def seq_of(fields: Mapping[str, Any]) -> int:
    """The event's number; -1 when it carries none."""
    seq = fields.get("seq", -1)
    return seq if isinstance(seq, int) and not isinstance(seq, bool) else -1

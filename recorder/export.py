"""Taking a recording out: a file to watch, `events.jsonl` to read, and `verdict.json` to know what it is worth.

Only what was verified is exported. Existing files are never overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from recorder import events
from recorder.errors import VerificationError
from recorder.mux import Muxed, mux
from recorder.reading import Reading
from recorder.records import EvidenceClass, Record, RecordType

_TOLD: Final = frozenset({RecordType.EVENT, RecordType.GAP, RecordType.SUMMARY})


def export_recording(reading: Reading, directory: Path) -> Muxed:
    """Write a verified recording into `directory`, which is made when it is not there.

    Raises FileExistsError, OSError, ExportUnavailableError, and VerificationError when the files changed meanwhile.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "events.jsonl").open("xb") as file:
        for line in event_lines(reading):
            file.write(line + b"\n")
    with (directory / "verdict.json").open("x", encoding="utf-8") as report:
        json.dump(reading.verdict.fields(), report, indent=2, sort_keys=True)
        report.write("\n")
    return mux(reading.records, directory)


def event_lines(reading: Reading) -> Iterator[bytes]:
    """Each event, gap and summary as one line of canonical JSON: `at_us`, `class`, `type`, and its `body`."""
    for record in reading.records():
        if record.type in _TOLD:
            yield events.canonical(
                {
                    "at_us": record.at_us,
                    "body": _body(record),
                    "class": _name(EvidenceClass, record.cls),
                    "type": _name(RecordType, record.type),
                }
            )


def _body(record: Record) -> dict[str, Any]:
    try:
        return events.parse(record.body)
    except VerificationError:
        return {"hex": record.body.hex()}


def _name(names: type[EvidenceClass | RecordType], number: int) -> str:
    return names(number).name.lower() if number in names._value2member_map_ else str(number)

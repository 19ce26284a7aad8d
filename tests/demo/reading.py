"""Reads the demonstration's recording as an auditor would, with what the installation knows."""

from __future__ import annotations

from concierge.adapters.evidence_keys import content_keys
from concierge.bootstrap import Broker
from concierge.demo.tickets import SOLVED_EARLIER
from recorder.frames import Frame
from recorder.reading import Reading, read_recording
from recorder.records import RecordType


async def read_past(broker: Broker) -> Reading:
    """Return the verified recording of the earlier session."""
    (row,) = await broker.tools.recordings.of_ticket(SOLVED_EARLIER.id)
    wrapped = await broker.tools.recordings.wrapped_keys(row.id)
    assert wrapped is not None
    dek = content_keys(broker.keyring.unwrap(row.id, wrapped))
    return read_recording(broker.data.recordings / row.id, dek, broker.evidence.trust)


def pictures_of(reading: Reading) -> list[tuple[float, bool, Frame]]:
    """Return every picture: seconds since opening, whether it is a key frame, and the frame."""
    return [
        (record.at_us / 1e6, record.is_key, Frame.unpack(record.body))
        for record in reading.records()
        if record.type == RecordType.FRAME
    ]

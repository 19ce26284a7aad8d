"""The body of FRAME and AUDIO records: a small fixed header, then the encoded frame exactly as it was received.

Layout, big-endian: ``u8 codec | u8 zero | u16 width | u16 height | u32 rtp_timestamp | encoded frame``.
Width and height are in pixels (0 for audio); the RTP timestamp is in the codec's own clock (RFC 3550, section 5.1).
This file decodes nothing.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from recorder.errors import VerificationError
from recorder.limits import MAX_PIXELS, MAX_SIDE
from recorder.records import EvidenceClass, Record, RecordFlag, RecordType

_LAYOUT: Final = struct.Struct(">BBHHI")


class Codec(IntEnum):
    """How a frame is encoded. Numbers are never reused."""

    VP8 = 1
    VP9 = 2
    H264 = 3
    """Annex B byte stream with parameter sets in front of key frames."""
    AV1 = 4
    OPUS = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded picture or one packet of voice. `codec` is a plain number when this program does not know it."""

    codec: int
    width: int
    height: int
    rtp_timestamp: int
    payload: bytes

    def pack(self) -> bytes:
        """The body of the record. Raises struct.error when a number does not fit its field."""
        return _LAYOUT.pack(self.codec, 0, self.width, self.height, self.rtp_timestamp) + self.payload

    @property
    def presentable(self) -> bool:
        """Whether a player may hand it to a decoder: no side over MAX_SIDE, no more than MAX_PIXELS pixels."""
        return max(self.width, self.height) <= MAX_SIDE and self.width * self.height <= MAX_PIXELS

    @classmethod
    def unpack(cls, body: bytes) -> Frame:
        """Read the body of a FRAME or AUDIO record. Raises VerificationError when it is too short."""
        if len(body) < _LAYOUT.size:
            raise VerificationError("a frame is shorter than its header")
        codec, _zero, width, height, timestamp = _LAYOUT.unpack_from(body)
        return cls(codec, width, height, timestamp, body[_LAYOUT.size :])


def picture(at_us: int, track: int, frame: Frame, *, key: bool) -> Record:
    """A FRAME record of class picture."""
    flags = RecordFlag.KEY if key else RecordFlag.NONE
    return Record(RecordType.FRAME, EvidenceClass.PICTURE, at_us, track, flags, frame.pack())


def voice(at_us: int, track: int, frame: Frame) -> Record:
    """An AUDIO record of class voice; every packet can be decoded alone."""
    return Record(RecordType.AUDIO, EvidenceClass.VOICE, at_us, track, RecordFlag.KEY, frame.pack())

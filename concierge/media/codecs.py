"""Payload formats: VP8 (RFC 7741), H264 (RFC 6184) and opus (RFC 7587), from RTP payloads to encoded frames.

Refuses to decode: only descriptors, frame headers and the SPS are read, to know key frames and sizes. Rule: a payload
that makes no sense raises ValueError, and whoever called drops the frame it belongs to.
"""

from __future__ import annotations

from typing import Protocol

_START_CODE = b"\x00\x00\x00\x01"
_STAP_A, _FU_A, _SPS, _IDR = 24, 28, 7, 5


class Format(Protocol):
    """One codec's payload format."""

    name: str

    def starts_key(self, payload: bytes) -> bool:
        """Say whether decoding can start with this packet."""

    def strip(self, payload: bytes) -> bytes:
        """Return what the packet adds to its frame. Raises ValueError."""

    def describe(self, frame: bytes) -> tuple[bool, int, int]:
        """Return (key, width, height) of a whole frame; sizes are 0 when it does not say. Raises ValueError."""


class Vp8:
    """VP8 in RTP."""

    name = "VP8"

    def starts_key(self, payload: bytes) -> bool:
        """Start of partition 0 whose frame tag has the inverse key bit clear (RFC 7741 sections 4.2 and 4.3)."""
        if not payload or payload[0] & 0x17 != 0x10:
            return False
        start = _vp8_descriptor(payload)
        return start < len(payload) and not payload[start] & 1

    def strip(self, payload: bytes) -> bytes:
        """Return the payload behind its descriptor."""
        start = _vp8_descriptor(payload)
        if start >= len(payload):
            raise ValueError("VP8 packet without payload")
        return payload[start:]

    def describe(self, frame: bytes) -> tuple[bool, int, int]:
        """Read the frame tag and, in a key frame, the size behind the start code (RFC 6386 section 9.1)."""
        if frame[0] & 1:
            return False, 0, 0
        if len(frame) < 10 or frame[3:6] != b"\x9d\x01\x2a":
            raise ValueError("VP8 key frame without start code")
        return True, (frame[6] | frame[7] << 8) & 0x3FFF, (frame[8] | frame[9] << 8) & 0x3FFF


def _vp8_descriptor(payload: bytes) -> int:
    """Return the length of the payload descriptor; at least the payload's own when it is cut short."""
    if not payload or not payload[0] & 0x80:
        return 1
    if len(payload) < 3:
        return len(payload)
    extra = payload[1]
    size = 2
    if extra & 0x80:
        size += 2 if payload[2] & 0x80 else 1
    return size + (extra >> 6 & 1) + (1 if extra & 0x30 else 0)


class H264:
    """H264 in RTP, packetization mode 1, to Annex B."""

    name = "H264"

    def starts_key(self, payload: bytes) -> bool:
        """A parameter set comes first: senders repeat it before every IDR picture."""
        if len(payload) < 4:
            return False
        kind = payload[0] & 31
        return kind == _SPS or (kind == _STAP_A and payload[3] & 31 == _SPS)

    def strip(self, payload: bytes) -> bytes:
        """Return NAL units with start codes, or the next part of a fragmented one."""
        if len(payload) < 2:
            raise ValueError("H264 packet too short")
        kind = payload[0] & 31
        if kind == _FU_A:
            if payload[1] & 0x80:
                return _START_CODE + bytes([payload[0] & 0xE0 | payload[1] & 31]) + payload[2:]
            return payload[2:]
        if kind == _STAP_A:
            return b"".join(_START_CODE + unit for unit in _aggregated(payload))
        if not 1 <= kind <= 23:
            raise ValueError("H264 packet of an unknown kind")
        return _START_CODE + payload

    def describe(self, frame: bytes) -> tuple[bool, int, int]:
        """Look for an IDR slice and the picture size in the parameter set."""
        key, width, height = False, 0, 0
        at = frame.find(_START_CODE)
        while 0 <= at < len(frame) - 5:
            kind = frame[at + 4] & 31
            if kind == _SPS:
                end = frame.find(_START_CODE, at + 4)
                width, height = sps_size(frame[at + 4 : end if end > 0 else len(frame)])
            elif kind <= _IDR:
                key = kind == _IDR
                break
            at = frame.find(_START_CODE, at + 4)
        return key, width, height


def _aggregated(payload: bytes) -> list[bytes]:
    units = []
    at = 1
    while at + 2 < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        unit = payload[at + 2 : at + 2 + size]
        if not unit or len(unit) != size:
            raise ValueError("H264 aggregation cut short")
        units.append(unit)
        at += 2 + size
    return units


class Opus:
    """Opus in RTP: every packet is a frame that stands alone."""

    name = "opus"

    def starts_key(self, payload: bytes) -> bool:  # noqa: ARG002 - the protocol's signature
        """Any packet will do."""
        return True

    def strip(self, payload: bytes) -> bytes:
        """The payload is the frame."""
        return payload

    def describe(self, frame: bytes) -> tuple[bool, int, int]:  # noqa: ARG002 - the protocol's signature
        """Voice has no size."""
        return True, 0, 0


FORMATS: dict[str, Format] = {"VP8": Vp8(), "H264": H264(), "opus": Opus()}


class _Bits:
    """Exp-Golomb reader over a NAL unit without its emulation prevention bytes (H.264 sections 7.3.1 and 9.1)."""

    def __init__(self, unit: bytes) -> None:
        clean = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(clean, "big")
        self._left = 8 * len(clean)

    def take(self, count: int) -> int:
        if count > self._left:
            raise ValueError("parameter set cut short")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise ValueError("parameter set with an absurd number")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number & 1 else -(number // 2)


_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})


def sps_size(unit: bytes) -> tuple[int, int]:
    """Return (width, height) in pixels of a sequence parameter set (H.264 section 7.3.2.1.1). Raises ValueError."""
    bits = _Bits(unit[1:256])
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = 1
    if profile in _HIGH_PROFILES:
        chroma = _high_profile_fields(bits)
    bits.golomb()
    _picture_order_fields(bits)
    bits.golomb()
    bits.take(1)
    width, map_height = 16 * (bits.golomb() + 1), 16 * (bits.golomb() + 1)
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    height = map_height * (2 - frames_only)
    if bits.take(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        across = 2 if chroma in (1, 2) else 1
        down = (2 if chroma == 1 else 1) * (2 - frames_only)
        width, height = width - across * (left + right), height - down * (top + bottom)
    return max(0, width), max(0, height)


def _high_profile_fields(bits: _Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        raise ValueError("parameter set with scaling lists")
    return chroma


def _picture_order_fields(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.golomb(), 255)):
            bits.signed()

"""How recorded frames travel to the replay page: a plain concatenation, each frame with a fixed header, big-endian.

    u32 length of the payload | u64 at_us | u16 track | u8 kind (1 picture, 2 voice) | u8 flags (1 key frame)
    | u8 codec (1 VP8, 2 VP9, 3 H264 Annex B, 16 opus) | u8 zero | u16 width | u16 height | payload

Width and height are 0 where the frame does not say. Pure; reads nothing.
"""

from __future__ import annotations

import struct
from typing import Final

from concierge.wire.codec import WireError

_LAYOUT: Final = struct.Struct(">IQHBBBBHH")
PICTURE: Final = 1
VOICE: Final = 2
KEY: Final = 1


def pack_frame(
    at_us: int, track: int, kind: int, flags: int, codec: int, width: int, height: int, payload: bytes
) -> bytes:
    """Return one frame as it travels."""
    return _LAYOUT.pack(len(payload), at_us, track, kind, flags, codec, 0, width, height) + payload


def unpack_frames(chunk: bytes) -> list[tuple[int, int, int, int, int, int, int, bytes]]:
    """Return (at_us, track, kind, flags, codec, width, height, payload) of each frame. Raises WireError."""
    frames = []
    place = 0
    while place < len(chunk):
        if place + _LAYOUT.size > len(chunk):
            raise WireError("a frame's header is cut")
        length, at_us, track, kind, flags, codec, _, width, height = _LAYOUT.unpack_from(chunk, place)
        place += _LAYOUT.size
        if place + length > len(chunk):
            raise WireError("a frame is cut")
        frames.append((at_us, track, kind, flags, codec, width, height, chunk[place : place + length]))
        place += length
    return frames

"""Pictures to VP8 frames (RFC 6386) as a browser would send them: one key frame, then only what changes.

Encodes with libvpx through PyAV, each picture at once and alone; keeps nothing back.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
from av.video.frame import PictureType

from concierge.demo.canvas import Canvas
from concierge.services.media_port import EncodedFrame

CLOCK_HZ: Final = 90_000
_OPTIONS: Final = {
    "deadline": "realtime",
    "cpu-used": "-12",  # negative: this speed, however busy the machine is
    "lag-in-frames": "0",
    "static-thresh": "500",
    "qmin": "8",
    "qmax": "32",
}
_BITS_PER_SECOND: Final = 600_000


class Film:
    """One encoder; its pictures all have the same size, in pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._encoder = av.VideoCodecContext.create("libvpx", "w")
        self._encoder.width = width
        self._encoder.height = height
        self._encoder.pix_fmt = "yuv420p"
        self._encoder.time_base = Fraction(1, CLOCK_HZ)
        self._encoder.framerate = Fraction(5)
        self._encoder.bit_rate = _BITS_PER_SECOND
        self._encoder.gop_size = 100_000  # key frames come when they are asked for
        self._encoder.thread_count = 1
        self._encoder.options = dict(_OPTIONS)
        self._width = width
        self._height = height

    def frame(self, canvas: Canvas, at_ms: int, *, key: bool) -> EncodedFrame:
        """Encode a picture shown `at_ms` milliseconds after the first. Raises ValueError for another size."""
        if (canvas.width, canvas.height) != (self._width, self._height):
            raise ValueError("every picture of a film has the same size")
        timestamp = at_ms * CLOCK_HZ // 1000
        picture = _picture(canvas)
        picture.pts = timestamp
        picture.time_base = Fraction(1, CLOCK_HZ)
        picture.pict_type = PictureType.I if key else PictureType.NONE
        (packet,) = self._encoder.encode(picture)
        size = (self._width, self._height) if packet.is_keyframe else (0, 0)
        return EncodedFrame("VP8", timestamp & 0xFFFFFFFF, packet.is_keyframe, *size, bytes(packet))


def _picture(canvas: Canvas) -> av.VideoFrame:
    frame = av.VideoFrame(canvas.width, canvas.height, "yuv420p")
    for plane, samples, width in zip(
        frame.planes, canvas.planes, (canvas.width, canvas.width // 2, canvas.width // 2), strict=True
    ):
        if plane.line_size == width:
            plane.update(bytes(samples))
        else:
            padding = bytes(plane.line_size - width)
            rows = (samples[start : start + width] for start in range(0, len(samples), width))
            plane.update(b"".join(bytes(row) + padding for row in rows))
    return frame

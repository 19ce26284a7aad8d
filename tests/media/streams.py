"""RTP streams made of real encoded pictures: what a publisher would send, without a network."""

from __future__ import annotations

import fractions
from functools import cache
from typing import Any

import av
import numpy as np
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

from concierge.media.codecs import FORMATS
from concierge.media.rtp import RtpPacket


def picture(number: int, width: int, height: int) -> av.VideoFrame:
    pixels = np.full((height, width, 3), 30, dtype=np.uint8)
    at = number * 8 % (width - 40)
    pixels[20:60, at : at + 40] = np.random.default_rng(number).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    frame.pts = number * 3600
    frame.time_base = fractions.Fraction(1, 90_000)
    return frame


@cache
def encoded(
    codec: str, count: int = 30, size: tuple[int, int] = (320, 240), every: int = 10
) -> tuple[RtpPacket, ...]:
    """Return the packets of `count` pictures, a key frame `every` so many; sequence numbers start at 1000."""
    encoder = Vp8Encoder() if codec == "VP8" else H264Encoder()
    packets: list[RtpPacket] = []
    for number in range(count):
        payloads, timestamp = encoder.encode(picture(number, *size), force_keyframe=number % every == 0)
        for place, payload in enumerate(payloads):
            marker = 0x80 if place == len(payloads) - 1 else 0
            packets.append(RtpPacket(marker, 96, (1000 + len(packets)) & 0xFFFF, timestamp, 11, payload))
    return tuple(packets)


def starts_key(codec: str, packet: RtpPacket) -> bool:
    return FORMATS[codec].starts_key(packet.payload)


def decoded(codec: str, frames: list[bytes]) -> list[av.VideoFrame]:
    """Decode encoded frames with PyAV; raises when one cannot be."""
    decoder: Any = av.CodecContext.create({"VP8": "libvpx", "H264": "h264"}[codec], "r")
    return [picture for frame in frames for picture in decoder.decode(av.Packet(frame))]

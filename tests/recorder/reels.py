"""Real encoded pictures and voice, for what has to be decoded again."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av

from recorder.frames import Codec, Frame, picture, voice
from recorder.records import Record

ENCODERS = {Codec.VP8: "libvpx", Codec.H264: "libx264"}
OPTIONS = {
    Codec.VP8: {"deadline": "realtime", "lag-in-frames": "0"},
    Codec.H264: {"tune": "zerolatency", "preset": "ultrafast"},
}
STEP_US = 33_333


def pictures(codec: Codec, sizes: Sequence[tuple[int, int]], each: int = 8, track: int = 1) -> list[Record]:
    """`each` frames of every size in turn; the first of each size is a key frame."""
    records: list[Record] = []
    for width, height in sizes:
        encoder = av.CodecContext.create(ENCODERS[codec], "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = (
            width,
            height,
            "yuv420p",
            Fraction(1, 30),
        )
        encoder.options = OPTIONS[codec]
        packets = []
        for number in range(each):
            image = av.VideoFrame(width, height, "yuv420p")
            for plane in image.planes:
                plane.update(bytes([number * 25 % 256]) * plane.buffer_size)
            image.pts = number
            packets += encoder.encode(image)
        for packet in [*packets, *encoder.encode(None)]:
            at_us = len(records) * STEP_US
            frame = Frame(codec, width, height, at_us * 9 // 100, bytes(packet))
            records.append(picture(at_us, track, frame, key=packet.is_keyframe))
    return records


def speech(count: int = 25, track: int = 2) -> list[Record]:
    """Packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.format, encoder.layout = (
        48_000,
        av.AudioFormat("flt"),
        av.AudioLayout("stereo"),
    )
    records: list[Record] = []
    for number in range(count):
        sound = av.AudioFrame(format="flt", layout="stereo", samples=960)
        sound.sample_rate, sound.pts = 48_000, number * 960
        sound.planes[0].update(bytes(sound.planes[0].buffer_size))
        for packet in encoder.encode(sound):
            records.append(voice(len(records) * 20_000, track, Frame(Codec.OPUS, 0, 0, 0, bytes(packet))))
    return records


def interleaved(*reels: list[Record]) -> list[Record]:
    return sorted((record for reel in reels for record in reel), key=lambda record: record.at_us)

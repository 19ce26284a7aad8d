"""A finished recording to look at: real core, real recorder, real VP8 pictures that say their own number.

Picture n is shown n * STEP_MS after sharing began. The number stands in sixteen blocks across the top, lowest bit first,
above a black and a white block for reference. From BIG_FROM on the pictures are twice as large. Sound is real opus.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.video.frame import PictureType, VideoFrame

from concierge.domain.ids import RecordingId
from concierge.services.media_port import EncodedFrame, FrameSink
from concierge.wire import messages as wire
from tests.services.desk import Desk

STEP_MS = 200
KEY_EVERY = 25
BIG_FROM = 90
LONG = 30
WIDTH, HEIGHT = 320, 180
SAID = "The <b>queue</b> is moving & the label is out"


@dataclass(frozen=True)
class Tape:
    """A closed recording: when sharing began and when somebody spoke, in microseconds since it opened."""

    recording: RecordingId
    folder: Path
    surface: str
    began_us: int
    said_us: int
    hidden_us: tuple[int, int]
    pictures: int

    def at_us(self, number: int) -> int:
        """Return when a picture was recorded."""
        return self.began_us + number * STEP_MS * 1000


def drawn(number: int, width: int, height: int) -> VideoFrame:
    """Return the picture of a number."""
    block = width // 16
    bits = b"".join((b"\x10" if number >> bit & 1 else b"\xeb") * block for bit in range(16))
    reference = b"\x10" * (width // 2) + b"\xeb" * (width // 2)
    rows = (
        [bits] * (height // 4) + [reference] * (height // 4) + [b"\x80" * width] * (height - height // 4 * 2)
    )
    picture = VideoFrame(width, height, "yuv420p")
    for place, plane in enumerate(picture.planes):
        stride = plane.line_size
        lines = rows if place == 0 else [b"\x80" * (width // 2)] * (height // 2)
        plane.update(b"".join(line + bytes(stride - len(line)) for line in lines))
    return picture


class Camera:
    """An encoder of such pictures at one size."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._encoder = av.VideoCodecContext.create("libvpx", "w")
        self._encoder.width, self._encoder.height = width, height
        self._encoder.pix_fmt = "yuv420p"
        self._encoder.time_base = Fraction(1, 1000)
        self._encoder.bit_rate = 400_000
        self._encoder.gop_size = 100_000
        self._encoder.thread_count = 1
        self._encoder.options = {"deadline": "realtime", "cpu-used": "-12", "lag-in-frames": "0"}
        self._begun = False

    def frame(self, number: int) -> EncodedFrame:
        """Encode a picture; every KEY_EVERY-th is a key frame, and the first."""
        key = not self._begun or number % KEY_EVERY == 0
        self._begun = True
        picture = drawn(number, *self._size)
        picture.pts, picture.time_base = number * STEP_MS, Fraction(1, 1000)
        picture.pict_type = PictureType.I if key else PictureType.NONE
        (packet,) = self._encoder.encode(picture)
        size = self._size if packet.is_keyframe else (0, 0)
        return EncodedFrame("VP8", number * STEP_MS * 90, packet.is_keyframe, *size, bytes(packet))


def voice(seconds: float) -> list[EncodedFrame]:
    """Return a hum as packets of opus, 20 ms each."""
    encoder = av.AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    packets = []
    for number in range(int(seconds * 50)):
        sound = AudioFrame("s16", "mono", 960)
        sound.sample_rate, sound.pts = 48_000, number * 960
        hum = (8000 if sample // 60 % 2 else -8000 for sample in range(960))
        sound.planes[0].update(b"".join(one.to_bytes(2, "little", signed=True) for one in hum))
        packets.extend(encoder.encode(sound))
    return [EncodedFrame("opus", 960 * n, False, 0, 0, bytes(packet)) for n, packet in enumerate(packets)]


async def taped(desk: Desk, pictures: int = 120, *, speak: bool = True) -> Tape:
    """Return a recording of `pictures` pictures with chat, a mark, a hidden stretch in the middle (if long), and the end."""
    live, customer, surface = await desk.sharing()
    host, recording, opened = live.decided.host, live.decided.recording, live.decided.opened_ms
    await desk.until(lambda: bool(desk.plane.open))
    (source,) = desk.plane.open
    sink: FrameSink = desk.plane.open[source]
    desk.clock.now_ms += 1_000
    began = desk.clock.now_ms
    small, big = Camera(WIDTH, HEIGHT), Camera(WIDTH * 2, HEIGHT * 2)
    hum = voice(2) if speak else []
    said = hide = unhide = began
    dark = range(pictures // 2, pictures // 2 + 10) if pictures >= LONG else range(0)
    for number in range(pictures):
        desk.clock.now_ms = began + number * STEP_MS
        if number == 10:
            said = desk.clock.now_ms
            await desk.send(live, customer, wire.Say(SAID))
            await desk.send(live, host, wire.DrawMark(surface, "arrow", ((8000, 8000), (30000, 30000))))
        if dark and number == dark.start:
            hide = desk.clock.now_ms
            await desk.send(live, customer, wire.Hide(surface))
        if dark and number == dark.stop:
            unhide = desk.clock.now_ms
            await desk.send(live, customer, wire.Unhide(surface))
            await desk.until(lambda: source in desk.plane.open)
            sink = desk.plane.open[source]
        if number not in dark:
            sink.frame(source, (small if number < BIG_FROM else big).frame(number))
        for packet in hum[number * 10 - 200 : number * 10 - 190] if number >= 20 else ():
            sink.frame(type(source)(host), packet)
            desk.clock.now_ms += 20
    await desk.send(live, host, wire.End("Solved", "Cleared the queue."))
    await desk.until(lambda: desk.registry.find(live.decided.id) is None)
    await desk.registry.stop()
    return Tape(
        recording,
        desk.folder / "recordings" / recording,
        surface,
        (began - opened) * 1000,
        (said - opened) * 1000,
        ((hide - opened) * 1000, (unhide - opened) * 1000),
        pictures,
    )


def flip(tape: Tape, part: float = 0.5) -> None:
    """Change one byte of the recording's file, at a part of its length."""
    file = max(tape.folder.glob("epoch-*.crec"))
    held = bytearray(file.read_bytes())
    held[int(len(held) * part)] ^= 0x01
    file.write_bytes(bytes(held))

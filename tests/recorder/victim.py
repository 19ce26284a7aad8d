"""A process to be killed: records under load, and says on standard output which events are durable.

``python victim.py DIR INSTALLATION_PEM create|reopen FIRST_SEQ``. One line for each acknowledged event: its number.
"""

from __future__ import annotations

import io
import os
import sys
from fractions import Fraction
from pathlib import Path

import av

from recorder import events, frames
from recorder.installation import InstallationKey
from recorder.thread import RecordingThread
from tests.recorder.studio import DEK, HEADER

STEP_US = 20_000


def pictures(count: int = 20) -> list[tuple[bool, bytes]]:
    """Real VP8 frames, a key frame first."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 48, "yuv420p", Fraction(1, 50)
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0"}
    found: list[tuple[bool, bytes]] = []
    for number in range(count):
        picture = av.VideoFrame(64, 48, "yuv420p")
        for plane in picture.planes:
            plane.update(bytes([number * 11 % 256]) * plane.buffer_size)
        picture.pts = number
        found += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(picture)]
    return found


def failed(reason: str) -> None:
    """No failure is expected: end in a way the test notices."""
    sys.stderr.write(reason)
    os._exit(3)


def main(directory: Path, key_file: Path, mode: str, first: int) -> None:
    out = io.FileIO(1, "w", closefd=False)
    key, loop = InstallationKey.load(key_file), pictures()
    thread = RecordingThread()
    thread.start()
    if mode == "create":
        recording = thread.create(directory, HEADER, DEK, key.signer, failed)
    else:
        recording = thread.reopen(directory, HEADER, DEK, key.signer, failed, at_us=first * STEP_US)
    recording.opened.result(30)
    seq = first
    while True:
        waiting = []
        for _ in range(5):
            is_key, encoded = loop[seq % len(loop)]
            frame = frames.Frame(frames.Codec.VP8, 64, 48, seq, encoded)
            recording.enqueue(frames.picture(seq * STEP_US, 1, frame, key=is_key))
            waiting.append((seq, recording.commit([events.event(seq * STEP_US, seq, {"type": "Counted"})])))
            seq += 1
        for number, durable in waiting:
            durable.result(30)
            out.write(b"%d\n" % number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))

"""Frame bodies come back as they were, whatever the codec."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import VerificationError
from recorder.frames import Codec, Frame, picture, voice
from recorder.records import EvidenceClass, RecordType

numbers = st.integers(0, 0xFFFF)


@given(st.integers(0, 255), numbers, numbers, st.integers(0, 2**32 - 1), st.binary(max_size=64))
def test_a_frame_comes_back(codec: int, width: int, height: int, timestamp: int, payload: bytes) -> None:
    frame = Frame(codec, width, height, timestamp, payload)
    assert Frame.unpack(frame.pack()) == frame


@given(st.binary(max_size=9))
def test_a_body_shorter_than_its_header_is_refused(body: bytes) -> None:
    with pytest.raises(VerificationError, match="shorter"):
        Frame.unpack(body)


def test_pictures_and_voices_are_of_their_classes() -> None:
    frame = Frame(Codec.VP8, 640, 480, 90_000, b"x")
    assert picture(5, 1, frame, key=True).is_key
    assert not picture(5, 1, frame, key=False).is_key
    assert picture(5, 1, frame, key=False).cls is EvidenceClass.PICTURE
    spoken = voice(6, 2, Frame(Codec.OPUS, 0, 0, 1, b"y"))
    assert (spoken.type, spoken.cls, spoken.at_us, spoken.track) == (
        RecordType.AUDIO,
        EvidenceClass.VOICE,
        6,
        2,
    )


@pytest.mark.parametrize(
    ("width", "height", "fine"),
    [
        (7680, 4320, True),
        (16_384, 4096, True),
        (16_384, 4097, False),
        (16_385, 1, False),
        (16_384, 16_384, False),
    ],
)
def test_a_picture_too_large_for_any_decoder_is_not_presentable(width: int, height: int, fine: bool) -> None:  # noqa: FBT001 - a row of a table
    assert Frame(Codec.VP8, width, height, 0, b"x").presentable is fine
    assert Frame(Codec.VP8, height, width, 0, b"x").presentable is fine


def test_a_number_too_large_for_its_field_is_refused() -> None:
    with pytest.raises(struct.error):
        Frame(Codec.VP8, 70_000, 1, 0, b"").pack()

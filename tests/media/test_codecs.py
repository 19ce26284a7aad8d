"""Payload formats, against what real encoders write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.media.codecs import FORMATS, sps_size
from tests.media.streams import encoded, starts_key


@pytest.mark.parametrize("codec", ["VP8", "H264"])
def test_key_frames_are_found_where_the_encoder_put_them(codec: str) -> None:
    packets = encoded(codec)
    times = sorted({p.timestamp for p in packets})
    keys = {times.index(p.timestamp) for p in packets if starts_key(codec, p)}
    assert keys == {0, 10, 20}


def test_vp8_says_its_size() -> None:
    packets = encoded("VP8", 1, (640, 360))
    frame = b"".join(FORMATS["VP8"].strip(p.payload) for p in packets)
    assert FORMATS["VP8"].describe(frame) == (True, 640, 360)


@pytest.mark.parametrize("size", [(640, 360), (322, 182), (1920, 1080)])
def test_h264_says_its_size_cropped(size: tuple[int, int]) -> None:
    packets = encoded("H264", 1, size)
    frame = b"".join(FORMATS["H264"].strip(p.payload) for p in packets)
    assert FORMATS["H264"].describe(frame) == (True, *size)


def test_vp8_descriptors_of_every_length_are_taken_off() -> None:
    strip = FORMATS["VP8"].strip
    assert strip(b"\x10abc") == b"abc"
    assert strip(b"\x90\x80\x01abc") == b"abc"
    assert strip(b"\x90\x80\x81\x01abc") == b"abc"
    assert strip(b"\x90\xf0\x81\x01\x05\x07abc") == b"abc"
    assert strip(b"\x90\x10\x05abc") == b"abc"


def test_only_the_start_of_the_first_partition_can_start_a_key_frame() -> None:
    begins = FORMATS["VP8"].starts_key
    assert begins(b"\x90\x80\x01\x00")
    assert not begins(b"\x80\x80\x01\x00")
    assert not begins(b"\x91\x80\x01\x00")
    assert not begins(b"\x90\x80\x01\x01")
    assert not begins(b"")


def test_opus_packets_are_frames() -> None:
    opus = FORMATS["opus"]
    assert opus.starts_key(b"x")
    assert opus.strip(b"x") == b"x"
    assert opus.describe(b"x") == (True, 0, 0)


@pytest.mark.parametrize("codec", sorted(FORMATS))
@given(data=st.binary(max_size=60))
def test_junk_is_refused_one_way(codec: str, data: bytes) -> None:
    form = FORMATS[codec]
    assert form.starts_key(data) in {True, False}
    try:
        part = form.strip(data)
    except ValueError:
        return
    assert len(part) <= 3 * len(data) + 5


@given(st.binary(max_size=80))
def test_a_junk_parameter_set_is_refused_one_way(data: bytes) -> None:
    try:
        width, height = sps_size(b"\x67" + data)
    except ValueError:
        return
    assert width >= 0
    assert height >= 0

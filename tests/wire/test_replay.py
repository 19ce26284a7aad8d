"""Frames for the replay page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.wire.codec import WireError
from concierge.wire.replay import pack_frame, unpack_frames

FRAMES = st.lists(
    st.tuples(
        st.integers(0, 2**64 - 1),
        st.integers(0, 2**16 - 1),
        st.sampled_from([1, 2]),
        st.integers(0, 1),
        st.sampled_from([1, 2, 3, 16]),
        st.integers(0, 2**16 - 1),
        st.integers(0, 2**16 - 1),
        st.binary(max_size=64),
    ),
    max_size=8,
)


@given(FRAMES)
def test_what_is_packed_is_unpacked(frames: list[tuple[int, int, int, int, int, int, int, bytes]]) -> None:
    assert unpack_frames(b"".join(pack_frame(*frame) for frame in frames)) == frames


@given(st.integers(1, 31))
def test_a_cut_chunk_is_refused(cut: int) -> None:
    whole = pack_frame(1, 1, 1, 1, 1, 640, 360, b"0123456789")
    assert len(whole) == 32
    with pytest.raises(WireError, match="cut"):
        unpack_frames(whole[:cut])

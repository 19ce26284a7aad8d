"""Every limit of the recorder, named once. Sizes in bytes, times in microseconds unless the name says otherwise."""

from __future__ import annotations

from typing import Final

GENERATION: Final = 1
"""The layout generation this package writes. See `generation` for those it reads."""

MAX_NUMBER: Final = (1 << 53) - 1
"""The greatest whole number in any JSON here, segment number or time: every language's JSON reads it exactly."""
MAX_DEPTH: Final = 32
"""How deep JSON bodies may nest."""

SEGMENT_TARGET_BYTES: Final = 256 * 1024
"""A segment is sealed before its records exceed this; one larger record makes a segment of its own."""
SEGMENT_SPAN_US: Final = 500_000
"""Records further apart than this never share a segment."""
MAX_RECORD_BYTES: Final = 8 * 1024 * 1024
"""The largest body of one record (a lossless key frame of a large display)."""
MAX_PART_BYTES: Final = MAX_RECORD_BYTES + 64 * 1024
"""The most bytes all sealed parts of one segment may have together; what a reader reads into memory at once."""
MIN_PART_BYTES: Final = 38
"""The least bytes of a sealed part: one record without a body (22) and an authentication tag (16)."""
MAX_PARTS: Final = 32
"""The most sealed parts in one segment; seven classes are known."""
MAX_CLASSES: Final = 32
"""The most classes a head may declare."""
MAX_SEGMENTS: Final = 1 << 20
"""Segments of one recording, over all epochs: two and a half days at five a second. More are refused."""
SEGMENTS_RESERVE: Final = 1_000
"""Of these the last are kept for gaps and for closing."""
MAX_HEAD_BYTES: Final = 32 * 1024
"""The largest public header of an epoch."""
MAX_ID_CHARS: Final = 128
"""The longest recording, session or ticket id."""
MAX_EPOCHS: Final = 9_999
"""Epochs of one recording: one for each start, restart and return of the disk."""
MAX_FOUND: Final = 100
"""Torn pieces one epoch header may name."""

MAX_SIDE: Final = 16_384
"""The widest and highest picture, in pixels, that is replayed or exported."""
MAX_PIXELS: Final = 1 << 26
"""The most pixels of a picture that is replayed or exported (8192 x 8192)."""

FLUSH_AFTER_US: Final = 200_000
"""A queued stream record waits at most this long before its segment is sealed, written and synced."""
MAX_UNSYNCED_US: Final = 1_000_000
"""Older unsynced records than this: streams are refused, so that they are not forwarded unrecorded."""
MAX_QUEUE_BYTES: Final = 32 * 1024 * 1024
"""Bytes one recording may hold queued before its streams are refused."""
QUEUE_RESERVE_BYTES: Final = 4 * 1024 * 1024
"""Further bytes kept for control and conversation, so that a stop can still be recorded."""
STOP_DEADLINE_S: Final = 10.0
"""How long stopping the writer thread waits for the disk, in seconds."""

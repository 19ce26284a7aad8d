"""Every limit of the recorder, named once. Sizes in bytes, times in microseconds unless the name says otherwise."""

from __future__ import annotations

from typing import Final

GENERATION: Final = 0
"""The layout generation this package writes and reads. 0 is provisional."""

SEGMENT_TARGET_BYTES: Final = 256 * 1024
"""A segment is sealed before its records exceed this; one larger record makes a segment of its own."""
SEGMENT_SPAN_US: Final = 500_000
"""Records further apart than this never share a segment."""
MAX_RECORD_BYTES: Final = 8 * 1024 * 1024
"""The largest body of one record (a lossless key frame of a large display)."""
MAX_PART_BYTES: Final = MAX_RECORD_BYTES + 64 * 1024
"""The largest sealed part a reader will read into memory."""
MAX_PARTS: Final = 32
"""The most sealed parts in one segment; seven classes are known."""
MAX_HEAD_BYTES: Final = 32 * 1024
"""The largest public header of an epoch."""
MAX_ID_CHARS: Final = 128
"""The longest recording, session or ticket id."""
MAX_EPOCHS: Final = 9_999
"""Epochs of one recording: one for each start, restart and return of the disk."""
MAX_FOUND: Final = 100
"""Torn pieces one epoch header may name."""

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

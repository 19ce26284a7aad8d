"""From packets in any order to whole encoded frames in order, for the recording.

Refuses to guess: a frame with a packet missing is never emitted, and after a gap nothing is until decoding can start
again. Rule: what did not come is said (`missing`), with its length; the buffer is bounded by the packet history.
"""

from __future__ import annotations

from collections.abc import Callable

from concierge.domain.limits import FRAME_MAX_BYTES, REPAIR_PICTURE_MS, REPAIR_VOICE_MS, RTP_HISTORY_PACKETS
from concierge.media.codecs import FORMATS
from concierge.media.rtp import RtpPacket
from concierge.services.media_port import EncodedFrame

_BUFFER_MAX = RTP_HISTORY_PACKETS // 2
Emit = Callable[[EncodedFrame], None]
Missing = Callable[[str, int], None]


class FrameAssembler:
    """Frames of one source. `emit` gets each whole frame; `missing` gets (reason, milliseconds) after a gap."""

    def __init__(self, codec: str, clock: int, emit: Emit, missing: Missing) -> None:
        self._format = FORMATS[codec]
        self._clock = clock
        self._emit = emit
        self._missing = missing
        self._patience = (REPAIR_VOICE_MS if codec == "opus" else REPAIR_PICTURE_MS) / 1000
        self._waiting: dict[int, tuple[RtpPacket, bool]] = {}
        self._next = -1
        self._gap_since = 0.0
        self._gap_reason = ""
        self._gap_from: int | None = None
        self._last_timestamp: int | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._timestamp = 0

    @property
    def needs_key(self) -> bool:
        """Whether nothing can be emitted until decoding can start again."""
        return self._next < 0

    def push(self, number: int, packet: RtpPacket, now: float, *, starts_key: bool) -> None:
        """Take a packet with its extended sequence number; may emit frames. Raises what `emit` raises."""
        if number == self._next:
            self._next = number + 1
            self._take(packet)
            if self._waiting:
                self._drain(now)
            return
        if self._next < 0:
            self._waiting[number] = (packet, starts_key)
            if starts_key:
                self._resume(number, now)
        elif number > self._next:
            if not self._waiting:
                self._gap_since = now
            self._waiting[number] = (packet, starts_key)
        if len(self._waiting) > _BUFFER_MAX:
            self._overflow(now)

    def expire(self, now: float) -> bool:
        """Give up on a gap older than the repair time; True when decoding has to start again."""
        if self._next < 0 or not self._waiting or now - self._gap_since < self._patience:
            return False
        self._give_up("lost on the way", now)
        return self.needs_key

    def reset(self, reason: str) -> None:
        """Forget what is half done, because packets will not be seen for a while, and say so when they come back."""
        self._open_gap(reason)
        self._waiting.clear()

    def finish(self) -> None:
        """Say what is missing at the end, when the last gap never closed."""
        if self._gap_from is not None and self._waiting:
            newest = self._waiting[max(self._waiting)][0].timestamp
            self._say_missing(newest)

    def _overflow(self, now: float) -> None:
        if self._next < 0:
            for number in sorted(self._waiting)[: _BUFFER_MAX // 2]:
                del self._waiting[number]
        else:
            self._give_up("lost on the way", now)

    def _give_up(self, reason: str, now: float) -> None:
        self._open_gap(reason)
        for number in sorted(self._waiting):
            if self._waiting[number][1]:
                self._resume(number, now)
                return

    def _open_gap(self, reason: str) -> None:
        if self._gap_from is None and self._last_timestamp is not None:
            self._gap_from, self._gap_reason = self._last_timestamp, reason
        self._next = -1
        self._drop_frame()

    def _resume(self, number: int, now: float) -> None:
        self._waiting = {n: kept for n, kept in self._waiting.items() if n >= number}
        if self._gap_from is not None:
            self._say_missing(self._waiting[number][0].timestamp)
        self._next = number
        self._drain(now)

    def _say_missing(self, until: int) -> None:
        start, self._gap_from = self._gap_from, None
        if start is not None:
            self._missing(self._gap_reason, 1000 * ((until - start) & 0xFFFFFFFF) // self._clock)

    def _drain(self, now: float) -> None:
        while (kept := self._waiting.pop(self._next, None)) is not None:
            self._next += 1
            self._take(kept[0])
            if self._next < 0:
                return
        self._gap_since = now

    def _take(self, packet: RtpPacket) -> None:
        if self._parts and packet.timestamp != self._timestamp:
            self._finish_frame()
        self._timestamp = packet.timestamp
        if not packet.payload:
            return  # padding carries no part of a frame
        try:
            part = self._format.strip(packet.payload)
        except ValueError:
            self._open_gap("malformed")
            return
        self._parts.append(part)
        self._size += len(part)
        if self._size > FRAME_MAX_BYTES:
            self._open_gap("frame too large")
        elif packet.marker or self._format.name == "opus":
            self._finish_frame()

    def _finish_frame(self) -> None:
        payload = b"".join(self._parts)
        self._drop_frame()
        try:
            key, width, height = self._format.describe(payload)
        except (ValueError, IndexError):
            self._open_gap("malformed")
            return
        self._last_timestamp = self._timestamp
        self._emit(EncodedFrame(self._format.name, self._timestamp, key, width, height, payload))

    def _drop_frame(self) -> None:
        self._parts = []
        self._size = 0

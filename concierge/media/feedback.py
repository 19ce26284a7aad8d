"""What a receiver owes its sender: NACKs by timer, coalesced key-frame requests, loss reports, transport-cc.

Refuses to send: these classes are fed with arrivals and times (seconds, monotonic) and answer what is due. Rule: the
publisher is asked for a key frame at most once in PLI_EVERY_MS, however many viewers want one.
"""

from __future__ import annotations

from concierge.domain.limits import (
    FEEDBACK_EVERY_MS,
    NACK_EVERY_MS,
    NACK_TRIES,
    PLI_EVERY_MS,
    REPAIR_PICTURE_MS,
    RTP_HISTORY_PACKETS,
)
from concierge.media.rtcp import ReportBlock, write_receiver_report, write_transport_feedback
from concierge.media.rtp import SequenceUnwrapper

_AGAIN_S = 2.5 * NACK_EVERY_MS / 1000


class NackTracker:
    """Which packets are missing, and which of them to ask for now."""

    __slots__ = ("_missing",)

    def __init__(self) -> None:
        self._missing: dict[int, tuple[float, float, int]] = {}

    def __bool__(self) -> bool:
        return bool(self._missing)

    def gap(self, start: int, stop: int, now: float) -> None:
        """Note that packets `start` up to but not including `stop` did not come; very old ones are forgotten."""
        for number in range(max(start, stop - RTP_HISTORY_PACKETS // 2), stop):
            self._missing[number] = (now, now - _AGAIN_S, 0)
        while len(self._missing) > RTP_HISTORY_PACKETS // 2:
            del self._missing[next(iter(self._missing))]

    def arrived(self, number: int) -> None:
        """Note that a missing packet came after all."""
        self._missing.pop(number, None)

    def due(self, now: float) -> list[int]:
        """Return the numbers to ask for now, sorted; gives up on those too old or asked for too often."""
        asked = []
        for number, (since, last, tries) in list(self._missing.items()):
            if now - since > REPAIR_PICTURE_MS / 1000 or tries >= NACK_TRIES:
                del self._missing[number]
            elif now - last >= _AGAIN_S:
                self._missing[number] = (since, now, tries + 1)
                asked.append(number)
        return sorted(asked)

    def clear(self) -> None:
        """Forget what is missing."""
        self._missing.clear()


class KeyRequests:
    """Coalesces requests for key frames."""

    __slots__ = ("_last", "asked")

    def __init__(self) -> None:
        self._last = float("-inf")
        self.asked = 0

    def due(self, now: float) -> bool:
        """Return whether a request may go out now."""
        return now - self._last >= PLI_EVERY_MS / 1000

    def sent(self, now: float) -> None:
        """Count a request that went out; the next one is due PLI_EVERY_MS later."""
        self._last = now
        self.asked += 1


class Reception:
    """Loss and jitter of one received stream, for receiver reports (RFC 3550 appendix A.3 and A.8)."""

    __slots__ = (
        "_base",
        "_clock",
        "_expected_before",
        "_jitter",
        "_received",
        "_received_before",
        "_sender_report",
        "_transit",
        "highest",
    )

    def __init__(self, clock: int) -> None:
        self._clock = clock
        self._base = -1
        self.highest = -1
        self._received = 0
        self._expected_before = 0
        self._received_before = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._sender_report = (0, 0.0)

    def note(self, number: int, timestamp: int, now: float) -> None:
        """Note the arrival of extended sequence number `number`."""
        if self._base < 0:
            self._base = number
        self.highest = max(self.highest, number)
        self._received += 1
        transit = now * self._clock - timestamp
        if self._transit is not None:
            step = abs(transit - self._transit)
            if step < 10 * self._clock:
                self._jitter += (step - self._jitter) / 16
        self._transit = transit

    def heard_sender_report(self, body: bytes, now: float) -> None:
        """Note the sender's clock, to be given back in the next report (RFC 3550 section 6.4.1)."""
        if len(body) >= 12:
            self._sender_report = (int.from_bytes(body[6:10], "big"), now)

    def report(self, ours: int, media: int, now: float) -> bytes | None:
        """Return the receiver report due now, or None before the first packet."""
        if self._base < 0:
            return None
        expected = self.highest - self._base + 1
        due, came = expected - self._expected_before, self._received - self._received_before
        self._expected_before, self._received_before = expected, self._received
        fraction = max(0, min(255, 256 * (due - came) // due)) if due > 0 else 0
        lost = expected - self._received
        last, heard = self._sender_report
        block = ReportBlock(
            media,
            fraction,
            lost,
            self.highest - 0x10000,
            int(self._jitter),
            last,
            int((now - heard) * 65536) if last else 0,
        )
        return write_receiver_report(ours, block)


class TransportFeedback:
    """Arrival times by transport-wide sequence number, reported every FEEDBACK_EVERY_MS."""

    __slots__ = ("_arrivals", "_count", "_next", "_numbers", "_reported_at")

    def __init__(self) -> None:
        self._numbers = SequenceUnwrapper()
        self._arrivals: dict[int, float] = {}
        self._next = -1
        self._count = 0
        self._reported_at = 0.0

    def note(self, value: bytes, now: float) -> bool:
        """Note an arrival (`value`: the extension's two bytes); True when a report is due."""
        if len(value) != 2:
            return False
        number = self._numbers.extend(value[0] << 8 | value[1])
        if len(self._arrivals) < RTP_HISTORY_PACKETS:
            self._arrivals[number] = now
        return now - self._reported_at >= FEEDBACK_EVERY_MS / 1000

    def due(self, now: float) -> bool:
        """Return whether arrivals wait longer than they should."""
        return bool(self._arrivals) and now - self._reported_at >= FEEDBACK_EVERY_MS / 1000

    def report(self, ours: int, media: int, now: float) -> bytes | None:
        """Return the feedback packet for what arrived since the last one, or None."""
        self._reported_at = now
        if not self._arrivals:
            return None
        first, last = min(self._arrivals), max(self._arrivals)
        start = (
            min(first, self._next)
            if self._next >= 0 and first - self._next < RTP_HISTORY_PACKETS // 2
            else first
        )
        start = max(start, last - RTP_HISTORY_PACKETS // 2)
        arrivals = [(number, self._arrivals.get(number)) for number in range(start, last + 1)]
        self._next = last + 1
        self._arrivals = {}
        self._count += 1
        return write_transport_feedback(ours, media, self._count - 1, arrivals)

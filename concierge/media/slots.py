"""One slot of a viewer: a continuous RTP stream of our own onto which one source after another is written.

Refuses to queue: a packet the socket will not take now is dropped, and the viewer waits for the next key frame. Rule:
a slow viewer costs itself pictures, never the publisher quality: it asks for key frames ever more rarely.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol

from concierge.domain.limits import (
    KEY_BACKOFF_MAX_MS,
    PLI_EVERY_MS,
    RESEND_PER_SECOND,
    SLOW_HOLD_MS,
    SLOW_LOSS_256THS,
)
from concierge.media.guard import Bucket
from concierge.media.history import PacketHistory
from concierge.media.rtcp import write_sender_report
from concierge.media.rtp import HEADER, RtpPacket, write_rtp
from concierge.media.sdp import Codec
from concierge.media.tally import Tally
from concierge.media.transport import BLOCKED
from concierge.services.media_port import MediaKind, SourceId

_BACKOFF_FORGIVEN_S = 2 * KEY_BACKOFF_MAX_MS / 1000


class Carried(Protocol):
    """What a slot and its viewer know of a source. `slots` are those it is written to."""

    id: SourceId
    kind: MediaKind
    codec: Codec
    history: PacketHistory
    slots: tuple[Slot, ...]

    @property
    def flowing(self) -> bool:
        """Whether packets may leave for viewers now."""

    def want_key(self, now: float) -> None:
        """Ask for a key frame if a viewer needs one."""

    def catch_up(self, slot: Slot, since: float, now: float) -> None:
        """Begin `slot` with a key frame that started after `since` and not long ago, if there is one."""


class Slot:
    """A viewer's slot. `send` encrypts and sends a packet (see PeerTransport.send_rtp); `sent` counts its bytes."""

    def __init__(
        self, kind: MediaKind, mid: str, codecs: dict[str, Codec], send: Callable[[bytes], int]
    ) -> None:
        self.kind = kind
        self.mid = mid
        self.codecs = codecs
        self.ssrc = secrets.randbits(31) + 1
        self.rtx_ssrc = secrets.randbits(31) + 1
        self.source: Carried | None = None
        self.sent: Callable[[int], None] | None = None
        self.tally = Tally()
        self.stumbles = 0
        self.packets = 0
        self._octets = 0
        self._send = send
        self._codec: Codec | None = None
        self._awaiting = True
        self._stuck = False
        self._hold_until = 0.0
        self._ask_after = 0.0
        self._ask_step = PLI_EVERY_MS / 1000
        self._asked_at = 0.0
        self._bad_reports = 0
        self._run_start = 0
        self._sequence_offset = 0
        self._timestamp_offset = 0
        self._highest = -1
        self._last_timestamp = secrets.randbits(32)
        self._last_at: float | None = None
        self._next_sequence = secrets.randbits(15)
        self._rtx_sequence = secrets.randbits(15)
        self._resends = Bucket(RESEND_PER_SECOND)

    def carry(self, source: Carried) -> None:
        """Carry `source` from its next key frame on."""
        self.source = source
        self._codec = self.codecs[source.codec.name]
        self._awaiting, self._stuck = True, False
        self._hold_until = self._ask_after = 0.0
        self._ask_step = PLI_EVERY_MS / 1000

    def release(self) -> None:
        """Carry nothing: not one packet more, retransmissions included."""
        self.source = None
        self._codec = None
        self._awaiting = True

    def forward(self, number: int, packet: RtpPacket, now: float, *, starts_key: bool) -> None:
        """Write a source's packet onto this slot's stream and send it, unless a key frame is awaited."""
        codec = self._codec
        if codec is None:
            return
        if self._awaiting:
            if not starts_key or now < self._hold_until:
                return
            self._begin_run(number, packet, codec, now)
        elif number < self._run_start:
            return
        timestamp = (packet.timestamp + self._timestamp_offset) & 0xFFFFFFFF
        sequence = (number + self._sequence_offset) & 0xFFFF
        size = self._send(
            HEADER.pack(0x80, packet.marker | codec.payload_type, sequence, timestamp, self.ssrc)
            + packet.payload
        )
        if size != BLOCKED and number > self._highest:
            # A packet that never left uses up no number: the viewer would wait for its repair.
            self._highest = number
            self._last_timestamp = timestamp
            self._last_at = now
        if size > 0:
            self.packets += 1
            self._octets += len(packet.payload)
            self.tally.add(size)
            if self.sent is not None:
                self.sent(size)
        elif size == BLOCKED and self.kind is MediaKind.PICTURE:
            self.stumble(now, PLI_EVERY_MS / 1000)

    def await_key(self) -> None:
        """Send nothing until a key frame starts."""
        self._awaiting = True

    def stumble(self, now: float, hold_s: float) -> None:
        """Drop until the first key frame after `hold_s`: this viewer does not keep up."""
        self.stumbles += 1
        self._awaiting = True
        self._hold_until = now + hold_s

    def resend(self, lost: list[int], now: float) -> None:
        """Answer a NACK from the source's history, on the RTX stream where the viewer has one (RFC 4588)."""
        source, codec = self.source, self._codec
        if source is None or codec is None or self._awaiting or not source.flowing:
            return
        for sequence in lost:
            behind = (self._highest + self._sequence_offset - sequence) & 0xFFFF
            number = self._highest - behind
            packet = source.history.get(number) if number >= self._run_start else None
            if packet is None or not self._resends.take(now):
                continue
            size = self._send(self._repair(codec, sequence, packet))
            if size > 0:
                self.tally.add(size)
                if self.sent is not None:
                    self.sent(size)

    def heard_report(self, lost_256ths: int, now: float) -> None:
        """Take a receiver report: two bad ones in a row and the viewer waits for a later key frame."""
        self._bad_reports = self._bad_reports + 1 if lost_256ths >= SLOW_LOSS_256THS else 0
        if self._bad_reports >= 2 and self.kind is MediaKind.PICTURE and not self._awaiting:
            self._bad_reports = 0
            self.stumble(now, SLOW_HOLD_MS / 1000)

    def heard_key_request(self) -> None:
        """Take a PLI or FIR: the viewer's decoder cannot go on."""
        self._stuck = self.kind is MediaKind.PICTURE and self.source is not None

    def wants_key(self, now: float) -> bool:
        """Say whether a key frame should be asked for on behalf of this viewer."""
        waiting = self._awaiting and now >= self._hold_until
        return (waiting or self._stuck) and self._codec is not None and now >= self._ask_after

    def key_asked(self, now: float) -> None:
        """Note that a key frame has been asked for; the next time is later, up to KEY_BACKOFF_MAX_MS."""
        if now - self._asked_at > _BACKOFF_FORGIVEN_S:
            self._ask_step = PLI_EVERY_MS / 1000
        self._asked_at = now
        self._ask_after = now + self._ask_step
        self._ask_step = min(2 * self._ask_step, KEY_BACKOFF_MAX_MS / 1000)

    def sender_report(self, now: float, wall_s: float) -> bytes | None:
        """Return a sender report tying this stream to the broker's clock (lip sync), or None while silent."""
        source = self.source
        if source is None or self._last_at is None or self._awaiting:
            return None
        timestamp = self._last_timestamp + int((now - self._last_at) * source.codec.clock)
        return write_sender_report(self.ssrc, wall_s, timestamp & 0xFFFFFFFF, self.packets, self._octets)

    def _begin_run(self, number: int, packet: RtpPacket, codec: Codec, now: float) -> None:
        self._awaiting, self._stuck = False, False
        if self._highest >= 0:
            self._next_sequence = (self._highest + self._sequence_offset + 1) & 0xFFFF
        elapsed = 0.0 if self._last_at is None else now - self._last_at
        timestamp = self._last_timestamp + max(1, int(elapsed * codec.clock))
        self._timestamp_offset = timestamp - packet.timestamp
        # Kept positive so that `number` and the offset add up to the extended count of this slot's own stream.
        self._sequence_offset = self._next_sequence - number
        self._run_start = number
        self._highest = number - 1

    def _repair(self, codec: Codec, sequence: int, packet: RtpPacket) -> bytes:
        timestamp = (packet.timestamp + self._timestamp_offset) & 0xFFFFFFFF
        if codec.rtx is None:
            return write_rtp(
                packet.marker, codec.payload_type, sequence, timestamp, self.ssrc, packet.payload
            )
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        payload = sequence.to_bytes(2, "big") + packet.payload
        return write_rtp(packet.marker, codec.rtx, self._rtx_sequence, timestamp, self.rtx_ssrc, payload)

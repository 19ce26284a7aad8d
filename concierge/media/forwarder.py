"""A source: packets of one publisher, through the door, into the recording, on to the viewers.

Refuses to forward what the sink did not take. Rule, in this order for every packet: door open; sink told; frames
into the sink; kept for repairs; written to the viewers' slots. All of it happens in one call, without awaiting.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import ParticipantId, SessionId
from concierge.domain.limits import (
    KEY_EVERY_MS,
    KEY_FRESH_MS,
    NACK_EVERY_MS,
    PICTURE_MAX_HEIGHT,
    PICTURE_MAX_WIDTH,
    RTP_HISTORY_PACKETS,
)
from concierge.media.codecs import FORMATS
from concierge.media.depacketize import FrameAssembler
from concierge.media.feedback import KeyRequests, NackTracker, Reception, TransportFeedback
from concierge.media.history import PacketHistory
from concierge.media.rtcp import SENDER_REPORT, parts_of, write_nack, write_pli
from concierge.media.rtp import RtpPacket, SequenceUnwrapper, extension_value, parse_rtp, unwrap_rtx
from concierge.media.sdp import Codec
from concierge.media.slots import Slot
from concierge.media.tally import Tally
from concierge.services.media_port import EncodedFrame, FrameSink, MediaKind, SourceId


class Door(Enum):
    """Whether a source's packets may flow."""

    UNOPENED = "unopened"
    OPEN = "open"
    HELD = "held"
    CLOSED = "closed"


class NoSink:
    """The sink of a source that has none: takes nothing, so nothing flows."""

    def arriving(self, source: SourceId) -> None:
        """Raise EvidenceUnavailable."""
        raise EvidenceUnavailable(f"{source} has no sink")

    def frame(self, source: SourceId, frame: EncodedFrame) -> None:
        """Raise EvidenceUnavailable."""
        raise EvidenceUnavailable(f"{source} has no sink for {frame.codec}")

    def missing(self, source: SourceId, reason: str, milliseconds: int) -> None:
        """Nothing was to be expected, so nothing is missing."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Who publishes what, and how its RTP looks. `transport_cc` is the extension's id; SSRCs may be unknown."""

    id: SourceId
    session: SessionId
    participant: ParticipantId
    kind: MediaKind
    codec: Codec
    transport_cc: int | None = None
    ssrc: int | None = None


class Source:
    """One published track. `send_rtcp` sends to its publisher; `flowing_at` and `refuse` tell the owner."""

    def __init__(
        self,
        spec: SourceSpec,
        send_rtcp: Callable[[bytes], int],
        flowing_at: Callable[[Source, int, int], None],
        refuse: Callable[[Source, str], None],
    ) -> None:
        self.id = spec.id
        self.session = spec.session
        self.participant = spec.participant
        self.kind = spec.kind
        self.codec = spec.codec
        self.history = PacketHistory()
        self.slots: tuple[Slot, ...] = ()
        self.keys = KeyRequests()
        self.tally = Tally()
        self._format = FORMATS[spec.codec.name]
        self._cc_id = spec.transport_cc
        self._ssrc = spec.ssrc
        self._ours = secrets.randbits(31) + 1
        self._send_rtcp = send_rtcp
        self._flowing_at = flowing_at
        self._refuse = refuse
        self._sink: FrameSink = NoSink()
        self._door = Door.UNOPENED
        self._numbers = SequenceUnwrapper()
        self._reception = Reception(spec.codec.clock)
        self._cc = TransportFeedback()
        self._nacks = NackTracker()
        self._assembler = FrameAssembler(spec.codec.name, spec.codec.clock, self._whole, self._unrepaired)
        self._blind = False
        self._size: tuple[int, int] | None = None
        self._key_at = 0.0
        self._key_number = -1
        self._timer: asyncio.TimerHandle | None = None

    @property
    def flowing(self) -> bool:
        """Whether packets may leave for viewers now."""
        return self._door is Door.OPEN and not self._blind

    # --- the door ---

    def open(self, sink: FrameSink, now: float) -> None:
        """Let packets flow into `sink` and on, from the next key frame."""
        if self._door is Door.CLOSED:
            return
        self._sink = sink
        self._door = Door.OPEN
        self._blind = False
        self._start_anew("held")
        self.want_key(now)

    def hold(self) -> None:
        """Drop everything at the door."""
        if self._door is Door.OPEN:
            self._door = Door.HELD
            self._start_anew("held")

    def close(self) -> None:
        """Drop everything for good and let go of the viewers' slots."""
        if self._door is Door.OPEN:
            self._assembler.finish()
        self._door = Door.CLOSED
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.slots = ()

    # --- packets ---

    def receive(self, data: bytes, now: float) -> None:
        """Take one decrypted RTP packet from the publisher."""
        packet = parse_rtp(data)
        if packet is None:
            return
        self.tally.add(len(data))
        if self._cc_id is not None and packet.extension:
            value = extension_value(packet.extension, self._cc_id)
            if value and self._cc.note(value, now):
                self._send_transport_feedback(now)
        if packet.payload_type == self.codec.payload_type:
            if self._ssrc is None:
                self._ssrc = packet.ssrc
            elif packet.ssrc != self._ssrc:
                return
            before = self._numbers.highest
            number = self._numbers.extend(packet.sequence)
            self._reception.note(number, packet.timestamp, now)
        else:
            repaired = self._repaired(packet)
            if repaired is None:
                return
            packet = repaired
            before = self._numbers.highest
            number = self._numbers.extend(packet.sequence)
        if self._door is Door.OPEN and self._is_news(number, before, now):
            self._deliver(number, packet, now)

    def _repaired(self, packet: RtpPacket) -> RtpPacket | None:
        if packet.payload_type != self.codec.rtx or self._ssrc is None:
            return None
        return unwrap_rtx(packet, self.codec.payload_type, self._ssrc)

    def _is_news(self, number: int, before: int, now: float) -> bool:
        """Sort out repeats and note gaps; True for a packet not seen before."""
        if number > before:
            if before >= 0 and number > before + 1 and self.kind is MediaKind.PICTURE:
                self._nacks.gap(before + 1, number, now)
                self._arm()
            return True
        if number < 0 or number <= before - RTP_HISTORY_PACKETS or self.history.get(number) is not None:
            return False
        self._nacks.arrived(number)
        return True

    def _deliver(self, number: int, packet: RtpPacket, now: float) -> None:
        starts_key = self._format.starts_key(packet.payload)
        if starts_key and self.kind is MediaKind.PICTURE:
            if number > self._key_number:
                self._key_at, self._key_number = now, number
            if self._is_too_large(packet.payload):
                self._refuse(self, "picture too large")
                return
        try:
            self._sink.arriving(self.id)
            self._blind = False
            self._assembler.push(number, packet, now, starts_key=starts_key)
        except EvidenceUnavailable:
            self._go_blind()
            return
        if self._door is not Door.OPEN:
            return
        self.history.put(number, packet)
        for slot in self.slots:
            slot.forward(number, packet, now, starts_key=starts_key)

    def catch_up(self, slot: Slot, since: float, now: float) -> None:
        """Begin `slot` with a key frame that started after `since` and not long ago, from the history.

        Another one would cost everybody: at a session's start a key frame takes most of a second to arrive.
        """
        if not self.flowing or self._key_at < since or now - self._key_at > KEY_FRESH_MS / 1000:
            return
        for number in range(self._key_number, self._numbers.highest + 1):
            packet = self.history.get(number)
            if packet is not None:
                slot.forward(number, packet, now, starts_key=number == self._key_number)

    def _is_too_large(self, payload: bytes) -> bool:
        try:
            _, width, height = self._format.describe(self._format.strip(payload))
        except (ValueError, IndexError):
            return False
        return width > PICTURE_MAX_WIDTH or height > PICTURE_MAX_HEIGHT

    def _whole(self, frame: EncodedFrame) -> None:
        self._sink.frame(self.id, frame)
        if frame.key and (frame.width, frame.height) != self._size and (frame.width or self._size is None):
            self._size = (frame.width, frame.height)
            self._flowing_at(self, frame.width, frame.height)

    def _unrepaired(self, reason: str, milliseconds: int) -> None:
        self._sink.missing(self.id, reason, milliseconds)

    def _go_blind(self) -> None:
        """What cannot be recorded goes to nobody, until the sink takes packets and a key frame starts."""
        if not self._blind:
            self._blind = True
            self._start_anew("evidence unavailable")

    def _start_anew(self, reason: str) -> None:
        self._nacks.clear()
        self.history.clear()
        self._assembler.reset(reason)
        for slot in self.slots:
            slot.await_key()

    # --- feedback to the publisher ---

    def hear_rtcp(self, data: bytes, now: float) -> None:
        """Take the publisher's RTCP: its sender reports let it measure the round trip in our receiver reports."""
        for kind, _, body in parts_of(data):
            if kind == SENDER_REPORT:
                self._reception.heard_sender_report(body, now)

    def want_key(self, now: float) -> None:
        """Ask the publisher for a key frame if somebody needs one and the last request is long enough ago.

        One that could not be sent (nobody has connected yet) does not count: it is due again at once.
        """
        if self._door is not Door.OPEN or self.kind is not MediaKind.PICTURE or self._ssrc is None:
            return
        wanting = [slot for slot in self.slots if slot.wants_key(now)]
        stale = now - self._key_at >= KEY_EVERY_MS / 1000
        if not (wanting or stale or self._assembler.needs_key) or not self.keys.due(now):
            return
        if self._send_rtcp(write_pli(self._ours, self._ssrc)) <= 0:
            return
        self.keys.sent(now)
        for slot in wanting:
            slot.key_asked(now)

    def tick(self, now: float) -> None:
        """Do what is due though no packet came: feedback, giving up on gaps, key-frame requests."""
        if self._cc.due(now):
            self._send_transport_feedback(now)
        if self._door is Door.OPEN:
            self._give_up_on_gaps(now)
            self.want_key(now)

    def report(self) -> None:
        """Send the receiver report that is due."""
        if self._ssrc is None:
            return
        report = self._reception.report(self._ours, self._ssrc, time.monotonic())
        if report is not None:
            self._send_rtcp(report)

    def _send_transport_feedback(self, now: float) -> None:
        packet = self._cc.report(self._ours, self._ssrc or 0, now)
        if packet is not None:
            self._send_rtcp(packet)

    def _arm(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(NACK_EVERY_MS / 1000, self._nack_due)

    def _nack_due(self) -> None:
        self._timer = None
        now = time.monotonic()
        lost = self._nacks.due(now)
        if lost and self._ssrc is not None:
            self._send_rtcp(write_nack(self._ours, self._ssrc, [number & 0xFFFF for number in lost]))
        self._give_up_on_gaps(now)
        if self._nacks:
            self._arm()

    def _give_up_on_gaps(self, now: float) -> None:
        try:
            if self._assembler.expire(now):
                self.want_key(now)
        except EvidenceUnavailable:
            self._go_blind()

"""A viewer: what a participant is permitted to receive, and the slots of its peer connection, when it has one.

Refuses to renegotiate: slots are fixed by the viewer's offer; permissions only change what they carry. Rule: a source
whose codec the viewer lacks gets no slot, and the mapping says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from concierge.domain.ids import ParticipantId, SessionId
from concierge.media import rtcp
from concierge.media.slots import Carried, Slot
from concierge.media.transport import PeerTransport
from concierge.services.media_port import SourceId, ViewerSlots

Watch = Callable[[SourceId, ParticipantId, int], None]


class Viewer:
    """Permissions and slots of one participant in one session."""

    def __init__(self, session: SessionId, participant: ParticipantId) -> None:
        self.session = session
        self.participant = participant
        self.peer: PeerTransport | None = None
        self._permitted: dict[SourceId, Carried] = {}
        self._permitted_at: dict[SourceId, float] = {}
        self._slots: list[Slot] = []
        self._connected = False
        self._watch: Watch | None = None

    # --- the peer connection ---

    def take_peer(self, peer: PeerTransport, slots: list[Slot]) -> None:
        """Use a new peer connection with these slots; an earlier one has been dropped."""
        self.peer = peer
        self._slots = slots
        peer.on_rtcp = self._rtcp_received
        self._assign()

    def drop_peer(self) -> None:
        """Close the peer connection, now; permissions stay."""
        for slot in self._slots:
            self._empty(slot)
        self._slots = []
        self._connected = False
        if self.peer is not None:
            self.peer.close()
            self.peer = None

    def connected(self) -> None:
        """Start forwarding: ICE and DTLS are up."""
        self._connected = True
        for slot in self._slots:
            self._attach(slot)

    # --- permissions ---

    def permit(self, source: Carried) -> ViewerSlots:
        """Forward `source` from the first key frame on that starts after this."""
        if self._permitted.get(source.id) is not source:
            self._permitted[source.id] = source
            self._permitted_at[source.id] = time.monotonic()
        self._assign()
        return self._mapping(source)

    def forbid(self, source: SourceId) -> None:
        """Stop forwarding `source`, now, and give its slot to the next one waiting."""
        self._permitted.pop(source, None)
        self._permitted_at.pop(source, None)
        for slot in self._slots:
            if slot.source is not None and slot.source.id == source:
                self._empty(slot)
        self._assign()

    def permits(self, source: SourceId) -> bool:
        """Say whether this viewer may receive `source`."""
        return source in self._permitted

    def mapping(self) -> list[ViewerSlots]:
        """Return where each permitted source is."""
        return [self._mapping(source) for source in self._permitted.values()]

    def watch(self, callback: Watch | None) -> None:
        """Call back with the byte count of every packet sent."""
        self._watch = callback
        for slot in self._slots:
            self._count(slot)

    def report(self, now: float, wall_s: float) -> None:
        """Send the sender reports of all slots that carry something."""
        reports = [r for slot in self._slots if (r := slot.sender_report(now, wall_s)) is not None]
        if reports and self.peer is not None:
            self.peer.send_rtcp(b"".join(reports))

    def _mapping(self, source: Carried) -> ViewerSlots:
        for slot in self._slots:
            if slot.source is source:
                return ViewerSlots(source.id, slot.mid)
        fitting = [slot for slot in self._slots if slot.kind is source.kind]
        lacking = bool(fitting) and not any(source.codec.name in slot.codecs for slot in fitting)
        return ViewerSlots(source.id, None, "codec_unsupported" if lacking else "no_free_slot")

    def _assign(self) -> None:
        carried = {slot.source.id for slot in self._slots if slot.source is not None}
        for source in self._permitted.values():
            if source.id in carried:
                continue
            for slot in self._slots:
                if slot.source is None and slot.kind is source.kind and source.codec.name in slot.codecs:
                    slot.carry(source)
                    self._count(slot)
                    if self._connected:
                        self._attach(slot)
                    break

    def _attach(self, slot: Slot) -> None:
        source = slot.source
        if source is not None and slot not in source.slots:
            now = time.monotonic()
            source.slots = (*source.slots, slot)
            source.catch_up(slot, self._permitted_at[source.id], now)
            source.want_key(now)

    def _empty(self, slot: Slot) -> None:
        source = slot.source
        slot.release()
        if source is not None:
            source.slots = tuple(other for other in source.slots if other is not slot)

    def _count(self, slot: Slot) -> None:
        watch, source, participant = self._watch, slot.source, self.participant
        if watch is None or source is None:
            slot.sent = None
        else:
            name = source.id
            slot.sent = lambda size: watch(name, participant, size)

    # --- feedback from the viewer ---

    def _rtcp_received(self, data: bytes, now: float) -> None:
        for kind, count, body in rtcp.parts_of(data):
            if kind in (rtcp.SENDER_REPORT, rtcp.RECEIVER_REPORT):
                for ssrc, lost in rtcp.report_blocks(kind, count, body):
                    if (slot := self._slot_of(ssrc)) is not None:
                        slot.heard_report(lost, now)
            elif kind == rtcp.TRANSPORT_FEEDBACK and count == rtcp.NACK:
                ssrc, lost_numbers = rtcp.nacked(body)
                if (slot := self._slot_of(ssrc)) is not None:
                    slot.resend(lost_numbers, now)
            elif kind == rtcp.PAYLOAD_FEEDBACK:
                for ssrc in rtcp.key_wanted_for(count, body):
                    self._key_wanted(ssrc, now)

    def _key_wanted(self, ssrc: int, now: float) -> None:
        slot = self._slot_of(ssrc)
        if slot is not None and slot.source is not None:
            slot.heard_key_request()
            slot.source.want_key(now)

    def _slot_of(self, ssrc: int) -> Slot | None:
        return next((slot for slot in self._slots if slot.ssrc == ssrc), None)

"""The port to the media plane: ids, SDP texts and encoded frames only, so that media may move to another process.

Vocabulary. A *source* is one published track (a picture surface or a voice) of one participant. A *viewer* is a
participant's receiving peer connection with a fixed number of slots; the plane maps permitted sources to slots by
rewriting RTP, so permission changes never renegotiate. Nothing flows from a source to anyone, recorder included,
until it is *opened*; nothing flows to a viewer until it is *permitted*.

Rules. `forbid`, `hold` and `close_*` act before they return: no packet leaves afterwards. A packet enters the sink
before it is forwarded; when the sink raises EvidenceUnavailable the packet is dropped for everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from concierge.domain.ids import ParticipantId, SessionId

SourceId = NewType("SourceId", str)


class MediaKind(StrEnum):
    """What a source carries."""

    PICTURE = "picture"
    VOICE = "voice"


class Direction(StrEnum):
    """Which way packets went: from publishers to the broker, or from the broker to viewers."""

    RECEIVED = "received"
    FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True)
class Traffic:
    """RTP packets and octets of one kind in one direction since the plane began, repairs to viewers included."""

    direction: Direction
    kind: MediaKind
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One encoded frame exactly as it came. `codec` is "VP8", "VP9", "H264" (Annex B), "AV1" or "opus".

    `timestamp` is the 32-bit RTP timestamp (90 kHz picture, 48 kHz voice); `width`/`height` are 0 when unknown
    (delta frames, voice).
    """

    codec: str
    timestamp: int
    key: bool
    width: int
    height: int
    payload: bytes


class FrameSink(Protocol):
    """Where a source's frames enter the recording. Called synchronously in the forwarding path; never blocks."""

    def arriving(self, source: SourceId) -> None:
        """Say that a packet is about to be forwarded. Raises EvidenceUnavailable: drop it for everybody."""

    def frame(self, source: SourceId, frame: EncodedFrame) -> None:
        """Take one complete frame. Raises EvidenceUnavailable."""

    def missing(self, source: SourceId, reason: str, milliseconds: int) -> None:
        """Say that frames of about so many milliseconds could not be repaired and are not in the recording."""


class MediaObserver(Protocol):
    """What the plane tells its owner. Called on the event loop, never raises."""

    def source_flowing(self, session: SessionId, source: SourceId, width: int, height: int) -> None:
        """First key frame of a source arrived, or its size changed."""

    def source_lost(self, session: SessionId, source: SourceId, reason: str) -> None:
        """The publishing peer connection closed or its packets stopped for good."""

    def viewer_connected(self, session: SessionId, participant: ParticipantId) -> None:
        """ICE and DTLS of a viewer's receiving side are up."""

    def viewer_lost(self, session: SessionId, participant: ParticipantId, reason: str) -> None:
        """The receiving peer connection closed."""


@dataclass(frozen=True, slots=True)
class ViewerSlots:
    """Where a viewer finds a source: SDP mid of the slot it was mapped to, or None and the reason.

    `reason` is "" with a mid, else "no_free_slot" (none yet, or every one is taken) or "codec_unsupported".
    """

    source: SourceId
    mid: str | None
    reason: str = ""


class MediaPlane(Protocol):
    """Encoded media in, encoded media out, nothing decoded."""

    async def publish(
        self, session: SessionId, participant: ParticipantId, source: SourceId, kind: MediaKind, offer: str
    ) -> str:
        """Answer a sendonly offer with exactly one m-line of `kind`. Raises BadInput for SDP beyond the limits."""

    async def receive(self, session: SessionId, participant: ParticipantId, offer: str) -> str:
        """Answer a recvonly offer with up to PICTURE_SLOTS video and VOICE_SLOTS audio m-lines (replaces an earlier one)."""

    def open_source(self, source: SourceId, sink: FrameSink) -> None:
        """Let a source's packets flow into the sink and on to permitted viewers; asks for a key frame."""

    def hold_source(self, source: SourceId) -> None:
        """Drop a source's packets at the door (paused, hidden). Idempotent."""

    def permit(self, source: SourceId, viewer: ParticipantId) -> ViewerSlots:
        """Forward an open source to a viewer from the next key frame on. Idempotent; may precede `receive`."""

    def forbid(self, source: SourceId, viewer: ParticipantId) -> None:
        """Stop forwarding to this viewer, now."""

    def slots_of(self, session: SessionId, viewer: ParticipantId) -> list[ViewerSlots]:
        """Return the mapping of permitted sources to this viewer's slots."""

    def close_source(self, source: SourceId) -> None:
        """Close the publishing peer connection, now; resources are released in the background."""

    def close_participant(self, session: SessionId, participant: ParticipantId) -> None:
        """Close everything of one participant, now."""

    def close_session(self, session: SessionId) -> None:
        """Close everything of one session, now."""

    def observe(self, observer: MediaObserver) -> None:
        """Name the one observer."""

    def watch_forwarding(self, callback: Callable[[SourceId, ParticipantId, int], None] | None) -> None:
        """For measurements: call back with the byte count after each packet sent to a viewer."""

    def traffic(self) -> list[Traffic]:
        """Return how much went by since the beginning, for every direction and kind; names no session."""

    async def stop(self) -> None:
        """Close everything and wait, at most a second, until sockets are released."""

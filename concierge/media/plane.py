"""The media plane in this process: `ForwardingPlane` implements `services.media_port.MediaPlane`.

Refuses to decide who may see what: it is told. Rule: `forbid`, `hold_source` and `close_*` act before they return;
only releasing sockets happens in the background. Must be used on one event loop.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from concierge.domain.errors import BadInput
from concierge.domain.ids import ParticipantId, SessionId
from concierge.domain.limits import (
    MEDIA_PEERS_MAX,
    MEDIA_SILENT_MS,
    MEDIA_TICK_MS,
    REPORT_EVERY_MS,
    SOURCES_PER_PARTICIPANT_MAX,
)
from concierge.media.answer import AnswerSection, Association, write_answer
from concierge.media.forwarder import Source, SourceSpec
from concierge.media.negotiation import carried_codecs, check_slots, publishable
from concierge.media.sdp import TRANSPORT_CC, Offer, parse_offer
from concierge.media.settings import MediaSettings
from concierge.media.slots import Slot
from concierge.media.tally import Tallies
from concierge.media.transport import CertificateStore, PeerTransport
from concierge.media.viewer import Viewer, Watch
from concierge.services.media_port import FrameSink, MediaKind, MediaObserver, SourceId, Traffic, ViewerSlots

log = logging.getLogger(__name__)

_STOP_S = 1.0


class ForwardingPlane:
    """Encoded media in, encoded media out, nothing decoded."""

    def __init__(self, settings: MediaSettings) -> None:
        self._settings = settings
        self._certificates = CertificateStore()
        self._tallies = Tallies()
        self._sources: dict[SourceId, Source] = {}
        self._publishers: dict[SourceId, PeerTransport] = {}
        self._viewers: dict[tuple[SessionId, ParticipantId], Viewer] = {}
        self._connecting: set[asyncio.Task[None]] = set()
        self._departing: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self._observer: MediaObserver | None = None
        self._watch: Watch | None = None

    # --- offers and answers ---

    async def publish(
        self, session: SessionId, participant: ParticipantId, source: SourceId, kind: MediaKind, offer: str
    ) -> str:
        """Answer a sendonly offer; a source of the same id is replaced. Raises BadInput."""
        parsed = parse_offer(offer)
        section, codec = publishable(parsed, kind, self._settings.codec_preference)
        known = self._sources.get(source)
        if known is not None and (known.session, known.participant) != (session, participant):
            raise BadInput("this source belongs to somebody else")
        self.close_source(source)
        self._check_capacity(
            s for s in self._sources.values() if (s.session, s.participant) == (session, participant)
        )
        peer, username, password = self._new_peer()
        repairs = section.repair_of.values()
        spec = SourceSpec(
            source,
            session,
            participant,
            kind,
            codec,
            section.extensions.get(TRANSPORT_CC) if kind is MediaKind.PICTURE else None,
            next(iter(repairs), None) or (section.ssrcs[0] if section.ssrcs else None),
        )
        known = self._add_publisher(spec, peer)
        try:
            await self._gather(peer)
        except BadInput:
            if self._sources.get(source) is known:
                self.close_source(source)
            raise
        answered = AnswerSection(section.kind, section.mid, "recvonly", [codec], spec.transport_cc)
        self._keep(self._connecting, self._connect_publisher(source, peer, parsed))
        return write_answer(self._association(peer, username, password), [answered])

    async def receive(self, session: SessionId, participant: ParticipantId, offer: str) -> str:
        """Answer a recvonly offer whose m-lines become slots; replaces an earlier one. Raises BadInput."""
        parsed = parse_offer(offer)
        check_slots(parsed)
        self._check_capacity(())
        peer, username, password = self._new_peer()
        viewer = self._viewer(session, participant)
        slots: list[Slot] = []
        answered: list[AnswerSection] = []
        for section in parsed.sections:
            kind = MediaKind.PICTURE if section.kind == "video" else MediaKind.VOICE
            codecs = carried_codecs(section, kind, self._settings.codec_preference)
            slot = Slot(kind, section.mid, {c.name: c for c in codecs}, peer.send_rtp)
            slot.tally = self._tallies.forwarded[kind]
            slots.append(slot)
            rtx_ssrc = slot.rtx_ssrc if any(c.rtx is not None for c in codecs) else None
            answered.append(
                AnswerSection(section.kind, section.mid, "sendonly", codecs, None, slot.ssrc, rtx_ssrc)
            )
        self._drop(viewer)
        viewer.take_peer(peer, slots)
        try:
            await self._gather(peer)
        except BadInput:
            if viewer.peer is peer:
                self._drop(viewer)
            raise
        self._keep(self._connecting, self._connect_viewer(viewer, peer, parsed))
        return write_answer(self._association(peer, username, password), answered)

    # --- what flows ---

    def open_source(self, source: SourceId, sink: FrameSink) -> None:
        """Let a source's packets flow into the sink and on to permitted viewers. Raises BadInput for an unknown one."""
        self._known(source).open(sink, time.monotonic())

    def hold_source(self, source: SourceId) -> None:
        """Drop a source's packets at the door."""
        if source in self._sources:
            self._sources[source].hold()

    def permit(self, source: SourceId, viewer: ParticipantId) -> ViewerSlots:
        """Forward a source to a viewer of its session from the next key frame on. Raises BadInput."""
        known = self._known(source)
        return self._viewer(known.session, viewer).permit(known)

    def forbid(self, source: SourceId, viewer: ParticipantId) -> None:
        """Stop forwarding to this viewer, now."""
        for (_, participant), known in self._viewers.items():
            if participant == viewer:
                known.forbid(source)

    def slots_of(self, session: SessionId, viewer: ParticipantId) -> list[ViewerSlots]:
        """Return the mapping of permitted sources to this viewer's slots."""
        known = self._viewers.get((session, viewer))
        return known.mapping() if known is not None else []

    # --- closing ---

    def close_source(self, source: SourceId) -> None:
        """Close the publishing peer connection and forget the source, now."""
        known = self._sources.pop(source, None)
        if known is None:
            return
        for viewer in self._viewers.values():
            viewer.forbid(source)
        known.close()
        self._leave(self._publishers.pop(source))

    def close_participant(self, session: SessionId, participant: ParticipantId) -> None:
        """Close what a participant publishes and receives, now."""
        for source in [
            s for s in self._sources.values() if (s.session, s.participant) == (session, participant)
        ]:
            self.close_source(source.id)
        viewer = self._viewers.pop((session, participant), None)
        if viewer is not None:
            self._drop(viewer)

    def close_session(self, session: SessionId) -> None:
        """Close everything of one session, now."""
        people = {s.participant for s in self._sources.values() if s.session == session}
        people |= {participant for owner, participant in self._viewers if owner == session}
        for participant in people:
            self.close_participant(session, participant)

    async def stop(self) -> None:
        """Close everything and wait, at most a second, until sockets are released."""
        for task in [*self._connecting, *([self._ticker] if self._ticker else [])]:
            task.cancel()
        self._ticker = None
        for session in {s.session for s in self._sources.values()} | {owner for owner, _ in self._viewers}:
            self.close_session(session)
        waiting = self._connecting | self._departing
        if waiting:
            await asyncio.wait(waiting, timeout=_STOP_S)

    # --- watching ---

    def observe(self, observer: MediaObserver) -> None:
        """Name the one observer."""
        self._observer = observer

    def watch_forwarding(self, callback: Watch | None) -> None:
        """Call back after each packet sent to a viewer."""
        self._watch = callback
        for viewer in self._viewers.values():
            viewer.watch(callback)

    def traffic(self) -> list[Traffic]:
        """Return how much went by since the beginning, for every direction and kind."""
        return self._tallies.traffic()

    # --- inside ---

    def _check_capacity(self, of_participant: Iterable[Source]) -> None:
        if len(list(of_participant)) >= SOURCES_PER_PARTICIPANT_MAX:
            raise BadInput(f"a participant publishes at most {SOURCES_PER_PARTICIPANT_MAX} sources")
        if len(self._publishers) + len(self._viewers) + len(self._departing) >= MEDIA_PEERS_MAX:
            raise BadInput("the broker has no room for another media connection")

    def _new_peer(self) -> tuple[PeerTransport, str, str]:
        username, password = secrets.token_hex(8), secrets.token_hex(16)
        return (
            PeerTransport(self._settings, self._certificates.current(), username, password),
            username,
            password,
        )

    def _association(self, peer: PeerTransport, username: str, password: str) -> Association:
        return Association(username, password, self._certificates.fingerprint(), peer.candidate_lines())

    async def _gather(self, peer: PeerTransport) -> None:
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick_for_ever(), name="media clock")
        try:
            await peer.gather()
        except OSError as error:
            log.exception("no socket for media")
            raise BadInput("the broker cannot open a media connection now") from error
        if peer.closed:
            raise BadInput("closed before it was answered")

    def _add_publisher(self, spec: SourceSpec, peer: PeerTransport) -> Source:
        source = Source(spec, peer.send_rtcp, self._flowing, self._lose_source)
        source.tally = self._tallies.received[spec.kind]
        self._sources[spec.id] = source
        self._publishers[spec.id] = peer
        peer.on_rtp = source.receive
        peer.on_rtcp = source.hear_rtcp
        peer.on_lost = lambda reason: self._lose_source(source, reason)
        return source

    def _viewer(self, session: SessionId, participant: ParticipantId) -> Viewer:
        viewer = self._viewers.get((session, participant))
        if viewer is None:
            viewer = self._viewers[session, participant] = Viewer(session, participant)
            viewer.watch(self._watch)
        return viewer

    def _known(self, source: SourceId) -> Source:
        if source not in self._sources:
            raise BadInput("no such source")
        return self._sources[source]

    async def _connect_publisher(self, name: SourceId, peer: PeerTransport, offer: Offer) -> None:
        source = self._sources[name]
        if await self._connected(peer, offer):
            source.want_key(time.monotonic())
        elif not peer.closed:
            self._lose_source(source, "never connected")

    async def _connect_viewer(self, viewer: Viewer, peer: PeerTransport, offer: Offer) -> None:
        peer.on_lost = lambda reason: self._lose_viewer(viewer, peer, reason)
        if not await self._connected(peer, offer):
            if not peer.closed:
                self._lose_viewer(viewer, peer, "never connected")
            return
        viewer.connected()
        if self._observer is not None:
            self._observer.viewer_connected(viewer.session, viewer.participant)

    async def _connected(self, peer: PeerTransport, offer: Offer) -> bool:
        try:
            await peer.connect(offer.ufrag, offer.password, offer.fingerprints, offer.candidates)
        except (ConnectionError, TimeoutError, ValueError) as error:
            log.info("media connection failed: %s", type(error).__name__)
            return False
        return True

    def _flowing(self, source: Source, width: int, height: int) -> None:
        if self._observer is not None:
            self._observer.source_flowing(source.session, source.id, width, height)

    def _lose_source(self, source: Source, reason: str) -> None:
        if self._sources.get(source.id) is not source:
            return
        self.close_source(source.id)
        if self._observer is not None:
            self._observer.source_lost(source.session, source.id, reason)

    def _lose_viewer(self, viewer: Viewer, peer: PeerTransport, reason: str) -> None:
        if viewer.peer is not peer:
            return
        self._drop(viewer)
        if self._observer is not None:
            self._observer.viewer_lost(viewer.session, viewer.participant, reason)

    def _drop(self, viewer: Viewer) -> None:
        peer = viewer.peer
        viewer.drop_peer()
        if peer is not None:
            self._leave(peer)

    def _leave(self, peer: PeerTransport) -> None:
        peer.close()
        self._keep(self._departing, peer.wait_closed())

    def _keep(self, among: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="media connection")
        among.add(task)
        task.add_done_callback(among.discard)

    async def _tick_for_ever(self) -> None:
        reported = time.monotonic()
        while True:
            await asyncio.sleep(MEDIA_TICK_MS / 1000)
            now = time.monotonic()
            due = now - reported >= REPORT_EVERY_MS / 1000
            if due:
                reported = now
            wall = time.time()
            for source in [s for s in self._sources.values() if s.id in self._publishers]:
                self._carefully(self._tick_source, source, now, due)
            for viewer in list(self._viewers.values()):
                self._carefully(self._tick_viewer, viewer, now, wall, due)

    @staticmethod
    def _carefully(tick: Callable[..., None], *about: object) -> None:
        try:
            tick(*about)
        except Exception:  # whatever is wrong with one peer connection, the others' clock goes on
            log.exception("media clock")

    def _tick_source(self, source: Source, now: float, reports_due: bool) -> None:  # noqa: FBT001 - as it comes
        source.tick(now)
        peer = self._publishers.get(source.id)
        if peer is not None and peer.connected and peer.silent_for(now) > MEDIA_SILENT_MS / 1000:
            self._lose_source(source, "silent")
        elif reports_due:
            source.report()

    def _tick_viewer(self, viewer: Viewer, now: float, wall: float, reports_due: bool) -> None:  # noqa: FBT001 - as it comes
        peer = viewer.peer
        if peer is None or not peer.connected:
            return
        if peer.silent_for(now) > MEDIA_SILENT_MS / 1000:
            self._lose_viewer(viewer, peer, "silent")
        elif reports_due:
            viewer.report(now, wall)

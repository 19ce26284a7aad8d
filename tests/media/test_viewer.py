"""A viewer: permissions and slots, without a network."""

from __future__ import annotations

import time

from concierge.media import rtcp
from concierge.media.forwarder import Source, SourceSpec
from concierge.media.rtp import write_rtp
from concierge.media.sdp import Codec
from concierge.media.settings import MediaSettings
from concierge.media.slots import Slot
from concierge.media.transport import CertificateStore, PeerTransport
from concierge.media.viewer import Viewer
from concierge.services.media_port import MediaKind, SourceId, ViewerSlots
from tests.media.peers import CUSTOMER, HOST, SESSION, VENDOR, KeptFrames
from tests.media.streams import encoded

VP8 = Codec("VP8", 96, 90_000, 97)
H264 = Codec("H264", 102, 90_000)
OPUS = Codec("opus", 111, 48_000)
CERTIFICATES = CertificateStore()


def source(name: str, codec: Codec = VP8, kind: MediaKind = MediaKind.PICTURE) -> Source:
    spec = SourceSpec(SourceId(name), SESSION, CUSTOMER, kind, codec, None, 11)
    return Source(spec, len, lambda *_: None, lambda *_: None)


def slots(*mids: str, codecs: tuple[Codec, ...] = (VP8,)) -> list[Slot]:
    return [Slot(MediaKind.PICTURE, mid, {c.name: c for c in codecs}, len) for mid in mids]


def peer() -> PeerTransport:
    return PeerTransport(MediaSettings(), CERTIFICATES.current(), "f" * 8, "p" * 32)


def test_permitted_before_it_receives_is_mapped_when_it_does() -> None:
    viewer, screen = Viewer(SESSION, VENDOR), source("sur_a")
    assert viewer.permit(screen) == ViewerSlots(screen.id, None, "no_free_slot")
    viewer.take_peer(peer(), slots("0"))
    assert viewer.mapping() == [ViewerSlots(screen.id, "0")]
    assert list(screen.slots) == []
    viewer.connected()
    assert [slot.mid for slot in screen.slots] == ["0"]


def test_permit_is_idempotent_and_forbid_frees_the_slot_for_the_next() -> None:
    viewer, one, two = Viewer(SESSION, VENDOR), source("sur_a"), source("sur_b")
    viewer.take_peer(peer(), slots("0"))
    viewer.connected()
    assert viewer.permit(one) == viewer.permit(one) == ViewerSlots(one.id, "0")
    assert [slot.mid for slot in one.slots] == ["0"]
    assert viewer.permit(two) == ViewerSlots(two.id, None, "no_free_slot")
    viewer.forbid(one.id)
    assert not one.slots
    assert viewer.mapping() == [ViewerSlots(two.id, "0")]
    assert len(two.slots) == 1
    viewer.forbid(SourceId("sur_unknown"))


def test_a_codec_the_viewer_lacks_is_said() -> None:
    viewer, screen = Viewer(SESSION, VENDOR), source("sur_a", H264)
    viewer.take_peer(peer(), slots("0"))
    assert viewer.permit(screen) == ViewerSlots(screen.id, None, "codec_unsupported")
    voice = source("voi_a", OPUS, MediaKind.VOICE)
    assert viewer.permit(voice) == ViewerSlots(voice.id, None, "no_free_slot")


async def test_permissions_outlive_a_peer_connection() -> None:
    viewer, screen = Viewer(SESSION, VENDOR), source("sur_a")
    viewer.take_peer(first := peer(), slots("0"))
    viewer.connected()
    viewer.permit(screen)
    viewer.drop_peer()
    assert first.closed
    assert screen.slots == ()
    viewer.take_peer(peer(), slots("7"))
    assert viewer.mapping() == [ViewerSlots(screen.id, "7")]
    await first.wait_closed()


def test_feedback_reaches_the_slot_it_names() -> None:
    viewer, screen = Viewer(SESSION, VENDOR), source("sur_a")
    asked: list[bytes] = []

    def ask(data: bytes) -> int:
        asked.append(data)
        return len(data)

    screen._send_rtcp = ask
    made = slots("0")
    slot = made[0]
    connection = peer()
    viewer.take_peer(connection, made)
    viewer.connected()
    viewer.permit(screen)
    screen.open(KeptFrames(), 0.0)
    assert len(asked) == 1
    connection.on_rtcp(rtcp.write_pli(1, slot.ssrc + 1), 5.0)
    assert len(asked) == 1
    connection.on_rtcp(rtcp.write_pli(1, slot.ssrc), 5.0)
    assert len(asked) == 2
    connection.on_rtcp(b"junk" * 20, 9.0)
    connection.on_rtcp(rtcp.write_nack(1, slot.ssrc, [1, 2, 3]), 9.0)
    block = rtcp.ReportBlock(slot.ssrc, 255, 0, 0, 0)
    slot._awaiting = False
    for now in (9.0, 10.0):
        connection.on_rtcp(rtcp.write_receiver_report(1, block), now)
    assert slot.stumbles == 1


def test_sent_bytes_are_watched_under_the_sources_name() -> None:
    viewer, screen = Viewer(SESSION, VENDOR), source("sur_a")
    counted: list[tuple[object, ...]] = []
    made = slots("0")
    slot = made[0]
    viewer.take_peer(peer(), made)
    viewer.permit(screen)
    viewer.watch(lambda *what: counted.append(what))
    assert slot.sent is not None
    slot.sent(99)
    assert counted == [(screen.id, VENDOR, 99)]
    viewer.watch(None)
    assert slot.sent is None


def test_who_was_permitted_in_time_catches_up_with_a_key_frame_under_way() -> None:
    viewer, late, screen = Viewer(SESSION, VENDOR), Viewer(SESSION, HOST), source("sur_a")
    screen.open(KeptFrames(), time.monotonic())
    viewer.permit(screen)
    for packet in encoded("VP8", 10):
        screen.receive(
            write_rtp(packet.marker, 96, packet.sequence, packet.timestamp, 11, packet.payload),
            time.monotonic(),
        )
    late.permit(screen)
    for one in (viewer, late):
        one.take_peer(peer(), slots("0"))
        one.connected()
    in_time, too_late = screen.slots
    assert in_time.packets == len(encoded("VP8", 10))
    assert too_late.packets == 0
    screen.close()

"""The plane whole: real peers publish and watch, in this process and in real Chromium windows."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest
import uvloop
from aiortc import RTCSessionDescription

from concierge.domain.errors import BadInput
from concierge.domain.ids import SessionId
from concierge.domain.limits import SOURCES_PER_PARTICIPANT_MAX
from concierge.media.guard import Address
from concierge.media.plane import ForwardingPlane
from concierge.media.settings import MediaSettings
from concierge.media.transport import BLOCKED, GuardedProtocol, PeerTransport
from concierge.services.media_port import Direction, MediaKind, MediaPlane, SourceId, ViewerSlots
from tests.media.offers import audio, offer, video
from tests.media.peers import (
    CUSTOMER,
    HOST,
    LOOPBACK,
    SCREEN,
    SESSION,
    VENDOR,
    VOICE,
    KeptFrames,
    MovingPicture,
    Tone,
    new_connection,
    publish,
    running_plane,
    watch,
)
from tests.media.streams import decoded


def test_it_is_the_port() -> None:
    plane: MediaPlane = ForwardingPlane(MediaSettings())
    assert plane.slots_of(SESSION, HOST) == []


def bright_columns(picture: object) -> int:
    """Count the columns of a decoded picture in which the bright square stands."""
    luma = picture.to_ndarray(format="gray")  # type: ignore[attr-defined]
    return int(np.count_nonzero(luma[60] > 120))


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_a_published_picture_is_recorded_and_reaches_its_viewers(codec: str) -> None:
    async with running_plane() as (plane, told, sent):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture(), codec=codec)
        plane.open_source(SCREEN, sink)
        assert plane.permit(SCREEN, HOST) == ViewerSlots(SCREEN, None, "no_free_slot")
        plane.permit(SCREEN, VENDOR)
        watching = [await watch(plane, HOST), await watch(plane, VENDOR, pictures=2)]
        assert plane.slots_of(SESSION, HOST) == [ViewerSlots(SCREEN, "0")]
        for one in watching:
            picture = await one.picture(more=10)
            assert (picture.width, picture.height) == (320, 240)
            assert 20 <= bright_columns(picture) <= 60
        await told.until("flowing", SCREEN, 320, 240)
        await told.until("connected", HOST)
        assert {frame.codec for frame in sink.frames} == {codec}
        pictures = decoded(codec, [frame.payload for frame in sink.frames])
        assert len(pictures) >= len(sink.frames) - 5
        assert 20 <= bright_columns(pictures[-1]) <= 60
        assert sent.to(HOST) > 0
        counted = {(one.direction, one.kind): one for one in plane.traffic()}
        assert set(counted) == set(itertools.product(Direction, MediaKind))
        came, went = (counted[way, MediaKind.PICTURE] for way in Direction)
        # Two viewers are sent what came once; a picture is no voice.
        assert went.packets > came.packets > 0
        assert went.packets == sent.to(HOST) + sent.to(VENDOR)
        assert went.octets > 12 * went.packets
        assert counted[Direction.FORWARDED, MediaKind.VOICE].packets == 0
        for one in watching:
            await one.stop()
        await publisher.close()


async def test_a_late_joiner_gets_a_picture() -> None:
    async with running_plane() as (plane, _, _):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, sink)
        await sink.until(lambda: len(sink.frames) >= 20)
        keys = sum(frame.key for frame in sink.frames)
        plane.permit(SCREEN, HOST)
        watching = await watch(plane, HOST)
        await watching.picture(more=3)
        # A key frame was asked for; the publisher would not have sent one by itself for a long time.
        assert sum(frame.key for frame in sink.frames) > keys
        await watching.stop()
        await publisher.close()


async def test_a_browser_that_hides_its_addresses_connects_all_the_same() -> None:
    """Without a permitted microphone browsers offer mDNS names only: their checks tell us where they are."""
    async with running_plane() as (plane, told, _):
        connection = new_connection()
        connection.addTransceiver("video", direction="recvonly")
        await connection.setLocalDescription(await connection.createOffer())
        lines = connection.localDescription.sdp.splitlines()
        hidden = [
            re.sub(r"127\.0\.0\.1(?= \d+ typ)", "2b3769dc-b8b6-418a-aef8-a2c858dd0736.local", line)
            for line in lines
        ]
        assert hidden != lines
        answer = await plane.receive(SESSION, HOST, "\r\n".join(hidden))
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await told.until("connected", HOST)
        await connection.close()


async def test_nothing_reaches_anybody_before_open_and_permit() -> None:
    async with running_plane() as (plane, told, sent):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture())
        watching = await watch(plane, HOST)
        await told.until("connected", HOST)
        plane.permit(SCREEN, HOST)
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert sent.packets == {}
        plane.open_source(SCREEN, sink)
        await sent.until(HOST, 1)
        assert sink.log[0] == ("arriving", SCREEN)
        await watching.stop()
        await publisher.close()


async def test_forbidden_means_not_one_packet_more_and_others_go_on() -> None:
    async with running_plane() as (plane, _, sent):
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, KeptFrames())
        for viewer in (HOST, VENDOR):
            plane.permit(SCREEN, viewer)
        watching = [await watch(plane, HOST), await watch(plane, VENDOR)]
        await sent.until(VENDOR, 20)
        plane.forbid(SCREEN, VENDOR)
        stopped = sent.to(VENDOR)
        await sent.until(HOST, sent.to(HOST) + 40)
        assert sent.to(VENDOR) == stopped
        assert plane.slots_of(SESSION, VENDOR) == []
        plane.permit(SCREEN, VENDOR)
        await watching[1].picture(more=3)
        for one in watching:
            await one.stop()
        await publisher.close()


@pytest.mark.parametrize(
    "end",
    [
        lambda plane: plane.hold_source(SCREEN),
        lambda plane: plane.close_source(SCREEN),
        lambda plane: plane.close_participant(SESSION, HOST),
        lambda plane: plane.close_session(SESSION),
    ],
    ids=["hold", "close_source", "close_participant", "close_session"],
)
async def test_every_way_to_end_acts_before_it_returns(
    end: Callable[[ForwardingPlane], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_plane() as (plane, _, sent):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, sink)
        plane.permit(SCREEN, HOST)
        watching = await watch(plane, HOST)
        await sent.until(HOST, 20)
        media: list[bytes] = []
        put = GuardedProtocol.put

        def watched(self: GuardedProtocol, data: bytes, address: Address) -> int:
            # RTP only: RTCP and STUN of what stays open may go on.
            if 127 < data[0] < 192 and not 192 <= data[1] <= 223:
                media.append(data)
            return put(self, data, address)

        end(plane)
        count = sent.to(HOST)
        monkeypatch.setattr(GuardedProtocol, "put", watched)
        for _ in range(30):
            await asyncio.sleep(0.01)
        assert media == []
        assert sent.to(HOST) == count
        await watching.stop()
        await publisher.close()


async def test_a_packet_is_in_the_sink_before_any_viewer_has_it() -> None:
    async with running_plane() as (plane, _, sent):
        sink = KeptFrames()
        sent.log = sink.log
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, sink)
        for viewer in (HOST, VENDOR):
            plane.permit(SCREEN, viewer)
        watching = [await watch(plane, HOST), await watch(plane, VENDOR)]
        await sent.until(VENDOR, 30)
        ahead = 0
        for what, _ in sink.log:
            if what == "arriving":
                ahead = 2
            elif what == "sent":
                ahead -= 1
                assert ahead >= 0
        for one in watching:
            await one.stop()
        await publisher.close()


async def test_without_evidence_nothing_is_forwarded_and_pictures_come_back_with_it() -> None:
    async with running_plane() as (plane, _, sent):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, sink)
        plane.permit(SCREEN, HOST)
        watching = await watch(plane, HOST)
        await sent.until(HOST, 20)
        sink.refusing = True
        count = sent.to(HOST)
        for _ in range(30):
            await asyncio.sleep(0.01)
        assert sent.to(HOST) == count
        sink.refusing = False
        await watching.picture(more=5)
        assert sink.gaps
        assert sink.gaps[0][0] == "evidence unavailable"
        assert 200 <= sink.gaps[0][1] <= 5_000
        await watching.stop()
        await publisher.close()


def losing(peer: PeerTransport, every: int) -> list[int]:
    """Lose every so many-th RTP packet on the way in; return the list in which each loss is noted."""
    deliver, seen, lost = peer.on_rtp, [0], list[int]()

    def on_rtp(data: bytes, now: float) -> None:
        seen[0] += 1
        if seen[0] % every == 0:
            lost.append(seen[0])
        else:
            deliver(data, now)

    peer.on_rtp = on_rtp
    return lost


async def test_packets_lost_on_the_way_in_are_repaired_before_they_are_recorded() -> None:
    async with running_plane() as (plane, _, _):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture(640, 480))
        lost = losing(plane._publishers[SCREEN], every=10)
        plane.open_source(SCREEN, sink)
        await sink.until(lambda: len(sink.frames) >= 60 and len(lost) >= 5)
        assert sink.gaps == []
        steps = {
            (b.timestamp - a.timestamp) & 0xFFFFFFFF
            for a, b in zip(sink.frames, sink.frames[1:], strict=False)
        }
        assert max(steps) <= 2 * 3600
        assert len(decoded("VP8", [frame.payload for frame in sink.frames])) == len(sink.frames)
        await publisher.close()


async def test_packets_lost_on_the_way_out_are_repaired_from_the_history() -> None:
    async with running_plane() as (plane, told, _):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture(640, 480))
        plane.open_source(SCREEN, sink)
        plane.permit(SCREEN, HOST)
        watching = await watch(plane, HOST)
        await told.until("connected", HOST)
        [slot] = plane._viewers[SESSION, HOST]._slots
        deliver, seen, lost = slot._send, [0], list[bytes]()

        def send(data: bytes) -> int:
            seen[0] += 1
            # Only first sendings are lost, on the media stream.
            if seen[0] % 10 == 0 and int.from_bytes(data[8:12], "big") == slot.ssrc:
                lost.append(data)
                return len(data)
            return deliver(data)

        slot._send = send
        keys = plane._sources[SCREEN].keys.asked
        await watching.picture(more=60)
        assert len(lost) >= 5
        assert slot.stumbles == 0
        assert slot._rtx_sequence > 0
        # Repairs, not key frames: asking for those would cost the publisher and every other viewer.
        assert plane._sources[SCREEN].keys.asked <= keys + 1
        await watching.stop()
        await publisher.close()


async def test_a_stalled_viewer_waits_for_a_key_frame_and_costs_nobody_else() -> None:
    async with running_plane() as (plane, _, sent):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, sink)
        for viewer in (HOST, VENDOR):
            plane.permit(SCREEN, viewer)
        healthy, slow = await watch(plane, HOST), await watch(plane, VENDOR)
        await slow.picture(more=5)
        stalled = plane._viewers[SESSION, VENDOR].peer
        assert stalled is not None
        assert stalled._path is not None
        protocol = stalled._path[0]
        protocol.put = lambda data, address: BLOCKED  # type: ignore[method-assign]
        count, frames = sent.to(VENDOR), len(sink.frames)
        await healthy.picture(more=40)
        assert sent.to(VENDOR) == count
        assert len(sink.frames) >= frames + 35
        [slot] = plane._viewers[SESSION, VENDOR]._slots
        assert slot.stumbles >= 1
        # Nothing waits anywhere for the stalled viewer.
        assert stalled.connection._queue.qsize() == 0
        del protocol.put
        await slow.picture(more=5)
        for one in (healthy, slow):
            await one.stop()
        await publisher.close()


async def test_a_source_may_change_its_size() -> None:
    async with running_plane() as (plane, told, _):
        sink = KeptFrames()
        picture = MovingPicture()
        publisher = await publish(plane, picture)
        plane.open_source(SCREEN, sink)
        plane.permit(SCREEN, HOST)
        watching = await watch(plane, HOST)
        await watching.picture(more=5)
        picture.size = (480, 360)
        await told.until("flowing", SCREEN, 480, 360)
        await watching.until(lambda: watching.newest["0"].width == 480)
        assert [(f.width, f.height) for f in sink.frames if f.key][-1] == (480, 360)
        await watching.stop()
        await publisher.close()


async def test_two_sources_share_one_slot_in_turn() -> None:
    async with running_plane() as (plane, _, _):
        other = SourceId("sur_other")
        connections = [
            await publish(plane, MovingPicture()),
            await publish(plane, MovingPicture(480, 360), source=other),
        ]
        for name in (SCREEN, other):
            plane.open_source(name, KeptFrames())
            plane.permit(name, HOST)
        watching = await watch(plane, HOST)
        assert plane.slots_of(SESSION, HOST) == [
            ViewerSlots(SCREEN, "0"),
            ViewerSlots(other, None, "no_free_slot"),
        ]
        await watching.until(lambda: "0" in watching.newest and watching.newest["0"].width == 320)
        plane.forbid(SCREEN, HOST)
        assert plane.slots_of(SESSION, HOST) == [ViewerSlots(other, "0")]
        await watching.until(lambda: watching.newest["0"].width == 480)
        await watching.stop()
        for connection in connections:
            await connection.close()


async def test_voice_is_forwarded_and_recorded_as_it_came() -> None:
    async with running_plane() as (plane, told, _):
        sink = KeptFrames()
        publisher = await publish(plane, Tone(), source=VOICE)
        plane.open_source(VOICE, sink)
        plane.permit(VOICE, HOST)
        watching = await watch(plane, HOST, pictures=1, voices=2)
        assert plane.slots_of(SESSION, HOST) == [ViewerSlots(VOICE, "1")]
        await sink.until(lambda: len(sink.frames) >= 20)
        await watching.until(lambda: watching.counts.get("1", 0) >= 20)
        assert {(f.codec, f.key) for f in sink.frames} == {("opus", True)}
        steps = {
            (b.timestamp - a.timestamp) & 0xFFFFFFFF
            for a, b in zip(sink.frames, sink.frames[1:], strict=False)
        }
        assert steps == {960}
        await told.until("flowing", VOICE, 0, 0)
        await watching.stop()
        await publisher.close()


async def test_receiving_again_replaces_the_first_connection() -> None:
    async with running_plane() as (plane, told, _):
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, KeptFrames())
        plane.permit(SCREEN, HOST)
        first = await watch(plane, HOST)
        await first.picture()
        replaced = plane._viewers[SESSION, HOST].peer
        again = await watch(plane, HOST)
        assert replaced is not None
        assert replaced.closed
        await again.picture(more=3)
        assert not [fact for fact in told.facts if fact[0] == "viewer lost"]
        for one in (first, again):
            await one.stop()
        await publisher.close()


async def test_a_viewer_without_the_codec_gets_nothing_and_is_told() -> None:
    async with running_plane(MediaSettings(("127.0.0.1",), loopback=True)) as (plane, told, sent):
        publisher = await publish(plane, MovingPicture(), codec="H264")
        plane.open_source(SCREEN, KeptFrames())
        watching = await watch(plane, HOST, codec="VP8")
        await told.until("connected", HOST)
        assert plane.permit(SCREEN, HOST) == ViewerSlots(SCREEN, None, "codec_unsupported")
        await told.until("flowing", SCREEN)
        assert sent.packets == {}
        await watching.stop()
        await publisher.close()


async def test_what_nobody_knows_is_refused_or_ignored() -> None:
    async with running_plane() as (plane, _, _):
        with pytest.raises(BadInput, match="no such source"):
            plane.permit(SCREEN, HOST)
        with pytest.raises(BadInput, match="no such source"):
            plane.open_source(SCREEN, KeptFrames())
        plane.hold_source(SCREEN)
        plane.forbid(SCREEN, HOST)
        plane.close_source(SCREEN)
        plane.close_participant(SESSION, HOST)
        plane.close_session(SESSION)
        assert plane.slots_of(SESSION, HOST) == []


async def test_limits_and_owners_of_sources() -> None:
    async with running_plane() as (plane, _, _):
        for number in range(SOURCES_PER_PARTICIPANT_MAX):
            name = SourceId(f"sur_{number}")
            await plane.publish(SESSION, CUSTOMER, name, MediaKind.PICTURE, offer(video()))
        with pytest.raises(BadInput, match="at most"):
            await plane.publish(SESSION, CUSTOMER, SourceId("sur_more"), MediaKind.VOICE, offer(audio()))
        # The same source again takes the place of the first.
        await plane.publish(SESSION, CUSTOMER, SourceId("sur_0"), MediaKind.VOICE, offer(audio()))
        with pytest.raises(BadInput, match="somebody else"):
            await plane.publish(
                SessionId("ses_two"), CUSTOMER, SourceId("sur_0"), MediaKind.VOICE, offer(audio())
            )
        assert len(plane._sources) == SOURCES_PER_PARTICIPANT_MAX


async def test_closed_while_it_is_answered_is_said_and_leaks_nothing() -> None:
    async with running_plane() as (plane, _, _):
        answering = asyncio.create_task(
            plane.publish(SESSION, CUSTOMER, SCREEN, MediaKind.PICTURE, offer(video()))
        )
        await asyncio.sleep(0)
        plane.close_session(SESSION)
        with pytest.raises(BadInput, match="closed before"):
            await answering
        assert plane._sources == {}
        assert plane._publishers == {}


async def test_no_socket_for_media_is_said_and_leaves_nothing() -> None:
    async with running_plane(MediaSettings(listen=("203.0.113.250",))) as (plane, _, _):
        with pytest.raises(BadInput, match="cannot open"):
            await plane.publish(SESSION, CUSTOMER, SCREEN, MediaKind.PICTURE, offer(video()))
        with pytest.raises(BadInput, match="cannot open"):
            await plane.receive(SESSION, HOST, offer(video("0", "recvonly")))
        assert plane._sources == {}
        assert plane._viewers[SESSION, HOST].peer is None


async def test_stopping_releases_every_socket() -> None:
    plane = ForwardingPlane(LOOPBACK)
    for number in range(3):
        await plane.publish(SESSION, CUSTOMER, SourceId(f"sur_{number}"), MediaKind.PICTURE, offer(video()))
    await plane.receive(SESSION, HOST, offer(video("0", "recvonly"), audio("1", "recvonly")))
    socks = [p.sock for peer in plane._publishers.values() for p in peer.connection._protocols]  # type: ignore[attr-defined]
    assert len(socks) == 3
    await plane.stop()
    assert [sock.fileno() for sock in socks] == [-1, -1, -1]
    assert plane._departing == set()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("media")]


def test_it_works_the_same_on_uvloop() -> None:
    uvloop.run(test_a_late_joiner_gets_a_picture())
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        pytest.fail("no loop is left behind")

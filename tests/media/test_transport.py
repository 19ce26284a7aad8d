"""ICE, DTLS and SRTP of one peer connection: the contract with aiortc, and what strangers cannot do to it."""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pylibsrtp
import pytest
from aioice import Candidate, ice
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport

from concierge.domain.limits import EARLY_RTP_MAX, GUARD_QUEUE_MAX_DATAGRAMS
from concierge.media.plane import ForwardingPlane
from concierge.media.rtp import write_rtp
from concierge.media.settings import MediaSettings
from concierge.media.transport import (
    BLOCKED,
    CertificateStore,
    GuardedConnection,
    GuardedProtocol,
    PeerTransport,
)
from tests.media.peers import (
    HOST,
    LOOPBACK,
    SCREEN,
    SESSION,
    KeptFrames,
    MovingPicture,
    Sent,
    Told,
    new_connection,
    publish,
    running_plane,
    watch,
)

CLIENT_HELLO = bytes.fromhex("16feff0000000000000000007d010000710000000000000071fefd") + bytes(113)
ALERT = bytes.fromhex("15feff00000000000000000002020a") + bytes(3)


# --- the contract: what we use of aioice's and aiortc's insides is still there and still means the same ---


async def test_the_insides_of_aioice_are_as_we_know_them() -> None:
    connection = GuardedConnection(LOOPBACK, "u" * 8, "p" * 32)
    for name in ("_check_list", "_protocols"):
        assert getattr(connection, name) == []
    assert connection._nominated == {}
    assert connection._closing is False
    assert isinstance(connection._queue, asyncio.Queue)
    expected = {
        "get_component_candidates": ["self", "component", "addresses", "timeout"],
        "_pair_remote_candidate": ["self", "remote_candidate"],
        "_find_pair": ["self", "protocol", "remote_candidate"],
        "check_state": ["self", "pair", "state"],
        "check_complete": ["self", "pair"],
        "data_received": ["self", "data", "component"],
    }
    for name, parameters in expected.items():
        assert list(inspect.signature(getattr(ice.Connection, name)).parameters) == parameters, name
    for name, parameters in {
        "datagram_received": ["self", "data", "addr"],
        "send_stun": ["self", "message", "addr"],
        "send_data": ["self", "data", "addr"],
    }.items():
        assert list(inspect.signature(getattr(ice.StunProtocol, name)).parameters) == parameters, name
    assert GuardedProtocol(connection).transactions == {}
    relayed = inspect.signature(ice.relayed_candidate).parameters
    assert {"protocol_factory", "hide_related_address", "turn_server", "turn_transport"} <= set(relayed)
    assert list(inspect.signature(ice.server_reflexive_candidate).parameters) == ["protocol", "stun_server"]
    assert {"IN_PROGRESS", "SUCCEEDED"} <= set(ice.CandidatePair.State.__members__)
    # Every send of aioice goes through the two methods we override.
    assert inspect.getsource(ice.Connection).count("transport.sendto") == 0
    assert inspect.getsource(ice.StunProtocol).count("transport.sendto") == 2


async def test_the_insides_of_aiortc_are_as_we_know_them() -> None:
    peer = PeerTransport(LOOPBACK, RTCCertificate.generateCertificate(), "u" * 8, "p" * 32)
    dtls = peer._dtls
    assert dtls._role == "client"
    assert [getattr(dtls, name) for name in ("_ssl", "_rx_srtp", "_tx_srtp")] == [None, None, None]
    assert dtls.state == "new"
    source = inspect.getsource(RTCDtlsTransport)
    used = {word for word in ("transport._recv", "transport._send", "transport.role") if word in source}
    assert used == {"transport._recv", "transport._send", "transport.role"}
    assert source.count("self.transport.") == sum(
        source.count(f"self.transport.{name}") for name in ("_recv", "_send", "role")
    )
    assert {"protect", "protect_rtcp", "unprotect", "unprotect_rtcp"} <= set(dir(pylibsrtp.Session))


async def test_a_relay_alone_may_be_asked_to_reach_a_signalled_address() -> None:
    connection = GuardedConnection(LOOPBACK, "u" * 8, "p" * 32)
    await connection.gather_candidates()
    remote = Candidate("f", 1, "udp", 1, "198.51.100.7", 9, "host")
    connection._pair_remote_candidate(remote)
    assert connection._check_list == []
    relay = GuardedProtocol(connection)
    relay.local_candidate = Candidate("r", 1, "udp", 1, "198.51.100.9", 9, "relay")
    connection._protocols.append(relay)
    connection._pair_remote_candidate(remote)
    assert [pair.protocol for pair in connection._check_list] == [relay]
    connection._protocols.remove(relay)
    await connection.close()


def test_a_certificate_lasts_and_is_kept() -> None:
    store = CertificateStore()
    assert store.current() is store.current()
    assert len(store.fingerprint().split(":")) == 32


# --- live connections ---


@asynccontextmanager
async def live() -> AsyncIterator[tuple[ForwardingPlane, Told, Sent, KeptFrames]]:
    """A publisher and a viewer with pictures flowing."""
    async with running_plane() as (plane, told, sent):
        sink = KeptFrames()
        publisher = await publish(plane, MovingPicture())
        plane.open_source(SCREEN, sink)
        plane.permit(SCREEN, HOST)
        watching = await watch(plane, HOST)
        await watching.picture()
        try:
            yield plane, told, sent, sink
        finally:
            await watching.stop()
            await publisher.close()


def media_ports(plane: ForwardingPlane) -> list[tuple[str, int]]:
    peers = [*plane._publishers.values(), *(v.peer for v in plane._viewers.values() if v.peer)]
    return [p.sock.getsockname() for peer in peers for p in peer.connection._protocols if p.sock]  # type: ignore[attr-defined]


def stranger() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


async def test_empty_datagrams_and_junk_leave_a_live_session_alone() -> None:
    junk = [b"", b"\x00", b"\x01" * 20, b"\x16" * 40, CLIENT_HELLO, ALERT, b"\x80" * 40, b"\xff" * 1400]
    junk += [b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(12) + b"\x00\x20\x00\x04" + bytes(4)]
    with stranger() as sock:
        async with live() as (plane, told, sent, sink):
            for port in media_ports(plane):
                for data in junk:
                    sock.sendto(data, port)
            frames, packets = len(sink.frames), sent.to(HOST)
            await sent.until(HOST, packets + 30)
            await sink.until(lambda: len(sink.frames) >= frames + 10)
            assert sink.gaps == []
            assert not [fact for fact in told.facts if "lost" in str(fact[0])]
            for peer in plane._publishers.values():
                assert peer.connection.guard.dropped >= len(junk)
        with pytest.raises(BlockingIOError):
            sock.recv(1500)


async def test_a_flood_of_junk_delays_nobody_and_is_not_kept() -> None:
    with stranger() as sock:
        async with live() as (plane, _, _, sink):
            ports = media_ports(plane)
            frames = len(sink.frames)
            for _ in range(50):
                for port in ports:
                    for _ in range(40):
                        sock.sendto(b"\x80" + bytes(100), port)
                        sock.sendto(CLIENT_HELLO, port)
                await asyncio.sleep(0)
            await sink.until(lambda: len(sink.frames) >= frames + 15)
            assert sink.gaps == []
            for peer in plane._publishers.values():
                assert peer.connection._queue.qsize() == 0


async def test_the_queue_of_datagrams_before_dtls_is_capped() -> None:
    connection = GuardedConnection(LOOPBACK, "u" * 8, "p" * 32)
    for _ in range(10_000):
        connection.data_received(b"\x16" * 50, 1)
    connection.data_received(b"", 1)
    assert connection._queue.qsize() == GUARD_QUEUE_MAX_DATAGRAMS


@pytest.mark.parametrize("spray", [CLIENT_HELLO, ALERT, b"", b"\x16\xfe\xfd" + bytes(60)])
async def test_a_spray_during_set_up_breaks_nothing(spray: bytes) -> None:
    async def spraying(sock: socket.socket, plane: ForwardingPlane) -> None:
        while True:
            for port in media_ports(plane):
                sock.sendto(spray, port)
            await asyncio.sleep(0.001)

    with stranger() as sock:
        for _ in range(3):
            async with running_plane() as (plane, told, _):
                task = asyncio.create_task(spraying(sock, plane))
                watching = await watch(plane, HOST)
                await told.until("connected", HOST)
                task.cancel()
                await watching.stop()


async def test_no_datagram_ever_goes_to_an_address_that_an_offer_named() -> None:
    """Threat row 27: a database on this machine is named as a candidate, with the metadata service and a LAN."""
    with stranger() as database:
        asked: set[str] = set()
        put = GuardedProtocol.put

        def watched(self: GuardedProtocol, data: bytes, address: tuple[str, int]) -> int:
            asked.add(f"{address[0]}:{address[1]}")
            return put(self, data, address)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(GuardedProtocol, "put", watched)
            async with running_plane() as (plane, told, _):
                connection = new_connection()
                connection.addTransceiver("video", direction="recvonly")
                await connection.setLocalDescription(await connection.createOffer())
                named = ["169.254.169.254:80", "10.0.0.5:5432", f"127.0.0.1:{database.getsockname()[1]}"]
                lines = "".join(
                    f"a=candidate:{n} 1 udp 2130706431 {a.replace(':', ' ')} typ host\r\n"
                    for n, a in enumerate([*named, "printer.local:9100"])
                )
                offer = connection.localDescription.sdp.replace(
                    "a=end-of-candidates", lines + "a=end-of-candidates"
                )
                answer = await plane.receive(SESSION, HOST, offer)
                await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
                await told.until("connected", HOST)
                await connection.close()
        assert asked
        assert not asked & set(named)
        with pytest.raises(BlockingIOError):
            database.recv(1500)


async def test_a_wrong_fingerprint_never_connects() -> None:
    async with running_plane() as (plane, told, _):
        connection = new_connection()
        connection.addTransceiver("video", direction="recvonly")
        await connection.setLocalDescription(await connection.createOffer())
        lines = connection.localDescription.sdp.splitlines()
        at = next(n for n, line in enumerate(lines) if line.startswith("a=fingerprint:sha-256"))
        lines[at] = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
        answer = await plane.receive(SESSION, HOST, "\r\n".join(lines) + "\r\n")
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await told.until("viewer lost", HOST, "never connected")
        assert ("connected", HOST) not in told.facts
        await connection.close()


async def test_ports_come_from_the_range_and_the_public_address_is_announced() -> None:
    settings = MediaSettings(
        ("127.0.0.1",), loopback=True, public_address="203.0.113.9", port_range=(42_000, 42_050)
    )
    peer = PeerTransport(settings, CertificateStore().current(), "u" * 8, "p" * 32)
    await peer.gather()
    [line] = peer.candidate_lines()
    assert 42_000 <= int(line.split()[5]) <= 42_050
    peer.connection.local_candidates[0].host = "198.51.100.7"
    public, local = peer.candidate_lines()
    assert (public.split()[4], local.split()[4]) == ("203.0.113.9", "198.51.100.7")
    assert int(public.split()[3]) > int(local.split()[3])
    peer.close()
    await peer.wait_closed()


async def test_no_address_to_listen_on_is_said() -> None:
    peer = PeerTransport(
        MediaSettings(listen=("203.0.113.250",)), CertificateStore().current(), "u" * 8, "p" * 32
    )
    with pytest.raises(OSError, match="no address"):
        await peer.gather()


async def test_a_full_socket_blocks_nobody() -> None:
    connection = GuardedConnection(LOOPBACK, "u" * 8, "p" * 32)

    class Full:
        def sendto(self, data: bytes, address: tuple[str, int]) -> int:
            raise BlockingIOError

    protocol = GuardedProtocol(connection, Full())  # type: ignore[arg-type]
    assert protocol.put(b"x", ("127.0.0.1", 9)) == BLOCKED


async def test_after_close_nothing_enters_or_leaves() -> None:
    async with live() as (plane, _, sent, sink):
        viewer = plane._viewers[SESSION, HOST].peer
        assert viewer is not None
        [protocol] = [p for p in viewer.connection._protocols if isinstance(p, GuardedProtocol)]
        left: list[bytes] = []

        def kept(data: bytes, address: tuple[str, int]) -> int:
            left.append(data)
            return 0

        protocol.put = kept  # type: ignore[method-assign]
        viewer.close()
        # One close_notify, before it returned.
        assert len(left) == 1
        assert left[0][0] == 21
        before = sent.to(HOST)
        frames = len(sink.frames)
        await sink.until(lambda: len(sink.frames) >= frames + 5)
        assert viewer.send_rtp(b"\x80" + bytes(20)) == 0
        assert viewer.send_rtcp(b"\x80" + bytes(20)) == 0
        await protocol.send_data(b"\x16" * 20, ("127.0.0.1", 9))
        await viewer.wait_closed()
        assert (len(left), sent.to(HOST)) == (1, before)


async def test_a_peer_that_goes_away_is_noticed() -> None:
    async with running_plane() as (plane, told, _):
        publisher: RTCPeerConnection = await publish(plane, MovingPicture())
        sink = KeptFrames()
        plane.open_source(SCREEN, sink)
        await sink.until(lambda: bool(sink.frames))
        await publisher.close()
        await told.until("source lost", SCREEN, "peer closed the connection")
        assert plane._sources == {}


async def test_what_arrives_before_our_keys_is_read_with_them_and_bounded() -> None:
    peer = PeerTransport(MediaSettings(), CertificateStore().current(), "u" * 8, "p" * 32)
    key = bytes(range(30))
    inbound, outbound = (
        pylibsrtp.Session(pylibsrtp.Policy(key=key, ssrc_type=kind))
        for kind in (pylibsrtp.Policy.SSRC_ANY_INBOUND, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    )
    packets = [write_rtp(0, 96, number, 0, 11, b"picture") for number in range(EARLY_RTP_MAX + 9)]
    read: list[tuple[bytes, float]] = []
    peer.on_rtp = lambda packet, now: read.append((packet, now))
    for number, packet in enumerate(packets):
        peer._srtp_received(outbound.protect(packet), float(number))
    assert read == []
    peer._dtls._rx_srtp = inbound
    peer._secured()
    assert read == [(packet, float(number)) for number, packet in enumerate(packets[:EARLY_RTP_MAX])]
    peer._srtp_received(outbound.protect(write_rtp(0, 96, 500, 0, 11, b"next")), 99.0)
    assert len(read) == EARLY_RTP_MAX + 1

"""One ICE, DTLS and SRTP association per peer connection; the only module that touches aiortc's and aioice's insides.

Refuses to start a check toward an address that only an offer named: browsers check us, we answer and check back
(RFC 8445 section 7.3.1.3), so a candidate can never make the broker probe a third machine. Signalled addresses are
used through a configured TURN server alone, whose own peer rules then apply. Rule: RTP never enters a queue. It is
judged, decrypted and handed over inside `datagram_received`, and leaves through a non-blocking socket or not at all;
only what outruns the end of the DTLS handshake, at most EARLY_RTP_MAX packets, waits for its keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pylibsrtp
from aioice import ice, stun
from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aiortc.rtcconfiguration import RTCIceServer
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcicetransport import connection_kwargs
from typing_extensions import override

from concierge.domain.limits import (
    EARLY_RTP_MAX,
    GUARD_QUEUE_MAX_DATAGRAMS,
    ICE_CONNECT_MS,
    RTP_PACKET_MAX_BYTES,
    TURN_GATHER_MS,
)
from concierge.media.guard import Address, Guard, Kind, contactable
from concierge.media.settings import MediaSettings
from concierge.media.sockets import bound_socket, listening_addresses

log = logging.getLogger(__name__)

_IN_USE = (ice.CandidatePair.State.IN_PROGRESS, ice.CandidatePair.State.SUCCEEDED)

BLOCKED = -1
"""What `send_rtp` returns when the socket would have had to wait."""


class GuardedProtocol(ice.StunProtocol):
    """A UDP socket of a connection with the guard in front. `sock` is None for a relayed one."""

    def __init__(self, receiver: GuardedConnection, sock: socket.socket | None = None) -> None:
        super().__init__(receiver)
        self.connection = receiver
        self.sock = sock

    @override
    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        """Judge a datagram, then hand it to SRTP, DTLS or ICE; swallows whatever malformed STUN raises."""
        connection = self.connection
        if connection.shut or not isinstance(data, bytes):
            return
        address = (addr[0], addr[1])
        now = time.monotonic()
        kind = connection.guard.judge(data, address, now)
        if kind is Kind.RTP:
            connection.heard = now
            connection.on_srtp(data, now)
        elif kind is Kind.STUN:
            self._stun_received(data, address, now)
        elif kind is Kind.DTLS:
            connection.heard = now
            connection.data_received(data, 1)

    def _stun_received(self, data: bytes, address: Address, now: float) -> None:
        if data[0] == 1 and data[8:20] not in self.transactions:
            return
        try:
            super().datagram_received(data, address)
        except Exception as error:  # noqa: BLE001 - KeyError, ValueError, struct.error … on malformed attributes
            log.debug("stun dropped: %s", type(error).__name__)
        else:
            if address in self.connection.guard.allowed:
                self.connection.heard = now

    @override
    def send_stun(self, message: stun.Message, addr: tuple[str, int]) -> None:
        """Send a STUN message unless the connection is shut."""
        if not self.connection.shut:
            self.put(bytes(message), addr)

    @override
    async def send_data(self, data: bytes, addr: tuple[str, int]) -> None:
        """Send a DTLS datagram unless the connection is shut."""
        if not self.connection.shut:
            self.put(data, addr)

    def put(self, data: bytes, address: Address) -> int:
        """Send now or not at all: return the byte count, BLOCKED, or 0 when the network refuses."""
        try:
            if self.sock is None:
                self.transport.sendto(data, address)
                return len(data)
            return self.sock.sendto(data, address)
        except (BlockingIOError, InterruptedError):
            return BLOCKED
        except OSError:
            return 0


class GuardedConnection(ice.Connection):
    """aioice's connection on our sockets: chosen addresses and ports, capped queue, no check that an offer starts."""

    def __init__(self, settings: MediaSettings, username: str, password: str) -> None:
        servers = [
            RTCIceServer(urls=s.urls, username=s.username, credential=s.credential)
            for s in settings.ice_servers
        ]
        super().__init__(
            ice_controlling=False,
            local_username=username,
            local_password=password,
            **connection_kwargs(servers),
        )
        self.settings = settings
        self.guard = Guard(username, loopback=settings.loopback)
        self.shut = False
        self.heard = time.monotonic()
        self.on_srtp: Callable[[bytes, float], None] = lambda data, now: None
        self.on_pair: Callable[[GuardedProtocol, Address], None] = lambda protocol, address: None

    @override
    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,
    ) -> list[Candidate]:
        """Open a socket per listening address and, when configured, ask the STUN and TURN server briefly."""
        found: list[Candidate] = []
        for address in listening_addresses(self.settings):
            sock = bound_socket(address, self.settings.port_range)
            if sock is None:
                log.warning("cannot listen for media on %s", address)
                continue
            protocol = GuardedProtocol(self, sock)
            await asyncio.get_running_loop().create_datagram_endpoint(
                functools.partial(_same, protocol), sock=sock
            )
            protocol.local_candidate = _host_candidate(component, sock.getsockname())
            found.append(protocol.local_candidate)
            self._protocols.append(protocol)
        return found + await self._ask_servers(component)

    async def _ask_servers(self, component: int) -> list[Candidate]:
        tasks: list[asyncio.Task[Any]] = []
        if self.stun_server:
            tasks += [
                asyncio.create_task(ice.server_reflexive_candidate(protocol, self.stun_server))
                for protocol in self._protocols
                if ":" not in protocol.local_candidate.host
            ]
        if self.turn_server:
            tasks.append(asyncio.create_task(self._relayed(component)))
        if not tasks:
            return []
        done, late = await asyncio.wait(tasks, timeout=TURN_GATHER_MS / 1000)
        for task in late:
            task.cancel()
        found = []
        for task in done:
            if task.exception() is not None:
                log.warning("ICE server did not help: %s", type(task.exception()).__name__)
                continue
            candidate, protocol = task.result()
            found.append(candidate)
            if protocol is not None:
                self._protocols.append(protocol)
        return found

    async def _relayed(self, component: int) -> Any:
        if self.turn_server is None:
            raise ConnectionError("no TURN server")
        return await ice.relayed_candidate(
            component=component,
            hide_related_address=True,
            protocol_factory=lambda: GuardedProtocol(self),
            turn_server=self.turn_server,
            turn_username=self.turn_username,
            turn_password=self.turn_password,
            turn_ssl=self.turn_ssl,
            turn_transport=self.turn_transport,
        )

    @override
    def _pair_remote_candidate(self, remote_candidate: Candidate) -> None:
        # Only a TURN server may be asked to reach an address that merely an offer named.
        for protocol in self._protocols:
            if protocol.local_candidate.type != "relay" or not protocol.local_candidate.can_pair_with(
                remote_candidate
            ):
                continue
            if not self._find_pair(protocol, remote_candidate):
                self._check_list.append(ice.CandidatePair(protocol, remote_candidate))

    @override
    def check_state(self, pair: ice.CandidatePair, state: ice.CandidatePair.State) -> None:
        """Keep the guard's list of addresses in step with the check list."""
        super().check_state(pair, state)
        self.guard.allowed = {p.remote_addr for p in self._check_list if p.state in _IN_USE}

    @override
    def check_complete(self, pair: ice.CandidatePair) -> None:
        """Tell which pair carries media whenever the nomination changes."""
        super().check_complete(pair)
        nominated = self._nominated.get(1)
        if nominated is not None and isinstance(nominated.protocol, GuardedProtocol):
            self.on_pair(nominated.protocol, nominated.remote_addr)

    @override
    def data_received(self, data: bytes, component: int) -> None:
        """Queue a DTLS datagram, up to the cap."""
        if data and self._queue.qsize() < GUARD_QUEUE_MAX_DATAGRAMS:
            self._queue.put_nowait((data, component))

    def shut_now(self) -> None:
        """Let nothing in or out from now on; sockets are released by `close`."""
        self.shut = True
        self._closing = True
        self.guard.allowed = set()


class _DtlsPath:
    """What RTCDtlsTransport needs of an ICE transport."""

    role = "controlled"

    def __init__(self, connection: GuardedConnection) -> None:
        self._recv = connection.recv
        self._send = connection.send


class PeerTransport:
    """One peer connection's transport. `on_rtp` and `on_rtcp` get decrypted packets and the arrival time (s)."""

    def __init__(
        self, settings: MediaSettings, certificate: RTCCertificate, username: str, password: str
    ) -> None:
        self.connection = GuardedConnection(settings, username, password)
        self.connection.on_srtp = self._srtp_received
        self.connection.on_pair = self._pair_chosen
        self._dtls = RTCDtlsTransport(_DtlsPath(self.connection), [certificate])  # type: ignore[arg-type]
        self._dtls._set_role("client")
        self._dtls.on("statechange", self._dtls_changed)
        self._rx: pylibsrtp.Session | None = None
        self._tx: pylibsrtp.Session | None = None
        self._early: list[tuple[bytes, float]] = []
        self._path: tuple[GuardedProtocol, Address] | None = None
        self._closing: asyncio.Task[None] | None = None
        self.connected = False
        self.closed = False
        self.on_rtp: Callable[[bytes, float], None] = lambda packet, now: None
        self.on_rtcp: Callable[[bytes, float], None] = lambda packet, now: None
        self.on_lost: Callable[[str], None] = lambda reason: None

    async def gather(self) -> None:
        """Open the sockets. Raises OSError when not one could be opened."""
        await self.connection.gather_candidates()
        if self.closed:
            # Closed meanwhile: what was opened after that is released here.
            await self.connection.close()
            return
        if not self.connection.local_candidates:
            raise OSError("no address to listen for media on")

    def candidate_lines(self) -> list[str]:
        """Return our candidates as SDP lines, the public address first where one is set."""
        lines = []
        public = self.connection.settings.public_address
        for number, local in enumerate(self.connection.local_candidates):
            if public and local.type == "host" and ":" not in local.host and local.host != "127.0.0.1":
                lines.append(
                    f"candidate:public{number} 1 udp {local.priority + 256} {public} {local.port} typ host"
                )
        lines += [f"candidate:{local.to_sdp()}" for local in self.connection.local_candidates]
        return lines

    async def connect(
        self, username: str, password: str, fingerprints: list[tuple[str, str]], candidates: list[Candidate]
    ) -> None:
        """Run ICE, then DTLS as the client. Raises ConnectionError or TimeoutError; the deadline is ICE_CONNECT_MS each."""
        self.connection.remote_username = username
        self.connection.remote_password = password
        if self.connection.turn_server:
            for candidate in candidates:
                if contactable(candidate.host, loopback=self.connection.settings.loopback):
                    await self.connection.add_remote_candidate(candidate)
        await asyncio.wait_for(self.connection.connect(), ICE_CONNECT_MS / 1000)
        parameters = RTCDtlsParameters([RTCDtlsFingerprint(algorithm=a, value=v) for a, v in fingerprints])
        await asyncio.wait_for(self._dtls.start(parameters), ICE_CONNECT_MS / 1000)
        if self.closed or self._dtls.state != "connected":
            raise ConnectionError("DTLS did not connect")
        self._secured()

    def _secured(self) -> None:
        """Take the keys, and read first what the peer sent as soon as it had them: often the start of a key frame."""
        self._rx, self._tx = self._dtls._rx_srtp, self._dtls._tx_srtp
        self.connected = True
        early, self._early = self._early, []
        for data, arrived in early:
            self._srtp_received(data, arrived)

    def send_rtp(self, packet: bytes) -> int:
        """Encrypt and send one RTP packet: the byte count on the wire, BLOCKED, or 0 when closed or refused."""
        if not self.connected or self._path is None or self._tx is None:
            return 0
        protocol, address = self._path
        return protocol.put(self._tx.protect(packet), address)

    def send_rtcp(self, packet: bytes) -> int:
        """Encrypt and send one compound RTCP packet; returns as `send_rtp` does."""
        if not self.connected or self._path is None or self._tx is None:
            return 0
        protocol, address = self._path
        return protocol.put(self._tx.protect_rtcp(packet), address)

    def silent_for(self, now: float) -> float:
        """Return how many seconds nothing valid was heard from the peer."""
        return now - self.connection.heard

    def close(self) -> None:
        """Say goodbye (close_notify) and close: no packet leaves after this returns. Idempotent."""
        if self.closed:
            return
        self.closed = True
        self._say_goodbye()
        self.connected = False
        self.connection.shut_now()
        self._closing = asyncio.create_task(self._release(), name="media release")

    async def wait_closed(self) -> None:
        """Wait until the sockets are released."""
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def _say_goodbye(self) -> None:
        if not self.connected or self._path is None or self._dtls._ssl is None:
            return
        with contextlib.suppress(
            Exception
        ):  # OpenSSL raises when the peer has already gone; nothing is owed then
            self._dtls._ssl.shutdown()
            self._path[0].put(self._dtls._ssl.bio_read(1500), self._path[1])

    async def _release(self) -> None:
        with contextlib.suppress(Exception):  # a socket the system has already taken away
            await self._dtls.stop()
        with contextlib.suppress(Exception):
            await self.connection.close()

    def _pair_chosen(self, protocol: GuardedProtocol, address: Address) -> None:
        self._path = (protocol, address)

    def _dtls_changed(self) -> None:
        if self.connected and not self.closed and self._dtls.state in ("closed", "failed"):
            self.on_lost("peer closed the connection")

    def _srtp_received(self, data: bytes, now: float) -> None:
        if self.closed or len(data) > 1500:
            return
        if self._rx is None:
            if len(self._early) < EARLY_RTP_MAX:
                self._early.append((data, now))
            return
        try:
            if 192 <= data[1] <= 223:  # RFC 5761 section 4: RTCP packet types
                self.on_rtcp(self._rx.unprotect_rtcp(data), now)
            else:
                packet = self._rx.unprotect(data)
                if len(packet) <= RTP_PACKET_MAX_BYTES:
                    self.on_rtp(packet, now)
        except pylibsrtp.Error:
            self.connection.guard.dropped += 1


class CertificateStore:
    """The plane's DTLS certificate, made anew a day before it would expire."""

    def __init__(self) -> None:
        self._current: RTCCertificate | None = None

    def current(self) -> RTCCertificate:
        """Return a certificate valid for at least a day."""
        if self._current is None or self._current.expires < datetime.now(UTC) + timedelta(days=1):
            self._current = RTCCertificate.generateCertificate()
        return self._current

    def fingerprint(self) -> str:
        """Return the SHA-256 fingerprint as SDP writes it."""
        return next(f.value for f in self.current().getFingerprints() if f.algorithm == "sha-256")


def _same(protocol: GuardedProtocol) -> GuardedProtocol:
    return protocol


def _host_candidate(component: int, name: tuple[Any, ...]) -> Candidate:
    return Candidate(
        foundation=candidate_foundation("host", "udp", name[0]),
        component=component,
        transport="udp",
        priority=candidate_priority(component, "host"),
        host=name[0],
        port=name[1],
        type="host",
    )

"""A TURN server on our side: relayed pictures flow through it, and a dead one delays an answer only briefly."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aioice import stun
from aiortc import RTCSessionDescription

from concierge.domain.limits import TURN_GATHER_MS
from concierge.media.settings import IceServer, MediaSettings
from concierge.services.media_port import MediaKind
from tests.media.offers import offer, video
from tests.media.peers import (
    CUSTOMER,
    SCREEN,
    SESSION,
    KeptFrames,
    MovingPicture,
    new_connection,
    running_plane,
)
from tests.peers.programs import program

pytestmark = pytest.mark.peer


def settings(port: int) -> MediaSettings:
    server = IceServer(f"turn:127.0.0.1:{port}", "us", "secret")
    return MediaSettings(("127.0.0.1",), loopback=True, ice_servers=(server,))


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def answering(port: int) -> None:
    """Wait until the server answers a STUN binding request."""
    request = bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST))
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(20):
        while True:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.connect(("127.0.0.1", port))
                try:
                    await loop.sock_sendall(sock, request)
                    await asyncio.wait_for(loop.sock_recv(sock, 1500), 0.2)
                except (ConnectionRefusedError, TimeoutError):
                    await asyncio.sleep(0.05)
                else:
                    return


@asynccontextmanager
async def turn_server(port: int, folder: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        program("turnserver"), "-n", "--no-cli", "--allow-loopback-peers", "-L", "127.0.0.1", "-p", str(port),
        "-u", "us:secret", "-r", "test", "-a", "--no-tls", "--no-dtls", "--log-file", "stdout",
        "--pidfile", f"{folder}/pid", cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await answering(port)
        yield
    finally:
        process.kill()
        await process.wait()


async def test_a_picture_travels_through_the_relay_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    port = free_port()
    async with (
        turn_server(port, str(tmp_path_factory.mktemp("turn"))),
        running_plane(settings(port)) as (plane, _, _),
    ):
        sink = KeptFrames()
        publisher = new_connection()
        publisher.addTransceiver(MovingPicture(), direction="sendonly")
        await publisher.setLocalDescription(await publisher.createOffer())
        answer = await plane.publish(
            SESSION, CUSTOMER, SCREEN, MediaKind.PICTURE, publisher.localDescription.sdp
        )
        relayed = "".join(line for line in answer.splitlines(keepends=True) if "typ host" not in line)
        assert "typ relay raddr 0.0.0.0" in relayed
        await publisher.setRemoteDescription(RTCSessionDescription(relayed, "answer"))
        plane.open_source(SCREEN, sink)
        await sink.until(lambda: len(sink.frames) >= 10)
        path = plane._publishers[SCREEN]._path
        assert path is not None
        assert path[0].local_candidate.type == "relay"
        await publisher.close()


async def test_a_dead_server_costs_an_answer_no_more_than_its_deadline() -> None:
    async with running_plane(settings(free_port())) as (plane, _, _):
        async with asyncio.timeout(10 * TURN_GATHER_MS / 1000):
            answer = await plane.publish(SESSION, CUSTOMER, SCREEN, MediaKind.PICTURE, offer(video()))
        assert "typ host" in answer
        assert "typ relay" not in answer

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI

from concierge.server.run import CannotListen, configure, listen, run, serve_on
from concierge.server.settings import ServerSettings
from tests.server.serving import served

LOCAL = ServerSettings("http://127.0.0.1:1", listen_host="127.0.0.1", listen_port=0)


def at(port: int, host: str = "127.0.0.1") -> ServerSettings:
    return ServerSettings("http://127.0.0.1:1", listen_host=host, listen_port=port)


def test_a_taken_port_is_said_plainly() -> None:
    with listen(LOCAL) as taken, pytest.raises(CannotListen, match=r"port \d+ is taken by another program"):
        listen(at(taken.getsockname()[1]))


@pytest.mark.parametrize(
    ("host", "words"),
    [("192.0.2.1", "not an address of this machine"), ("no such name", "no address called")],
)
def test_an_address_that_is_not_ours_is_said_plainly(host: str, words: str) -> None:
    with pytest.raises(CannotListen, match=words):
        listen(at(0, host))


def test_a_certificate_that_is_none_is_said_plainly(tmp_path: Path) -> None:
    for content in (None, b"no certificate"):
        if content is not None:
            (tmp_path / "cert.pem").write_bytes(content)
            (tmp_path / "key.pem").write_bytes(content)
        settings = ServerSettings("https://x", cert_file=tmp_path / "cert.pem", key_file=tmp_path / "key.pem")
        with pytest.raises(CannotListen, match="certificate"):
            configure(FastAPI(), settings)


def certificate(folder: Path) -> ServerSettings:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, plain))
    return ServerSettings(
        "https://localhost",
        listen_host="127.0.0.1",
        listen_port=0,
        cert_file=folder / "cert.pem",
        key_file=folder / "key.pem",
    )


async def test_with_a_certificate_it_speaks_https(tmp_path: Path) -> None:
    settings = certificate(tmp_path)
    app = FastAPI()
    app.add_api_route("/", lambda: {"ok": True})
    taken = listen(settings)
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve_on(taken, app, settings, lambda _port: ready.set(), stop=stop))
    port = taken.getsockname()[1]
    await ready.wait()
    trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    async with httpx2.AsyncClient(verify=trust, trust_env=False) as http:
        assert (await http.get(f"https://localhost:{port}/")).json() == {"ok": True}
    stop.set()
    await serving


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    heard: list[int] = []

    async def life() -> None:
        taken = listen(LOCAL)

        def ready(port: int) -> None:
            heard.append(port)
            os.kill(os.getpid(), number)

        async with asyncio.timeout(10):
            await serve_on(taken, FastAPI(), LOCAL, ready)
        assert taken.fileno() == -1

    run(life())
    assert len(heard) == 1


async def test_open_sockets_are_told_when_it_ends(tmp_path: Path) -> None:
    async with served(tmp_path) as place:
        live = await place.front.desk.open()
        seat = await place.front.desk.customer(live)
        opened = place.socket(live.decided.id, f"concierge_seat_{live.decided.id}={seat.secret}")
        page = await opened.__aenter__()
        await page.hello()
    assert await page.closed() == 1012

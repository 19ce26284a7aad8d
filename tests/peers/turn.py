"""A real TURN server: Debian's coturn, with short-lived credentials or a fixed name, over UDP, TCP and TLS on this machine.

The certificate is made for it; a browser is told to take it by the fingerprint of its key.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import ipaddress
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.peers.programs import program

SECRET = "what broker and relay both know"
START_S = 20


@dataclass(frozen=True, slots=True)
class TurnServer:
    """Where it listens; `log` is what it wrote."""

    port: int
    tls_port: int
    certificate: Path
    key_fingerprint: str
    log: Path

    @property
    def urls(self) -> list[str]:
        """Both relays, as a browser is told them."""
        return [f"turn:127.0.0.1:{self.port}", f"turns:127.0.0.1:{self.tls_port}?transport=tcp"]

    @property
    def ice_servers(self) -> str:
        """The setting."""
        return json.dumps([{"urls": self.urls}])

    @property
    def flag(self) -> str:
        """What makes a Chromium take its certificate."""
        return f"--ignore-certificate-errors-spki-list={self.key_fingerprint}"


@asynccontextmanager
async def turn_server(folder: Path) -> AsyncIterator[TurnServer]:
    """Run one until the end of the block; it answers when the block begins."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    certificate, key, fingerprint = _certificate(folder)
    server = TurnServer(_free_port(), _free_port(), certificate, fingerprint, folder / "turn.log")
    with server.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program("turnserver"), "-n", "--no-cli", "--allow-loopback-peers", "-L", "127.0.0.1", "-E", "127.0.0.1",
            "-p", str(server.port), "--tls-listening-port", str(server.tls_port), "--use-auth-secret",
            "--static-auth-secret", SECRET, "-r", "test", "--cert", str(certificate), "--pkey", str(key), "--no-dtls",
            "--log-file", "stdout", "--simple-log", "-v", "--pidfile", str(folder / "pid"), cwd=folder,
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        async with asyncio.timeout(START_S):
            for port in (server.port, server.tls_port):
                await _listening(port)
        yield server
    finally:
        process.kill()
        await process.wait()


async def _listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _certificate(folder: Path) -> tuple[Path, Path, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=7))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    certificate_file, key_file = folder / "turn.crt", folder / "turn.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate_file, key_file, base64.b64encode(hashlib.sha256(public).digest()).decode()

"""Starts the KMS of tests/peers/kms.py in a process of its own, over a Unix socket or HTTPS with a CA of its own."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from concierge.adapters.keys.kms import KmsAddress, KmsKeks
from tests.peers.kms import CREDENTIAL

ROOT = Path(__file__).parents[2]

WAIT_S = 20


@dataclass
class KeyService:
    """A running KMS with one key, "desk"."""

    folder: Path
    overt: bool
    where: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def start(self) -> None:
        listen = str(_certificates(self.folder)) if self.overt else f"unix:{self.folder / 'kms.sock'}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.kms", str(self.folder / "state.json"), listen],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        self.where = self.process.stdout.readline().strip()
        assert self.where

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate(timeout=WAIT_S)
            self.process = None

    def address(self, **changes: Any) -> KmsAddress:
        """Return where it listens, as the broker is told."""
        told: dict[str, Any] = {"name": "desk", "credential": CREDENTIAL}
        if self.overt:
            told |= {"url": f"https://127.0.0.1:{self.where}", "ca_file": self.ca_file}
        else:
            told |= {"socket": Path(self.where)}
        return KmsAddress(**(told | changes))

    def keks(self, wait_ms: int = 5_000, **changes: Any) -> KmsKeks:
        return KmsKeks(self.address(**changes), wait_ms)

    def control(self, **what: Any) -> Any:
        """Tell the service to rotate, forget or misbehave."""
        connection = _to(self)
        try:
            connection.request("POST", "/control", json.dumps(what))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def _to(service: KeyService) -> http.client.HTTPConnection:
    if service.overt:
        context = ssl.create_default_context(cafile=service.ca_file)
        return http.client.HTTPSConnection("127.0.0.1", int(service.where), timeout=WAIT_S, context=context)
    connection = http.client.HTTPConnection("localhost", timeout=WAIT_S)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(service.where)
    return connection


@contextmanager
def key_service(folder: Path, *, overt: bool = False) -> Iterator[KeyService]:
    """Lend a running KMS whose files lie in `folder`; `overt` is HTTPS, otherwise a Unix socket."""
    folder.mkdir(parents=True, exist_ok=True)
    service = KeyService(folder, overt)
    try:
        service.start()
        service.control(rotate="desk")
        yield service
    finally:
        service.stop()


def _certificates(folder: Path) -> Path:
    """Write ca.pem and a server's chain with its key; return the latter."""
    chain = folder / "server.pem"
    if chain.exists():
        return chain
    now = dt.datetime.now(dt.UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def begun(subject: str, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder(
                issuer_name=named("test CA"), subject_name=named(subject), public_key=public
            )
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )

    ca = begun("test CA", ca_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    server = begun("kms", key.public_key()).add_extension(names, critical=False)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(pem))
    text = server.sign(ca_key, hashes.SHA256()).public_bytes(pem)
    form = (pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(text + key.private_bytes(*form))
    return chain

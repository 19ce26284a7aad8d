"""A time-stamping authority to ask (RFC 3161): `openssl ts` behind a small HTTP server, which can be told to misbehave."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """\
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
STAMPING = "extendedKeyUsage=critical,timeStamping"


def openssl(*words: str | Path, given: bytes | None = None) -> bytes:
    done = subprocess.run(["openssl", *map(str, words)], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass
class Authority:
    """Its folder, its address, how it answers, and what it was asked."""

    folder: Path
    url: str = ""
    answer: Callable[[bytes], tuple[int, str, bytes]] | None = None
    asked: list[bytes] = field(default_factory=list)

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def reply(self, query: bytes) -> bytes:
        """What an honest authority answers."""
        (self.folder / "query.tsq").write_bytes(query)
        out = self.folder / "reply.tsr"
        openssl(
            "ts",
            "-reply",
            "-config",
            self.folder / "tsa.conf",
            "-queryfile",
            self.folder / "query.tsq",
            "-out",
            out,
        )
        return out.read_bytes()


def made(folder: Path, *, extension: str = STAMPING, days: int = 30) -> Authority:
    """Return an authority with a fresh certificate of its own."""
    folder.mkdir(parents=True)
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *new, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-subj", "/CN=Time CA",
            "-days", "30", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl("req", "-x509", *new, "-keyout", folder / "tsa.key", "-out", folder / "tsa.pem", "-subj", "/CN=Time",
            "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-days", str(days),
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature",
            "-addext", extension)  # fmt: skip
    (folder / "serial").write_text("01\n")
    (folder / "tsa.conf").write_text(CONFIG.format(folder=folder))
    return Authority(folder)


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """Let it answer over HTTP."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(query)
            if authority.answer is None:
                status, kind, body = 200, "application/timestamp-reply", authority.reply(query)
            else:
                status, kind, body = authority.answer(query)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    authority.url = f"http://127.0.0.1:{server.server_port}/tsa"
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

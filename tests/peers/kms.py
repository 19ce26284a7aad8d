"""A key management service of its own: a separate process that speaks docs/keys.md over a Unix socket and over HTTPS.

It shares no code with the broker. Keys live in a JSON file, so that a restarted service still opens what it sealed.
Run: `python -m tests.peers.kms STATE (unix:PATH | CERT.pem)`; it prints where it listens and ends with its input.
`POST /control {"rotate": name}` makes a new version, `{"forget": [name, version]}` loses one, `{"mood": …}` lets it misbehave.
"""

from __future__ import annotations

import base64
import json
import os
import socketserver
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

CREDENTIAL = "let me wrap"
SLOW_S = 30.0


class Vault:
    """Named keys in versions."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.mood = ""
        self.waiting = threading.Event()
        self.keys: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.exists() else {}

    def keep(self) -> None:
        self._file.write_text(json.dumps(self.keys))

    def rotate(self, name: str) -> None:
        versions = self.keys.setdefault(name, {})
        version = str(len(versions) + 1)
        versions[version] = base64.b64encode(os.urandom(32)).decode()
        self.keep()

    def newest(self, name: str) -> str:
        return max(self.keys[name], key=int)

    def cipher(self, name: str, version: str) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(base64.b64decode(self.keys[name][version]))


class Answering(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    vault: Vault

    def log_message(self, *_: Any) -> None:
        """Nothing: what is asked here is secret."""

    def address_string(self) -> str:
        return "somebody"

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def _serve(self, body: dict[str, Any]) -> None:
        if self.path == "/control":
            self._control(body)
        elif self.headers.get("authorization") != f"Bearer {CREDENTIAL}":
            self._say(401, {"error": "who are you"})
        else:
            self._in_a_mood(body)

    def _in_a_mood(self, body: dict[str, Any]) -> None:
        match self.vault.mood:
            case "mad":
                self._say(200, ["what"])
            case "broken":
                self._say(500, {"error": json.dumps(body)})
            case "huge":
                self._say(200, {"items": ["A" * 1_000_000]})
            case mood:
                if mood == "slow":
                    self.vault.waiting.wait(SLOW_S)
                try:
                    self._answer(body)
                except (KeyError, InvalidTag):
                    self._say(404, {"error": "not with any key of mine"})

    def _answer(self, body: dict[str, Any]) -> None:
        _, _, _, name, *what = self.path.split("/")
        if not what:
            self._say(200, {"version": self.vault.newest(name)})
        elif what == ["wrap"]:
            version = self.vault.newest(name)
            items = [self._seal(name, version, item) for item in body["items"]]
            self._say(200, {"version": version, "items": items})
        else:
            items = [self._open(name, body["version"], item) for item in body["items"]]
            self._say(200, {"items": items})

    def _seal(self, name: str, version: str, item: dict[str, str]) -> str:
        nonce = os.urandom(12)
        plain, context = base64.b64decode(item["plain"]), base64.b64decode(item["context"])
        return base64.b64encode(
            nonce + self.vault.cipher(name, version).encrypt(nonce, plain, context)
        ).decode()

    def _open(self, name: str, version: str, item: dict[str, str]) -> str:
        sealed, context = base64.b64decode(item["sealed"]), base64.b64decode(item["context"])
        plain = self.vault.cipher(name, version).decrypt(sealed[:12], sealed[12:], context)
        return base64.b64encode(plain).decode()

    def _control(self, body: dict[str, Any]) -> None:
        if "rotate" in body:
            self.vault.rotate(body["rotate"])
        if "forget" in body:
            name, version = body["forget"]
            del self.vault.keys[name][version]
            self.vault.keep()
        if "mood" in body:
            self.vault.mood = body["mood"]
        self._say(200, {})

    def _say(self, status: int, document: Any) -> None:
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class OverSocket(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """The same service on a Unix socket."""

    daemon_threads = True


def main(state: str, where: str) -> None:
    Answering.vault = Vault(Path(state))
    server: socketserver.BaseServer
    if where.startswith("unix:"):
        path = where.removeprefix("unix:")
        Path(path).unlink(missing_ok=True)
        server, told = OverSocket(path, Answering), path
    else:
        listening = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(where)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        server, told = listening, str(listening.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(told, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])

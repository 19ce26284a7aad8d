"""The witness on HTTP: POST /add-checkpoint (c2sp.org/tlog-witness), GET /held?origin=…, GET / for people.

Refuses bodies over MAX_REQUEST_BYTES, silent peers after WAIT_S, more than CONNECTIONS at once. It speaks plain HTTP: on a
network that is not trusted, put it behind a proxy with TLS. A forged answer is noticed anyway, since cosignatures are.
"""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from recorder.log.witness import MAX_REQUEST_BYTES, LogWitness, WitnessRefusedError

WAIT_S: Final = 10.0
CONNECTIONS: Final = 32


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness; `server_port` says where. `serve_forever` until `shutdown`."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: LogWitness, places: int = CONNECTIONS) -> None:
        super().__init__(address, _Answers)
        self.witness = witness
        self._places = threading.BoundedSemaphore(places)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer on a thread while there is room; otherwise hang up."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and make room again."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that went away is no news."""


class _Answers(BaseHTTPRequestHandler):
    server: WitnessServer
    timeout: ClassVar[float] = WAIT_S
    server_version = "concierge-witness"
    sys_version = ""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path.endswith("/held"):
            origins = parse_qs(asked.query).get("origin", [""])
            self._answer(HTTPStatus.OK, json.dumps(self.server.witness.held(origins[0])), "application/json")
        elif asked.path == "/":
            self._answer(
                HTTPStatus.OK, f"A witness of audit logs. Its key:\n{self.server.witness.key.text()}\n"
            )
        else:
            self._answer(HTTPStatus.NOT_FOUND, "nothing here\n")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not urlsplit(self.path).path.endswith("/add-checkpoint"):
            self._answer(HTTPStatus.NOT_FOUND, "nothing here\n")
        elif not length.isascii() or not length.isdecimal() or len(length) > 9:
            self._answer(HTTPStatus.LENGTH_REQUIRED, "say how long the request is\n")
        elif int(length) > MAX_REQUEST_BYTES:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the request is too long\n")
        else:
            self._cosign(self.rfile.read(int(length)))

    def _cosign(self, body: bytes) -> None:
        try:
            line = self.server.witness.add_checkpoint(body)
        except WitnessRefusedError as refused:
            self._answer(refused.status, refused.body, refused.kind, reason=str(refused))
        except OSError:
            self._answer(HTTPStatus.INSUFFICIENT_STORAGE, "the witness cannot keep what it would cosign\n")
        else:
            self._answer(HTTPStatus.OK, line)

    def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain", reason: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind == "text/plain" else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        if reason:
            self.send_header("X-Reason", reason.encode("ascii", "replace").decode().replace("\n", " "))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server gives it
        """Nothing: what a witness saw is what it holds."""

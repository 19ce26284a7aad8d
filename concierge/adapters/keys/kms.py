"""KEKs that never leave a key management service: a small HTTP protocol over a Unix socket or HTTPS (docs/keys.md).

    POST /v1/keys/<name>/wrap     {"items": [{"plain": b64, "context": b64}, …]}   -> {"version": "3", "items": [b64, …]}
    POST /v1/keys/<name>/unwrap   {"version": "3", "items": [{"sealed": b64, "context": b64}, …]} -> {"items": [b64, …]}
    GET  /v1/keys/<name>          -> {"version": "3"}, the version that wraps now

Refuses plain HTTP, redirects, answers over KMS_ANSWER_MAX_BYTES and whatever comes later than KMS_WAIT_MS. What the
service says in an error is not repeated: it might hold what it was sent.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import json
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from typing_extensions import override

from concierge.adapters.keys.files import KekLost, KeyUnavailable, KmsSilent
from concierge.adapters.keys.wrapping import Item, WrapKind
from concierge.domain import limits

_GONE: Final = 404


@dataclass(frozen=True, slots=True)
class KmsAddress:
    """Where a KMS listens: `socket` for a Unix socket, otherwise `url` (https). `name` is the key's name there."""

    name: str
    url: str = ""
    socket: Path | None = None
    ca_file: Path | None = None
    credential: str = field(default="", repr=False)


class _OverSocket(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    @override
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class KmsKeks:
    """A Wrapping over one named key of a KMS. A KEK's name here is "kms:<name>/<version>"."""

    def __init__(self, address: KmsAddress, wait_ms: int = limits.KMS_WAIT_MS) -> None:
        self._address = address
        self._wait_s = wait_ms / 1000
        self._prefix = f"kms:{address.name}/"
        where = (
            f"unix socket {address.socket.name}"
            if address.socket
            else f"https://{urlsplit(address.url).netloc}"
        )
        self.words = f"KMS key {address.name} at {where}"

    def __repr__(self) -> str:
        return f"KmsKeks({self.words})"

    def current(self) -> str:
        """Ask which version wraps now."""
        return self._prefix + self._version(self._ask("GET", "", None))

    def knows(self, kek: str) -> bool:
        """Whether it is a version of this key; only the KMS knows whether it still has it."""
        return kek.startswith(self._prefix)

    def wrap(self, items: Sequence[Item]) -> tuple[str, list[bytes]]:
        """Let the KMS seal each."""
        sent = [{"plain": _b64(item.secret), "context": _b64(item.context)} for item in items]
        answer = self._ask("POST", "/wrap", {"items": sent})
        sealed = self._items(answer, len(items))
        return self._prefix + self._version(answer), [bytes([WrapKind.KMS]) + one for one in sealed]

    def unwrap(self, kek: str, items: Sequence[Item]) -> list[bytes]:
        """Let the KMS open each."""
        sent = [{"sealed": _b64(item.secret[1:]), "context": _b64(item.context)} for item in items]
        body = {"version": kek.removeprefix(self._prefix), "items": sent}
        return self._items(self._ask("POST", "/unwrap", body), len(items))

    def _ask(self, method: str, what: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """One question, one answer, before the deadline."""
        deadline = time.monotonic() + self._wait_s
        try:
            connection = self._connection()
            try:
                headers = {"content-type": "application/json"}
                if self._address.credential:
                    headers["authorization"] = f"Bearer {self._address.credential}"
                path = f"/v1/keys/{quote(self._address.name, safe='')}{what}"
                connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
                answer = connection.getresponse()
                text = _read(answer, connection, deadline)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise KmsSilent(f"the {self.words} does not answer: {type(error).__name__}") from None
        if answer.status in (400, _GONE):
            raise KekLost(f"the {self.words} does not open this, or has no such key any more")
        if answer.status != 200:
            raise KmsSilent(f"the {self.words} answers with {answer.status}")
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise KmsSilent(f"the {self.words} answers in another protocol")
        return document

    def _connection(self) -> http.client.HTTPConnection:
        address = self._address
        if address.socket is not None:
            return _OverSocket(address.socket, self._wait_s)
        parts = urlsplit(address.url)
        if parts.scheme != "https" or not parts.hostname:
            raise KeyUnavailable("a KMS is asked over https or a Unix socket, nothing else")
        context = ssl.create_default_context(cafile=address.ca_file)
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=self._wait_s, context=context)

    def _version(self, answer: dict[str, Any]) -> str:
        version = answer.get("version")
        if (
            not isinstance(version, str)
            or not version.isalnum()
            or len(version) > limits.KMS_VERSION_MAX_CHARS
        ):
            raise KmsSilent(f"the {self.words} answers in another protocol")
        return version

    def _items(self, answer: dict[str, Any], count: int) -> list[bytes]:
        items = answer.get("items")
        if isinstance(items, list) and len(items) == count:
            try:
                return [base64.b64decode(item, validate=True) for item in items]
            except (ValueError, TypeError, binascii.Error):
                pass
        raise KmsSilent(f"the {self.words} answers in another protocol")


def _read(answer: http.client.HTTPResponse, connection: http.client.HTTPConnection, deadline: float) -> bytes:
    """Read at most KMS_ANSWER_MAX_BYTES, all before the deadline, however slowly they drip."""
    text = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        piece = answer.read1(limits.KMS_ANSWER_MAX_BYTES)
        text += piece
        if not piece:
            return text
        if len(text) > limits.KMS_ANSWER_MAX_BYTES:
            raise http.client.HTTPException


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()

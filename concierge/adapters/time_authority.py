"""The TimeAuthority port over HTTP or HTTPS (RFC 3161, section 3.4): what an authority answers is checked before it is believed.

Rule: an answer counts only when it is granted, carries our nonce and our hash, and is signed by a certificate for
time-stamping that the configured certificates vouch for, and that was valid then; and its time is near ours. Everything
else is refused in words. It is asked for no longer than STAMP_WAIT_MS.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.tsp import PKIStatus

from concierge.adapters.der_order import in_order
from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.services.export_port import StampUnavailable
from concierge.services.ports import Clock

_SENT: Final = "application/timestamp-query"
_EXPECTED: Final = "application/timestamp-reply"


class AuthorityUnusable(ConciergeError):
    """The certificates an authority is to be believed by cannot be read; `str(error)` names the file."""


class HttpTimeAuthority:
    """TimeAuthority at an address, believed by the certificates in a file."""

    def __init__(
        self, address: str, ca_file: Path, clock: Clock, wait_ms: int = limits.STAMP_WAIT_MS
    ) -> None:
        try:
            self._certificates = ca_file.read_bytes()
            self._roots = x509.load_pem_x509_certificates(self._certificates)
        except (OSError, ValueError) as error:
            raise AuthorityUnusable(
                f"{ca_file} holds no certificates in PEM: {type(error).__name__}"
            ) from None
        self._address = address
        self._clock = clock
        self._wait_s = wait_ms / 1000

    @property
    def certificates(self) -> bytes:
        """The certificates it is believed by, PEM."""
        return self._certificates

    async def stamp(self, message: bytes) -> bytes:
        """Return a time-stamp response over SHA-256 of the message, checked, DER. Raises StampUnavailable."""
        request = (
            TimestampRequestBuilder()
            .data(message)
            .hash_algorithm(HashAlgorithm.SHA256)
            .nonce(nonce=True)
            .cert_request(cert_request=True)
            .build()
        )
        answer = await self._asked(request.as_bytes())
        await asyncio.to_thread(self._check, answer, message, request.nonce)
        return answer

    async def _asked(self, request: bytes) -> bytes:
        try:
            async with (
                asyncio.timeout(self._wait_s),
                httpx2.AsyncClient(follow_redirects=False, trust_env=False, verify=_tls()) as client,
                client.stream(
                    "POST",
                    self._address,
                    content=request,
                    headers={"Content-Type": _SENT},
                    timeout=self._wait_s,
                ) as reply,
            ):
                kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
                if reply.status_code != 200 or kind != _EXPECTED:
                    raise StampUnavailable(f"the time authority answered {reply.status_code} {kind[:40]!r}")
                body = bytearray()
                async for piece in reply.aiter_bytes():
                    body += piece
                    if len(body) > limits.STAMP_ANSWER_MAX_BYTES:
                        raise StampUnavailable("the time authority's answer is too long")
        except TimeoutError:
            raise StampUnavailable(f"the time authority did not answer within {self._wait_s:g} s") from None
        except (httpx2.HTTPError, OSError) as error:
            raise StampUnavailable(f"the time authority cannot be reached: {type(error).__name__}") from None
        return bytes(body)

    def _check(self, answer: bytes, message: bytes, nonce: int | None) -> None:
        """Raise StampUnavailable for an answer that is not to be believed."""
        try:
            response = decode_timestamp_response(in_order(answer))
        except ValueError:
            raise StampUnavailable("the time authority's answer is no time-stamp response") from None
        try:
            self._believe(response, message, nonce)
        except VerificationError as error:
            raise StampUnavailable(f"the time authority's answer is not believed: {error}") from None
        except ValueError as error:
            raise StampUnavailable(f"the time authority's answer cannot be read: {error}") from None

    def _believe(self, response: TimeStampResponse, message: bytes, nonce: int | None) -> None:
        if PKIStatus(response.status) is not PKIStatus.GRANTED:
            raise VerificationError(f"it says {PKIStatus(response.status).name.lower()}")
        if nonce is None or response.tst_info.nonce != nonce:
            raise VerificationError("it carries another nonce")
        if response.tst_info.message_imprint.message != hashlib.sha256(message).digest():
            raise VerificationError("it is about another hash")
        builder = VerifierBuilder(nonce=nonce, roots=list(self._roots))
        builder.build().verify_message(response, message)
        now = datetime.fromtimestamp(self._clock.wall() / 1000, UTC)
        if abs((response.tst_info.gen_time - now).total_seconds()) * 1000 > limits.STAMP_ASTRAY_MS:
            raise VerificationError(f"its time is {response.tst_info.gen_time.isoformat()}, far from ours")


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()

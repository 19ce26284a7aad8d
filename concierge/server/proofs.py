"""Secrets that a program shows in the Authorization header: a seat's, a receipt's, a link's (RFC 9110 section 11.6.2).

Rule: a secret never stands in an address of the API, where logs and histories would keep it; and a browser sends none of
these by itself, so no other site can make it.
"""

from __future__ import annotations

from enum import StrEnum

from starlette.requests import HTTPConnection

PROOF_MAX_CHARS = 1024


class Proof(StrEnum):
    """The scheme says what the secret opens."""

    SEAT = "seat"
    RECEIPT = "receipt"
    JOIN = "join"
    INVITE = "invite"


def proof_in(connection: HTTPConnection, proof: Proof) -> str:
    """Return the secret of this scheme that the request carries, or ""."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    return secret_in(value) if scheme.lower() == proof else ""


def secret_in(text: str) -> str:
    """Return the secret itself of a secret or of the whole link that ends with it; "" for one that is too long."""
    return text.strip().rstrip("/").rpartition("/")[2] if len(text) <= PROOF_MAX_CHARS else ""

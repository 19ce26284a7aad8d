"""What is kept of a secret: its SHA-256. Secrets of 192 bits and more need no slower hash, passwords do (Passwords port)."""

from __future__ import annotations

import hashlib
import hmac


def digest_of(secret: str) -> bytes:
    """Return the 32 bytes that are stored and looked up in place of a secret. Any text is taken, also malformed."""
    return hashlib.sha256(_bytes(secret)).digest()


def derived(secret: str, purpose: str) -> str:
    """Return another secret that follows from `secret` but does not betray it, in hexadecimal (HMAC-SHA-256)."""
    return hmac.new(_bytes(secret), purpose.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(digest_of(one), digest_of(other))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

"""What is stored of a secret: a keyed digest. The pepper is a key file that is not in the database."""

from __future__ import annotations

import hmac


class PepperedSecrets:
    """What may be stored of a secret: HMAC-SHA-256 under the pepper over its kind and itself (port Secrets)."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def digest(self, kind: str, secret: str) -> bytes:
        """Return 32 bytes; equal secrets of different kinds differ."""
        return hmac.digest(self._pepper, f"{kind}\0{secret}".encode("utf-8", "replace"), "sha256")

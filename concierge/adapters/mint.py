"""Randomness from the operating system, through `secrets` and nothing else."""

from __future__ import annotations

import secrets

from concierge.domain.ids import form_id

_ID_BYTES = 17
_SECRET_BYTES = 32


class SecretsMint:
    """The Mint port."""

    def id(self, kind: str) -> str:
        """Return a fresh identifier of a kind of domain.ids.PREFIXES."""
        return form_id(kind, secrets.token_bytes(_ID_BYTES))

    def secret(self) -> str:
        """Return a URL-safe secret of 256 bits."""
        return secrets.token_urlsafe(_SECRET_BYTES)

    def digits(self, count: int) -> str:
        """Return so many decimal digits, uniformly."""
        return f"{secrets.randbelow(10**count):0{count}d}"

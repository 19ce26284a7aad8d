"""Password hashing with Argon2id through pwdlib.

Rules: at most PASSWORDS_AT_ONCE run at a time, each in a thread (64 MiB and tens of milliseconds each); a missing hash
costs the same work as a wrong password.
"""

from __future__ import annotations

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from concierge.domain import limits


class Argon2Passwords:
    """The Passwords port. `hasher` is for tests that need a cheaper one."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hasher = PasswordHash([hasher or Argon2Hasher()])
        self._nobody = self._hasher.hash(secrets.token_bytes(32))
        self._room = asyncio.Semaphore(limits.PASSWORDS_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return a new salted hash."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Return whether it fits, and a better hash to keep if the old one is weak."""
        async with self._room:
            fits, better = await asyncio.to_thread(
                self._hasher.verify_and_update, _bytes(password), kept or self._nobody
            )
        return fits and kept is not None, better if kept is not None else None


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")

from __future__ import annotations

import asyncio
import threading

from pwdlib.hashers.argon2 import Argon2Hasher
from typing_extensions import override

from concierge.adapters.passwords import Argon2Passwords
from concierge.domain import limits
from tests.adapters.db.samples import NASTY

CHEAP = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)


async def test_a_password_fits_its_own_hash_only() -> None:
    passwords = Argon2Passwords(CHEAP)
    kept = await passwords.hash("correct horse")
    assert kept.startswith("$argon2id$")
    assert kept != await passwords.hash("correct horse")
    assert await passwords.verify("correct horse", kept) == (True, None)
    assert await passwords.verify("wrong horse", kept) == (False, None)
    assert await passwords.verify("correct horse", None) == (False, None)


async def test_any_text_can_be_a_password() -> None:
    passwords = Argon2Passwords(CHEAP)
    for text in NASTY:
        assert await passwords.verify(text, await passwords.hash(text)) == (True, None)


async def test_a_weak_hash_is_made_anew() -> None:
    kept = await Argon2Passwords(CHEAP).hash("correct horse")
    stronger = Argon2Passwords(Argon2Hasher(time_cost=2, memory_cost=128, parallelism=1))
    fits, better = await stronger.verify("correct horse", kept)
    assert fits
    assert better is not None
    assert await stronger.verify("correct horse", better) == (True, None)
    assert await stronger.verify("wrong", kept) == (False, None)


class CountingHasher(Argon2Hasher):
    """Counts how much work is done, and how much of it at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=2, memory_cost=8_192, parallelism=1)
        self.verified = self.now = self.most = 0
        self._lock = threading.Lock()

    @override
    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        with self._lock:
            self.verified += 1
            self.now += 1
            self.most = max(self.most, self.now)
        fits = super().verify(password, hash)
        with self._lock:
            self.now -= 1
        return fits


async def test_a_missing_hash_costs_the_same_work_and_work_is_bounded() -> None:
    hasher = CountingHasher()
    passwords = Argon2Passwords(hasher)
    kept = await passwords.hash("correct horse")
    await asyncio.gather(*(passwords.verify("guess", hash_) for hash_ in (kept, None) for _ in range(6)))
    assert hasher.verified == 12
    assert hasher.most <= limits.PASSWORDS_AT_ONCE

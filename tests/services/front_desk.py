"""Accounts over a real database, with real Argon2 (cheap), real one-time codes, and a clock that tests turn."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pyotp
from pwdlib.hashers.argon2 import Argon2Hasher

from concierge.adapters.db.repositories import Database
from concierge.adapters.mint import SecretsMint
from concierge.adapters.passwords import Argon2Passwords
from concierge.adapters.totp import SealedTotp
from concierge.domain.access import DeskRole
from concierge.domain.ids import PersonId
from concierge.domain.person import Person
from concierge.services.accounts import Accounts, SignedIn
from concierge.services.api_keys import ApiKeys

START = 1_790_000_000_000
PASSWORD = "correct horse battery"
ADDRESS = "192.0.2.7"
ALEX = Person(PersonId("per_alex"), "Alex Host", "Alex", "alex@example.org", DeskRole.HOST)
CHEAP = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class TurnedClock:
    """The Clock port; `at_ms` is what it shows."""

    at_ms: int = START

    def now(self) -> int:
        return self.at_ms

    def wall(self) -> int:
        return self.at_ms


class FrontDesk:
    """One person who may sign in, and everything around it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = TurnedClock()
        self.passwords = Argon2Passwords(CHEAP)
        codes = SealedTotp(b"k" * 32, "Example Desk")
        self.accounts = Accounts(database.accounts, self.passwords, codes, self.clock, SecretsMint())
        self.keys = ApiKeys(database.api_keys, self.clock, SecretsMint())

    async def open(self) -> FrontDesk:
        """Let Alex have an account."""
        await self.database.people.add_person(ALEX, await self.accounts.new_password_hash(PASSWORD))
        return self

    async def sign_in(self, name: str = "alex", password: str = PASSWORD, totp: str = "") -> SignedIn:
        """Sign in from ADDRESS."""
        return await self.accounts.sign_in(name, password, totp, ADDRESS)

    async def kinds(self) -> list[str]:
        """Return the kinds of all audit leaves, oldest first."""
        return [leaf.kind for _, leaf in reversed(await self.database.audit.tail(200))]


def authenticator(uri: str) -> pyotp.TOTP:
    """Return what a telephone makes of the address it scanned."""
    return pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0])

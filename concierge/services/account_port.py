"""What signing in needs from outside: the accounts kept, password hashing, one-time codes. Implemented by adapters.

Rules: secrets arrive here only as SHA-256 hashes; every change and its audit leaves are one transaction; a disabled
person has no sign-in and no key, whatever rows say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from concierge.domain.access import Act
from concierge.domain.ids import PersonId
from concierge.domain.person import Person, PersonState
from concierge.services.ports import AuditLeaf


@dataclass(frozen=True, slots=True)
class Credentials:
    """How one person proves who they are. TOTP secrets are sealed; `totp_step` is the last step that was used."""

    person: Person
    password_hash: str | None
    totp_sealed: bytes | None
    totp_offered: bytes | None
    totp_step: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser signed in. `id` names it in lists; it is no secret. Times are milliseconds on the steady clock."""

    id: str
    person: PersonId
    created_ms: int
    seen_ms: int
    until_ms: int
    address: str


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that signs a person in. `uses_left` None means any number of times (the demonstration)."""

    id: str
    person: PersonId
    created_ms: int
    until_ms: int
    uses_left: int | None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for programs. `scopes` are the acts it may ask for; `used_ms` is exact to SIGN_IN_SEEN_EVERY_MS."""

    id: str
    person: PersonId
    name: str
    scopes: tuple[Act, ...]
    created_ms: int
    until_ms: int
    used_ms: int | None = None
    revoked_ms: int | None = None


class Passwords(Protocol):
    """Slow hashing of passwords."""

    async def hash(self, password: str) -> str:
        """Return a new salted hash."""

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Return whether it fits, and a better hash to keep if the old one is weak. None costs as much and never fits."""


class OneTimeCodes(Protocol):
    """Time-based one-time codes (RFC 6238); their secrets leave the adapter only sealed, or once to be shown."""

    def offer(self, sign_in_name: str) -> tuple[bytes, str]:
        """Return a new sealed secret, and the otpauth:// address that an authenticator reads."""

    def verify(self, sealed: bytes, code: str, wall_ms: int, last_step: int) -> int | None:
        """Return the step whose code this is, if it is later than `last_step` and near `wall_ms`; None otherwise."""


class AccountStore(Protocol):
    """Credentials and sign-ins. Every method raises StoreUnavailable when the database does not answer."""

    async def credentials(self, sign_in_name: str) -> Credentials | None:
        """Find by sign-in name, compared casefolded."""

    async def credentials_of(self, person: PersonId) -> Credentials | None:
        """Find by person."""

    async def count_try(self, sign_in_name: str, now_ms: int) -> int | None:
        """Count a try before it is made, for names that exist and names that do not; None while the name is locked.

        Returns how many tries there were since the last success, at most SIGN_IN_TRIES.
        """

    async def note(self, leaves: Sequence[AuditLeaf]) -> None:
        """Append audit leaves about a try that changed nothing."""

    async def open_sign_in(
        self,
        sign_in: SignIn,
        secret_hash: bytes,
        leaf: AuditLeaf,
        *,
        totp_step: int | None = None,
        password_hash: str | None = None,
        replaced_hash: bytes | None = None,
    ) -> bool:
        """Keep a sign-in and forget the tries; False, and nothing kept, when the person is disabled or the step used.

        `password_hash` is a better one to keep; `replaced_hash` names the sign-in that this one takes the place of.
        Beyond SIGN_INS_PER_PERSON_MAX the oldest go.
        """

    async def find_sign_in(self, secret_hash: bytes, now_ms: int) -> tuple[SignIn, Person] | None:
        """Return a sign-in that is still good, of an enabled person, and note now and then that it was seen."""

    async def sign_ins(self, person: PersonId, now_ms: int) -> list[SignIn]:
        """Return a person's good sign-ins, last seen first."""

    async def end_sign_ins(
        self, person: PersonId, leaf: AuditLeaf, *, only: str | None = None, keep: str | None = None
    ) -> int:
        """End the sign-in `only`, or all but `keep`; return how many there were. The leaf is kept if any."""

    async def add_link(self, link: SignInLink, secret_hash: bytes, leaf: AuditLeaf) -> None:
        """Keep a sign-in link."""

    async def look_at_link(self, link_hash: bytes, now_ms: int) -> Person | None:
        """Return whom a good link signs in, or None; changes nothing."""

    async def use_link(
        self, link_hash: bytes, sign_in: SignIn, secret_hash: bytes, leaf: AuditLeaf
    ) -> Person | None:
        """Use a link once, atomically, and open the sign-in for its person; None when the link is not good.

        The person of `sign_in` and the actor and subject of `leaf` are filled in from the link.
        """

    async def set_password(
        self, person: PersonId, password_hash: str, leaf: AuditLeaf, *, keep: str | None = None
    ) -> None:
        """Keep a new password and end every sign-in but `keep`, and every sign-in link."""

    async def offer_totp(self, person: PersonId, sealed: bytes, leaf: AuditLeaf) -> None:
        """Keep an offered TOTP secret; the one in force stays in force."""

    async def set_totp(
        self, person: PersonId, sealed: bytes | None, step: int, leaf: AuditLeaf, *, keep: str | None = None
    ) -> None:
        """Put a TOTP secret in force, or none; the offer is gone, and so is every sign-in but `keep`."""

    async def set_state(self, person: PersonId, state: PersonState, now_ms: int, leaf: AuditLeaf) -> bool:
        """Enable or disable; True when that changed something. Disabling ends sign-ins, links and keys for good."""


class ApiKeyStore(Protocol):
    """API keys, kept as hashes. Every method raises StoreUnavailable when the database does not answer."""

    async def add(self, key: ApiKey, secret_hash: bytes, leaf: AuditLeaf) -> bool:
        """Keep a key; False when the person is disabled or has API_KEYS_PER_PERSON_MAX good ones."""

    async def find(self, secret_hash: bytes, now_ms: int) -> tuple[ApiKey, Person] | None:
        """Return a key that is still good, of an enabled person, and note now and then that it was used."""

    async def of_person(self, person: PersonId) -> list[ApiKey]:
        """Return a person's keys, newest first, the revoked and expired too."""

    async def revoke(self, person: PersonId, key: str, now_ms: int, leaf: AuditLeaf) -> bool:
        """Revoke a person's own key; True when it was not revoked before."""

"""API keys: made for one person, for named acts, until a time; shown once and kept as a hash.

Rule: a key never carries more than it is given here, and the policy decides whether its maker may give that much.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import PersonId
from concierge.domain.person import Person
from concierge.services.account_port import ApiKey, ApiKeyStore
from concierge.services.digests import digest_of
from concierge.services.ports import AuditLeaf, Clock, Mint

PREFIX = "concierge_"
"""Begins every key, so that people and secret scanners recognise one."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key; `secret` is what a program sends as its bearer, shown this once."""

    key: ApiKey
    secret: str


class ApiKeys:
    """The use cases of API keys."""

    def __init__(self, store: ApiKeyStore, clock: Clock, mint: Mint) -> None:
        self._store = store
        self._clock = clock
        self._mint = mint

    async def issue(self, person: PersonId, name: str, scopes: tuple[Act, ...], until_ms: int) -> IssuedKey:
        """Issue a key. Raises BadInput for a bad name, no scope or a bad time; Refused: too_many_keys."""
        now = self._clock.now()
        if not 0 < len(name.strip()) <= limits.NAME_MAX_CHARS:
            raise BadInput(f"a key has a name of at most {limits.NAME_MAX_CHARS} characters")
        if not scopes:
            raise BadInput("a key may do at least one thing")
        if not now < until_ms <= now + limits.API_KEY_LIFE_MAX_MS:
            raise BadInput("a key ends in the future, within a year")
        secret = PREFIX + self._mint.secret()
        kept = tuple(sorted(set(scopes)))
        key = ApiKey(self._mint.id("api_key"), person, name.strip(), kept, now, until_ms)
        detail = json.dumps(
            {"name": key.name, "scopes": list(key.scopes), "until_ms": until_ms}, sort_keys=True
        )
        leaf = AuditLeaf(now, "ApiKeyIssued", person, key.id, detail)
        if not await self._store.add(key, digest_of(secret), leaf):
            raise Refused("too_many_keys", f"{person} is disabled or has enough keys")
        return IssuedKey(key, secret)

    async def recall(self, secret: str) -> tuple[ApiKey, Person] | None:
        """Return whose key this is and what it may do; None when it is no good key (any more)."""
        if not secret.startswith(PREFIX):
            return None
        return await self._store.find(digest_of(secret), self._clock.now())

    async def of_person(self, person: PersonId) -> list[ApiKey]:
        """Return a person's keys, newest first, the revoked and expired too."""
        return await self._store.of_person(person)

    async def revoke(self, person: PersonId, key: str) -> None:
        """Revoke one's own key. Raises Refused: no_such_key."""
        now = self._clock.now()
        leaf = AuditLeaf(now, "ApiKeyRevoked", person, key, "{}")
        if not await self._store.revoke(person, key, now, leaf):
            raise Refused("no_such_key", f"{person} has no key {key} in force")

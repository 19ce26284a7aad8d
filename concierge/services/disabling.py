"""Disabling people, and noticing that somebody else did: the command line and other programs write to the same database.

Rules: whoever is disabled has no sign-in and no key from that transaction on, and no seat within DISABLED_CHECK_MS. The
database is the one place that says who is disabled; what is noticed here is only what to do about it. Enabling gives no
seat back: one signs in again.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from concierge.domain import limits
from concierge.domain.errors import Refused
from concierge.domain.ids import PersonId
from concierge.domain.person import PersonState
from concierge.services.accounts import Accounts
from concierge.services.ports import People, StoreUnavailable
from concierge.services.registry import Registry

_log = structlog.get_logger(__name__)


async def set_person_state(
    accounts: Accounts, people: People, registry: Registry, person: PersonId, state: PersonState, by: str
) -> bool:
    """Disable or enable a person; True when that changed something. Raises Refused: no_such_person."""
    if await people.person(person) is None:
        raise Refused("no_such_person", f"there is no {person}")
    changed = await accounts.set_state(person, state, by)
    if state is PersonState.DISABLED:
        registry.person_disabled(person)
    return changed


class WhoIsDisabled(Protocol):
    """The part of the People port that is looked at."""

    async def disabled(self) -> frozenset[PersonId]:
        """Return who may not sign in."""


class PutsOut(Protocol):
    """The part of the registry that is told."""

    def person_disabled(self, person: PersonId) -> None:
        """Put somebody out of every session."""


class DisabledWatch:
    """Puts out of every session whoever has been disabled since the last look."""

    def __init__(self, people: WhoIsDisabled, registry: PutsOut) -> None:
        self._people = people
        self._registry = registry
        self._known: frozenset[PersonId] = frozenset()

    async def look(self) -> None:
        """Look once. Raises StoreUnavailable."""
        disabled = await self._people.disabled()
        for person in disabled - self._known:
            self._registry.person_disabled(person)
            _log.info("person_put_out", person=person)
        self._known = disabled

    async def run(self) -> None:
        """Look until cancelled. A database that does not answer is asked again: nothing is let in meanwhile either."""
        while True:
            try:
                await self.look()
            except StoreUnavailable:
                _log.warning("disabled_people_unknown")
            await asyncio.sleep(limits.DISABLED_CHECK_MS / 1000)

"""Setting, removing and finding portraits, and the album: who has which address now, without asking the database.

Rules: what was sent is drawn anew before anything is kept; a new portrait has a new address, so that an old address shows
nothing any more; the album follows what is kept, never the other way round.
"""

from __future__ import annotations

import hashlib
import json

from concierge.domain.participant import Participant
from concierge.domain.portrait import Portrait, owner_of
from concierge.services.portrait_port import PortraitMaker, PortraitStore
from concierge.services.ports import AuditLeaf, Clock, Mint


class Album:
    """The address of every portrait, by owner, in memory: views are made without waiting."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}

    def replace(self, addresses: dict[str, str]) -> None:
        """Take over everything that is kept."""
        self._addresses = dict(addresses)

    def put(self, owner: str, address: str) -> None:
        """Note an owner's new portrait; "" for none any more."""
        if address:
            self._addresses[owner] = address
        else:
            self._addresses.pop(owner, None)

    def of(self, owner: str) -> str:
        """Return the address of an owner's portrait, or ""."""
        return self._addresses.get(owner, "")

    def of_participant(self, who: Participant) -> str:
        """Return the address of a participant's portrait, or ""."""
        return self.of(owner_of(who))


class Portraits:
    """The use cases of portraits."""

    def __init__(
        self, store: PortraitStore, maker: PortraitMaker, album: Album, clock: Clock, mint: Mint
    ) -> None:
        self._store = store
        self._maker = maker
        self._album = album
        self._clock = clock
        self._mint = mint

    async def start(self) -> None:
        """Fill the album. Raises StoreUnavailable."""
        self._album.replace(await self._store.addresses())

    async def put(self, owner: str, given: bytes, by: str) -> Portrait:
        """Draw what was sent anew and keep it. Raises Refused as PortraitMaker.make."""
        image = await self._maker.make(given)
        now = self._clock.now()
        portrait = Portrait(owner, self._mint.secret(), image, now)
        detail: dict[str, str | int] = {"bytes": len(image), "sha256": hashlib.sha256(image).hexdigest()}
        await self._store.put(portrait, AuditLeaf(now, "PortraitSet", by, owner, _json(detail)))
        self._album.put(owner, portrait.address)
        return portrait

    async def drop(self, owner: str, by: str) -> bool:
        """Remove an owner's portrait; True when there was one."""
        leaf = AuditLeaf(self._clock.now(), "PortraitRemoved", by, owner, "{}")
        dropped = await self._store.drop(owner, leaf)
        self._album.put(owner, "")
        return dropped

    async def find(self, address: str) -> Portrait | None:
        """Return the portrait at this address, or None."""
        return await self._store.find(address)


def _json(detail: dict[str, str | int]) -> str:
    return json.dumps(detail, sort_keys=True)

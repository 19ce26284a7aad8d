"""What portraits need from outside: where they are kept, and somebody who draws what was sent anew."""

from __future__ import annotations

from typing import Protocol

from concierge.domain.portrait import Portrait
from concierge.services.ports import AuditLeaf


class PortraitStore(Protocol):
    """Portraits kept. Every change and its audit leaf are one transaction; raises StoreUnavailable."""

    async def put(self, portrait: Portrait, leaf: AuditLeaf) -> None:
        """Keep a portrait in the place of its owner's former one."""

    async def drop(self, owner: str, leaf: AuditLeaf) -> bool:
        """Forget an owner's portrait; True when there was one. The leaf is kept if so."""

    async def find(self, address: str) -> Portrait | None:
        """Return the portrait at this address, or None."""

    async def addresses(self) -> dict[str, str]:
        """Return the address of every portrait, by owner."""


class PortraitMaker(Protocol):
    """Draws a picture from outside anew, as a square of limits.PORTRAIT_SIDE_PX without metadata."""

    async def make(self, given: bytes) -> bytes:
        """Return WebP bytes. Raises Refused: picture_too_large, picture_too_many_pixels, not_a_picture, pictures_busy."""

"""How often a stranger may try: per address and for everybody together, counted where all processes see it.

Rule: the global budget is what bounds guessing (threats.md row 5); the budget of an address keeps one caller from
using it up for the others.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.services.ports import Clock
from concierge.services.throttle_port import Throttle

WINDOW_MS = 60_000


class Bucket(StrEnum):
    """What is tried."""

    CODE = "code"
    PIN = "pin"
    LINK = "link"
    SIGN_IN = "sign_in"
    KEY = "key"
    ALARM = "alarm"


class TooManyTries(ConciergeError):
    """Come back in `wait_seconds`."""

    def __init__(self, bucket: Bucket) -> None:
        super().__init__(f"too many tries: {bucket}")
        self.wait_seconds = WINDOW_MS // 1000


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets a try through, or says to wait."""

    throttle: Throttle
    clock: Clock

    async def admit(self, bucket: Bucket, address: str) -> None:
        """Count a try. Raises TooManyTries, StoreUnavailable."""
        now = self.clock.now()
        own = await self.throttle.hit(
            bucket, _digest(network_of(address)), limits.CODE_TRIES_PER_ADDRESS_PER_MINUTE, WINDOW_MS, now
        )
        if not own:
            raise TooManyTries(bucket)
        if not await self.throttle.hit(bucket, b"", limits.CODE_TRIES_GLOBAL_PER_MINUTE, WINDOW_MS, now):
            raise TooManyTries(bucket)


def network_of(address: str) -> str:
    """Return who shares one budget: an IPv4 address, or the /64 of an IPv6 one (a household has 2^64 addresses)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

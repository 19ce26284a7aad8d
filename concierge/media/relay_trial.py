"""Tries a TURN server as a browser would: an allocation with short-lived credentials, given back at once.

Refuses to wait longer than TURN_GATHER_MS twice over, and to take a certificate that nobody vouches for.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from aioice import stun, turn
from typing_extensions import override

from concierge.domain.limits import TURN_GATHER_MS

_LIFETIME_S: Final = 60
_CLOSING_S: Final = 0.1
"""aioice closes a failed attempt's connection itself and tells nobody when that is done."""


class _Lost(asyncio.DatagramProtocol):
    """Knows when the allocation has been given back."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


async def try_relay(
    host: str, port: int, username: str, credential: str, *, transport: str, secure: bool
) -> str:
    """Return "" when the server allocates a relay, else why not, in its own or the system's words."""
    try:
        async with asyncio.timeout(2 * TURN_GATHER_MS / 1000):
            allocated, held = await turn.create_turn_endpoint(
                _Lost,
                server_addr=(host, port),
                username=username,
                password=credential,
                lifetime=_LIFETIME_S,
                ssl=secure,
                transport=transport,
            )
    except TimeoutError:
        await asyncio.sleep(_CLOSING_S)
        return "no answer"
    except (OSError, stun.TransactionError, ValueError) as error:
        await asyncio.sleep(_CLOSING_S)
        return str(error) or type(error).__name__
    allocated.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(held.lost.wait(), TURN_GATHER_MS / 1000)
    return ""

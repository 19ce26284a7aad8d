"""TURN credentials are renewed while a page stays: told anew well before the last ones expire.

Rule: what a page holds is its own participant's and never older than TURN_RENEW_MS; nothing is told to a closed page.
"""

from __future__ import annotations

import asyncio

from concierge.domain import limits
from concierge.domain.ids import ParticipantId
from concierge.server.connection import SocketConnection
from concierge.services.live import LiveSession
from concierge.wire import messages as wire
from concierge.wire.codec import write


async def renew_relays(live: LiveSession, participant: ParticipantId, connection: SocketConnection) -> None:
    """Tell a page its ICE servers again and again, until its socket closes; nothing when there is nothing to renew."""
    while live.relays_expire and not connection.closed.is_set():
        await asyncio.sleep(limits.TURN_RENEW_MS / 1000)
        connection.send(write(wire.Relays(live.ice_servers(participant))))

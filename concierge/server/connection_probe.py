"""The far end of "test my connection": a socket that answers, and peer connections that carry nothing and soon close.

Who may: whoever holds an invite that is still open, or a seat. Refuses everybody else, a fifth test at the same time,
a fourth offer, and anything after PROBE_LIFE_MS. Rules: nothing is recorded, shown or changed by a test; its relay
credentials are bound to the test alone; a secret is looked up under the same budget as any link.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from concierge.domain import limits
from concierge.domain.errors import BadIdentifier, ConciergeError
from concierge.domain.ids import ParticipantId, SessionId, check_id
from concierge.domain.invite import InviteState
from concierge.domain.plain import to_plain
from concierge.server.cookies import Kind
from concierge.server.house import House
from concierge.server.origins import is_own_origin
from concierge.server.throttles import Bucket
from concierge.services.inviting import look_at_invite
from concierge.services.joining import seat_of
from concierge.services.relays import ice_servers_for

_log = structlog.get_logger(__name__)

POLICY_VIOLATION, TOO_MUCH, DONE = 1008, 1013, 1000


@dataclass(slots=True)
class Probes:
    """How many tests run now."""

    running: set[SessionId] = field(default_factory=set)


_PROBES = Probes()


async def connection_test(house: House, socket: WebSocket) -> None:
    """Serve one test until it is over."""
    if not is_own_origin(socket.headers, house.settings.origin):
        await socket.close(POLICY_VIOLATION)
        return
    await socket.accept()
    probe = SessionId(house.tools.mint.id("session"))
    try:
        async with asyncio.timeout(limits.PROBE_LIFE_MS / 1000):
            if not await _allowed(house, socket, await _heard(socket)):
                await socket.close(POLICY_VIOLATION)
                return
            if len(_PROBES.running) >= limits.PROBES_AT_ONCE_MAX:
                await socket.close(TOO_MUCH)
                return
            _PROBES.running.add(probe)
            await _test(house, socket, probe)
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        pass
    except ConciergeError as error:
        _log.info("connection_test_refused", reason=type(error).__name__)
    finally:
        _PROBES.running.discard(probe)
        house.tools.media.close_session(probe)
    await _over(socket)


async def _over(socket: WebSocket) -> None:
    try:
        await socket.close(DONE)
    except RuntimeError:
        # The page has closed it already.
        return


async def _heard(socket: WebSocket) -> dict[str, Any]:
    """Return the next message; anything but an object of texts is an empty one."""
    async with asyncio.timeout(limits.PROBE_LIFE_MS / 1000):
        text = await socket.receive_text()
    if len(text) > limits.SDP_MAX_BYTES + limits.PROBE_ENVELOPE_BYTES:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return {}
    return found


async def _allowed(house: House, socket: WebSocket, given: dict[str, str]) -> bool:
    address = socket.client.host if socket.client is not None else ""
    await house.gate.admit(Bucket.LINK, address)
    if secret := given.get("invite", ""):
        invite = await look_at_invite(house.tools, secret)
        return invite.state(house.tools.clock.wall()) in (InviteState.READY, InviteState.NOT_YET)
    try:
        session = SessionId(check_id("session", given.get("session", "")))
    except BadIdentifier:
        return False
    kept = house.cookies.read(socket, Kind.SEAT, session)
    found = await seat_of(house.tools, "seat", kept) if kept else None
    return found is not None and found[0] == session


async def _test(house: House, socket: WebSocket, probe: SessionId) -> None:
    installation = house.tools.installation
    servers = ice_servers_for(installation, probe, house.tools.clock.wall())
    told = {"ice_servers": to_plain(servers), "ways": to_plain(installation.ways)}
    await socket.send_text(json.dumps(told))
    for number in range(limits.PROBE_OFFERS_MAX):
        offer = (await _heard(socket)).get("offer", "")
        answer = await house.tools.media.receive(probe, ParticipantId(f"{probe}-{number}"), offer)
        await socket.send_text(json.dumps({"answer": answer}))
    # The page looks whether they connect, and closes.
    await socket.receive_text()

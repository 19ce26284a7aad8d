"""ICE servers as one participant is told them: TURN credentials of their own that soon expire.

Refuses to hand out the shared secret, or a credential that outlives TURN_CREDENTIAL_MS. Rule (draft-uberti-behave-turn-
rest, section 2.2): username = "expiry:participant", in seconds of wall time; credential = base64 of HMAC-SHA1 over it
with the secret that broker and TURN server share. Nothing here is logged. An entry that carries a credential of its
own, and every STUN server, is told as it was configured.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from concierge.domain.limits import TURN_CREDENTIAL_MS
from concierge.services.tools import Installation
from concierge.wire.messages import IceServer


def ice_servers_for(installation: Installation, holder: str, wall_ms: int) -> tuple[IceServer, ...]:
    """Return the ICE servers for one holder (a participant's id) at this wall time, in milliseconds."""
    return tuple(
        _bound(server, installation.turn_secret, holder, wall_ms)
        if installation.turn_secret and _asks_for_credentials(server)
        else server
        for server in installation.ice_servers
    )


def turn_credentials(secret: str, holder: str, wall_ms: int) -> tuple[str, str]:
    """Return username and credential for a holder, valid for TURN_CREDENTIAL_MS from this wall time on."""
    username = f"{(wall_ms + TURN_CREDENTIAL_MS) // 1000}:{holder}"
    # SHA-1 is what the scheme names and every TURN server speaks; as an HMAC it is not broken.
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def _bound(server: IceServer, secret: str, holder: str, wall_ms: int) -> IceServer:
    return IceServer(server.urls, *turn_credentials(secret, holder, wall_ms))


def _asks_for_credentials(server: IceServer) -> bool:
    return not server.credential and any(url.startswith(("turn:", "turns:")) for url in server.urls)

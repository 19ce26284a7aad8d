"""The ways between a browser and this installation: what a network has to let through, and the one list of checks.

`concierge doctor`, "test my connection" and the sentence for the network team all tell these, in these words. Refuses
to guess: a way that is not configured is not listed. Values only, nothing here reaches out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from concierge.domain.refusals import N_
from concierge.wire.messages import IceServer, Way

_RELAY: Final = re.compile(
    r"\A(?P<scheme>turns?):(?://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:?\[\]/]+)(?::(?P<port>\d{1,5}))?(?:\?transport=(?P<transport>udp|tcp))?\Z"
)
_DEFAULT_PORTS: Final = {"turn": 3478, "turns": 5349}


class Check(StrEnum):
    """What is checked, in the order of the ladder."""

    SIGNALLING = "signalling"
    MEDIA_UDP = "media_udp"
    TURN_UDP = "turn_udp"
    TURN_TLS = "turn_tls"
    SHARING = "sharing"


# web/src/ways.ts says the same; tests/services/test_ways.py compares.
TITLES: Final[dict[Check, str]] = {
    Check.SIGNALLING: N_("Signalling (WebSocket)"),
    Check.MEDIA_UDP: N_("Picture and voice, directly (UDP)"),
    Check.TURN_UDP: N_("Picture and voice through a relay (TURN over UDP)"),
    Check.TURN_TLS: N_("Picture and voice through a relay (TURN over TLS)"),
    Check.SHARING: N_("Sharing a screen (secure address)"),
}


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """A TURN server's address (RFC 7065). `transport` is "udp" or "tcp"; `secure` says whether TLS is spoken on it."""

    host: str
    port: int
    transport: str
    secure: bool

    @property
    def check(self) -> Check:
        """Which rung of the ladder it is: what is not plain UDP is the last one."""
        return Check.TURN_UDP if self.transport == "udp" and not self.secure else Check.TURN_TLS

    @property
    def protocol(self) -> str:
        """What a firewall has to let through."""
        return "TLS" if self.secure else self.transport.upper()


def relay_address(url: str) -> RelayAddress | None:
    """Return the address in a turn: or turns: URL; None for any other URL."""
    found = _RELAY.match(url)
    if found is None:
        return None
    secure = found["scheme"] == "turns"
    port = int(found["port"] or _DEFAULT_PORTS[found["scheme"]])
    return RelayAddress(
        found["host"].strip("[]"), port, found["transport"] or ("tcp" if secure else "udp"), secure
    )


def ways_of(
    public_url: str, media_host: str, media_ports: tuple[int, int] | None, servers: Iterable[IceServer]
) -> tuple[Way, ...]:
    """Return the ways in the order of the ladder: signalling, media, then every relay. `ports` "" means any."""
    parts = urlsplit(public_url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    ports = "" if media_ports is None else f"{media_ports[0]}-{media_ports[1]}"
    port = parts.port or (443 if secure else 80)
    ways = [
        Way(Check.SIGNALLING.value, "HTTPS, WSS" if secure else "HTTP, WS", host, str(port)),
        Way(Check.MEDIA_UDP.value, "UDP", media_host or host, ports),
    ]
    relays = [relay for server in servers for url in server.urls if (relay := relay_address(url)) is not None]
    ways += [Way(one.check.value, one.protocol, one.host, str(one.port)) for one in relays]
    order = [check.value for check in Check]
    return tuple(sorted(ways, key=lambda way: order.index(way.check)))

"""The doctor's look at the ways between browsers and this installation: the checks of services/ways.py, in its words.

Rule: a relay is tried with credentials made as a participant's are, and its secret is never printed.
"""

from __future__ import annotations

import asyncio
import socket
import time
from gettext import gettext as _
from typing import Final

from concierge.bootstrap import installation_of
from concierge.config import Config
from concierge.media.relay_trial import try_relay
from concierge.services.relays import ice_servers_for
from concierge.services.ways import TITLES, Check, RelayAddress, relay_address

HOLDER: Final = "doctor"
CONNECT_S: Final = 2.0

Finding = tuple[bool, str]


def signalling(config: Config) -> Finding:
    """Whether the address people open takes connections now."""
    way = installation_of(config).ways[0]
    try:
        with socket.create_connection((way.host, int(way.ports)), timeout=CONNECT_S):
            words = _("%(host)s, port %(port)s answers")
    except OSError:
        words = _("nobody answers at %(host)s, port %(port)s now (no server is running?)")
    return True, titled(Check.SIGNALLING, words % {"host": way.host, "port": way.ports})


def turn_udp(config: Config) -> Finding:
    """Whether the relays over UDP allocate."""
    return _relays(config, Check.TURN_UDP)


def turn_tls(config: Config) -> Finding:
    """Whether the relays over TLS (or TCP) allocate, and their certificates hold."""
    return _relays(config, Check.TURN_TLS)


def titled(check: Check, words: str) -> str:
    """Return a finding under its check's name."""
    return _("%(check)s: %(words)s") % {"check": _(TITLES[check]), "words": words}


def _relays(config: Config, check: Check) -> Finding:
    tried = [
        (address, server.username, server.credential)
        for server in ice_servers_for(installation_of(config), HOLDER, int(time.time() * 1000))
        for url in server.urls
        if (address := relay_address(url)) is not None and address.check is check
    ]
    if not tried:
        return True, titled(check, _("none is configured"))
    results = [(one[0], asyncio.run(_trial(*one))) for one in tried]
    return not any(fault for _address, fault in results), titled(
        check, "; ".join(_words(address, fault) for address, fault in results)
    )


async def _trial(address: RelayAddress, username: str, credential: str) -> str:
    return await try_relay(
        address.host, address.port, username, credential, transport=address.transport, secure=address.secure
    )


def _words(address: RelayAddress, fault: str) -> str:
    place = {"host": address.host, "port": address.port, "fault": fault}
    if fault:
        return _("%(host)s, port %(port)s does not relay: %(fault)s") % place
    return _("%(host)s, port %(port)s relays") % place

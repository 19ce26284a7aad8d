"""UDP sockets for media: which addresses, which ports.

Refuses link-local, multicast and metadata addresses of this machine, and loopback unless it is allowed. Rule: sockets
never block; what the system will not take now is somebody's to drop.
"""

from __future__ import annotations

import socket
import time

from aioice import ice

from concierge.media.guard import contactable
from concierge.media.settings import MediaSettings

_SOCKET_BUFFER_BYTES = 2 * 1024 * 1024
_LOOPBACK = ("127.0.0.1", "::1")


def listening_addresses(settings: MediaSettings) -> list[str]:
    """Return the addresses to bind: the configured ones, or all of this machine that may be contacted."""
    if settings.listen:
        return [a for a in settings.listen if settings.loopback or a not in _LOOPBACK]
    found = [
        a for a in ice.get_host_addresses(use_ipv4=True, use_ipv6=True) if contactable(a, loopback=False)
    ]
    return [*found, "127.0.0.1"] if settings.loopback else found


def bound_socket(address: str, port_range: tuple[int, int] | None) -> socket.socket | None:
    """Return a non-blocking UDP socket on `address` and a free port of the range, or None when there is none."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    ports = [0] if port_range is None else _shuffled(port_range)
    for port in ports:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, _SOCKET_BUFFER_BYTES)
        try:
            sock.bind((address, port))
        except OSError:
            sock.close()
            continue
        return sock
    return None


def _shuffled(port_range: tuple[int, int]) -> list[int]:
    # Starting at the clock's offset spreads sockets over the range without a table of those in use.
    first, last = port_range
    count = last - first + 1
    start = time.monotonic_ns() % count
    return [first + (start + step) % count for step in range(count)]

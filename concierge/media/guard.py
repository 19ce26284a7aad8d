"""The door in front of ICE and DTLS: which datagrams are worth any work at all.

Refuses to parse: it looks at a few bytes and at the sender's address. Rule: junk costs one look. Non-STUN is read
only from addresses of an ICE pair in progress or succeeded; STUN only when it carries our own ufrag or answers a
check of ours; a DTLS ClientHello never (we are always the DTLS client, RFC 5763 section 5); a plaintext alert never
(it could only end a handshake that an outsider wants ended).
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from enum import Enum

from concierge.domain.limits import (
    GUARD_ADDRESSES_MAX,
    GUARD_STUN_ALL_PER_SECOND,
    GUARD_STUN_PER_SECOND,
)

Address = tuple[str, int]

_STUN_COOKIE = b"\x21\x12\xa4\x42"
_STUN_REQUEST = b"\x00\x01"
_STUN_ANSWERS = (b"\x01\x01", b"\x01\x11")
_DTLS_ALERT = 21
_DTLS_HANDSHAKE = 22
_CLIENT_HELLO = 1
# Cloud metadata services outside the link-local ranges.
_METADATA = frozenset({"100.100.100.200", "192.0.0.192", "fd00:ec2::254"})


class Kind(Enum):
    """What a datagram is, when it is worth handing on (RFC 7983 section 7)."""

    DROP = "drop"
    STUN = "stun"
    DTLS = "dtls"
    RTP = "rtp"


def contactable(address: str, *, loopback: bool) -> bool:
    """Say whether a media packet may ever go to `address`: no special, link-local, multicast or metadata address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return loopback
    if ip.is_unspecified or ip.is_multicast or ip.is_link_local or ip.is_reserved:
        return False
    return str(ip) not in _METADATA


class Bucket:
    """Tokens that refill at `per_second`, holding at most a second's worth."""

    __slots__ = ("_full_at", "_level", "_rate")

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._level = per_second
        self._full_at = 0.0

    def take(self, now: float) -> bool:
        """Take one token at `now` (seconds, monotonic); False when none is left."""
        self._level = min(self._rate, self._level + (now - self._full_at) * self._rate)
        self._full_at = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True


class Guard:
    """Judges datagrams of one peer connection. `allowed` holds the addresses of pairs in progress or succeeded."""

    def __init__(self, ufrag: str, *, loopback: bool) -> None:
        self._user = ufrag.encode("ascii") + b":"
        self._loopback = loopback
        self.allowed: set[Address] = set()
        self.dropped = 0
        self._all = Bucket(GUARD_STUN_ALL_PER_SECOND)
        self._each: OrderedDict[Address, Bucket] = OrderedDict()

    def judge(self, data: bytes, address: Address, now: float) -> Kind:
        """Return what `data` is, or DROP; never raises."""
        if data:
            first = data[0]
            if 127 < first < 192:
                if address in self.allowed and len(data) >= 12:
                    return Kind.RTP
            elif first < 2:
                if self._stun_is_ours(data, address, now):
                    return Kind.STUN
            elif 19 < first < 64 and self._dtls_is_fit(data, address):
                return Kind.DTLS
        self.dropped += 1
        return Kind.DROP

    def _stun_is_ours(self, data: bytes, address: Address, now: float) -> bool:
        if len(data) < 20 or data[4:8] != _STUN_COOKIE or len(data) != 20 + int.from_bytes(data[2:4], "big"):
            return False
        kind = data[:2]
        if kind in _STUN_ANSWERS:
            return self._all.take(now)
        if kind != _STUN_REQUEST or self._user not in data:
            return False
        return contactable(address[0], loopback=self._loopback) and self._within_budget(address, now)

    def _dtls_is_fit(self, data: bytes, address: Address) -> bool:
        if address not in self.allowed or len(data) < 14:
            return False
        if data[3:5] != b"\x00\x00":
            return True
        if data[0] == _DTLS_ALERT:
            return False
        return not (data[0] == _DTLS_HANDSHAKE and data[13] == _CLIENT_HELLO)

    def _within_budget(self, address: Address, now: float) -> bool:
        bucket = self._each.get(address)
        if bucket is None:
            bucket = self._each[address] = Bucket(GUARD_STUN_PER_SECOND)
            if len(self._each) > GUARD_ADDRESSES_MAX:
                self._each.popitem(last=False)
        else:
            self._each.move_to_end(address)
        # A pair that already works keeps its own budget, so that a flood from elsewhere cannot starve it.
        return bucket.take(now) and (address in self.allowed or self._all.take(now))

"""What the media plane is told about its surroundings. Data only: nothing here opens a socket or reads a file.

Rule: an empty setting never reaches out. Without `ice_servers` our side asks no STUN or TURN server at all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server *our* side uses: `urls` as in RFC 7064 and RFC 7065."""

    urls: str
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Where media sockets listen and what is said about them.

    `listen`: addresses to bind; empty means every address of this machine that is not link-local.
    `loopback`: whether 127.0.0.1 and ::1 may be listened on and answered (the demonstration on one machine).
    `public_address`: the address a one-to-one NAT shows to the world, announced beside the local ones.
    `port_range`: first and last UDP port, both included; None leaves the choice to the system.
    `ice_servers`: for our side only; the browsers' list travels elsewhere.
    `codec_preference`: picture codecs, best first; the answer to a publisher names the first it offers.
    """

    listen: tuple[str, ...] = ()
    loopback: bool = False
    public_address: str | None = None
    port_range: tuple[int, int] | None = None
    ice_servers: tuple[IceServer, ...] = ()
    codec_preference: tuple[str, ...] = ("VP8", "H264")

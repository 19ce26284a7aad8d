"""Plays one side of a bench: `python -m tests.bench.roles ROLE`, started by `tests.bench.sides`."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Final

import aioice.ice
import uvloop

from tests.bench.brokers import Forwarding, Recording, Relaying, serve
from tests.bench.revoking import desk
from tests.bench.traffic import bare_viewers, publisher, whole_viewers

ROLES: Final[dict[str, Callable[[], Awaitable[None]]]] = {
    "forwarding": lambda: serve(Forwarding()),
    "recording": lambda: serve(Recording()),
    "relaying": lambda: serve(Relaying()),
    "desk": desk,
    "publisher": lambda: publisher(key_every=50),
    "publisher-of-many-keys": lambda: publisher(key_every=5),
    "bare-viewers": bare_viewers,
    "whole-viewers": whole_viewers,
}


async def play(role: str) -> None:
    """Play a role on 127.0.0.1 alone."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    await ROLES[role]()


def main() -> None:
    """Play the role named on the command line until there are no more questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=sorted(ROLES))
    uvloop.run(play(parser.parse_args().role))


if __name__ == "__main__":
    main()

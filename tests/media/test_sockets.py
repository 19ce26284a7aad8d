"""Media sockets: addresses and ports."""

from __future__ import annotations

import aioice.ice
import pytest

from concierge.media.settings import MediaSettings
from concierge.media.sockets import bound_socket, listening_addresses


def test_without_a_list_every_address_is_listened_on_that_may_be_contacted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        aioice.ice, "get_host_addresses", lambda **_: ["198.51.100.7", "169.254.3.4", "fe80::1", "10.1.2.3"]
    )
    assert listening_addresses(MediaSettings()) == ["198.51.100.7", "10.1.2.3"]
    assert listening_addresses(MediaSettings(loopback=True))[-1] == "127.0.0.1"


def test_loopback_is_listened_on_only_when_allowed() -> None:
    wanted = ("127.0.0.1", "198.51.100.7")
    assert listening_addresses(MediaSettings(listen=wanted)) == ["198.51.100.7"]
    assert listening_addresses(MediaSettings(listen=wanted, loopback=True)) == list(wanted)


def test_a_port_of_the_range_is_taken_until_none_is_left() -> None:
    first = bound_socket("127.0.0.1", None)
    assert first is not None
    port = first.getsockname()[1]
    assert not first.getblocking()
    assert bound_socket("127.0.0.1", (port, port)) is None
    first.close()
    again = bound_socket("127.0.0.1", (port, port))
    assert again is not None
    assert again.getsockname()[1] == port
    again.close()


def test_an_address_that_is_not_ours_gives_no_socket() -> None:
    assert bound_socket("203.0.113.250", None) is None

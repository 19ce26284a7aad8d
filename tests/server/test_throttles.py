from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.server.throttles import Bucket, Gate, TooManyTries, network_of
from tests.server.front import Front


def test_an_ipv6_household_shares_one_budget() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("a proxy's socket") == "unknown"


async def test_one_address_has_a_budget_of_its_own(front: Front) -> None:
    gate = front.house.gate
    for _ in range(limits.CODE_TRIES_PER_ADDRESS_PER_MINUTE):
        await gate.admit(Bucket.CODE, "192.0.2.1")
    with pytest.raises(TooManyTries):
        await gate.admit(Bucket.CODE, "192.0.2.1")
    await gate.admit(Bucket.CODE, "192.0.2.2")
    await gate.admit(Bucket.PIN, "192.0.2.1")
    front.desk.clock.now_ms += 60_000
    await gate.admit(Bucket.CODE, "192.0.2.1")


async def test_everybody_together_has_one_budget(front: Front) -> None:
    """Two hundred addresses guess no faster than the global budget lets them (threats.md row 5)."""
    gate = Gate(front.desk.database.throttle, front.desk.clock)
    let_in = 0
    for number in range(limits.CODE_TRIES_GLOBAL_PER_MINUTE + 40):
        try:
            await gate.admit(Bucket.CODE, f"198.51.{number % 200}.7")
            let_in += 1
        except TooManyTries:
            continue
    assert let_in == limits.CODE_TRIES_GLOBAL_PER_MINUTE

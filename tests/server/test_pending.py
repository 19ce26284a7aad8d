from __future__ import annotations

from concierge.server.pending import PENDING_LIFE_MS, PENDING_MAX, PendingSignIns


def test_somebody_half_signed_in_is_known_for_a_while() -> None:
    pending = PendingSignIns()
    pending.put("visit", "anna", "secret words", 0)
    found = pending.look("visit", PENDING_LIFE_MS - 1)
    assert found is not None
    assert (found.name, found.password) == ("anna", "secret words")
    assert pending.look("visit", PENDING_LIFE_MS) is None
    assert pending.look("visit", 0) is None


def test_the_oldest_is_forgotten_and_nothing_is_printed() -> None:
    pending = PendingSignIns()
    for number in range(PENDING_MAX + 1):
        pending.put(str(number), "anna", "secret words", 0)
    assert pending.look("0", 1) is None
    assert pending.look("1", 1) is not None
    pending.drop("1")
    assert pending.look("1", 1) is None
    assert "secret words" not in repr(pending.look("2", 1)) + repr(pending)

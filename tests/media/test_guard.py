"""The guard: junk costs one look, and what is ours passes."""

from __future__ import annotations

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain.limits import (
    GUARD_ADDRESSES_MAX,
    GUARD_STUN_ALL_PER_SECOND,
    GUARD_STUN_PER_SECOND,
)
from concierge.media.guard import Bucket, Guard, Kind, contactable

PEER = ("198.51.100.7", 5000)
STRANGER = ("198.51.100.8", 5000)
UFRAG = "0123456789abcdef"


def guard() -> Guard:
    fresh = Guard(UFRAG, loopback=False)
    fresh.allowed = {PEER}
    return fresh


def request(user: str = f"{UFRAG}:fyb7") -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = user
    message.add_message_integrity(b"x" * 22)
    return bytes(message)


def dtls(kind: int, epoch: int, message: int) -> bytes:
    return bytes([kind, 0xFE, 0xFD]) + epoch.to_bytes(2, "big") + bytes(8) + bytes([message]) + bytes(20)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Kind.DROP),
        (b"\x80" * 11, Kind.DROP),
        (b"\x80" * 12, Kind.RTP),
        (b"\x01", Kind.DROP),
        (request(), Kind.STUN),
        (request()[:-1], Kind.DROP),
        (request("somebody:else"), Kind.DROP),
        (b"\x01\x01\x00\x00\x21\x12\xa4\x42" + bytes(12), Kind.STUN),
        (b"\x00\x11\x00\x00\x21\x12\xa4\x42" + bytes(12), Kind.DROP),
        (dtls(22, 0, 2), Kind.DTLS),
        (dtls(22, 0, 1), Kind.DROP),
        (dtls(21, 0, 2), Kind.DROP),
        (dtls(21, 1, 2), Kind.DTLS),
        (dtls(22, 0, 2)[:10], Kind.DROP),
        (b"\x40" * 30, Kind.DROP),
        (b"\xff" * 30, Kind.DROP),
    ],
    ids=range(
        16
    ),  # a request is signed with random bytes: as a name it would be another one in every process
)
def test_each_kind_of_datagram_from_the_peer(data: bytes, kind: Kind) -> None:
    assert guard().judge(data, PEER, 1.0) is kind


def test_a_stranger_may_check_us_and_nothing_else() -> None:
    fresh = guard()
    assert fresh.judge(request(), STRANGER, 1.0) is Kind.STUN
    for data in (b"\x80" * 50, dtls(22, 0, 2), dtls(21, 1, 2), dtls(22, 0, 1)):
        assert fresh.judge(data, STRANGER, 1.0) is Kind.DROP
    assert fresh.dropped == 4


@given(st.binary(max_size=60), st.sampled_from([PEER, STRANGER]))
def test_judging_never_raises(data: bytes, address: tuple[str, int]) -> None:
    kind = guard().judge(data, address, 1.0)
    assert kind is Kind.DROP or address == PEER


def test_a_flood_of_checks_is_cut_and_the_working_pair_keeps_its_budget() -> None:
    fresh = guard()
    passed = sum(fresh.judge(request(), STRANGER, 1.0) is Kind.STUN for _ in range(10_000))
    assert passed == GUARD_STUN_PER_SECOND
    many = sum(fresh.judge(request(), ("198.51.100.9", port), 1.0) is Kind.STUN for port in range(1, 10_000))
    assert passed + many == GUARD_STUN_ALL_PER_SECOND
    assert len(fresh._each) <= GUARD_ADDRESSES_MAX
    assert fresh.judge(request(), PEER, 1.0) is Kind.STUN
    assert fresh.judge(request(), STRANGER, 2.0) is Kind.STUN


def test_checks_from_special_addresses_are_not_answered() -> None:
    assert guard().judge(request(), ("169.254.169.254", 80), 1.0) is Kind.DROP
    assert guard().judge(request(), ("127.0.0.1", 80), 1.0) is Kind.DROP


@pytest.mark.parametrize(
    ("address", "loopback", "may"),
    [
        ("198.51.100.7", False, True),
        ("10.1.2.3", False, True),
        ("2001:db8::7", False, True),
        ("169.254.169.254", True, False),
        ("::ffff:169.254.169.254", True, False),
        ("100.100.100.200", False, False),
        ("fd00:ec2::254", False, False),
        ("fe80::1", False, False),
        ("224.0.0.251", False, False),
        ("255.255.255.255", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("127.0.0.1", False, False),
        ("127.0.0.1", True, True),
        ("::1", False, False),
        ("::1", True, True),
        ("printer.local", True, False),
        ("2130706433", True, False),
        ("", True, False),
    ],
)
def test_where_a_media_packet_may_go(*, address: str, loopback: bool, may: bool) -> None:
    assert contactable(address, loopback=loopback) is may


def test_a_bucket_refills_with_time_and_not_beyond_its_size() -> None:
    bucket = Bucket(2)
    assert [bucket.take(now) for now in (10.0, 10.0, 10.0, 10.5, 10.5, 99.0, 99.0, 99.0)] == [
        True, True, False, True, False, True, True, False,
    ]  # fmt: skip

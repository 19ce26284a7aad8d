from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from concierge.adapters.keys import KekLost, Keyring, KeyUnavailable, KmsSilent
from concierge.adapters.keys.kms import KmsAddress, KmsKeks
from concierge.adapters.keys.wrapping import Item
from tests.peers.key_service import KeyService, key_service

SECRET = bytes(range(32))
ITEMS = [Item(SECRET, b"rec_1\0picture"), Item(SECRET[::-1], b"rec_1\0voice")]


@pytest.fixture(scope="module", params=["unix", "https"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyService]:
    with key_service(tmp_path_factory.mktemp("kms"), overt=request.param == "https") as service:
        yield service


@pytest.fixture
def service(running: KeyService) -> Iterator[KeyService]:
    yield running
    if running.process is None:
        running.start()
    running.control(mood="")


def test_what_the_kms_wraps_it_opens_for_the_same_context_and_version_only(service: KeyService) -> None:
    keks = service.keks()
    kek, sealed = keks.wrap(ITEMS)
    assert kek == keks.current()
    assert keks.knows(kek)
    assert not keks.knows("kms:other/1")
    back = [Item(one, item.context) for one, item in zip(sealed, ITEMS, strict=True)]
    assert keks.unwrap(kek, back) == [item.secret for item in ITEMS]
    assert all(one[0] == 2 and item.secret not in one for one, item in zip(sealed, ITEMS, strict=True))
    for name, items in (
        (kek, [Item(sealed[0], b"rec_2\0picture")]),
        (kek, [Item(sealed[0][:-1], ITEMS[0].context)]),
        ("kms:desk/999", back),
    ):
        with pytest.raises(KekLost):
            keks.unwrap(name, items)


def test_a_version_that_was_rotated_still_opens_and_one_that_is_gone_is_lost(service: KeyService) -> None:
    ring = Keyring(service.keks())
    (old,) = ring.wrap("rec_1", {"voice": SECRET})
    service.control(rotate="desk")
    assert ring.current() != old.kek
    new = ring.rewrap("rec_1", old)
    assert new is not None
    assert new.kek == ring.current()
    assert ring.unwrap("rec_1", [old]) == ring.unwrap("rec_1", [new]) == {"voice": SECRET}
    service.control(forget=["desk", old.kek.rpartition("/")[2]])
    assert ring.rewrap("rec_1", old) is None
    assert ring.unwrap("rec_1", [new]) == {"voice": SECRET}


@pytest.mark.parametrize("mood", ["mad", "broken", "huge"])
def test_odd_answers_are_told_plainly_and_never_repeat_what_was_sent(service: KeyService, mood: str) -> None:
    service.control(mood=mood)
    with pytest.raises(KmsSilent, match="KMS key desk at") as told:
        service.keks().wrap(ITEMS)
    assert "plain" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_kms_that_is_slow_or_down_is_given_up_before_the_deadline(service: KeyService) -> None:
    service.control(mood="slow")
    begun = time.monotonic()
    with pytest.raises(KmsSilent, match="does not answer"):
        service.keks(wait_ms=200).current()
    assert time.monotonic() - begun < 10
    service.stop()
    with pytest.raises(KmsSilent, match="does not answer"):
        service.keks().current()


def test_a_wrong_credential_and_a_foreign_certificate_open_nothing(service: KeyService) -> None:
    with pytest.raises(KmsSilent, match="401"):
        service.keks(credential="").wrap(ITEMS)
    if service.overt:
        with pytest.raises(KmsSilent, match="SSLCertVerificationError"):
            service.keks(ca_file=None).wrap(ITEMS)


@pytest.mark.parametrize("url", ["http://kms.example.org", "ftp://x", "kms.example.org", ""])
def test_a_kms_is_never_asked_in_the_clear(url: str) -> None:
    with pytest.raises(KeyUnavailable, match="https or a Unix socket"):
        KmsKeks(KmsAddress("desk", url)).current()


def test_a_credential_shows_in_no_words(tmp_path: Path) -> None:
    keks = KmsKeks(KmsAddress("desk", socket=tmp_path / "no.sock", credential="s3cr3t"))
    with pytest.raises(KmsSilent) as told:
        keks.current()
    assert "s3cr3t" not in repr(keks) + repr(told.value) + repr(KmsAddress("desk", credential="s3cr3t"))

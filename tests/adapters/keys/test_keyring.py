from __future__ import annotations

import traceback
from dataclasses import replace

import pytest

from concierge.adapters.keys import KekLost, Keyring, KeyUnavailable
from concierge.adapters.keys.local import HeldKeks, name_of
from concierge.domain.wrapped_key import EVERY

A, B = b"a" * 32, b"b" * 32


def test_a_wrapped_key_opens_only_for_its_recording_its_class_and_its_kek() -> None:
    ring = Keyring(A)
    deks = {"picture": ring.fresh(), "voice": ring.fresh()}
    picture, voice = ring.wrap("rec_1", deks)
    assert (picture.cls, voice.cls, picture.kek, picture.kind) == ("picture", "voice", name_of(A), 1)
    assert not any(dek in key.sealed for dek in deks.values() for key in (picture, voice))
    assert ring.unwrap("rec_1", [picture, voice]) == deks
    assert ring.unwrap("rec_1", [voice]) == {"voice": deks["voice"]}
    altered = picture.sealed[:-1] + bytes([picture.sealed[-1] ^ 1])
    for other, recording, bad in (
        (ring, "rec_2", picture),
        (ring, "rec_1", replace(picture, cls="voice")),
        (Keyring(B), "rec_1", picture),
        (ring, "rec_1", replace(picture, sealed=altered)),
        (ring, "rec_1", replace(picture, sealed=picture.sealed[:-1])),
        (ring, "rec_1", replace(picture, sealed=b"")),
        (ring, "rec_1", replace(picture, sealed=b"\x07" + picture.sealed[1:])),
    ):
        with pytest.raises(KeyUnavailable):
            other.unwrap(recording, [bad])


def test_a_key_wrapped_before_keks_had_names_is_opened_by_whichever_does() -> None:
    old = Keyring(A)
    dek = old.fresh()
    (wrapped,) = old.wrap("rec_1", {EVERY: dek})
    nameless = replace(wrapped, kek="")
    both = Keyring(B, HeldKeks("older", [A]))
    with pytest.raises(KekLost):
        Keyring(B).unwrap("rec_1", [nameless])
    assert Keyring(HeldKeks("both", [B, A])).unwrap("rec_1", [nameless]) == {EVERY: dek}
    assert both.unwrap("rec_1", [wrapped]) == {EVERY: dek}
    assert both.unwrap("rec_1", [nameless]) == {EVERY: dek}


def test_what_is_for_a_recipient_is_reserved_and_said_so() -> None:
    ring = Keyring(A)
    (wrapped,) = ring.wrap("rec_1", {EVERY: ring.fresh()})
    with pytest.raises(KeyUnavailable, match="recipient's public key"):
        ring.unwrap("rec_1", [replace(wrapped, sealed=b"\x03" + wrapped.sealed[1:])])


def test_rewrapping_changes_the_kek_and_not_the_key_and_a_lost_kek_is_told() -> None:
    old, both = Keyring(A), Keyring(B, HeldKeks("older", [A]))
    dek = old.fresh()
    (wrapped,) = old.wrap("rec_1", {EVERY: dek})
    new = both.rewrap("rec_1", wrapped)
    assert new is not None
    assert new.kek == name_of(B) == both.current()
    assert Keyring(B).unwrap("rec_1", [new]) == {EVERY: dek}
    assert Keyring(B).rewrap("rec_1", wrapped) is None
    assert Keyring(B).lost([name_of(A), name_of(B), ""]) == [name_of(A)]
    both.try_out()


def test_neither_names_nor_words_nor_tracebacks_hold_a_key() -> None:
    secret = bytes(range(32))
    ring = Keyring(secret)
    dek = ring.fresh()
    (wrapped,) = ring.wrap("rec_1", {EVERY: dek})
    told = [repr(ring), repr(ring.places), repr(wrapped), name_of(secret)]
    with pytest.raises(KeyUnavailable) as caught:
        ring.unwrap("rec_2", [wrapped])
    frames = caught.value.__traceback__
    assert frames is not None
    # without this test's own frame, which does hold the keys
    ours = traceback.StackSummary.extract(traceback.walk_tb(frames.tb_next), capture_locals=True)
    told += [repr(caught.value), "".join(ours.format())]
    assert len(told) == 6
    for text in told:
        for key in (secret, dek, wrapped.sealed):
            assert key.hex() not in text
            assert repr(key)[2:-1] not in text

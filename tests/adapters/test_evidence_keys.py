"""Every class has a key of its own; a class whose key is gone stays sealed, and no key at all is said."""

from __future__ import annotations

import pytest

from concierge.adapters.evidence_keys import CLASS_NAMES, content_keys, fresh_keys
from concierge.adapters.keys import Keyring, KeyUnavailable
from concierge.domain.wrapped_key import EVERY
from recorder.records import EvidenceClass


def test_every_class_has_a_key_of_its_own() -> None:
    deks = fresh_keys(Keyring(bytes(32)))
    keys = content_keys(deks)
    assert isinstance(keys, dict)
    assert set(keys) == {int(cls) for cls in EvidenceClass}
    assert len(set(keys.values())) == len(CLASS_NAMES)
    assert keys[EvidenceClass.VOICE] == deks["voice"]


def test_one_key_for_all_is_what_older_recordings_have() -> None:
    assert content_keys({EVERY: b"k" * 32}) == b"k" * 32


def test_an_erased_class_is_left_out_and_no_key_at_all_is_said() -> None:
    deks = fresh_keys(Keyring(bytes(32)))
    del deks["voice"]
    assert EvidenceClass.VOICE not in content_keys(deks)
    for nothing in ({}, {"a class of the future": b""}):
        with pytest.raises(KeyUnavailable, match="not there"):
            content_keys(nothing)

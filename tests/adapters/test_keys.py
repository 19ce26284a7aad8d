"""Keys at rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.keys import KEY_BYTES, Keyring, KeyUnavailable, PepperedSecrets, load_or_make


def test_a_key_file_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "kek"
    key = load_or_make(path)
    assert len(key) == KEY_BYTES
    assert load_or_make(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_file_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    load_or_make(path)
    path.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="0600"):
        load_or_make(path)


def test_a_key_file_of_another_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(KeyUnavailable, match="32 bytes"):
        load_or_make(path)


def test_a_wrapped_key_opens_only_for_its_recording_and_its_kek() -> None:
    ring = Keyring(b"a" * 32)
    dek = ring.fresh()
    wrapped = ring.wrap("rec_1", dek)
    assert dek not in wrapped
    assert ring.unwrap("rec_1", wrapped) == dek
    for other, name, bad in (
        (ring, "rec_2", wrapped),
        (Keyring(b"b" * 32), "rec_1", wrapped),
        (ring, "rec_1", wrapped[:-1]),
        (ring, "rec_1", wrapped[:-1] + bytes([wrapped[-1] ^ 1])),
        (ring, "rec_1", b""),
        (ring, "rec_1", b"\x02" + wrapped[1:]),
    ):
        with pytest.raises(KeyUnavailable):
            other.unwrap(name, bad)


def test_digests_differ_by_kind_secret_and_pepper() -> None:
    secrets = PepperedSecrets(b"p" * 32)
    digests = {
        secrets.digest("code", "123456789"),
        secrets.digest("link", "123456789"),
        secrets.digest("code", "123456780"),
        PepperedSecrets(b"q" * 32).digest("code", "123456789"),
    }
    assert len(digests) == 4
    assert secrets.digest("code", "123456789") == secrets.digest("code", "123456789")
    assert len(secrets.digest("code", "\ud800")) == 32

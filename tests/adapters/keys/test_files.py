from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.keys import KEY_BYTES, KeyUnavailable, load_or_make


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

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.keys import KeyUnavailable
from concierge.adapters.keys.local import name_of
from concierge.adapters.keys.places import Place, keyring, wrapping_of


def test_every_kind_of_place_becomes_a_wrapping(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cr3t\n")
    secret.chmod(0o600)
    places = (
        Place("file", str(tmp_path / "kek"), may_make=True),
        Place("env", "CONCIERGE_OLD", secret="ab" * 32),
        Place("unix", "/run/kms.sock", "desk", credential_file=secret),
        Place("https", "https://kms.example.org", "desk", credential_file=secret),
    )
    ring = keyring(*places)
    assert [place.words for place in ring.places] == [
        "file kek",
        "environment variable CONCIERGE_OLD",
        "KMS key desk at unix socket kms.sock",
        "KMS key desk at https://kms.example.org",
    ]
    assert ring.knows(name_of(b"\xab" * 32))
    assert ring.knows("kms:desk/7")
    assert "ab" * 32 not in repr(places) + repr(ring)


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    readable = tmp_path / "secret"
    readable.write_text("x")
    readable.chmod(0o644)
    for place, words in (
        (Place("file", str(tmp_path / "no")), "no is not there"),
        (Place("env", "X", secret="short"), "environment variable X does not hold"),
        (Place("unix", "/s", "desk", credential_file=readable), "0600"),
        (Place("unix", "/s", "desk", credential_file=tmp_path / "none"), "none cannot be read"),
        (Place("ftp", "x"), "ftp is no kind"),
    ):
        with pytest.raises(KeyUnavailable, match=words):
            wrapping_of(place)

from __future__ import annotations

from concierge.adapters.keys import PepperedSecrets


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

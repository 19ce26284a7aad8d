"""Settings: their defaults reach out to nobody."""

from __future__ import annotations

from concierge.media.settings import MediaSettings


def test_defaults_ask_no_server_and_stay_off_loopback() -> None:
    settings = MediaSettings()
    assert settings.ice_servers == ()
    assert not settings.loopback
    assert settings.public_address is None
    assert settings.codec_preference[0] == "VP8"

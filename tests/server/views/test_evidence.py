from __future__ import annotations

from concierge.server.views.evidence import RecordingFilter


def test_a_filter_is_active_as_soon_as_anything_is_asked() -> None:
    assert not RecordingFilter().active
    assert RecordingFilter(words="fax").active
    assert RecordingFilter(until="2026-11-21").active

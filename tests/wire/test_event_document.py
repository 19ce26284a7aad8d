"""The registry of events is the one the classes make, and names every event a recording may hold."""

from __future__ import annotations

from concierge.domain.event_codec import EVENT_TYPES
from concierge.wire.event_document import generate
from tests.architecture.sources import ROOT


def test_the_document_is_generated() -> None:
    written = (ROOT / "docs" / "recording-events.md").read_text(encoding="utf-8")
    assert written == generate(), "run: python -m concierge.wire.event_document > docs/recording-events.md"


def test_every_event_has_its_line() -> None:
    lines = generate().splitlines()
    for name in EVENT_TYPES:
        assert sum(line.startswith(f"| `{name}` |") for line in lines) == 1
    assert any("ConsentGiven" in line and "`wording`: Wording" in line for line in lines)
    assert "- **Wording**: `sha256`: text, `language`: text, `version`: text" in lines

"""The document of the messages is what the classes say."""

from __future__ import annotations

from pathlib import Path

from concierge.wire.codec import CLIENT_MESSAGES, SERVER_MESSAGES
from concierge.wire.document import generate

DOCUMENT = Path(__file__).parents[2] / "docs" / "socket-messages.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == generate(), (
        "python -m concierge.wire.document > docs/socket-messages.md"
    )


def test_every_message_is_in_it() -> None:
    text = generate()
    for name in (*CLIENT_MESSAGES, *SERVER_MESSAGES):
        assert f"### `{name}`" in text

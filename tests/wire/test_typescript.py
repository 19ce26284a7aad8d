"""The generated TypeScript is the one in the web folder, and says what the Python says."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from concierge.domain import limits
from concierge.wire.codec import CLIENT_MESSAGES, SERVER_MESSAGES
from concierge.wire.typescript import generate
from concierge.wire.view import SessionView

GENERATED = Path(__file__).parents[2] / "web" / "src" / "wire.gen.ts"
TEXT = generate()


def test_the_committed_file_is_generated() -> None:
    assert GENERATED.read_text(encoding="utf-8") == TEXT, (
        "run `python -m concierge.wire.typescript > web/src/wire.gen.ts`"
    )


def test_generating_twice_gives_the_same() -> None:
    assert generate() == TEXT


def interface(name: str) -> dict[str, str]:
    """Return the fields of a TypeScript interface and their types."""
    body = re.search(rf"export interface {name} {{\n(.*?)\n}}", TEXT, re.DOTALL)
    assert body is not None, name
    return dict(re.findall(r"^  (\w+\??): (.*);$", body[1], re.MULTILINE))


@pytest.mark.parametrize("name", sorted(CLIENT_MESSAGES | SERVER_MESSAGES))
def test_every_message_has_its_interface(name: str) -> None:
    kind = (CLIENT_MESSAGES | SERVER_MESSAGES)[name]
    fields = interface(f"{kind.__name__}Message")
    assert fields.pop("type") == f'"{name}"'
    assert [field.rstrip("?") for field in fields] == [item.name for item in dataclasses.fields(kind)]
    optional = {item.name for item in dataclasses.fields(kind) if item.default is not dataclasses.MISSING}
    assert {field[:-1] for field in fields if field.endswith("?")} == optional


def test_types_are_translated() -> None:
    view = interface("SessionView")
    assert list(view) == [item.name for item in dataclasses.fields(SessionView)]
    assert view["state"] == "State"
    assert view["may"] == "Capability[]"
    assert view["paused_ms"] == "number | null"
    assert view["handover"] == "HandoverView | null"
    assert interface("DrawMarkMessage")["points"] == "[number, number][]"
    assert interface("WelcomeMessage")["ice_servers"] == "IceServer[]"
    assert 'export type Quality = "sharp" | "smooth";' in TEXT


def test_unions_name_every_message() -> None:
    for union, kinds in (("ClientMessage", CLIENT_MESSAGES), ("ServerMessage", SERVER_MESSAGES)):
        block = re.search(rf"export type {union} =\n(.*?);", TEXT, re.DOTALL)
        assert block is not None
        assert re.findall(r"\w+", block[1]) == [f"{kind.__name__}Message" for kind in kinds.values()]


def test_every_limit_is_there() -> None:
    assert f"  CHAT_MAX_CHARS: {limits.CHAT_MAX_CHARS}," in TEXT
    assert "  INVITE_WARNINGS_MS: [900000, 300000, 60000]," in TEXT
    assert TEXT.count("\n  ") >= sum(name.isupper() for name in vars(limits))

"""Audit leaves: one for every event that is owed one, and no words of people in any."""

from __future__ import annotations

import json
from typing import get_type_hints

import pytest

from concierge.domain import events as ev
from concierge.domain.event_codec import EVENT_TYPES
from concierge.services.leaves import leaf_of, leaves_of
from concierge.wire import messages as wire
from tests.cast import HOST, RECORDING, SESSION, TICKET, opened
from tests.services.desk import Desk

STREAMED_OR_SAID = {"ChatSaid", "MarkDrawn", "MarksCleared", "EndingSoon", "PolicyDecided"}
WORDS = "Zwiebelfisch"


async def test_everything_that_happens_in_a_session_leaves_its_line_in_the_audit_log(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say(WORDS))
    await desk.send(live, live.decided.host, wire.End(f"{WORDS} 1", f"{WORDS} 2"))
    await desk.ended(live)
    script = await desk.script(live)
    owed = [type(event).__name__ for event in script.events if type(event).__name__ not in STREAMED_OR_SAID]
    tail = [leaf for _, leaf in await desk.tools.audit.tail(200) if leaf.subject == live.decided.id]
    assert [leaf.kind for leaf in reversed(tail)] == owed
    assert not [leaf for leaf in tail if WORDS in leaf.detail or "Maria" in leaf.detail]


def test_a_leaf_says_who_when_and_about_what() -> None:
    session = opened().session
    event = ev.SessionOpened(seq=1, at_ms=7, session=SESSION, ticket=TICKET, recording=RECORDING, host=HOST)
    leaf = leaf_of(session, event)
    assert leaf is not None
    assert (leaf.at_ms, leaf.kind, leaf.subject) == (7, "SessionOpened", SESSION)
    detail = json.loads(leaf.detail)
    assert detail["host"]["id"] == HOST.id
    assert "name" not in detail["host"]
    assert HOST.name not in leaf.detail


def test_what_nobody_asked_for_is_the_brokers_own() -> None:
    session = opened().session
    leaf = leaf_of(session, ev.ClockStepped(seq=2, at_ms=0, by_ms=5))
    assert leaf is not None
    assert (leaf.actor, json.loads(leaf.detail)["by_ms"]) == ("broker", 5)


@pytest.mark.parametrize("kind", sorted(STREAMED_OR_SAID))
def test_streams_and_lines_of_chat_leave_none(kind: str) -> None:
    event = object.__new__(EVENT_TYPES[kind])
    assert leaf_of(opened().session, event) is None


def test_several_events_leave_their_lines_in_order() -> None:
    session = opened().session
    events: list[ev.Event] = [ev.ClockStepped(seq=number, at_ms=number, by_ms=number) for number in (2, 3, 4)]
    assert [leaf.at_ms for leaf in leaves_of(session, events)] == [2, 3, 4]


def test_every_field_for_free_words_is_known_here() -> None:
    """Somebody who adds a text field to an event has to say whether it may stand in the audit log."""
    known = {
        "brief", "note", "outcome", "text", "to_name", "shape", "told", "policy", "name", "of_name", "question", "by", "act",
    }  # fmt: skip
    found = {
        name for kind in EVENT_TYPES.values() for name, hint in get_type_hints(kind).items() if hint is str
    }
    assert found == known

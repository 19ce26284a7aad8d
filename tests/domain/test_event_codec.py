"""Events through JSON and back: exactly, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain import events as ev
from concierge.domain.errors import BadInput
from concierge.domain.event_codec import EVENT_TYPES, decode, encode
from concierge.domain.evolve import fold
from tests.cast import offered, with_vendor
from tests.shapes import JSON, values_of

CLOCK: dict[str, Any] = {"event": "ClockStepped", "seq": 1, "at_ms": 2, "by_ms": 3}


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
@given(data=st.data())
def test_every_event_survives_json(name: str, data: st.DataObject) -> None:
    event = data.draw(values_of(EVENT_TYPES[name]))
    assert decode(json.loads(json.dumps(encode(event)))) == event


def test_a_whole_session_survives_json() -> None:
    play = offered(with_vendor())
    assert fold(decode(json.loads(json.dumps(encode(event)))) for event in play.events) == play.session


def test_every_event_class_is_known() -> None:
    declared = {kind.__name__ for base in (ev.Event, ev.Narrowing) for kind in base.__subclasses__()}
    assert EVENT_TYPES.keys() == declared - {"Narrowing"}
    assert all(kind.__name__ == name for name, kind in EVENT_TYPES.items())


@pytest.mark.parametrize(
    "document",
    [
        None, [], "ClockStepped", {}, {"event": None}, {"event": ["ClockStepped"]}, {"event": "Event"},
        {"event": "Narrowing"}, {"event": "clockstepped"}, {"event": "Sneezed", "seq": 1, "at_ms": 1},
        {"event": "ClockStepped"}, {**CLOCK, "seq": "1"}, {**CLOCK, "seq": 1.0}, {**CLOCK, "more": 1},
        {**CLOCK, "effect": "narrows"}, {**CLOCK, "by_ms": 2**60},
    ],
)  # fmt: skip
def test_a_zoo_of_what_is_no_event(document: object) -> None:
    with pytest.raises(BadInput):
        decode(document)


@given(JSON)
def test_whatever_comes_it_is_refused_or_an_event(document: object) -> None:
    with pytest.raises(BadInput):
        decode(document)

"""Event bodies have one spelling, carry their number, and anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import events
from recorder.errors import VerificationError
from recorder.limits import MAX_DEPTH, MAX_NUMBER
from recorder.records import EvidenceClass, RecordType

names = st.text(st.characters(max_codepoint=127), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_NUMBER, MAX_NUMBER) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(names, json_values, max_size=5))
def test_any_object_comes_back(fields: dict[str, object]) -> None:
    assert events.parse(events.canonical(fields)) == fields


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_one_kind_of_error(body: bytes) -> None:
    try:
        fields = events.parse(body)
    except VerificationError:
        return
    assert events.canonical(fields) == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b"\xff",
        b"[" * 50_000,
        b'{"a":1}\n',
        b'{"a":1.5}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        '{"ä":1}'.encode(),
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    ],
)
def test_what_is_no_canonical_object_is_refused(body: bytes) -> None:
    with pytest.raises(VerificationError, match="not a JSON object"):
        events.parse(body)


def test_bodies_may_nest_so_deep_and_no_deeper() -> None:
    body = b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH
    assert events.canonical(events.parse(body)) == body
    for wrong in ({"a": object()}, {"a": 0.5}):
        with pytest.raises(TypeError, match="not a value"):
            events.canonical(wrong)


def test_an_event_carries_its_number_once() -> None:
    record = events.event(7, 41, {"type": "Joined"}, cls=EvidenceClass.CONVERSATION)
    assert (record.type, record.cls, record.at_us) == (RecordType.EVENT, EvidenceClass.CONVERSATION, 7)
    assert record.body == b'{"seq":41,"type":"Joined"}'
    assert events.seq_of(events.parse(record.body)) == 41
    for seq, fields in ((1, {"seq": 2}), (-1, {})):
        with pytest.raises(ValueError, match="seq"):
            events.event(0, seq, fields)


@pytest.mark.parametrize("fields", [{}, {"seq": True}, {"seq": "1"}])
def test_an_event_without_a_number_counts_as_before_all(fields: dict[str, object]) -> None:
    assert events.seq_of(fields) == -1


def test_a_clock_sample_holds_both_clocks() -> None:
    record = events.clock(7, 1_760_000_000_000, 1_759_000_000_000)
    assert (record.type, record.cls, record.at_us) == (RecordType.CLOCK, EvidenceClass.CONTROL, 7)
    assert events.parse(record.body) == {"steady_ms": 1_760_000_000_000, "wall_ms": 1_759_000_000_000}


def test_a_gap_stands_at_its_end() -> None:
    record = events.gap(10, 30, "hidden")
    assert (record.type, record.at_us) == (RecordType.GAP, 30)
    assert events.parse(record.body) == {"from_us": 10, "reason": "hidden", "until_us": 30}
    assert events.summary(1, {"a": 1}).type is RecordType.SUMMARY

"""Messages as text: every one of ours there and back, and a zoo of what is none of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain import limits
from concierge.domain.plain import from_plain
from concierge.wire import messages
from concierge.wire.codec import (
    CLIENT_MESSAGES,
    SERVER_MESSAGES,
    WireError,
    read_client_document,
    read_request,
    write,
)
from tests.shapes import JSON, values_of

SAY = '{"type":"say","id":7,"text":"Grüß Gott 👋"}'


@pytest.mark.parametrize("name", sorted(CLIENT_MESSAGES))
@given(data=st.data(), request_id=st.integers(0, 2**53 - 1))
def test_what_a_page_writes_is_read_as_it_was_meant(name: str, data: st.DataObject, request_id: int) -> None:
    message = data.draw(values_of(CLIENT_MESSAGES[name]))
    document = json.loads(write(message))
    assert document["type"] == name
    assert read_client_document(document) == message
    assert read_request(json.dumps({**document, "id": request_id})) == (request_id, message)


@pytest.mark.parametrize("name", sorted(SERVER_MESSAGES))
@given(data=st.data())
def test_what_the_broker_writes_can_be_read(name: str, data: st.DataObject) -> None:
    message = data.draw(values_of(SERVER_MESSAGES[name]))
    document = json.loads(write(message))
    assert document.pop("type") == name
    assert from_plain(SERVER_MESSAGES[name], document) == message
    # Ours are never a page's.
    with pytest.raises(WireError, match="unknown message type"):
        read_request(write(message))


def test_names_are_snake_case_and_every_message_has_one() -> None:
    declared = {
        kind.__name__
        for base in (messages.ClientMessage, messages.ServerMessage)
        for kind in base.__subclasses__()
    }
    known = {**CLIENT_MESSAGES, **SERVER_MESSAGES}
    assert {kind.__name__ for kind in known.values()} == declared
    assert CLIENT_MESSAGES["stop_everything"] is messages.StopEverything
    assert not CLIENT_MESSAGES.keys() & SERVER_MESSAGES.keys()


def test_a_request_without_a_number_has_number_0() -> None:
    assert read_request('{"type":"leave"}') == (0, messages.Leave())
    assert read_request(SAY) == (7, messages.Say("Grüß Gott 👋"))


def padded(size: int) -> str:
    text = '{"type":"say","text":""}'
    return text[:-2] + "x" * (size - len(text)) + text[-2:]


ZOO: dict[str, str] = {
    "empty": "",
    "not JSON": "hello",
    "half": SAY[:-1],
    "two messages": SAY + SAY,
    "a byte order mark": "\ufeff" + SAY,
    "single quotes": "{'type':'leave'}",
    "a comment": '{"type":"leave"/**/}',
    "a trailing comma": '{"type":"leave",}',
    "null": "null",
    "a list": f"[{SAY}]",
    "a string": '"leave"',
    "a number": "1",
    "no type": '{"id":1}',
    "type null": '{"type":null}',
    "type a list": '{"type":["leave"]}',
    "type an object": '{"type":{"leave":1}}',
    "an unknown type": '{"type":"become_host"}',
    "a type of ours": '{"type":"pulse","n":1,"lag_ms":0}',
    "a class name": '{"type":"StopEverything"}',
    "the base": '{"type":"client_message"}',
    "a lone surrogate as type": '{"type":"\\ud800"}',
    "an unknown field": '{"type":"leave","by":"par_x"}',
    "a field of another message": '{"type":"leave","text":"x"}',
    "__proto__": '{"type":"leave","__proto__":{}}',
    "a missing field": '{"type":"say"}',
    "text a number": '{"type":"say","text":1}',
    "text null": '{"type":"say","text":null}',
    "text a list": '{"type":"say","text":["a"]}',
    "NUL": '{"type":"say","text":"a\\u0000b"}',
    "NUL in a word": '{"type":"draw_mark","surface":"s","shape":"po\\u0000int","points":[]}',
    "a lone surrogate escaped": '{"type":"say","text":"\\ud800"}',
    "a lone surrogate raw": '{"type":"say","text":"\ud800"}',
    "surrogates the wrong way round": '{"type":"say","text":"\\udc00\\ud800"}',
    "a number where true or false belongs": '{"type":"accept_handover","brief_read":1}',
    "true where a number belongs": '{"type":"beat","n":true}',
    "a fraction": '{"type":"beat","n":1.0}',
    "a huge number": '{"type":"beat","n":9007199254740992}',
    "a monstrous number": '{"type":"beat","n":' + "9" * 5_000 + "}",
    "an exponent": '{"type":"beat","n":1e400}',
    "NaN": '{"type":"beat","n":NaN}',
    "Infinity": '{"type":"beat","n":-Infinity}',
    "NaN as id": '{"type":"leave","id":NaN}',
    "id negative": '{"type":"leave","id":-1}',
    "id a string": '{"type":"leave","id":"1"}',
    "id true": '{"type":"leave","id":true}',
    "id null": '{"type":"leave","id":null}',
    "id huge": '{"type":"leave","id":9007199254740992}',
    "a name twice": '{"type":"say","text":"a","text":"b"}',
    "two types": '{"type":"leave","type":"stop_everything"}',
    "a name twice further in": '{"type":"leave","id":1,"x":{"a":1,"a":2}}',
    "a word nobody knows": '{"type":"ask","capability":"everything","participant":"p"}',
    "a word as a list": '{"type":"ask","capability":["chat"],"participant":"p"}',
    "a point of three": '{"type":"draw_mark","surface":"s","shape":"point","points":[[1,2,3]]}',
    "a point of text": '{"type":"draw_mark","surface":"s","shape":"point","points":[["1","2"]]}',
    "points an object": '{"type":"draw_mark","surface":"s","shape":"point","points":{}}',
    "deep lists": "[" * 30_000,
    "deep closed lists": "[" * 30_000 + "]" * 30_000,
    "deep objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "deep points": '{"type":"draw_mark","surface":"s","shape":"p","points":' + "[" * 500 + "]" * 500 + "}",
    "one byte too many": padded(limits.SOCKET_MESSAGE_MAX_BYTES + 1),
    "small in letters, large in bytes": '{"type":"say","text":"' + "€" * 22_000 + '"}',
}


@pytest.mark.parametrize("fault", sorted(ZOO))
def test_a_zoo_of_what_is_no_message(fault: str) -> None:
    with pytest.raises(WireError) as error:
        read_request(ZOO[fault])
    # Fit for a log line and for a page, and never a copy of what came.
    assert len(str(error.value)) < 250
    assert str(error.value).isprintable()
    assert "\ud800" not in str(error.value)


def test_the_largest_message_passes() -> None:
    text = padded(limits.SOCKET_MESSAGE_MAX_BYTES)
    assert len(text.encode()) == limits.SOCKET_MESSAGE_MAX_BYTES
    assert isinstance(read_request(text)[1], messages.Say)


def test_an_error_does_not_repeat_a_secret() -> None:
    for document in (
        {"type": "hunter2"},
        {"type": "leave", "hunter2": 1},
        {"type": "ask", "capability": "hunter2", "participant": "p"},
    ):
        with pytest.raises(WireError) as error:
            read_request(json.dumps(document))
        assert "hunter2" not in str(error.value)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_a_message_or_a_wire_error(text: str) -> None:
    with pytest.raises(WireError):
        read_request(text)


@given(st.sampled_from(sorted(CLIENT_MESSAGES)), st.data(), JSON)
def test_one_field_changed_is_a_message_or_a_wire_error(
    name: str, data: st.DataObject, value: object
) -> None:
    kind = CLIENT_MESSAGES[name]
    document: dict[str, Any] = json.loads(write(data.draw(values_of(kind))))
    document[data.draw(st.sampled_from([*document, "id", "more"]))] = value
    text = json.dumps(document)
    try:
        _, message = read_request(text)
    except WireError:
        return
    assert type(message) in CLIENT_MESSAGES.values()
    assert read_client_document(json.loads(write(message))) == message


def test_reading_leaves_the_document_as_it_was() -> None:
    document = {"type": "say", "text": "x"}
    read_client_document(document)
    assert document == {"type": "say", "text": "x"}

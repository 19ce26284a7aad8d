from __future__ import annotations

from concierge.adapters.db.projections import SESSION_ENDED, SESSION_OPENED, arrivals_of, entries_of
from concierge.domain import events as ev
from concierge.domain.ids import PersonId, check_id
from concierge.domain.reasons import EndReason
from concierge.domain.ticket import Channel
from tests.adapters.db.samples import CUSTOMER, HOST, VENDOR, after, course


def test_opening_chat_and_end_become_lines_of_the_thread() -> None:
    events = course(chat="hello", note="done")
    opened, said, ended = entries_of(after(events), events)
    assert (opened.channel, opened.author, opened.text) == (Channel.SESSION, "Alex Host", SESSION_OPENED)
    assert opened.person == PersonId("per_alex")
    assert (said.channel, said.author, said.text, said.person) == (
        Channel.CHAT,
        "Dana Öztürk",
        "hello",
        None,
    )
    assert ended.text.splitlines() == [SESSION_ENDED, "solved", "done"]


def test_entries_have_the_same_ids_every_time() -> None:
    events = course()
    once = [entry.id for entry in entries_of(after(events), events)]
    again = [entry.id for entry in entries_of(after(events), events[2:])]
    assert once[1:] == again
    assert all(check_id("entry", entry) for entry in once)
    assert len(set(once)) == len(once)


def test_an_end_nobody_asked_for_has_no_author() -> None:
    events = course()[:-1]
    events.append(ev.SessionEnded(seq=7, at_ms=1, reason=EndReason.TIME_LIMIT, by=None))
    ended = entries_of(after(events), events)[-1]
    assert (ended.author, ended.text) == ("", SESSION_ENDED)


def test_who_came_is_told_in_order() -> None:
    assert arrivals_of(course()) == [HOST, CUSTOMER, VENDOR]

from __future__ import annotations

from itertools import pairwise

import pytest

from concierge.demo.tickets import AGAIN, MINUTE_MS, SOLVED_EARLIER, STORIES, Story, thread_of, ticket_of
from concierge.domain import limits
from concierge.domain.ticket import Channel, Priority

NOW_MS = 1_800_000_000_000
EACH = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@EACH
def test_texts_keep_to_the_limits(story: Story) -> None:
    assert 0 < len(story.title) <= limits.TITLE_MAX_CHARS
    assert 0 < len(story.customer.name) <= limits.NAME_MAX_CHARS
    assert all(0 < len(said.text) <= limits.NOTE_MAX_CHARS for said in story.said)
    assert story.customer.email.endswith(".example")


@EACH
def test_a_thread_runs_from_the_opening_on(story: Story) -> None:
    ticket, thread = ticket_of(story, "INC-1001", NOW_MS), thread_of(story, NOW_MS)
    assert thread[0].at_ms == ticket.opened_ms == NOW_MS - story.ago_min * MINUTE_MS
    assert thread[-1].at_ms == ticket.updated_ms
    assert all(one.at_ms < other.at_ms for one, other in pairwise(thread))
    assert {entry.ticket for entry in thread} == {ticket.id}


@EACH
def test_who_wrote_is_the_customer_or_somebody_of_the_desk(story: Story) -> None:
    for said, entry in zip(story.said, thread_of(story, NOW_MS), strict=True):
        assert entry.author == (said.by.name if said.by else story.customer.name)
        assert entry.person == (said.by.id if said.by else None)


def test_tickets_differ_in_all_that_the_desk_shows() -> None:
    assert len({story.id for story in STORIES}) == len(STORIES) == 8
    entries = [entry.id for story in STORIES for entry in thread_of(story, NOW_MS)]
    assert len(set(entries)) == len(entries)
    assert {story.priority for story in STORIES} == set(Priority)
    assert {said.channel for story in STORIES for said in story.said} == set(Channel) - {Channel.SESSION}
    assert len({story.customer.time_zone for story in STORIES}) >= 6


def test_one_problem_comes_again_elsewhere_in_the_world() -> None:
    assert "blank labels" in SOLVED_EARLIER.title.lower()
    assert "blank labels" in AGAIN.title.lower()
    assert AGAIN.customer.time_zone.split("/")[0] != SOLVED_EARLIER.customer.time_zone.split("/")[0]

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC

import pytest

from concierge.domain import limits
from concierge.server.languages import Reader
from concierge.server.replay_script import clock, document, doubt
from concierge.services.replay_port import Verification
from concierge.services.replays import Replay
from tests.server.front import Front
from tests.services.tape import SAID, taped

ENGLISH = Reader("en", UTC, "UTC", 0)
GOOD = Verification("ok", "trusted", True, 9, 9_000_000, 0, None, "", None, None, "aa")


async def test_a_script_is_plain_and_its_times_are_the_recordings(front: Front) -> None:
    tape = await taped(front.desk, 40)
    row = await front.desk.tools.recordings.get(tape.recording)
    assert row is not None
    wrapped = await front.desk.tools.recordings.wrapped_keys(tape.recording)
    found = document(ENGLISH, Replay(row, await front.desk.reader.script(tape.recording, wrapped)))
    assert json.loads(json.dumps(found)) == found
    (said,) = [event for event in found["events"] if event["event"] == "ChatSaid"]
    assert (said["text"], said["at_us"]) == (SAID, tape.said_us)
    assert all("at_ms" not in event for event in found["events"])
    roles = {who["id"]: who["role"] for who in found["participants"]}
    assert sorted(roles.values()) == ["customer", "host"]
    assert roles[said["participant"]] == "customer"
    assert found["verification"]["verdict"] == "ok"
    assert "unchanged" in found["verification"]["words"]
    assert (found["events_left_out"], found["verification"]["doubt"]) == (0, "")


async def test_an_endless_session_has_a_script_that_ends_and_says_so(front: Front) -> None:
    tape = await taped(front.desk, 12)
    row = await front.desk.tools.recordings.get(tape.recording)
    assert row is not None
    wrapped = await front.desk.tools.recordings.wrapped_keys(tape.recording)
    script = await front.desk.reader.script(tape.recording, wrapped)
    many = limits.REPLAY_EVENTS_MAX + 7
    long = replace(script, events=script.events[:1] * many, at_us=(0,) * many)
    found = document(ENGLISH, Replay(row, long))
    assert (len(found["events"]), found["events_left_out"]) == (limits.REPLAY_EVENTS_MAX, 7)


@pytest.mark.parametrize(
    ("at_us", "words"),
    [(0, "0:00"), (61_900_000, "1:01"), (3_600_000_000, "1:00:00"), (4_027_000_000, "1:07:07")],
)
def test_places_are_told_as_on_the_page(at_us: int, words: str) -> None:
    assert clock(at_us) == words


def test_doubt_names_the_segment_and_the_time() -> None:
    assert doubt(ENGLISH, GOOD) == ""
    bad = replace(GOOD, status="bad", bad_segment=14, fault_from_us=62_000_000, fault_until_us=63_000_000)
    assert doubt(ENGLISH, bad).startswith("Segment 14, from 1:02 on, does not hold.")
    nothing = replace(bad, bad_segment=0, until_us=0, fault_from_us=0)
    assert "Nothing of this recording" in doubt(ENGLISH, nothing)

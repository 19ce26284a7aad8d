from __future__ import annotations

import pytest

from tests.server.front import Front, text_of
from tests.services.tape import flip, taped


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("ticket=INC-1042", True),
        ("ticket=INC-9", False),
        ("person=anna", True),
        ("company=nobody", False),
        ("words=queue+moving", True),
        ("words=zebra", False),
        ("since=2027-01-01&until=2027-12-31", True),
        ("since=2020-01-01&until=2020-12-31", False),
    ],
)
async def test_recordings_are_found_by_what_is_known_of_them(front: Front, query: str, found: bool) -> None:  # noqa: FBT001
    tape = await taped(front.desk, 12)
    page = await (await front.signed_in(front.auditor)).get(f"/recordings?{query}")
    assert (f'href="/recordings/{tape.recording}"' in page.text) is found


async def test_a_date_that_is_none_is_said_and_finds_nothing(front: Front) -> None:
    await taped(front.desk, 12)
    page = await (await front.signed_in(front.auditor)).get("/recordings?since=yesterday")
    assert page.status_code == 200
    assert "A date looks like" in page.text
    assert "0 recordings" in text_of(page)


async def test_the_page_of_a_good_recording(front: Front) -> None:
    tape = await taped(front.desk, 40)
    for person in (front.auditor, front.supervisor, front.desk.ben):
        page = await (await front.signed_in(person)).get(f"/recordings/{tape.recording}?t=2500")
        assert 'data-verdict="ok"' in page.text
        assert 'data-start-ms="2500"' in page.text
        assert f'data-media="/api/v1/recordings/{tape.recording}/media"' in page.text
    viewed = [leaf for _, leaf in await front.desk.tools.audit.tail(100) if leaf.kind == "RecordingViewed"]
    assert viewed == []


@pytest.mark.parametrize("at", ["-1", "x", "1" * 30, "99999999"])
async def test_a_place_beyond_the_recording_is_its_end_or_its_beginning(front: Front, at: str) -> None:
    tape = await taped(front.desk, 12)
    page = await (await front.signed_in(front.auditor)).get(f"/recordings/{tape.recording}?t={at}")
    assert page.status_code == 200
    expected = page.text.partition('data-duration-ms="')[2].partition('"')[0] if at == "99999999" else "0"
    assert f'data-start-ms="{expected}"' in page.text


async def test_a_changed_byte_is_said_before_anything_else(front: Front) -> None:
    tape = await taped(front.desk, 40)
    flip(tape)
    page = await (await front.signed_in(front.auditor)).get(f"/recordings/{tape.recording}")
    assert 'data-verdict="bad"' in page.text
    assert "does not hold. What comes before it is unchanged" in text_of(page)
    assert "First segment that fails:" in text_of(page)


async def test_a_live_session_is_listed_as_such_and_not_replayed(front: Front) -> None:
    live, _customer, _surface = await front.desk.sharing()
    auditor = await front.signed_in(front.auditor)
    assert "Still being recorded" in (await auditor.get("/recordings")).text
    page = await auditor.get(f"/recordings/{live.decided.recording}")
    assert 'data-verdict="open"' in page.text
    assert "/export" not in page.text


async def test_a_recording_that_is_none_and_a_stranger(front: Front) -> None:
    auditor = await front.signed_in(front.auditor)
    assert (await auditor.get(f"/recordings/rec_{'z' * 26}")).status_code == 404
    assert (await auditor.get("/recordings/nonsense")).status_code == 404
    assert (await front.browser().get("/recordings")).status_code == 303

from __future__ import annotations

from concierge.domain import limits
from tests.server.front import Front, text_of


async def test_a_ticket_shows_who_it_is_about_and_what_can_be_done(front: Front) -> None:
    anna = await front.signed_in()
    page = await anna.get(f"/tickets/{front.desk.ticket.id}")
    for words in (
        "Printer queue stuck",
        "Maria Keller",
        "Ward 3",
        "WS-1042",
        "Nothing prints.",
        "Start a session",
    ):
        assert words in page.text
    assert (await anna.get("/tickets/tic_" + "z" * 26)).status_code == 404
    for odd in ("x", "%2e%2e%2f", "ses_" + "z" * 26, "tic_" + "Z" * 26, "%00"):
        assert (await anna.get(f"/tickets/{odd}")).status_code == 404


async def test_a_note_is_kept_and_shown(front: Front) -> None:
    anna = await front.signed_in()
    path = f"/tickets/{front.desk.ticket.id}"
    answer = await anna.fill(path, f"{path}/notes", note="Tried\nturning it off.")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "turning it off." in (await anna.get(path)).text
    too_long = await anna.fill(path, f"{path}/notes", note="x" * (limits.NOTE_MAX_CHARS + 1))
    assert (too_long.status_code, "A note has" in text_of(too_long)) == (422, True)


async def test_a_session_is_started_once(front: Front) -> None:
    anna = await front.signed_in()
    path = f"/tickets/{front.desk.ticket.id}"
    answer = await anna.fill(path, f"{path}/sessions")
    (live,) = front.desk.registry.all()
    assert answer.headers["location"] == f"/sessions/{live.decided.id}"
    assert (await anna.fill(path, f"{path}/sessions")).status_code == 409
    assert len(front.desk.registry.all()) == 1

from __future__ import annotations

from concierge.domain.ids import RecordingId
from tests.server.front import Browser, Front, text_of
from tests.services.desk import START_MS
from tests.services.tape import taped

DAY_MS = 24 * 60 * 60_000


async def made(front: Front, recording: RecordingId) -> tuple[str, str]:
    """Return a new link's id and its path."""
    key = await front.key(front.auditor)
    given = {"viewer": "Vera Vogel", "reason": "Asked for by counsel", "until_ms": START_MS + DAY_MS}
    answer = await front.browser().http.post(f"/api/v1/recordings/{recording}/links", json=given, headers=key)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["address"].removeprefix(front.settings.public_url)


async def watching(front: Front, recording: RecordingId) -> tuple[Browser, str]:
    link, path = await made(front, recording)
    vera = front.browser()
    assert (await vera.fill(path, path)).headers["location"] == f"/watching/{recording}"
    return vera, link


async def viewings(front: Front) -> int:
    return sum(leaf.kind == "RecordingViewed" for _, leaf in await front.desk.tools.audit.tail(100))


async def test_opening_changes_nothing_and_the_button_begins(front: Front) -> None:
    tape = await taped(front.desk, 12)
    _, path = await made(front, tape.recording)
    vera = front.browser()
    for _ in range(2):
        assert "A recording for Vera Vogel" in text_of(await vera.get(path))
    assert (await vera.get(f"/watching/{tape.recording}")).status_code == 404
    assert await viewings(front) == 0
    await vera.fill(path, path)
    page = await vera.get(f"/watching/{tape.recording}")
    assert 'data-viewer="Vera Vogel"' in page.text
    for way in ("/export", "/custody", "/recordings", "/links", "/tickets"):
        assert way not in page.text
    assert await viewings(front) == 0
    script = await vera.get(f"/watching/{tape.recording}/script")
    assert script.json()["recording"]["id"] == tape.recording
    assert (await vera.get(f"/watching/{tape.recording}/media?from_us=0&until_us=9000000")).content
    assert await viewings(front) == 1


async def test_the_cookie_opens_one_recording_and_no_other_door(front: Front) -> None:
    tape = await taped(front.desk, 12)
    other = (await front.desk.open()).decided.recording
    vera, _ = await watching(front, tape.recording)
    here = f"/api/v1/recordings/{tape.recording}"
    assert (await vera.get(f"/watching/{other}/script")).status_code == 404
    for door in (
        f"{here}/script",
        f"{here}/media?from_us=0&until_us=1",
        f"{here}/links",
        "/api/v1/audit",
        "/api/v1/me",
    ):
        assert (await vera.get(door)).status_code == 401
    assert (await vera.http.post(f"{here}/export", json={"reason": "why not"})).status_code in (401, 403)
    for page in (
        "/desk",
        "/recordings",
        f"/recordings/{tape.recording}",
        f"/recordings/{tape.recording}/export",
    ):
        assert (await vera.get(page)).headers["location"].startswith("/sign-in")


async def test_a_revoked_link_shows_nothing_more_at_the_next_piece(front: Front) -> None:
    tape = await taped(front.desk, 12)
    vera, link = await watching(front, tape.recording)
    dora = await front.signed_in(front.auditor)
    listed = f"/recordings/{tape.recording}/links"
    assert "Vera Vogel" in text_of(await dora.get(listed))
    assert (await dora.fill(listed, f"{listed}/{link}/revoke")).status_code == 303
    assert "Revoked" in text_of(await dora.get(listed))
    for piece in ("", "/script", "/media?from_us=0&until_us=1", "/sealed", "/sealed/epoch-000000.rec"):
        assert (await vera.get(f"/watching/{tape.recording}{piece}")).status_code == 404


async def test_an_expired_link_and_a_guessed_one_open_nothing(front: Front) -> None:
    tape = await taped(front.desk, 6)
    vera, _ = await watching(front, tape.recording)
    _, path = await made(front, tape.recording)
    front.desk.clock.now_ms = START_MS + DAY_MS
    assert (await vera.get(path)).status_code == 410
    assert (await vera.get(f"/watching/{tape.recording}/script")).status_code == 404
    stranger = front.browser(address="192.0.2.77")
    answers = [(await stranger.get(f"/watch/{'x' * 43}")).status_code for _ in range(12)]
    assert answers[0] == 410
    assert answers[-1] == 429


async def test_odd_stretches_are_refused(front: Front) -> None:
    tape = await taped(front.desk, 6)
    vera, _ = await watching(front, tape.recording)
    for query in ("", "?from_us=-1&until_us=2", "?from_us=x&until_us=2", f"?from_us=0&until_us={'9' * 40}"):
        assert (await vera.get(f"/watching/{tape.recording}/media{query}")).status_code == 400


async def test_a_program_watches_by_the_same_link(front: Front) -> None:
    tape = await taped(front.desk, 6)
    _, path = await made(front, tape.recording)
    vera = front.browser()
    answer = await vera.http.post("/api/v1/watch", json={"link": f"http://localhost:1{path}"})
    assert (answer.status_code, answer.json()["recording"]) == (201, tape.recording)
    assert (await vera.get(f"/watching/{tape.recording}/script")).status_code == 200
    assert (await vera.http.post("/api/v1/watch", json={"link": "x" * 43})).status_code == 404

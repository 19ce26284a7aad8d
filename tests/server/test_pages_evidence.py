from __future__ import annotations

from concierge.domain.session import Session
from concierge.wire import messages as wire
from tests.server.front import Browser, Front, text_of


async def recorded(front: Front) -> Session:
    """Return a session that was recorded, with a line of chat, and has ended."""
    live = await front.matched()
    await front.desk.send(live, live.decided.host, wire.Say("The spooler was stuck"))
    await front.desk.send(live, live.decided.host, wire.End("resolved", "Cleared the queue."))
    await front.desk.until(lambda: front.desk.registry.find(live.decided.id) is None)
    session = live.decided

    async def closed() -> bool:
        row = await front.desk.tools.recordings.get(session.recording)
        return row is not None and row.closed_ms is not None

    for _ in range(200):
        if await closed():
            break
        await front.desk.until(lambda: True)
    return session


async def found(browser: Browser, query: str) -> int:
    page = await browser.get(f"/recordings?{query}")
    assert page.status_code == 200
    return page.text.count('class="recording-row"')


async def test_recordings_are_found_by_what_is_known(front: Front) -> None:
    await recorded(front)
    dora = await front.signed_in(front.auditor)
    for query in (
        "",
        "ticket=INC-1042",
        "person=anna",
        "words=spooler",
        "since=2027-01-15",
        "until=2027-01-15",
    ):
        assert await found(dora, query) == 1, query
    for query in (
        "ticket=INC-9",
        "person=zoe",
        "company=Printworks",
        "words=zebra",
        "since=2027-01-16",
        "until=2027-01-14",
    ):
        assert await found(dora, query) == 0, query
    odd = await dora.get("/recordings?since=yesterday")
    assert "A date looks like" in text_of(odd)


async def test_the_replay_page_says_the_verdict(front: Front) -> None:
    session = await recorded(front)
    dora = await front.signed_in(front.auditor)
    page = await dora.get(f"/recordings/{session.recording}?t=5")
    assert page.status_code == 200
    assert "Printer queue stuck" in page.text
    assert f"/api/v1/recordings/{session.recording}/script" in page.text
    assert 'data-verdict="ok"' in page.text
    for odd in ("t=-1", "t=x", "t=999999999999999999999", "t=%D9%A3"):
        assert (await dora.get(f"/recordings/{session.recording}?{odd}")).status_code == 200


async def test_what_is_no_recording_is_not_there(front: Front) -> None:
    dora = await front.signed_in(front.auditor)
    for path in ("rec_" + "z" * 26, "x", "..%2f..", "rec_" + "z" * 27):
        assert (await dora.get(f"/recordings/{path}")).status_code == 404

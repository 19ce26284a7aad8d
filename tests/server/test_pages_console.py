from __future__ import annotations

from concierge.wire import messages as wire
from tests.server.front import Front


async def test_host_observer_and_successor_see_a_console_of_their_own(front: Front) -> None:
    live = await front.matched()
    path = f"/sessions/{live.decided.id}"
    anna, sara, ben = (
        await front.signed_in(),
        await front.signed_in(front.supervisor),
        await front.signed_in(front.desk.ben),
    )
    assert 'data-variant="host"' in (await anna.get(path)).text
    assert 'data-variant="observer"' in (await sara.get(path)).text
    assert (await ben.get(path)).status_code == 404
    offer = wire.OfferHandover(front.desk.ben.id, "Please go on with the printer.")
    await front.desk.send(live, live.decided.host, offer)
    assert 'data-variant="observer"' in (await ben.get(path)).text


async def test_an_auditor_has_no_way_in(front: Front) -> None:
    live = await front.desk.open()
    dora = await front.signed_in(front.auditor)
    assert (await dora.get(f"/sessions/{live.decided.id}")).status_code == 404
    assert (await dora.get("/desk")).status_code == 403


async def test_a_session_that_has_ended_is_on_its_ticket(front: Front) -> None:
    live = await front.desk.open()
    anna = await front.signed_in()
    page = await anna.get(f"/sessions/{live.decided.id}")
    assert f"/ws/sessions/{live.decided.id}?as=desk" in page.text
    await front.desk.send(live, live.decided.host, wire.End("resolved", "done"))
    await front.desk.until(lambda: front.desk.registry.find(live.decided.id) is None)
    answer = await anna.get(f"/sessions/{live.decided.id}")
    assert answer.headers["location"] == f"/tickets/{front.desk.ticket.id}"

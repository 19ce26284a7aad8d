"""A session carried by the real journal, recorder and database."""

from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.errors import Refused
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Flow, State
from concierge.wire import messages as wire
from tests.services.desk import Desk


async def test_the_picture_flows_only_after_consent_and_record(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    host = live.decided.host
    await desk.page(live, host)
    page = await desk.page(live, seat.participant)
    with pytest.raises(Refused):
        await desk.share(live, seat.participant)
    assert page.view["match_digits"] == live.backdrop.digits[seat.participant]
    await desk.match(live, seat.participant)
    assert [q["capability"] for q in page.view["questions"]] == ["record"]
    await desk.yes(live, Capability.RECORD, host)
    with pytest.raises(Refused):
        await desk.share(live, seat.participant)
    await desk.yes(live, Capability.VIEW_SCREEN, host)
    surface = await desk.share(live, seat.participant)
    assert live.steering.flows == {Flow(surface, host)}
    order = [call[0] for call in desk.plane.calls if surface in call]
    assert order == ["publish", "open", "permit"]


async def test_a_silent_host_pauses_and_a_returning_one_resumes(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    host = live.decided.host
    desk.clock.now_ms += limits.PRESENCE_SILENT_MS
    live.heard(customer, desk.pages[customer])
    live.watch(desk.clock.now(), 0)
    assert live.decided.pauses == {PauseReason.HOST_LOST}
    assert live.steering.flows == frozenset()
    assert desk.plane.permitted == set()
    assert desk.pages[customer].view["state"] == "paused"
    await desk.page(live, host)
    await desk.until(lambda: live.decided.state is State.ACTIVE)
    await desk.until(lambda: live.steering.flows == {Flow(surface, host)})


async def test_stop_everything_ends_at_once_and_says_farewell_with_a_receipt(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    page = desk.pages[customer]
    await desk.send(live, customer, wire.StopEverything())
    assert desk.plane.permitted == set()
    farewell = page.of("farewell")[-1]
    assert farewell["reason"] == EndReason.CUSTOMER_STOPPED
    assert farewell["receipt"].startswith("/receipts/")
    await desk.until(lambda: desk.registry.find(live.decided.id) is None)


async def test_an_ended_session_is_closed_verified_and_readable(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("It works again"))
    await desk.send(live, live.decided.host, wire.End("Solved", "Cleared the queue."))
    recording = live.decided.recording
    await desk.until(lambda: desk.registry.find(live.decided.id) is None)
    await desk.registry.stop()
    row = await desk.tools.recordings.get(recording)
    assert row is not None
    assert (row.state, row.outcome) == ("closed", "Solved")
    script = await desk.reader.script(recording, await desk.tools.recordings.wrapped_keys(recording))
    assert (script.verification.status, script.verification.signer) == ("ok", "trusted")
    names = [type(event).__name__ for event in script.events]
    assert names[0] == "SessionOpened"
    assert names[-1] == "SessionEnded"
    assert [event.seq for event in script.events] == list(range(1, len(names) + 1))


async def test_the_newest_tab_takes_the_seat(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    first = desk.pages[customer]
    second = await desk.page(live, customer)
    assert first.of("displaced")
    assert first.closed is not None
    await desk.send(live, customer, wire.Say("hello"))
    assert second.of("line")
    assert not [line for line in first.of("line") if line["text"] == "hello"]


async def test_chat_said_before_reaches_a_page_that_comes_back(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("first"))
    page = await desk.page(live, live.decided.host)
    assert [line["text"] for line in page.of("line")] == ["first"]

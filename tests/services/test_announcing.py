"""Who is told what, and who is not."""

from __future__ import annotations

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.events import ChatSaid, MarkDrawn
from concierge.services.announcing import announce, history, line_of
from concierge.wire import messages as wire
from tests.services.desk import Desk


async def test_a_line_goes_to_everybody_inside_and_nobody_in_the_lobby(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    waiting = await desk.knock(live)
    page = await desk.page(live, waiting.participant)
    await desk.send(live, customer, wire.Say("<b>It</b> & I"))
    for inside in (live.decided.host, customer):
        (line,) = desk.pages[inside].of("line")
        assert (line["name"], line["role"], line["text"]) == ("Maria Keller", "customer", "<b>It</b> & I")
    assert page.of("line") == []


async def test_a_mark_goes_to_the_owner_and_to_whoever_sees_the_picture(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    vendor = await desk.vendor(live, Capability.CHAT)
    viewer = await desk.vendor(live, Capability.VIEW_SCREEN)
    pages = {who: await desk.page(live, who) for who in (live.decided.host, customer, vendor, viewer)}
    await desk.send(live, live.decided.host, wire.DrawMark(surface, "arrow", ((1, 2), (3, 4))))
    got = {who: len(page.of("mark")) for who, page in pages.items()}
    assert got == {live.decided.host: 1, customer: 1, vendor: 0, viewer: 1}
    (mark,) = pages[customer].of("mark")
    assert (mark["name"], mark["shape"], mark["points"]) == ("Anna Berger", "arrow", [[1, 2], [3, 4]])


async def test_a_mark_does_not_go_to_one_whose_grant_is_not_on_the_record_yet(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    mark = MarkDrawn(
        seq=99, at_ms=0, participant=live.decided.host, surface=surface, shape="point", points=((1, 2),)
    )
    announce(live.decided, live.hub, mark, {}, frozenset())
    assert desk.pages[customer].of("mark"), "the owner sees the own screen"
    assert desk.pages[live.decided.host].of("mark") == []


async def test_wiping_marks_tells_everybody_inside(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, live.decided.host, wire.ClearMarks())
    assert desk.pages[customer].of("marks_wiped")


async def test_whoever_is_removed_is_told_why_and_where_the_receipt_is(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    page = await desk.page(live, vendor)
    await desk.send(live, live.decided.host, wire.RemoveParticipant(vendor))
    (farewell,) = page.of("farewell")
    assert (farewell["reason"], farewell["receipt"]) == ("removed", live.backdrop.receipts[vendor])
    assert page.closed is not None
    assert vendor not in live.hub.connected()


async def test_an_end_is_told_to_everybody_with_the_own_receipt(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    pages = [desk.pages[live.decided.host], desk.pages[customer]]
    await desk.send(live, live.decided.host, wire.End("Solved", ""))
    assert [page.of("farewell")[0]["reason"] for page in pages] == ["completed", "completed"]
    receipts = {page.of("farewell")[0]["receipt"] for page in pages}
    assert live.backdrop.receipts[customer] in receipts
    assert len(receipts) == 2
    assert live.hub.connected() == []


async def test_a_vendor_is_warned_before_the_end_and_nobody_else_is(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    page = await desk.page(live, vendor)
    until_ms = live.decided.seats[vendor].who.until_ms
    assert until_ms is not None
    desk.clock.now_ms = until_ms - limits.INVITE_WARNINGS_MS[0]
    desk.beat(live)
    for command in live.due(desk.clock.now(), 0):
        await live.submit(command)
    assert [soon["left_ms"] for soon in page.of("ending_soon")] == [limits.INVITE_WARNINGS_MS[0]]
    assert desk.pages[customer].of("ending_soon") == []


async def test_history_is_the_chat_in_order_and_nothing_else(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    for text in ("one", "two"):
        await desk.send(live, customer, wire.Say(text))
    events = await desk.tools.sessions.events(live.decided.id)
    lines = history(live.decided, events)
    assert [line.text for line in lines] == ["one", "two"]
    said = [event for event in events if isinstance(event, ChatSaid)]
    assert lines == [line_of(live.decided, event) for event in said]

"""A session begins: evidence first, then the row, then the code."""

from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.capability import Capability
from concierge.domain.errors import Refused
from concierge.domain.ids import RecordingId, TicketId
from concierge.domain.recording import RecordingState
from concierge.domain.ticket import TicketState
from concierge.services.joining import find_by_pairing
from concierge.services.opening import DAY_MS, HOST_CEILING, new_code, open_session
from concierge.services.ports import StoreUnavailable
from tests.services.desk import START_MS, Desk


async def test_recording_row_and_first_event_are_there_before_anybody_comes(desk: Desk) -> None:
    live = await desk.open()
    session = live.decided
    script = await desk.script(live)
    assert [type(event).__name__ for event in script.events] == ["SessionOpened"]
    assert await desk.tools.sessions.events(session.id) == list(script.events)
    row = await desk.tools.recordings.get(session.recording)
    assert row is not None
    assert (row.state, row.host_name, row.customer_name) == (
        RecordingState.OPEN, "Anna Berger", "Maria Keller",
    )  # fmt: skip
    assert row.keep_until_ms == START_MS + 90 * DAY_MS
    ticket = await desk.tools.tickets.get(desk.ticket.id)
    assert ticket is not None
    assert ticket.state is TicketState.WAITING


async def test_the_host_can_never_hold_the_recording(desk: Desk) -> None:
    live = await desk.open()
    assert live.decided.seats[live.decided.host].who.may_hold == HOST_CEILING
    assert Capability.RECORD not in HOST_CEILING
    assert Capability.SHELL not in HOST_CEILING


async def test_there_is_no_session_on_a_ticket_that_does_not_exist(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        await open_session(desk.tools, desk.registry, desk.principal(desk.anna), desk.anna, TicketId("tic_x"))
    assert caught.value.code == "no_such_ticket"


async def test_an_auditor_opens_none(desk: Desk) -> None:
    with pytest.raises(Refused):
        await open_session(
            desk.tools,
            desk.registry,
            Principal("Person", desk.anna.id, DeskRole.AUDITOR),
            desk.anna,
            desk.ticket.id,
        )
    assert desk.registry.all() == []
    assert list((desk.folder / "recordings").iterdir()) == []


async def test_a_session_that_cannot_be_kept_leaves_a_closed_recording_and_a_free_ticket(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(*_given: object) -> None:
        raise StoreUnavailable("locked")

    with monkeypatch.context() as patched:
        patched.setattr(desk.tools.sessions, "save", locked)
        with pytest.raises(StoreUnavailable):
            await desk.open()
    (left,) = (desk.folder / "recordings").iterdir()
    assert (await desk.reader.verify(RecordingId(left.name))).closed
    assert (await desk.open()).decided.ticket == desk.ticket.id


async def test_a_code_has_nine_digits_a_link_and_ten_minutes(desk: Desk) -> None:
    live = await desk.open()
    code = live.backdrop.code
    assert code is not None
    assert (len(code.digits), code.digits.isdecimal()) == (limits.CODE_DIGITS, True)
    assert code.link.startswith("http://localhost:1/join/")
    assert code.until_ms == START_MS + limits.CODE_LIFE_MS
    assert await find_by_pairing(desk.tools, desk.registry, "link", code.link.rpartition("/")[2]) is live


async def test_a_new_code_is_on_the_hosts_page_and_none_is_made_for_a_customer_who_is_here(
    desk: Desk,
) -> None:
    live = await desk.open()
    page = await desk.page(live, live.decided.host)
    old = live.backdrop.code
    new = await new_code(desk.tools, live)
    assert old is not None
    assert new.digits != old.digits
    assert page.view["code"]["digits"] == new.digits
    await desk.customer(live)
    with pytest.raises(Refused) as caught:
        await new_code(desk.tools, live)
    assert caught.value.code == "customer_already_here"


async def test_a_ticket_that_is_being_worked_on_stays_so(desk: Desk) -> None:
    await desk.tools.tickets.set_state(desk.ticket.id, TicketState.SOLVED, START_MS)
    await desk.open()
    ticket = await desk.tools.tickets.get(desk.ticket.id)
    assert ticket is not None
    assert ticket.state is TicketState.SOLVED

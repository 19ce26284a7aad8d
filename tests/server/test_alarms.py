"""Alarms at the front door: what stops, what is read, who looks at it; and that a stranger fills nobody's page."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.domain.reasons import EndReason
from concierge.domain.session import State
from concierge.domain.trust import AlarmPlace
from tests.server.front import Browser, Front, text_of


async def test_not_sure_at_the_portal_stops_the_session_of_the_code_and_shows_the_desks_number(
    front: Front,
) -> None:
    live = await front.desk.open()
    code = live.backdrop.code
    assert code is not None
    answer = await Browser(front).fill("/", "/alarm", code=code.digits)
    assert answer.status_code == 200
    assert "Everything has stopped" in answer.text
    assert front.desk.tools.installation.desk_phone in text_of(answer)
    assert live.decided.end_reason is EndReason.CUSTOMER_ALARMED
    await front.desk.ended(live)
    again = await Browser(front).fill("/", "/join", code=code.digits)
    assert again.status_code == 404


async def test_not_sure_without_a_code_stops_the_session_of_this_very_browser(front: Front) -> None:
    live = await front.desk.open()
    code = live.backdrop.code
    assert code is not None
    browser = Browser(front)
    assert (await browser.fill("/", "/join", code=code.digits)).status_code == 303
    assert (await browser.fill("/", "/alarm", code="")).status_code == 200
    assert live.decided.state is State.ENDED


async def test_not_sure_under_a_link_stops_its_session(front: Front) -> None:
    live = await front.desk.open()
    code = live.backdrop.code
    assert code is not None
    path = f"/join/{code.link.rpartition('/')[2]}"
    landing = await Browser(front).get(path)
    assert "mention your bank" in landing.text
    answer = await Browser(front).fill(path, f"{path}/alarm")
    assert "Everything has stopped" in answer.text
    assert live.decided.state is State.ENDED


async def test_something_is_wrong_on_the_receipt_stops_what_is_live_and_later_still_tells_a_supervisor(
    front: Front,
) -> None:
    live, customer, _ = await front.desk.sharing()
    receipt = live.backdrop.receipts[customer]
    answer = await Browser(front).fill(receipt, f"{receipt}/alarm")
    assert live.decided.state is State.ENDED
    assert "Everything has stopped" in answer.text
    await front.desk.ended(live)
    later = await Browser(front).fill(receipt, f"{receipt}/alarm")
    assert "A supervisor has been told" in text_of(later)
    found = await front.desk.tools.alarms.newest(10, unseen=True)
    assert [(one.place, one.session) for one in found] == [(AlarmPlace.RECEIPT, live.decided.id)] * 2
    kinds = [leaf.kind for _, leaf in await front.desk.tools.audit.tail(50)]
    assert kinds.count("AlarmRaised") == 2


async def test_a_supervisor_sees_it_on_the_desk_and_says_that_it_is_looked_after(front: Front) -> None:
    await Browser(front).fill("/", "/alarm", code="")
    host, supervisor = Browser(front), Browser(front)
    await host.enter(front.desk.anna)
    await supervisor.enter(front.supervisor)
    assert "at the portal was not sure" not in (await host.get("/desk")).text
    page = await supervisor.get("/desk")
    assert "at the portal was not sure" in page.text
    (alarm,) = await front.desk.tools.alarms.newest(10, unseen=True)
    refused = await host.fill("/desk", f"/alarms/{alarm.id}/seen")
    assert refused.status_code == 403
    assert (await supervisor.fill("/desk", f"/alarms/{alarm.id}/seen")).status_code == 303
    assert "at the portal was not sure" not in (await supervisor.get("/desk")).text
    (seen,) = await front.desk.tools.alarms.newest(10, unseen=False)
    assert seen.seen_by == front.supervisor.id
    assert (await supervisor.fill("/desk", f"/alarms/{alarm.id}/seen")).status_code == 404


async def test_strangers_fill_nobodys_page(front: Front) -> None:
    browser = Browser(front)
    csrf = await browser.csrf("/")
    for _ in range(14):
        answer = await browser.http.post("/alarm", data={"csrf": csrf, "code": ""})
        assert answer.status_code == 200
    assert len(await front.desk.tools.alarms.newest(50, unseen=True)) == 10


async def test_the_api_does_the_same(front: Front) -> None:
    live = await front.desk.open()
    code = live.backdrop.code
    assert code is not None
    answer = await Browser(front).http.post("/api/v1/alarm", json={"link": code.link})
    assert answer.json() == {"stopped": True, "desk_phone": front.desk.tools.installation.desk_phone}
    await front.desk.ended(live)
    bearer = await front.key(front.supervisor, Act.ANSWER_ALARM)
    (alarm,) = (await Browser(front).get("/api/v1/alarms", **bearer)).json()
    assert alarm["place"] == "link"
    seen = await Browser(front).http.post(f"/api/v1/alarms/{alarm['id']}/seen", headers=bearer)
    assert seen.status_code == 204

"""The people of the desk: a supervisor shuts somebody out and lets them in again, by the page and over the API."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.domain.person import PersonState
from tests.server.front import Front, text_of


async def test_a_supervisor_disables_a_host_who_is_out_at_once_and_comes_back(front: Front) -> None:
    anna, boss = await front.signed_in(), await front.signed_in(front.supervisor)
    key = await front.key(front.desk.anna, Act.VIEW_DESK)
    live = await front.matched()
    action = f"/people/{front.desk.anna.id}"
    assert (await boss.fill("/people", f"{action}/disable")).status_code == 303
    assert live.decided.pauses
    assert (await anna.get("/desk")).status_code == 303
    assert (await front.browser().http.get("/api/v1/tickets", headers=key)).status_code == 401
    page = await boss.get("/people")
    assert "Disabled" in text_of(page)
    assert (await boss.fill("/people", f"{action}/enable")).status_code == 303
    await front.signed_in()
    assert (await anna.get("/desk")).status_code == 303, "the old sign-in does not come back"
    assert (await front.browser().http.get("/api/v1/tickets", headers=key)).status_code == 401
    kinds = [leaf.kind for _, leaf in await front.desk.tools.audit.tail(20)]
    assert kinds.index("PersonEnabled") < kinds.index("PersonDisabled")


async def test_the_same_over_the_api(front: Front) -> None:
    key = await front.key(front.supervisor, Act.VIEW_PEOPLE, Act.MANAGE_PEOPLE)
    program = front.browser().http
    people = (await program.get("/api/v1/people", headers=key)).json()
    states = {one["name"]: one["state"] for one in people}
    assert states == dict.fromkeys(states, "enabled")
    address = f"/api/v1/people/{front.desk.anna.id}"
    for _ in range(2):
        said = await program.post(f"{address}/disable", headers=key)
        assert (said.status_code, said.json()["state"]) == (200, "disabled")
    assert (await program.post(f"{address}/enable", headers=key)).json()["state"] == "enabled"
    kinds = [leaf.kind for _, leaf in await front.desk.tools.audit.tail(20)]
    assert (kinds.count("PersonDisabled"), kinds.count("PersonEnabled")) == (1, 1)


async def test_nobody_else_may_and_nobody_themselves(front: Front) -> None:
    boss = await front.signed_in(front.supervisor)
    anna, dora = await front.signed_in(), await front.signed_in(front.auditor)
    for browser in (anna, dora):
        assert (await browser.get("/people")).status_code == 403
        answer = await browser.fill("/account", f"/people/{front.desk.ben.id}/disable")
        assert answer.status_code == 403
    own = await boss.fill("/people", f"/people/{front.supervisor.id}/disable")
    assert own.status_code == 403
    assert f"/people/{front.supervisor.id}/" not in (await boss.get("/people")).text
    assert await front.desk.tools.people.disabled() == frozenset()


async def test_somebody_who_does_not_exist_cannot_be_disabled(front: Front) -> None:
    boss = await front.signed_in(front.supervisor)
    for nobody in ("per_" + "z" * 26, "not-an-id"):
        assert (await boss.fill("/people", f"/people/{nobody}/disable")).status_code == 404


async def test_the_page_shows_everybody_and_offers_nothing_for_oneself(front: Front) -> None:
    boss = await front.signed_in(front.supervisor)
    page = await boss.get("/people")
    for person in (front.desk.anna, front.desk.ben, front.supervisor, front.auditor):
        assert person.name in text_of(page)
        assert person.state is PersonState.ENABLED

"""What the policy engine is asked, and what happens when its answer changes under a session."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from concierge import shipped
from concierge.domain.access import AccessRequest, Act
from concierge.domain.capability import Capability
from concierge.domain.errors import Refused
from concierge.domain.events import GrantGiven, GrantRevoked
from concierge.domain.grant import Grant, RevokeReason
from concierge.domain.participant import Role
from concierge.domain.session import Flow, State
from concierge.services.live import LiveSession
from concierge.services.permission import (
    check,
    check_act,
    check_grants,
    hold_request,
    no_longer_held,
    no_longer_shared,
    participant_principal,
    session_resource,
)
from concierge.wire import messages as wire
from tests.services.desk import Desk, desk_in

NO_VENDOR_SEES = """
@id("no_vendor_sees")
@reason("Vendors see no screens this week.")
forbid(principal is Participant, action == Action::"hold_capability", resource)
when { principal.role == "vendor" && context.capability == "view_screen" };
"""
NOBODY_SHARES = """
@id("nobody_shares")
@reason("No screens are shared this week.")
forbid(principal, action == Action::"share_screen", resource);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of policies of one's own."""
    return Path(shutil.copytree(shipped.POLICIES, tmp_path / "policies"))


@pytest.fixture
async def strict(tmp_path: Path, folder: Path) -> AsyncIterator[Desk]:
    """A desk on that folder."""
    async with desk_in(tmp_path, policies=folder) as desk:
        yield desk


def tighten(desk: Desk, folder: Path, rule: str) -> int:
    (folder / "tightened.cedar").write_text(rule, encoding="utf-8")
    assert desk.policy.reload()
    return desk.registry.redecide()


# --- the questions ---


async def test_a_seat_is_asked_about_with_its_session_company_and_person(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    session = live.decided
    host = participant_principal(session, session.seats[session.host].who)
    assert (host.kind, host.role) == ("Participant", Role.HOST)
    assert host.attributes == {"session": session.id, "person": desk.anna.id}
    attributes = participant_principal(session, session.seats[vendor].who).attributes
    assert attributes == {"session": session.id, "company": desk.company.id}
    resource = session_resource(session)
    known = {"host": desk.anna.id, "state": "active", "recording": True, "seated": (desk.anna.id,)}
    assert resource.attributes == known


async def test_a_question_about_a_vendor_carries_what_the_invite_carries(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live, Capability.CHAT)
    request = hold_request(live.decided, Grant(Capability.VIEW_SCREEN, vendor, None, 1 << 60))
    assert request.context["invite_capabilities"] == ("chat",)
    assert request.context["host_present"] is True
    with pytest.raises(Refused) as caught:
        check(desk.policy, request)
    assert caught.value.code in {"no_policy_permits", "consent_comes_first"}


async def test_a_no_carries_the_id_of_the_policy_that_said_it(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    who = live.decided.seats[customer].who
    with pytest.raises(Refused):
        check_act(desk.policy, live.decided, who, Act.ADMIT)
    other = session_resource(live.decided)
    foreign = AccessRequest(
        participant_principal(live.decided, who), Act.SHARE_SCREEN, type(other)("Session", "ses_x", other.attributes), {"consented": True}
    )  # fmt: skip
    with pytest.raises(Refused) as caught:
        check(desk.policy, foreign)
    assert caught.value.code == "participant_keeps_to_own_session"


async def test_a_grant_the_policy_does_not_permit_stops_the_whole_command(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    session = live.decided
    fine = GrantGiven(
        seq=session.last_seq + 1, at_ms=0, grant=Grant(Capability.CHAT, customer, session.host, 1 << 60)
    )
    (kept,) = check_grants(desk.policy, session, [fine])
    assert kept == replace(fine, policy=desk.policy.version)
    assert len(desk.policy.version) >= 16
    bad = GrantGiven(
        seq=session.last_seq + 2, at_ms=0, grant=Grant(Capability.SHELL, customer, session.host, 1 << 60)
    )
    with pytest.raises(Refused):
        check_grants(desk.policy, session, [fine, bad])


# --- answers that change ---


async def revoked(desk: Desk, live: LiveSession) -> list[tuple[str, str, str]]:
    await desk.until(lambda: live.durable == live.decided)
    events = await desk.tools.sessions.events(live.decided.id)
    return [(e.participant, e.capability, e.reason) for e in events if isinstance(e, GrantRevoked)]


async def test_a_rule_made_stricter_takes_the_grant_away_at_once_and_says_why(
    strict: Desk, folder: Path
) -> None:
    live, _customer, surface = await strict.sharing()
    vendor = await strict.vendor(live)
    page = await strict.page(live, vendor)
    assert live.steering.flows == {Flow(surface, live.decided.host), Flow(surface, vendor)}
    assert tighten(strict, folder, NO_VENDOR_SEES) == 1
    assert (surface, vendor) not in strict.plane.permitted
    assert live.steering.flows == {Flow(surface, live.decided.host)}
    assert "view_screen" not in page.view["may"]
    assert page.view["may"] == ["chat"], "and nothing else"
    assert await revoked(strict, live) == [(vendor, "view_screen", RevokeReason.POLICY)]


async def test_the_reason_is_on_the_page_of_the_one_who_lost_it_and_the_hosts(
    strict: Desk, folder: Path
) -> None:
    live, customer, _surface = await strict.sharing()
    vendor = await strict.vendor(live)
    page = await strict.page(live, vendor)
    tighten(strict, folder, NO_VENDOR_SEES)
    for told in (page, strict.pages[live.decided.host]):
        (lost,) = told.of("grant_taken")
        assert (lost["participant"], lost["capability"], lost["reason"]) == (vendor, "view_screen", "policy")
    assert strict.pages[customer].of("grant_taken") == []


async def test_what_was_taken_is_not_given_again(strict: Desk, folder: Path) -> None:
    live, _customer, _surface = await strict.sharing()
    vendor = await strict.vendor(live)
    tighten(strict, folder, NO_VENDOR_SEES)
    await strict.send(live, live.decided.host, wire.Ask(Capability.VIEW_SCREEN, vendor))
    question = next(iter(live.decided.questions.values()))
    assert live.decided.customer is not None
    with pytest.raises(Refused) as caught:
        await strict.send(
            live, live.decided.customer.who.id,
            wire.Answer(question.id, yes=True, text_sha256="0" * 64, language="en"),
        )  # fmt: skip
    assert caught.value.code == "no_vendor_sees"
    assert not live.decided.holds(vendor, Capability.VIEW_SCREEN, strict.clock.now())


async def test_sharing_forbidden_closes_what_is_shared(strict: Desk, folder: Path) -> None:
    live, customer, surface = await strict.sharing()
    assert no_longer_shared(strict.policy, live.decided) == []
    assert tighten(strict, folder, NOBODY_SHARES) == 1
    assert live.decided.surfaces == {}
    assert strict.plane.permitted == set()
    assert ("close", surface) in strict.plane.calls
    with pytest.raises(Refused) as caught:
        await strict.share(live, customer)
    assert caught.value.code == "nobody_shares"


async def test_the_same_policies_take_nothing_even_from_a_paused_session(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    await desk.vendor(live)
    await desk.send(live, live.decided.host, wire.PauseSession())
    desk.clock.now_ms += 3_000
    live.watch(desk.clock.now(), 0)
    assert live.decided.state is State.PAUSED
    grants = live.decided.grants
    assert no_longer_held(desk.policy, live.decided) == []
    assert desk.registry.redecide() == 0
    assert live.decided.grants == grants


async def test_policies_that_cannot_be_read_leave_the_old_ones_in_force(strict: Desk, folder: Path) -> None:
    live, _customer, surface = await strict.sharing()
    version = strict.policy.version
    (folder / "broken.cedar").write_text("permit(", encoding="utf-8")
    with pytest.raises(Exception, match=r"broken\.cedar"):
        strict.policy.reload()
    assert strict.policy.version == version
    assert strict.registry.redecide() == 0
    assert live.steering.flows == {Flow(surface, live.decided.host)}


async def test_an_ended_session_is_not_asked_about(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.StopEverything())
    assert live.redecide() == 0

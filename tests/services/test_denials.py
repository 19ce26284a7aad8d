"""What the policies decided is on the record: the version beside every act, refusals in recording and audit log, bounded."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import Refused
from concierge.services.denials import MANY, NotedPolicy, Throttled
from concierge.services.joining import join_from_desk
from concierge.services.permission import check
from concierge.services.policy_port import NotesRefusals
from concierge.services.ports import AuditLeaf
from concierge.wire import messages as wire
from tests.services.desk import Desk

MINUTE = limits.REFUSAL_EVERY_MS


async def refusals(desk: Desk) -> list[AuditLeaf]:
    assert isinstance(desk.tools.policy, NotedPolicy)
    await desk.tools.policy.settle()
    return [leaf for _, leaf in await desk.tools.audit.tail(500) if leaf.kind == "PolicyRefused"]


async def test_whoever_is_let_in_is_let_in_under_policies_that_the_recording_names(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    supervisor = Principal("Person", desk.ben.id, "supervisor")
    observer = await join_from_desk(desk.tools, live, supervisor, desk.ben)
    await desk.send(live, live.decided.host, wire.End("done", ""))
    await desk.ended(live)
    events = (await desk.script(live)).events
    invite = live.decided.seats[vendor].who.invite
    before = {
        type(event).__name__ + str(getattr(event, "participant", "")): rule
        for rule, event in pairwise(events)
        if isinstance(rule, ev.PolicyDecided)
    }
    acts = {rule.act: rule for rule in before.values()}
    assert acts["admit"].by == live.decided.host
    assert isinstance(before[f"ParticipantAdmitted{vendor}"], ev.PolicyDecided)
    assert acts["redeem_invite"].by == invite
    assert acts["observe_session"].by == desk.ben.id
    assert before[f"MatchConfirmed{customer}"].act == "confirm_match"
    assert {"share_screen", "answer_consent", "end_session"} <= acts.keys()
    assert observer in live.decided.seats
    assert all(one.permitted and one.policies and one.policy == desk.policy.version for one in acts.values())
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    assert await refusals(desk) == []


async def test_a_refusal_is_on_the_record_once_a_minute_and_no_page_hears_of_it(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    host = await desk.page(live, live.decided.host)
    seen = len(host.sent)
    for _ in range(5):
        with pytest.raises(Refused):
            await desk.send(live, customer, wire.Admit(customer))
    await desk.until(lambda: live.durable.last_seq == live.decided.last_seq)
    assert len(host.sent) == seen
    desk.clock.now_ms += MINUTE
    with pytest.raises(Refused):
        await desk.send(live, customer, wire.Admit(customer))
    await desk.send(live, live.decided.host, wire.End("done", ""))
    await desk.ended(live)
    events = (await desk.script(live)).events
    refused = [event for event in events if isinstance(event, ev.PolicyDecided) and not event.permitted]
    assert [(one.by, one.act, one.policy) for one in refused] == [
        (customer, "admit", desk.policy.version)
    ] * 2
    leaves = await refusals(desk)
    assert [(leaf.actor, leaf.subject) for leaf in leaves] == [(customer, live.decided.id)] * 2
    detail = json.loads(leaves[0].detail)
    assert (detail["act"], detail["session"], detail["policy"]) == (
        "admit",
        live.decided.id,
        desk.policy.version,
    )


async def test_what_the_desk_is_refused_leaves_a_leaf_and_wondering_leaves_none(desk: Desk) -> None:
    auditor = Principal("Person", "per_x", "auditor")
    request = AccessRequest(auditor, Act.OPEN_SESSION, Resource("Ticket", desk.ticket.id))
    assert isinstance(desk.tools.policy, NotesRefusals)
    assert not desk.tools.policy.decide(request).permitted
    assert await refusals(desk) == []
    for _ in range(3):
        with pytest.raises(Refused):
            check(desk.tools.policy, request)
    (leaf,) = await refusals(desk)
    assert (leaf.actor, leaf.subject) == ("per_x", desk.ticket.id)
    assert json.loads(leaf.detail)["ticket"] == desk.ticket.id


def test_a_flood_of_names_is_one_entry_for_each_act() -> None:
    throttled = Throttled()
    named = [
        throttled.first(f"inv_{number}", "redeem_invite", 1) for number in range(limits.REFUSALS_KEPT + 50)
    ]
    assert named[: limits.REFUSALS_KEPT] == [f"inv_{number}" for number in range(limits.REFUSALS_KEPT)]
    assert named[limits.REFUSALS_KEPT :] == [MANY] + [None] * 49
    assert throttled.first("inv_new", "redeem_invite", 1 + MINUTE) == "inv_new", (
        "a minute later it is empty again"
    )

from __future__ import annotations

import pytest

from concierge.domain.access import Principal
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput, Refused
from concierge.server.wishes import capabilities_of, company_called
from tests.server.front import Front


def test_capabilities_are_named_or_refused() -> None:
    assert capabilities_of(("chat", "mark")) == {Capability.CHAT, Capability.MARK}
    with pytest.raises(BadInput):
        capabilities_of(("chat", "root"))


async def test_a_company_is_found_whatever_its_case(front: Front) -> None:
    tools, principal, ticket = front.desk.tools, front.desk.principal(front.desk.anna), front.desk.ticket.id
    assert await company_called(tools, principal, ticket, " PrintWORKS ") == front.desk.company.id
    fresh = await company_called(tools, principal, ticket, "Kabelwerk")
    assert await company_called(tools, principal, ticket, "KABELWERK") == fresh
    with pytest.raises(BadInput):
        await company_called(tools, principal, ticket, " ")


async def test_only_an_inviter_makes_a_company_known(front: Front) -> None:
    auditor = Principal("Person", front.auditor.id, front.auditor.role)
    with pytest.raises(Refused):
        await company_called(front.desk.tools, auditor, front.desk.ticket.id, "Kabelwerk")
    assert len(await front.desk.tools.people.companies()) == 1

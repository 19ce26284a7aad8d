"""From what a person typed or a program sent to an invite that can be created.

Rule: a company is found by its name whatever its case; one that is new is kept when the policy lets the inviter invite.
"""

from __future__ import annotations

from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput
from concierge.domain.ids import CompanyId, TicketId
from concierge.domain.person import Company
from concierge.domain.refusals import N_
from concierge.services.permission import check
from concierge.services.tools import Tools


def capabilities_of(names: tuple[str, ...]) -> frozenset[Capability]:
    """Return capabilities by name. Raises BadInput for a name that is none."""
    try:
        return frozenset(Capability(name) for name in names)
    except ValueError:
        raise BadInput(N_("Choose what they may be allowed from the list.")) from None


async def company_called(tools: Tools, principal: Principal, ticket: TicketId, name: str) -> CompanyId:
    """Return the company of that name, making it known when it is new. Raises BadInput, Refused."""
    name = " ".join(name.split())
    if not name or len(name) > limits.NAME_MAX_CHARS:
        raise BadInput(N_("Please write the company's name."))
    for company in await tools.people.companies():
        if company.name.casefold() == name.casefold():
            return company.id
    check(tools.policy, AccessRequest(principal, Act.CREATE_INVITE, Resource("Ticket", ticket)))
    fresh = Company(CompanyId(tools.mint.id("company")), name, "")
    await tools.people.add_company(fresh)
    return fresh.id

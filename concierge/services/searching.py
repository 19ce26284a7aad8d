"""What a search may show: nothing from a recording that whoever asks may not see, be it a line, a snippet or a count.

Rule: chat and notes of a session count as its recording; the ticket's own words are for whoever works the desk.
"""

from __future__ import annotations

from collections.abc import Iterable

from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.ids import SessionId
from concierge.domain.recording import Recording
from concierge.services.policy_port import PolicyEngine
from concierge.services.ports import SearchHit
from concierge.services.tools import Tools


async def search(tools: Tools, principal: Principal, words: str, limit: int) -> list[SearchHit]:
    """Find words in tickets, chat and notes, best first, and leave out what may not be seen."""
    shown: dict[SessionId | None, bool] = {None: True}
    hits = await tools.tickets.search(words, limit)
    for session in {hit.session for hit in hits} - {None}:
        row = None if session is None else await tools.sessions.summary(session)
        shown[session] = row is not None and may_see(tools.policy, principal, row.recording, row.ticket)
    return [hit for hit in hits if shown[hit.session]]


def seen_by(policy: PolicyEngine, principal: Principal, rows: Iterable[Recording]) -> list[Recording]:
    """Return those recordings that whoever asks may see."""
    return [row for row in rows if may_see(policy, principal, row.id, row.ticket)]


def may_see(policy: PolicyEngine, principal: Principal, recording: str, ticket: str) -> bool:
    """Whether the policy lets this principal replay a recording."""
    resource = Resource("Recording", recording, {"ticket": ticket})
    return policy.decide(AccessRequest(principal, Act.REPLAY_RECORDING, resource)).permitted

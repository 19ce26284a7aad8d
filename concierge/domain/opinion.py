"""A quiet opinion: a second host is asked to look on. They interrupt nobody, and the customer is told who watches."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.ids import PersonId


@dataclass(frozen=True, slots=True)
class Opinion:
    """Somebody asked for theirs. It is open until `until_ms`; whoever came by then stays until leaving."""

    of: PersonId
    of_name: str
    question: str
    until_ms: int

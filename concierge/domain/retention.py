"""How long recordings are kept: rules by class of ticket, priority and company. The first rule that fits decides.

Rule: nobody is kept longer than the customer was told. What is told at consent is the promise; companies that join
later can shorten it, never lengthen it (`at_close`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_CLASS: Final = re.compile(r"\A([A-Za-z]+)")
DAY_MS: Final = 24 * 60 * 60_000


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One rule. Empty conditions fit everything; `companies` fits when any of them takes part, whatever its case."""

    name: str
    days: int
    classes: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()

    def fits(self, ticket_class: str, priority: str, companies: frozenset[str]) -> bool:
        """Whether it speaks of such a recording."""
        return (
            (not self.classes or ticket_class in self.classes)
            and (not self.priorities or priority in self.priorities)
            and (not self.companies or bool(self.companies & companies))
        )


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """Rules in order; the last one fits everything (whoever reads them checks that)."""

    rules: tuple[RetentionRule, ...]

    def rule_for(self, number: str, priority: str, companies: Iterable[str]) -> RetentionRule:
        """Return the rule for a ticket by its number ("INC-1042" is of class INC), priority and companies' names."""
        taking_part = frozenset(folded(name) for name in companies)
        of_class = class_of(number)
        return next(rule for rule in self.rules if rule.fits(of_class, priority, taking_part))


def everything(days: int) -> RetentionRules:
    """Return the rules of an organisation that wrote none."""
    return RetentionRules((RetentionRule("default", days),))


def class_of(number: str) -> str:
    """Return a ticket's class: the letters its number begins with, in capitals."""
    found = _CLASS.match(number)
    return found[1].upper() if found else ""


def folded(name: str) -> str:
    """Return a company's name as rules compare it."""
    return " ".join(name.split()).casefold()


def at_close(opened_ms: int, promised_until_ms: int, days: int) -> int:
    """Return until when a closed recording is kept: what the rule says now, never more than was promised."""
    return min(promised_until_ms, opened_ms + days * DAY_MS)

"""Retention rules from `retention.toml` beside the policies: read whole, checked whole, or not used at all.

    [[rule]]
    name = "printers"            # stands in the audit log
    days = 30
    classes = ["INC"]            # letters a ticket's number begins with
    priorities = ["low", "normal"]
    companies = ["Acme Printers"]

The last rule has a name and days alone. Without the file, everything is kept for the setting kept_days.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.domain.retention import RetentionRule, RetentionRules, class_of, everything, folded
from concierge.domain.ticket import Priority

NAME: Final = "retention.toml"
_CONDITIONS: Final = ("classes", "priorities", "companies")
_PRIORITIES: Final = frozenset(priority.value for priority in Priority)


class RetentionError(ConciergeError):
    """The rules cannot be used; `problems` has a sentence for each fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_retention(folder: Path, kept_days: int) -> RetentionRules:
    """Return the rules in a folder of policies. Raises RetentionError."""
    path = folder / NAME
    if not path.exists():
        return everything(kept_days)
    problems: list[str] = []
    entries = _entries(path, problems)
    rules = [rule for place, entry in enumerate(entries, 1) if (rule := _rule(place, entry, problems))]
    if not problems and (
        any((rules[-1].classes, rules[-1].priorities, rules[-1].companies)) if rules else True
    ):
        problems.append(f"{NAME}: the last rule must fit everything: a name and days alone")
    if not problems and len({rule.name for rule in rules}) < len(rules):
        problems.append(f"{NAME}: two rules have the same name")
    if problems:
        raise RetentionError(tuple(problems))
    return RetentionRules(tuple(rules))


def check_retention(folder: Path) -> list[str]:
    """Return what is wrong with the rules in a folder, a sentence for each fault."""
    try:
        read_retention(folder, 1)
    except RetentionError as error:
        return list(error.problems)
    return []


def _entries(path: Path, problems: list[str]) -> list[Any]:
    try:
        raw = path.read_bytes()
        document = tomllib.loads(raw.decode()) if len(raw) <= limits.POLICY_FILE_MAX_BYTES else None
    except (OSError, ValueError) as error:
        problems.append(f"{NAME}: cannot be read: {error}")
        return []
    if document is None:
        problems.append(f"{NAME}: more than {limits.POLICY_FILE_MAX_BYTES} bytes")
        return []
    entries = document.get("rule")
    if set(document) != {"rule"} or not isinstance(entries, list):
        problems.append(f"{NAME}: holds [[rule]] entries and nothing else")
        return []
    if len(entries) > limits.RETENTION_RULES_MAX:
        problems.append(f"{NAME}: more than {limits.RETENTION_RULES_MAX} rules")
        return []
    return entries


def _rule(place: int, entry: Any, problems: list[str]) -> RetentionRule | None:
    where = f"{NAME}, rule {place}"
    if not isinstance(entry, dict) or not set(entry) <= {"name", "days", *_CONDITIONS}:
        problems.append(f"{where}: holds name, days, {', '.join(_CONDITIONS)} and nothing else")
        return None
    name, days = entry.get("name"), entry.get("days")
    if not isinstance(name, str) or not 0 < len(name) <= limits.NAME_MAX_CHARS:
        problems.append(f"{where}: needs a name")
        return None
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= limits.RETENTION_DAYS_MAX:
        problems.append(f"{where}: days is a number from 1 to {limits.RETENTION_DAYS_MAX}")
        return None
    words = {key: _words(where, key, entry, problems) for key in _CONDITIONS}
    if unknown := sorted(words["priorities"] - _PRIORITIES):
        problems.append(f"{where}: {unknown[0]!r} is no priority")
    if odd := sorted(one for one in words["classes"] if class_of(one) != one):
        problems.append(f"{where}: {odd[0]!r} is no class: the capital letters a ticket's number begins with")
    companies = frozenset(folded(company) for company in words["companies"])
    return RetentionRule(name, days, words["classes"], words["priorities"], companies)


def _words(where: str, key: str, entry: dict[str, Any], problems: list[str]) -> frozenset[str]:
    given = entry.get(key, [])
    if not isinstance(given, list) or not all(isinstance(one, str) and one.strip() for one in given):
        problems.append(f"{where}: {key} is a list of words")
        return frozenset()
    if key in entry and not given:
        problems.append(f"{where}: {key} is an empty list: leave it out")
    return frozenset(given)

from __future__ import annotations

import pytest

from concierge.domain.retention import (
    DAY_MS,
    RetentionRule,
    RetentionRules,
    at_close,
    class_of,
    everything,
    folded,
)

RULES = RetentionRules(
    (
        RetentionRule("acme", 400, companies=frozenset({folded("Acme  Printers")})),
        RetentionRule("urgent changes", 200, frozenset({"CHG"}), frozenset({"urgent"})),
        RetentionRule("incidents", 30, frozenset({"INC"})),
        RetentionRule("rest", 90),
    )
)


@pytest.mark.parametrize(
    ("number", "priority", "companies", "name"),
    [
        ("INC-1", "low", [], "incidents"),
        ("inc-1", "urgent", ["Beta"], "incidents"),
        ("INC-1", "low", ["Beta", "ACME printers"], "acme"),
        ("CHG-7", "urgent", [], "urgent changes"),
        ("CHG-7", "low", [], "rest"),
        ("4711", "low", [], "rest"),
        ("", "low", [], "rest"),
    ],
)
def test_the_first_rule_that_fits_decides(
    number: str, priority: str, companies: list[str], name: str
) -> None:
    assert RULES.rule_for(number, priority, companies).name == name


def test_a_class_is_what_a_number_begins_with() -> None:
    assert [class_of(text) for text in ("INC-1042", "req7", "1042", "", "-X")] == ["INC", "REQ", "", "", ""]
    assert everything(7).rule_for("INC-1", "low", ["x"]).days == 7


def test_nobody_is_kept_longer_than_was_promised() -> None:
    assert at_close(0, 90 * DAY_MS, 400) == 90 * DAY_MS
    assert at_close(0, 90 * DAY_MS, 30) == 30 * DAY_MS

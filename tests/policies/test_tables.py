"""The shipped policies against their tables, and the tables against the closed lists they must cover."""

from __future__ import annotations

import pytest

from concierge.adapters.cedar import load_policies
from concierge.domain.access import Act
from concierge.domain.capability import Capability
from tests.policies.matrix import GOLDEN, matrix
from tests.policies.tables import POLICIES, Case, read_cases

ENGINE = load_policies(POLICIES)
CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_decision_is_the_one_in_the_table(case: Case) -> None:
    decision = ENGINE.decide(case.request)
    assert (decision.permitted, decision.reasons) == (case.permitted, case.because)


def test_every_act_is_permitted_to_somebody_and_denied_to_somebody() -> None:
    covered = {(case.request.act, case.permitted) for case in CASES}
    missing = {(act, permitted) for act in Act for permitted in (True, False)} - covered
    # What was typed is released by an operator's own policy and by none of the shipped ones.
    assert missing == {(Act.RELEASE_INPUT, True)}


def test_every_capability_is_asked_for() -> None:
    asked = {case.request.context.get("capability") for case in CASES}
    assert set(Capability) - asked == set()


def test_every_policy_decides_at_least_one_case() -> None:
    decided = {policy_id for case in CASES for policy_id in case.because}
    assert set(ENGINE.reasons) - decided == set()


def test_no_case_stands_twice() -> None:
    seen: list[tuple[object, ...]] = []
    for case in CASES:
        asked = (case.request.principal, case.request.act, case.request.resource, case.request.context)
        assert asked not in seen, case.name
        seen.append(asked)


def test_the_matrix_is_the_reviewed_one() -> None:
    assert matrix(ENGINE) == GOLDEN.read_text(encoding="utf-8")

"""Every code of a no has a sentence, and the sentences are the ones the policies give."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from concierge.adapters.cedar import NO_POLICY_PERMITS, POLICY_CANNOT_DECIDE, load_policies
from concierge.domain.refusals import REFUSALS, UNKNOWN_REFUSAL, sentence_for
from tests.policies.tables import POLICIES

PRODUCT = Path(__file__).parents[2] / "concierge"


def codes_refused_with() -> set[str]:
    """Return every code written out in a `Refused("code", …)` of the product."""
    return {
        call.args[0].value
        for path in PRODUCT.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Refused"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_code_the_product_refuses_with_is_catalogued() -> None:
    assert codes_refused_with() - set(REFUSALS) == set()


def test_every_reason_of_the_engine_is_catalogued() -> None:
    assert {NO_POLICY_PERMITS, POLICY_CANNOT_DECIDE} <= set(REFUSALS)


def test_the_shipped_policies_say_what_the_catalogue_says() -> None:
    reasons = load_policies(POLICIES).reasons
    assert {policy_id: REFUSALS.get(policy_id) for policy_id in reasons} == reasons


def test_the_line_that_forbids_unrecorded_sessions_says_it_too() -> None:
    text = (POLICIES / "unrecorded.cedar").read_text(encoding="utf-8")
    assert f'@id("recording_is_required") @reason("{REFUSALS["recording_is_required"]}")' in text


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_codes_are_words_and_sentences_are_whole(code: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,79}", code)
    assert re.fullmatch(r"[A-Z][^{}%<>]*\.", REFUSALS[code])


def test_an_unknown_code_has_the_general_sentence() -> None:
    assert sentence_for("an_operators_own_policy") == UNKNOWN_REFUSAL
    assert sentence_for("session_ended") == "This session has ended."

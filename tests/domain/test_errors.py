"""Errors: one shallow tree; a refusal carries its code."""

from __future__ import annotations

import pytest

from concierge.domain import errors


def test_a_refusal_has_a_code_for_pages_and_a_sentence_for_the_log() -> None:
    refusal = errors.Refused("host_only", "par_x is not the host")
    assert (refusal.code, str(refusal)) == ("host_only", "par_x is not the host")


@pytest.mark.parametrize(
    "kind", [errors.BadIdentifier, errors.BadInput, errors.Refused, errors.EvidenceUnavailable]
)
def test_the_tree_is_shallow(kind: type[Exception]) -> None:
    assert kind.__bases__ == (errors.ConciergeError,)

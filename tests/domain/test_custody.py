from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.domain.custody import (
    Cause,
    Custody,
    Erasure,
    EvidenceClass,
    check_classes,
    check_reason,
)
from concierge.domain.errors import BadInput
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import EVERY


def erased(*classes: str) -> Erasure:
    return Erasure(RecordingId("rec_1"), classes, Cause.ASKED, 1, "per_1", "Anna", "because")


def test_no_class_and_every_class_is_the_whole() -> None:
    assert check_classes([]) == check_classes([EVERY]) == check_classes(list(EvidenceClass)) == (EVERY,)
    assert check_classes(["voice", "picture", "voice"]) == ("picture", "voice")
    for bad in ("film", "", "Picture", "x" * 500):
        with pytest.raises(BadInput, match="no class of a recording"):
            check_classes([bad])


def test_a_tombstone_knows_what_it_takes() -> None:
    part, whole = erased("conversation", "voice"), erased(EVERY)
    assert part.takes(EvidenceClass.VOICE)
    assert not part.takes(EvidenceClass.PICTURE, EvidenceClass.CONTROL)
    assert whole.takes(EvidenceClass.CONTROL)
    assert Custody(None, (part, whole)).erased
    assert not Custody(None, (part,)).erased
    assert not Custody().erased


def test_the_sentence_tells_the_limits() -> None:
    assert (limits.CUSTODY_REASON_MIN_CHARS, limits.CUSTODY_REASON_MAX_CHARS) == (3, 500)


def test_a_reason_is_one_line_and_neither_empty_nor_endless() -> None:
    assert check_reason("  asked\nfor by\tthe customer ") == "asked for by the customer"
    for bad in ("", "  \n ", "no", "x" * (limits.CUSTODY_REASON_MAX_CHARS + 1)):
        with pytest.raises(BadInput, match="say why, in 3 to 500"):
            check_reason(bad)

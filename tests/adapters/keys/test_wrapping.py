from __future__ import annotations

import pytest

from concierge.adapters.keys import KeyUnavailable
from concierge.adapters.keys.wrapping import WrapKind, context_of, kind_of


def test_a_context_ties_to_recording_and_class() -> None:
    contexts = {
        context_of(recording, cls) for recording in ("rec_1", "rec_2") for cls in ("every", "voice", "input")
    }
    assert len(contexts) == 6
    assert context_of("rec_1", "every") == b"rec_1"


@pytest.mark.parametrize("sealed", [b"", b"\x00abc", b"\x03abc", b"\x04abc", b"\xff"])
def test_only_kinds_of_the_registry_that_this_broker_opens_are_known(sealed: bytes) -> None:
    with pytest.raises(KeyUnavailable):
        kind_of(sealed)
    assert (kind_of(b"\x01x"), kind_of(b"\x02x")) == (WrapKind.KEK, WrapKind.KMS)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

from concierge.adapters.der_order import in_order
from tests.authority import made


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Two answers of one authority, with its chain one way round and the other."""
    authority = made(tmp_path_factory.mktemp("order") / "tsa")
    request = TimestampRequestBuilder().data(b"x").hash_algorithm(HashAlgorithm.SHA256).build()
    found = authority.reply(request.as_bytes())
    begins = [place for place in range(len(found)) if found.startswith(b"\x30\x82", place)]
    for one in begins:
        cut = one + 4 + int.from_bytes(found[one + 2 : one + 4], "big")
        if cut not in begins:
            continue
        end = cut + 4 + int.from_bytes(found[cut + 2 : cut + 4], "big")
        other = found[:one] + found[cut:end] + found[one:cut] + found[end:]
        if in_order(other) == in_order(found):
            return found, other
    pytest.fail("the answer holds no chain")


def test_the_order_of_the_chain_means_nothing(answers: tuple[bytes, bytes]) -> None:
    strict = 0
    for answer in answers:
        decode_timestamp_response(in_order(answer))
        try:
            decode_timestamp_response(answer)
        except ValueError:
            strict += 1
    assert strict == 1
    assert len(in_order(answers[1])) == len(answers[0])


def test_what_is_cut_off_comes_back_as_it_was(answers: tuple[bytes, bytes]) -> None:
    for length in range(0, 400, 7):
        assert in_order(answers[0][:length]) == answers[0][:length]


@given(st.binary(max_size=200))
def test_anything_at_all_keeps_its_length(data: bytes) -> None:
    assert len(in_order(data)) == len(data)

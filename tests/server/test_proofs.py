from __future__ import annotations

import pytest
from starlette.requests import Request

from concierge.server.proofs import PROOF_MAX_CHARS, Proof, proof_in, secret_in

SECRET = "s" * 43


def asked(header: str) -> Request:
    return Request({"type": "http", "headers": [(b"authorization", header.encode())]})


@pytest.mark.parametrize(
    "header", [f"Seat {SECRET}", f"seat  {SECRET} ", f"SEAT https://desk.example/join/{SECRET}/"]
)
def test_a_secret_or_the_link_that_ends_with_it_is_read(header: str) -> None:
    assert proof_in(asked(header), Proof.SEAT) == SECRET


@pytest.mark.parametrize("header", ["", SECRET, f"Receipt {SECRET}", f"Bearer {SECRET}", "Seat", "Seat /"])
def test_another_scheme_or_none_proves_nothing(header: str) -> None:
    assert proof_in(asked(header), Proof.SEAT) == ""


def test_what_is_too_long_is_not_looked_at() -> None:
    assert secret_in("x" * PROOF_MAX_CHARS) == "x" * PROOF_MAX_CHARS
    assert secret_in("x" * (PROOF_MAX_CHARS + 1)) == ""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from concierge.adapters.totp import SealedTotp
from tests.adapters.db.samples import NASTY

NOW = 1_790_000_010_000
STEP = NOW // 30_000


@pytest.fixture
def codes() -> SealedTotp:
    return SealedTotp(b"k" * 32, "Example Desk")


def scanned(uri: str) -> pyotp.TOTP:
    return pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0])


def test_the_offer_says_whose_it_is_and_is_sealed(codes: SealedTotp) -> None:
    sealed, uri = codes.offer("alex")
    assert unquote(urlsplit(uri).path) == "/Example Desk:alex"
    assert scanned(uri).secret.encode() not in sealed
    assert codes.offer("alex")[0] != sealed


@pytest.mark.parametrize(("aside", "step"), [(-2, None), (-1, STEP - 1), (0, STEP), (1, STEP + 1), (2, None)])
def test_codes_near_now_are_taken(codes: SealedTotp, aside: int, step: int | None) -> None:
    sealed, uri = codes.offer("alex")
    code = scanned(uri).generate_otp(STEP + aside)
    assert codes.verify(sealed, code, NOW, 0) == step
    assert codes.verify(sealed, f"{code[:3]} {code[3:]}", NOW, 0) == step


def test_a_used_step_is_not_taken_again(codes: SealedTotp) -> None:
    sealed, uri = codes.offer("alex")
    assert codes.verify(sealed, scanned(uri).generate_otp(STEP), NOW, STEP) is None
    assert codes.verify(sealed, scanned(uri).generate_otp(STEP + 1), NOW, STEP) == STEP + 1


def test_any_other_text_is_no_code(codes: SealedTotp) -> None:
    sealed, uri = codes.offer("alex")
    arabic = scanned(uri).generate_otp(STEP).translate({48 + digit: 0x660 + digit for digit in range(10)})
    assert [text for text in (*NASTY, arabic) if codes.verify(sealed, text, NOW, 0) is not None] == []


def test_another_key_or_a_changed_secret_opens_nothing(codes: SealedTotp) -> None:
    sealed, uri = codes.offer("alex")
    code = scanned(uri).generate_otp(STEP)
    assert SealedTotp(b"o" * 32, "").verify(sealed, code, NOW, 0) is None
    assert codes.verify(sealed[:-1] + bytes([sealed[-1] ^ 1]), code, NOW, 0) is None

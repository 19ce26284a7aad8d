from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from concierge.adapters.mint import SecretsMint
from concierge.domain.ids import PREFIXES, check_id

SEEDED = """
import random
random.seed(0)
from concierge.adapters.mint import SecretsMint
print(SecretsMint().secret(), SecretsMint().id("invite"), SecretsMint().digits(30))
"""


def test_ids_have_the_shape_of_their_kind() -> None:
    mint = SecretsMint()
    assert all(check_id(kind, mint.id(kind)) for kind in PREFIXES)


def test_secrets_are_url_safe_long_and_different() -> None:
    mint = SecretsMint()
    made = [mint.secret() for _ in range(20_000)]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in made)


def test_digits_are_as_many_as_asked_and_uniform() -> None:
    mint = SecretsMint()
    made = [mint.digits(4) for _ in range(10_000)]
    assert all(re.fullmatch(r"[0-9]{4}", digits) for digits in made)
    # Each first digit is expected 1,000 times with a deviation of 30; ten deviations never happen.
    counts = [sum(digits[0] == str(first) for digits in made) for first in range(10)]
    assert all(700 < count < 1_300 for count in counts)


def test_a_seed_changes_nothing() -> None:
    run = [
        subprocess.run(
            [sys.executable, "-c", SEEDED],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout.split()
        for _ in range(2)
    ]
    assert all(one != other for one, other in zip(*run, strict=True))

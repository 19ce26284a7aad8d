"""Only one verdict is good, and a verdict can be said in JSON."""

from __future__ import annotations

import json
from itertools import product

import pytest

from recorder.verdict import Fault, SignerTrust, Status, Verdict
from tests.recorder.studio import HEADER


def verdict(status: Status, signer: SignerTrust, fault: Fault | None = None) -> Verdict:
    return Verdict(
        status=status,
        signer=signer,
        header=HEADER,
        closed=True,
        epochs=1,
        segments=2,
        until_us=5,
        chain=bytes(32),
        installation=bytes(32),
        recoveries=0,
        gaps=0,
        fault=fault,
    )


@pytest.mark.parametrize(("status", "signer"), list(product(Status, SignerTrust)))
def test_only_ok_and_trusted_is_good(status: Status, signer: SignerTrust) -> None:
    assert verdict(status, signer).good == (status is Status.OK and signer is SignerTrust.TRUSTED)


def test_json_names_everything() -> None:
    fields = json.loads(
        json.dumps(verdict(Status.BAD, SignerTrust.FOREIGN, Fault(3, "why", 1, None)).fields())
    )
    assert fields["status"] == "bad"
    assert fields["good"] is False
    assert fields["chain"] == "00" * 32
    assert fields["fault"] == {"segment": 3, "reason": "why", "from_us": 1, "until_us": None}
    assert fields["header"]["ticket_id"] == "T-1001"

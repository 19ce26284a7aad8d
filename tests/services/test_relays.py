"""TURN credentials: made as draft-uberti-behave-turn-rest says, bound to who asks, and told to no log."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

from concierge.domain.limits import TURN_CREDENTIAL_MS, TURN_RENEW_MS
from concierge.services.relays import ice_servers_for, turn_credentials
from concierge.services.tools import Installation
from concierge.wire.messages import IceServer

SECRET = "a secret that both of them know"
NOW_MS = 1_800_000_000_000
BARE = IceServer(("turn:relay.example.org", "turns:relay.example.org:443"), "", "")
OWN = IceServer(("turn:other.example.org",), "us", "theirs")
STUN = IceServer(("stun:relay.example.org",), "", "")
PLACE = Installation(
    "Northwind", "", "https://desk.example.org", 90, ice_servers=(BARE, OWN, STUN), turn_secret=SECRET
)


def test_a_credential_is_the_hmac_of_expiry_and_participant() -> None:
    username, credential = turn_credentials(SECRET, "par_ana", NOW_MS)
    assert username == f"{(NOW_MS + TURN_CREDENTIAL_MS) // 1000}:par_ana"
    digest = hmac.new(SECRET.encode(), username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(credential) == digest


def test_each_participant_is_told_credentials_of_their_own() -> None:
    ana, ben = (ice_servers_for(PLACE, who, NOW_MS)[0] for who in ("par_ana", "par_ben"))
    assert (ana.urls, ben.urls) == (BARE.urls, BARE.urls)
    assert ana.username.endswith(":par_ana")
    assert ben.username.endswith(":par_ben")
    assert ana.credential != ben.credential


def test_what_has_a_credential_or_needs_none_is_told_as_configured() -> None:
    assert ice_servers_for(PLACE, "par_ana", NOW_MS)[1:] == (OWN, STUN)
    assert ice_servers_for(replace(PLACE, turn_secret=""), "par_ana", NOW_MS) == (BARE, OWN, STUN)


def test_the_secret_is_in_nothing_that_is_printed_or_told() -> None:
    assert SECRET not in repr(PLACE)
    assert SECRET not in repr(ice_servers_for(PLACE, "par_ana", NOW_MS))


def test_credentials_are_renewed_well_before_they_expire() -> None:
    assert TURN_RENEW_MS * 2 <= TURN_CREDENTIAL_MS <= 10 * 60_000

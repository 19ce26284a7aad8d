from __future__ import annotations

from concierge.domain.access import Act
from concierge.server.finding import account_signed_in
from concierge.server.own_routes import API
from concierge.server.routing import Open


def test_everything_of_an_account_is_asked_at_a_sign_in_and_decided_by_policy() -> None:
    doors = [door for door in API if door.path.startswith("/api/v1/account")]
    assert len(doors) == 11
    assert {door.need for door in doors} == {Act.MANAGE_OWN_ACCOUNT, Act.ISSUE_API_KEY}
    assert {door.on for door in doors} == {account_signed_in}


def test_a_secret_never_stands_in_an_address() -> None:
    """Logs and histories keep addresses; a GET shows its secret in a header, a POST in its body."""
    assert [door.path for door in API if "secret" in door.path or "link}" in door.path] == []
    looks = [door for door in API if door.method == "GET" and door.need is Open.PROOF]
    assert len(looks) == 4
    assert all(door.proof is not None for door in looks)
    assert {door.need for door in API if door.proof is not None} == {Open.PROOF}

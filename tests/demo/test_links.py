from __future__ import annotations

import json

import pytest

from concierge.bootstrap import Broker
from concierge.demo.links import Links, make_links
from concierge.demo.people import ANNA, BEN, HARUTO, SOFIA
from concierge.demo.tickets import AGAIN
from concierge.domain.access import Act
from concierge.domain.errors import Refused
from concierge.domain.invite import InviteState
from concierge.services.inviting import look_at_invite
from concierge.services.joining import find_by_pairing, join_as_customer


def secret(url: str) -> str:
    return url.rsplit("/", 1)[1]


def strings_of(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings_of(item)]
    return [str(value)]


async def test_json_is_one_line_with_everything_scripts_need(broker: Broker) -> None:
    links = await make_links(broker)
    text = links.as_json()
    document = json.loads(text)
    assert "\n" not in text
    assert document.keys() == {
        "base_url", "websocket_path", "sign_in", "customer", "vendor", "api_key",
        "ticket_id", "ticket_number", "session_id",
    }  # fmt: skip
    assert document["sign_in"].keys() == {"host", "host2", "supervisor", "auditor"}
    assert document["customer"].keys() == {"join_url", "code"}
    assert document["vendor"].keys() == {"invite_url", "pin"}
    assert document["websocket_path"] == "/ws/sessions/{session_id}"
    assert all(strings_of(document))


async def test_text_shows_every_link_in_columns(broker: Broker) -> None:
    links = await make_links(broker)
    text = links.as_text()
    shown = [
        *strings_of(json.loads(links.as_json())["sign_in"]),
        links.customer.join_url,
        links.vendor.invite_url,
    ]
    assert all(link in text for link in (*shown, links.vendor.pin, links.api_key))
    digits = links.customer.code
    assert f"{digits[:3]} {digits[3:6]} {digits[6:]}" in text
    lines = text.splitlines()
    assert len({line.index(link) for link in shown for line in lines if line.endswith(link)}) == 1


async def test_each_role_signs_in_again_and_again(broker: Broker) -> None:
    links = await make_links(broker)
    signs = links.sign_in
    for url, person in (
        (signs.host, ANNA),
        (signs.host2, BEN),
        (signs.supervisor, SOFIA),
        (signs.auditor, HARUTO),
    ):
        for _time in range(2):
            done = await broker.accounts.sign_in_by_link(secret(url), "127.0.0.1")
            assert done.person.id == person.id


async def test_code_and_link_lead_the_customer_into_annas_session(broker: Broker) -> None:
    links = await make_links(broker)
    for kind, text in (("code", links.customer.code), ("link", secret(links.customer.join_url))):
        live = await find_by_pairing(broker.tools, broker.registry, kind, text)
        assert live.decided.id == links.session_id
        assert live.decided.ticket == links.ticket_id == AGAIN.id
        assert live.decided.seats[live.decided.host].who.person == ANNA.id


async def test_the_vendor_is_invited_to_that_ticket(broker: Broker) -> None:
    links = await make_links(broker)
    invite = await look_at_invite(broker.tools, secret(links.vendor.invite_url))
    assert invite.ticket == links.ticket_id
    assert invite.state(broker.tools.clock.wall()) is InviteState.READY
    assert len(links.vendor.pin) == 6


async def test_the_key_is_annas_and_manages_no_account(broker: Broker) -> None:
    recalled = await broker.api_keys.recall((await make_links(broker)).api_key)
    assert recalled is not None
    key, person = recalled
    assert person.id == ANNA.id
    assert Act.OPEN_SESSION in key.scopes
    assert Act.MANAGE_OWN_ACCOUNT not in key.scopes


async def test_a_second_run_keeps_the_session_and_replaces_what_opens_doors(broker: Broker) -> None:
    first = await make_links(broker)
    second = await make_links(broker)
    assert second.session_id == first.session_id
    assert second.customer.code != first.customer.code
    with pytest.raises(Refused, match="no session"):
        await find_by_pairing(broker.tools, broker.registry, "code", first.customer.code)
    now = broker.tools.clock.wall()
    old = await look_at_invite(broker.tools, secret(first.vendor.invite_url))
    new = await look_at_invite(broker.tools, secret(second.vendor.invite_url))
    assert (old.state(now), new.state(now)) == (InviteState.REVOKED, InviteState.READY)
    assert await broker.api_keys.recall(first.api_key) is None
    assert await broker.api_keys.recall(second.api_key) is not None


async def test_a_session_that_has_its_customer_is_left_alone(broker: Broker) -> None:
    first = await make_links(broker)
    await join_as_customer(broker.tools, broker.registry, "code", first.customer.code)
    second = await make_links(broker)
    assert second.session_id != first.session_id
    assert second.ticket_id != first.ticket_id
    live = await find_by_pairing(broker.tools, broker.registry, "code", second.customer.code)
    assert live.decided.id == second.session_id


async def test_many_runs_never_run_out_of_keys(broker: Broker) -> None:
    links: list[Links] = [await make_links(broker) for _run in range(3)]
    good = [key for key in await broker.api_keys.of_person(ANNA.id) if key.revoked_ms is None]
    assert len(good) == 1
    assert len({one.api_key for one in links}) == 3

from __future__ import annotations

import json

import pytest

from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import Refused
from concierge.services.auditor_links import AuditorLinks, principal_of
from concierge.services.keeping import Asker
from concierge.services.replays import Replays
from tests.services.desk import START_MS, Desk
from tests.services.tape import taped

DORA = Asker(Principal("Person", "per_" + "d" * 26, "auditor"), "Dora Audit")
DAY_MS = 24 * 60 * 60_000
UNTIL = START_MS + DAY_MS


async def leaves(desk: Desk, *kinds: str) -> list[tuple[str, dict[str, object]]]:
    tail = await desk.tools.audit.tail(1000)
    return [(leaf.kind, json.loads(leaf.detail)) for _, leaf in reversed(tail) if leaf.kind in kinds]


async def test_a_link_shows_its_recording_and_each_viewing_names_the_viewer(desk: Desk) -> None:
    tape = await taped(desk, 12)
    links = AuditorLinks(desk.tools, desk.database.auditor_links)
    made = await links.make(DORA, tape.recording, " Vera  Vogel ", "Asked for by counsel", UNTIL)
    secret = made.address.rpartition("/")[2]
    link = await links.find(secret)
    assert link == made.link
    assert await links.find(secret[:-1]) is None
    assert await links.find("") is None
    assert await leaves(desk, "RecordingViewed") == []
    viewer, replays = principal_of(made.link), Replays(desk.tools, desk.reader)
    assert (await replays.open(viewer, tape.recording)).script.readable
    assert await replays.media(viewer, tape.recording, 0, 9_000_000)
    ((_, said),) = await leaves(desk, "RecordingViewed")
    assert said["viewer"] == "Vera Vogel"
    ((_, told),) = await leaves(desk, "AuditorLinkMade")
    assert (told["viewer"], told["reason"]) == ("Vera Vogel", "Asked for by counsel")
    everything = b"".join(file.read_bytes() for file in desk.folder.glob("desk.sqlite3*"))
    assert secret.encode() not in everything


async def test_a_link_reaches_nothing_else(desk: Desk) -> None:
    tape = await taped(desk, 6)
    other = (await desk.open()).decided.recording
    links = AuditorLinks(desk.tools, desk.database.auditor_links)
    viewer = principal_of((await links.make(DORA, tape.recording, "Vera", "counsel", UNTIL)).link)
    own = Resource("Recording", tape.recording, {"ticket": desk.ticket.id})
    elsewhere = Resource("Recording", other, {"ticket": desk.ticket.id})
    kinds = [own, elsewhere, Resource("Desk", "desk"), Resource("Ticket", desk.ticket.id)]
    allowed = {
        (act, resource.id)
        for act in Act
        for resource in kinds
        if desk.policy.decide(AccessRequest(viewer, act, resource)).permitted
    }
    assert allowed == {(Act.REPLAY_RECORDING, tape.recording)}


async def test_a_revoked_and_an_expired_link_open_nothing(desk: Desk) -> None:
    tape = await taped(desk, 6)
    links = AuditorLinks(desk.tools, desk.database.auditor_links)
    made = [await links.make(DORA, tape.recording, name, "counsel", UNTIL) for name in ("Vera", "Victor")]
    secrets = [one.address.rpartition("/")[2] for one in made]
    await links.revoke(DORA, tape.recording, made[0].link.id)
    assert [await links.find(one) is not None for one in secrets] == [False, True]
    with pytest.raises(Refused):
        await links.revoke(DORA, tape.recording, made[0].link.id)
    desk.clock.now_ms = UNTIL
    assert await links.find(secrets[1]) is None
    assert len(await links.of(DORA.principal, tape.recording)) == 2
    assert [kind for kind, _ in await leaves(desk, "AuditorLinkRevoked")] == ["AuditorLinkRevoked"]


async def test_hosts_make_none_and_there_are_not_too_many(desk: Desk) -> None:
    tape = await taped(desk, 6)
    links = AuditorLinks(desk.tools, desk.database.auditor_links)
    host = Asker(desk.principal(desk.anna), "Anna")
    with pytest.raises(Refused):
        await links.make(host, tape.recording, "Vera", "counsel", UNTIL)
    for _ in range(limits.AUDITOR_LINKS_MAX):
        await links.make(DORA, tape.recording, "Vera", "counsel", UNTIL)
    with pytest.raises(Refused) as refused:
        await links.make(DORA, tape.recording, "Vera", "counsel", UNTIL)
    assert refused.value.code == "too_many_links"

from __future__ import annotations

from concierge.domain.session import Session
from tests.server.front import Browser, Front, text_of
from tests.server.test_pages_evidence import recorded

WHY = "The customer asked for it"


async def at(front: Front, session: Session) -> tuple[Browser, str]:
    sara = await front.signed_in(front.supervisor)
    return sara, f"/recordings/{session.recording}"


async def test_a_hold_is_set_shown_and_lifted(front: Front) -> None:
    session = await recorded(front)
    sara, path = await at(front, session)
    page = await sara.get(f"{path}/custody")
    assert "Kept until" in text_of(page)
    assert (await sara.fill(f"{path}/custody", f"{path}/hold", reason="A court asked")).status_code == 303
    shown = text_of(await sara.get(f"{path}/custody"))
    assert "A court asked" in shown
    assert "Sara Lind" in shown
    assert "Legal hold" in text_of(await sara.get("/recordings"))
    assert "Legal hold" in text_of(await sara.get(path))
    refused = await sara.fill(f"{path}/custody", f"{path}/erase", reason=WHY, sure="yes", extent="whole")
    assert refused.status_code == 422
    assert "under legal hold" in text_of(refused)
    assert (await sara.fill(f"{path}/custody", f"{path}/release", reason="It is over")).status_code == 303
    assert "A court asked" not in text_of(await sara.get(f"{path}/custody"))


async def test_erasing_asks_what_why_and_whether_it_is_meant(front: Front) -> None:
    session = await recorded(front)
    sara, path = await at(front, session)
    for fields, words in (
        ({"reason": WHY, "extent": "whole"}, "Please confirm"),
        ({"reason": " ", "extent": "whole", "sure": "yes"}, "say why, in 3 to 500"),
        ({"reason": WHY, "extent": "classes", "sure": "yes"}, "Choose what to erase"),
        ({"reason": WHY, "extent": "classes", "sure": "yes", "class": "film"}, "no class of a recording"),
    ):
        answer = await sara.fill(f"{path}/custody", f"{path}/erase", **fields)
        assert answer.status_code == 422
        assert words in text_of(answer)
    assert (await front.desk.script_of(session.recording)).readable


async def test_one_class_goes_then_everything_and_the_tombstones_tell_it(front: Front) -> None:
    session = await recorded(front)
    sara, path = await at(front, session)
    gone = {"reason": WHY, "extent": "classes", "sure": "yes", "class": "conversation"}
    assert (await sara.fill(f"{path}/custody", f"{path}/erase", **gone)).status_code == 303
    shown = text_of(await sara.get(f"{path}/custody"))
    assert "Chat and marks" in shown
    assert WHY in shown
    assert "nobody has set how long" in shown
    assert 'value="conversation"' not in (await sara.get(f"{path}/custody")).text
    assert "spooler" not in (await sara.get(f"/tickets/{front.desk.ticket.id}")).text
    whole = {"reason": "All of it", "extent": "whole", "sure": "yes"}
    assert (await sara.fill(f"{path}/custody", f"{path}/erase", **whole)).status_code == 303
    replay = await sara.get(path)
    assert "This recording was erased" in text_of(replay)
    assert 'data-verdict="ok"' in replay.text
    assert f"{path}/export" not in replay.text
    assert "Erased" in text_of(await sara.get("/recordings"))
    assert "Erase for good" not in text_of(await sara.get(f"{path}/custody"))


async def test_hosts_see_and_do_nothing_and_strangers_find_nothing(front: Front) -> None:
    session = await recorded(front)
    anna, path = await front.signed_in(), f"/recordings/{session.recording}"
    page = await anna.get(f"{path}/custody")
    assert page.status_code == 200
    assert "<form" not in page.text.split('id="hold"')[1].split("</section>")[0]
    for verb in ("hold", "release", "erase"):
        answer = await anna.fill(f"{path}/custody", f"{path}/{verb}", reason=WHY, sure="yes")
        assert answer.status_code == 403
    for odd in ("rec_" + "z" * 26, "x"):
        assert (await anna.get(f"/recordings/{odd}/custody")).status_code == 404

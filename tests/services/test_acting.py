"""Messages become acts; what the policy or the core refuses changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import ParticipantId, PersonId
from concierge.domain.participant import Role
from concierge.domain.session import State
from concierge.domain.surface import SurfaceKind
from concierge.services import acting
from concierge.services.joining import join_from_desk
from concierge.wire import between
from concierge.wire import messages as wire
from concierge.wire.codec import CLIENT_MESSAGES
from tests.services.desk import HASH, Desk

BY_NAME = {
    wire.Publish,
    wire.Receive,
    wire.NewCode,
    wire.AskQuality,
    wire.TellPicture,
    wire.OfferHandover,
    between.AskOpinion,
    wire.Match,
    wire.Answer,
    wire.Deny,
}
BY_THE_SOCKET = {wire.Hello, wire.Beat}


def test_every_message_of_the_wire_is_handled_in_exactly_one_place() -> None:
    tabled = set(acting.COMMANDS)
    assert tabled | BY_NAME | BY_THE_SOCKET == set(CLIENT_MESSAGES.values())
    assert not tabled & BY_NAME


async def test_a_stranger_to_the_session_is_refused(desk: Desk) -> None:
    live = await desk.open()
    with pytest.raises(Refused) as caught:
        await desk.send(live, ParticipantId("par_" + "x" * 26), wire.Say("hello"))
    assert caught.value.code == "no_such_participant"


async def test_a_beat_is_not_a_command(desk: Desk) -> None:
    live = await desk.open()
    with pytest.raises(BadInput):
        await desk.send(live, live.decided.host, wire.Beat(1))


@pytest.mark.parametrize(
    "message",
    [
        wire.Ask(Capability.VIEW_SCREEN, ParticipantId("par_x")),
        wire.Admit(ParticipantId("par_x")),
        wire.Freeze(ParticipantId("par_x")),
        wire.NewCode(),
        wire.AskQuality(wire.Quality.SHARP),
        wire.OfferHandover(PersonId("per_x"), "brief"),
        wire.End("Solved", ""),
        wire.Match(ParticipantId("par_x"), "1234"),
        wire.AcceptHandover(brief_read=True),
    ],
    ids=lambda message: type(message).__name__,
)
async def test_the_customer_cannot_do_what_is_the_hosts(desk: Desk, message: wire.ClientMessage) -> None:
    live, customer, _surface = await desk.sharing()
    before = live.decided
    with pytest.raises(Refused):
        await desk.send(live, customer, message)
    assert replace(live.decided, last_seq=before.last_seq) == before


@pytest.mark.parametrize(
    "message",
    [
        wire.Publish(wire.SourceKind.PICTURE, "offer", SurfaceKind.MONITOR),
        wire.StopEverything(),
        wire.Withdraw(Capability.VIEW_SCREEN, ParticipantId("par_x")),
    ],
    ids=lambda message: type(message).__name__,
)
async def test_the_host_cannot_do_what_is_the_customers(desk: Desk, message: wire.ClientMessage) -> None:
    live, _customer, _surface = await desk.sharing()
    before = live.decided
    with pytest.raises(Refused):
        await desk.send(live, live.decided.host, message)
    assert replace(live.decided, last_seq=before.last_seq) == before


async def test_wrong_digits_are_counted_and_renewed_and_three_put_the_customer_out(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    page = await desk.page(live, seat.participant)
    for _ in range(limits.MATCH_TRIES):
        shown = live.backdrop.digits[seat.participant]
        wrong = f"{(int(shown) + 1) % 10**limits.MATCH_DIGITS:0{limits.MATCH_DIGITS}d}"
        with pytest.raises(Refused) as caught:
            await desk.send(live, live.decided.host, wire.Match(seat.participant, wrong))
        assert caught.value.code == "match_wrong"
    assert live.decided.seat(seat.participant) is None
    assert page.of("farewell")[-1]["reason"] == "match_failed"


async def test_the_host_never_sees_the_digits(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    host = await desk.page(live, live.decided.host)
    digits = live.backdrop.digits[seat.participant]
    assert all(view["view"]["match_digits"] == "" for view in host.of("view"))
    await desk.match(live, seat.participant)
    assert digits not in str([message for message in host.sent if message["type"] != "welcome"])


async def test_digits_may_be_typed_with_spaces(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    spaced = " ".join(live.backdrop.digits[seat.participant])
    await desk.send(live, live.decided.host, wire.Match(seat.participant, spaced))
    assert live.decided.state is State.ACTIVE


async def test_a_refused_recording_leaves_chat_alone(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    await desk.match(live, seat.participant)
    (question,) = live.decided.questions.values()
    await desk.send(
        live, seat.participant, wire.Answer(question.id, yes=False, text_sha256=HASH, language="en")
    )
    assert live.decided.state is State.ACTIVE
    assert live.decided.recording_refused
    with pytest.raises(Refused):
        await desk.send(live, live.decided.host, wire.Ask(Capability.VIEW_SCREEN, live.decided.host))
    await desk.send(live, seat.participant, wire.Say("Then let us write"))


async def test_an_answer_without_the_words_shown_is_refused(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    await desk.match(live, seat.participant)
    (question,) = live.decided.questions.values()
    with pytest.raises(BadInput):
        await desk.send(
            live, seat.participant, wire.Answer(question.id, yes=True, text_sha256="", language="en")
        )
    assert not live.decided.recorded


async def test_an_offer_the_core_refuses_leaves_nothing_published(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    await desk.match(live, seat.participant)
    with pytest.raises(Refused):
        await desk.share(live, seat.participant)
    assert not [call for call in desk.plane.calls if call[0] in {"open", "permit"}]


async def test_nothing_is_received_in_the_lobby(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    with pytest.raises(Refused) as caught:
        await desk.send(live, seat.participant, wire.Receive("offer"))
    assert caught.value.code == "still_in_lobby"


async def test_sharp_or_smooth_reaches_the_customer_alone(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, live.decided.host, wire.AskQuality(wire.Quality.SMOOTH))
    assert desk.pages[customer].of("quality_asked") == [{"type": "quality_asked", "quality": "smooth"}]
    assert not desk.pages[live.decided.host].of("quality_asked")


async def test_a_warm_hand_over_from_offer_to_new_host(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    former = live.decided.host
    with pytest.raises(BadInput):
        await desk.send(live, former, wire.OfferHandover(PersonId("per_" + "z" * 26), "Take over"))
    await desk.send(live, former, wire.OfferHandover(desk.ben.id, "The queue is cleared; test page next."))
    ben = await join_from_desk(desk.tools, live, desk.principal(desk.ben), desk.ben)
    page = await desk.page(live, ben)
    assert page.view["handover"]["brief"] == "The queue is cleared; test page next."
    assert desk.pages[customer].view["handover"]["brief"] == ""
    with pytest.raises(Refused):
        await desk.send(live, ben, wire.AcceptHandover(brief_read=False))
    await desk.send(live, ben, wire.AcceptHandover(brief_read=True))
    assert live.decided.host == ben
    assert live.decided.seats[former].who.role is Role.OBSERVER
    asked = desk.pages[customer].view["questions"]
    assert [(q["capability"], q["name"]) for q in asked] == [("view_screen", "Ben Okafor")]
    await desk.yes(live, Capability.VIEW_SCREEN, ben)
    assert any(flow.viewer == ben for flow in live.steering.flows)
    await desk.send(live, former, wire.Leave())
    assert live.decided.state is State.ACTIVE

from __future__ import annotations

import av

from concierge.adapters.evidence import event_of
from concierge.bootstrap import Broker
from concierge.demo import past_session
from concierge.demo.desktop import HEIGHT, WIDTH
from concierge.demo.people import ANNA, PRIYA
from concierge.demo.tickets import MINUTE_MS, SOLVED_EARLIER
from concierge.domain import events as ev
from concierge.domain.evolve import fold
from concierge.domain.reasons import EndReason
from concierge.domain.recording import RecordingState
from concierge.domain.ticket import Channel, TicketState
from concierge.services.ports import RecordingQuery
from recorder.reading import Reading
from recorder.records import RecordType
from recorder.verdict import Status
from tests.demo.reading import pictures_of, read_past

COURSE = [
    ev.SessionOpened, ev.ParticipantArrived, ev.MatchConfirmed, ev.ConsentAsked, ev.ConsentGiven, ev.SurfaceOpened,
    ev.MarkDrawn, ev.ParticipantArrived, ev.ParticipantAdmitted, ev.ConsentGiven, ev.SurfaceHidden, ev.SurfaceUnhidden,
    ev.MarksCleared, ev.ParticipantLeft, ev.SessionEnded,
]  # fmt: skip


def events_of(reading: Reading) -> list[ev.Event]:
    return [event for record in reading.records() if (event := event_of(record)) is not None]


async def test_the_recording_is_good_and_holds_the_whole_course(broker: Broker) -> None:
    reading = await read_past(broker)
    assert reading.verdict.good
    assert (reading.verdict.status, reading.verdict.gaps) == (Status.OK, 1)
    kinds = iter([type(event) for event in events_of(reading)])
    missing = [kind for kind in COURSE if kind not in kinds]
    assert missing == []
    session = fold(events_of(reading))
    assert session.end_reason is EndReason.COMPLETED


async def test_every_picture_decodes_from_the_key_frame_on(broker: Broker) -> None:
    pictures = pictures_of(await read_past(broker))
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    shown = [picture for _, _, frame in pictures for picture in decoder.decode(av.Packet(frame.payload))]
    assert len(shown) == len(pictures) > 250
    assert {(picture.width, picture.height) for picture in shown} == {(WIDTH, HEIGHT)}


async def test_while_hidden_nothing_is_recorded_and_it_begins_anew(broker: Broker) -> None:
    reading = await read_past(broker)
    opened_ms = events_of(reading)[0].at_ms
    at = {type(event): (event.at_ms - opened_ms) / 1000 for event in events_of(reading)}
    hidden, unhidden = at[ev.SurfaceHidden], at[ev.SurfaceUnhidden]
    pictures = pictures_of(reading)
    assert [second for second, _, _ in pictures if hidden < second < unhidden] == []
    assert [second for second, key, _ in pictures if key] == [
        pictures[0][0],
        min(s for s, _, _ in pictures if s > hidden),
    ]
    assert [record.type for record in reading.records()].count(RecordType.GAP) == 1


async def test_the_desk_knows_it_as_any_other_session(broker: Broker) -> None:
    (held,) = await broker.tools.sessions.of_ticket(SOLVED_EARLIER.id)
    assert (held.state, held.end_reason, held.host) == ("ended", "completed", ANNA.id)
    assert held.ended_ms == held.opened_ms + round(past_session.LENGTH_S * 1000)
    assert held.opened_ms < broker.tools.clock.wall() - 2 * 24 * 60 * MINUTE_MS
    ticket = await broker.tools.tickets.get(SOLVED_EARLIER.id)
    assert ticket is not None
    assert ticket.state is TicketState.SOLVED
    thread = await broker.tools.tickets.thread(SOLVED_EARLIER.id)
    assert any(entry.text.endswith(past_session.NOTE) for entry in thread)
    assert any(entry.text.splitlines()[-1].startswith(f"{held.id}: ") for entry in thread)
    assert [entry.channel for entry in thread].count(Channel.CHAT) > 10


async def test_an_auditor_finds_it_by_company_person_and_words(broker: Broker) -> None:
    (row,) = await broker.tools.recordings.of_ticket(SOLVED_EARLIER.id)
    assert row.state is RecordingState.CLOSED
    assert row.outcome == past_session.OUTCOME
    for query in (
        RecordingQuery(company=PRIYA.company.name),
        RecordingQuery(person=PRIYA.name),
        RecordingQuery(words="darkness ribbon"),
    ):
        assert [found.id for found in await broker.tools.recordings.find(query)] == [row.id]


async def test_whoever_has_the_problem_again_finds_the_solution(broker: Broker) -> None:
    hits = await broker.tools.tickets.search("blank labels", 20)
    assert len({hit.ticket for hit in hits}) == 2
    assert any(hit.ticket == SOLVED_EARLIER.id and hit.where == "session" for hit in hits)

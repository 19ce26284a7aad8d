"""Where an auditor link leads: a page that asks first, then the replay of one recording under the viewer's name.

Rules: opening the link changes nothing; the cookie that "View" hands out opens the doors of this file for that one
recording, is looked up anew at every piece, and is nothing to any other door. There is no export here.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, Field
from starlette.responses import Response

from concierge.domain.access import DeskRole
from concierge.domain.auditor_link import AuditorLink
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.person import Person
from concierge.server import api_replay, replay_sealed
from concierge.server import api_words as words
from concierge.server.asked import Asked, Identity
from concierge.server.cookies import Kind
from concierge.server.errors import Shut
from concierge.server.proofs import PROOF_MAX_CHARS, secret_in
from concierge.server.replay_script import doubt
from concierge.server.throttles import Bucket
from concierge.server.verdicts import verdict_of, verdict_words
from concierge.server.views.links_to_watch import WatchLandingView, WatchView
from concierge.services.auditor_links import principal_of


class WatchGiven(words.Given):
    """An auditor link, or its secret alone."""

    link: str = Field(max_length=PROOF_MAX_CHARS)


class WatchOut(BaseModel):
    """What a link opens: below /watching/{recording} until its end, for whoever holds the cookie of this answer."""

    recording: str
    viewer: str
    until_ms: int


async def landing(asked: Asked) -> Response:
    """Say whom the link is for. Changes nothing."""
    secret = asked.part("secret")
    link = await _by_secret(asked, secret)
    if link is None:
        return asked.show(WatchLandingView(asked.frame(), secret), 410)
    return asked.show(
        WatchLandingView(asked.frame(), secret, link.viewer, asked.reader.moment(link.until_ms))
    )


async def view(asked: Asked) -> Response:
    """The button: this browser may watch from now on, until the link's end."""
    secret = asked.part("secret")
    link = await _by_secret(asked, secret)
    if link is None:
        return asked.show(WatchLandingView(asked.frame(), secret), 410)
    response = asked.go("watching", recording_id=link.recording)
    _let_in(asked, response, secret, link)
    return response


async def api_view(asked: words.Caller, given: WatchGiven, response: Response) -> WatchOut:
    """Begin to watch by an auditor link; the answer sets the cookie. Each viewing is on the audit log, with your name."""
    secret = secret_in(given.link)
    link = await _by_secret(asked, secret)
    if link is None:
        raise Shut(404)
    _let_in(asked, response, secret, link)
    return WatchOut(recording=link.recording, viewer=link.viewer, until_ms=link.until_ms)


async def watching(asked: Asked) -> Response:
    """The replay's page; its script fetches the rest."""
    link = await _link(asked)
    house, links = asked.house, asked.house.links
    found = await house.replays.look(principal_of(link), link.recording)
    row = await house.tools.recordings.get(link.recording)
    if row is None:
        raise Shut(404)
    ticket = await house.tools.tickets.get(row.ticket)
    shown = WatchView(
        frame=asked.frame(),
        recording_id=row.id,
        title=ticket.title if ticket is not None else row.customer_name,
        ticket_id=row.ticket,
        ticket_number=ticket.number if ticket is not None else "",
        host=row.host_name,
        customer=row.customer_name,
        vendors=row.companies,
        started=asked.reader.moment(row.opened_ms),
        duration=asked.reader.span(found.until_us // 1000),
        duration_ms=found.until_us // 1000,
        verdict=verdict_of(found),
        verdict_words=verdict_words(asked.reader, found),
        segments=found.segments,
        signer=found.installation,
        kept_until=None,
        media_path=links.url("watching_media", recording_id=row.id),
        events_path=links.url("watching_script", recording_id=row.id),
        sealed_path=links.url("watching_sealed", recording_id=row.id),
        bad_segment=found.bad_segment,
        doubt=doubt(asked.reader, found),
        may_export=False,
        viewer=link.viewer,
        until=asked.reader.moment(link.until_ms),
    )
    return asked.show(shown)


async def script(asked: Asked) -> Response:
    """As api_replay.script, for the viewer of a link."""
    return await api_replay.script(await _as_viewer(asked))


async def media(asked: Asked) -> Response:
    """As api_replay.media, for the viewer of a link."""
    begin, end = (_microseconds(asked.query(name)) for name in ("from_us", "until_us"))
    return await api_replay.media(await _as_viewer(asked), begin, end)


async def sealed(asked: Asked) -> Response:
    """As replay_sealed.index, for the viewer of a link."""
    return await replay_sealed.index(await _as_viewer(asked))


async def sealed_file(asked: Asked) -> Response:
    """As replay_sealed.file, for the viewer of a link."""
    return await replay_sealed.file(await _as_viewer(asked))


def _let_in(asked: Asked, response: Response, secret: str, link: AuditorLink) -> None:
    life_ms = link.until_ms - asked.house.tools.clock.wall()
    asked.house.cookies.write(response, Kind.WATCH, secret, life_ms, link.recording)


async def _by_secret(asked: Asked, secret: str) -> AuditorLink | None:
    await asked.house.gate.admit(Bucket.LINK, asked.address)
    return await asked.house.auditor_links.find(secret)


async def _link(asked: Asked) -> AuditorLink:
    """The link whose cookie this browser shows for the recording in the path. Raises Shut."""
    recording = RecordingId(asked.part_id("recording", "recording_id"))
    secret = asked.house.cookies.read(asked.request, Kind.WATCH, recording)
    link = await asked.house.auditor_links.find(secret)
    if link is None or link.recording != recording:
        raise Shut(404)
    return link


async def _as_viewer(asked: Asked) -> Asked:
    """The request as the viewer's own: whoever is signed in in this browser does not count here."""
    link = await _link(asked)
    viewer = Person(PersonId(link.id), link.viewer, "", "", DeskRole.AUDITOR)
    return replace(asked, identity=Identity(viewer, principal_of(link), None))


def _microseconds(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:17]) <= 2**53 and len(text) < 17):
        raise Shut(400)
    return int(text)

"""Auditor links for whoever makes them: the page with its list, and the same calls of the API.

Rule: a link's address is shown once, to whoever made it.
"""

from __future__ import annotations

from pydantic import BaseModel, Field
from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.auditor_link import AuditorLink
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import RecordingId
from concierge.domain.refusals import N_, sentence_for
from concierge.server import api_words as words
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.views.links_to_watch import AuditorLinksView, LinkRow
from concierge.services.keeping import Asker

DAY_MS = 24 * 60 * 60_000


class LinkGiven(words.Given):
    """Who the link is for, why, and when it ends (milliseconds since the Unix epoch, within 30 days)."""

    viewer: str = Field(max_length=limits.NAME_MAX_CHARS)
    reason: str = Field(max_length=limits.CUSTODY_REASON_MAX_CHARS)
    until_ms: int


class LinkOut(BaseModel):
    """An auditor link. `address` is there in the answer to its making and never again."""

    id: str
    viewer: str
    reason: str
    made_by: str
    made_by_name: str
    made_ms: int
    until_ms: int
    revoked_ms: int | None
    address: str | None = None


async def links(asked: Asked) -> Response:
    """List them."""
    return await _show(asked)


async def make(asked: Asked) -> Response:
    """Make one, and show its address."""
    try:
        until_ms = asked.house.tools.clock.wall() + _days(asked.typed("days")) * DAY_MS
        made = await asked.house.auditor_links.make(
            _asker(asked), _recording(asked), asked.typed("viewer"), asked.typed("reason"), until_ms
        )
    except (BadInput, Refused) as error:
        fault = sentence_for(error.code) if isinstance(error, Refused) else str(error)
        return await _show(asked, fault=asked.reader.gettext(fault))
    return await _show(asked, address=made.address)


async def revoke(asked: Asked) -> Response:
    """Revoke one."""
    await asked.house.auditor_links.revoke(_asker(asked), _recording(asked), asked.part("link_id"))
    return asked.go("auditor_links", recording_id=_recording(asked))


async def api_list(asked: words.Caller) -> list[LinkOut]:
    """Return a recording's auditor links, newest first, also those that are over."""
    return [_out(one) for one in await asked.house.auditor_links.of(asked.principal, _recording(asked))]


async def api_make(asked: words.Caller, given: LinkGiven) -> LinkOut:
    """Make a link by which one named person may watch this recording until a time; `address` is shown this once."""
    recording = _recording(asked)
    made = await asked.house.auditor_links.make(
        _asker(asked), recording, given.viewer, given.reason, given.until_ms
    )
    return _out(made.link, made.address)


async def api_revoke(asked: words.Caller) -> None:
    """Revoke a link: whoever watches by it sees nothing more."""
    await asked.house.auditor_links.revoke(_asker(asked), _recording(asked), asked.part("link_id"))


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise BadInput(N_("A link ends in the future, within 30 days."))
    return int(text)


def _recording(asked: Asked) -> RecordingId:
    return RecordingId(asked.part_id("recording", "recording_id"))


def _asker(asked: Asked) -> Asker:
    return Asker(asked.principal, asked.person.name)


def _out(link: AuditorLink, address: str | None = None) -> LinkOut:
    return LinkOut(
        id=link.id,
        viewer=link.viewer,
        reason=link.reason,
        made_by=link.made_by,
        made_by_name=link.made_by_name,
        made_ms=link.made_ms,
        until_ms=link.until_ms,
        revoked_ms=link.revoked_ms,
        address=address,
    )


async def _show(asked: Asked, *, address: str | None = None, fault: str | None = None) -> Response:
    recording, house = _recording(asked), asked.house
    row = await house.tools.recordings.get(recording)
    if row is None:
        raise Shut(404)
    ticket = await house.tools.tickets.get(row.ticket)
    found = await house.auditor_links.of(asked.principal, recording)
    typed = asked if fault else None
    view = AuditorLinksView(
        frame=asked.frame("recordings"),
        recording_id=row.id,
        title=ticket.title if ticket is not None else row.customer_name,
        ticket_number=ticket.number if ticket is not None else "",
        links=tuple(_row(asked, one) for one in found),
        viewer=typed.typed("viewer") if typed else "",
        reason=typed.typed("reason") if typed else "",
        days=typed.typed("days") if typed else "7",
        address=address,
        fault=fault,
    )
    return asked.show(view, 422 if fault else 200)


def _row(asked: Asked, link: AuditorLink) -> LinkRow:
    good = link.good(asked.house.tools.clock.wall())
    return LinkRow(
        link_id=link.id,
        viewer=link.viewer,
        reason=link.reason,
        made_by=link.made_by_name,
        made=asked.reader.moment(link.made_ms),
        until=asked.reader.moment(link.until_ms),
        state="good" if good else "over" if link.revoked_ms is None else "revoked",
    )

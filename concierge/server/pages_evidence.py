"""Finding recordings, and the page that replays one. The data of a replay is served by api_replay.

Rule: the verdict is the verifier's, in words. The page shows nothing of what is in the recording: its script fetches
that, and what is fetched is on the audit log first.
"""

from __future__ import annotations

from starlette.responses import Response

from concierge.domain.access import Act, Resource
from concierge.domain.custody import Custody
from concierge.domain.ids import RecordingId
from concierge.domain.recording import Recording, RecordingState
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.pages_custody import backups, tombstone
from concierge.server.replay_script import doubt
from concierge.server.rows import recording_row
from concierge.server.verdicts import verdict_of, verdict_words
from concierge.server.views.evidence import RecordingFilter, RecordingRow, RecordingsView, ReplayView
from concierge.services.ports import RecordingQuery

FOUND_MAX = 100
DAY_MS = 24 * 60 * 60_000
FIELDS = ("ticket", "person", "company", "since", "until", "words")
FIELD_CHARS = 120


async def recordings(asked: Asked) -> Response:
    """The list, narrowed by what is asked for."""
    wanted = RecordingFilter(**{name: asked.query(name)[:FIELD_CHARS] for name in FIELDS})
    since = asked.reader.day(wanted.since) if wanted.since else None
    until = asked.reader.day(wanted.until) if wanted.until else None
    wrong = (wanted.since and since is None) or (wanted.until and until is None)
    query = RecordingQuery(
        ticket_number=wanted.ticket,
        person=wanted.person,
        company=wanted.company,
        from_ms=since,
        until_ms=None if until is None else until + DAY_MS,
        words=wanted.words,
        limit=FOUND_MAX,
    )
    found = [] if wrong else await asked.house.replays.find(asked.principal, query)
    kept = await asked.house.keeping.of([one.id for one in found])
    view = RecordingsView(
        frame=asked.frame("recordings"),
        asked=wanted,
        recordings=tuple([await _row(asked, one, kept.get(one.id)) for one in found]),
        total=len(found),
        fault=asked.reader.gettext("A date looks like 2026-11-21.") if wrong else None,
        may_report=asked.may(Act.VIEW_AUDIT_LOG),
    )
    return asked.show(view)


async def _row(asked: Asked, one: Recording, kept: Custody | None) -> RecordingRow:
    ticket = await asked.house.tools.tickets.get(one.ticket)
    if ticket is None:
        return recording_row(asked, one, "", one.customer_name, kept)
    return recording_row(asked, one, ticket.number, ticket.title, kept)


async def replay(asked: Asked) -> Response:
    """The replay's page; its script fetches the rest."""
    recording_id = RecordingId(asked.part_id("recording", "recording_id"))
    found = await asked.house.replays.look(asked.principal, recording_id)
    row = await asked.house.tools.recordings.get(recording_id)
    if row is None:
        raise Shut(404)
    ticket = await asked.house.tools.tickets.get(row.ticket)
    links, kept = asked.house.links, await asked.house.keeping.one(recording_id)
    duration_ms = found.until_us // 1000
    begin = asked.query("t")
    resource = Resource("Recording", row.id, {"ticket": row.ticket})
    view = ReplayView(
        frame=asked.frame("recordings"),
        recording_id=row.id,
        title=ticket.title if ticket is not None else row.customer_name,
        ticket_id=row.ticket,
        ticket_number=ticket.number if ticket is not None else "",
        host=row.host_name,
        customer=row.customer_name,
        vendors=row.companies,
        started=asked.reader.moment(row.opened_ms),
        duration=asked.reader.span(duration_ms),
        duration_ms=duration_ms,
        verdict=verdict_of(found),
        verdict_words=verdict_words(asked.reader, found),
        segments=found.segments,
        signer=found.installation,
        kept_until=asked.reader.moment(row.keep_until_ms),
        media_path=links.url("replay_media", recording_id=row.id),
        events_path=links.url("replay_script", recording_id=row.id),
        sealed_path=links.url("replay_sealed", recording_id=row.id),
        start_ms=min(int(begin), duration_ms)
        if begin.isascii() and begin.isdecimal() and len(begin) < 12
        else 0,
        bad_segment=found.bad_segment,
        doubt=doubt(asked.reader, found),
        may_export=row.state is RecordingState.CLOSED
        and not kept.erased
        and asked.may(Act.EXPORT_RECORDING, resource),
        may_share=not kept.erased and asked.may(Act.SHARE_RECORDING, resource),
        on_hold=kept.hold is not None,
        tombstones=tuple(tombstone(asked, one) for one in kept.erasures),
        backups=backups(asked, asked.house.tools.installation.backup_days) if kept.erasures else "",
    )
    return asked.show(view)

"""Audit reports over HTTP: the auditor's page, and the call of the API that gives the same file.

Rule: a report is a download; nothing of it is shown as a page of ours, so that what is kept is what was checked.
"""

from __future__ import annotations

from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.refusals import N_
from concierge.server import api_words as words
from concierge.server.asked import Asked
from concierge.server.report_words import report_words
from concierge.server.views.report import ReportAsked, ReportView
from concierge.services.report_port import Format, ReportTooLong, ReportWish

DAY_MS = 24 * 60 * 60_000
TYPES: dict[Format, str] = {"html": "text/html", "csv": "text/csv", "json": "application/json"}
FIELDS = ("since", "until", "ticket", "company", "sample", "seed", "format")


class ReportGiven(words.Given):
    """A period (milliseconds since the Unix epoch, until exclusive), filters, a sample, and the file's format."""

    from_ms: int
    until_ms: int
    ticket: str = ""
    company: str = ""
    sample: int | None = None
    seed: int = 0
    format: Format = "json"


async def form(asked: Asked) -> Response:
    """Ask for the period."""
    now = asked.house.tools.clock.wall()
    since = _local(asked, now - limits.REPORT_DAYS_SHOWN * DAY_MS)
    return _show(asked, ReportAsked(since=since, until=_local(asked, now)))


async def page(asked: Asked) -> Response:
    """The download behind the page's button."""
    typed = ReportAsked(**{name: asked.typed(name)[:120] for name in FIELDS})
    try:
        return await _download(asked, _wish(asked, typed), _format(typed.format))
    except (BadInput, ReportTooLong) as error:
        fault = (
            N_("The period is too long for one report.") if isinstance(error, ReportTooLong) else str(error)
        )
        return _show(asked, typed, asked.reader.gettext(fault), 422)


async def report(asked: words.Caller, given: ReportGiven) -> Response:
    """Return a report as a file. Its JSON leads, leaf by leaf, to a signed checkpoint: `recorder log verify-report`."""
    wish = ReportWish(given.from_ms, given.until_ms, given.ticket, given.company, given.sample, given.seed)
    try:
        return await _download(asked, wish, given.format)
    except ReportTooLong:
        raise BadInput(N_("The period is too long for one report.")) from None


async def _download(asked: Asked, wish: ReportWish, how: Format) -> Response:
    reader = asked.reader
    headings = report_words(reader.language, reader.gettext)
    made = await asked.house.reporting.make(asked.principal, asked.person.name, wish, headings, how)
    name = f"audit-report-{_local(asked, wish.from_ms)}-{_local(asked, wish.until_ms - 1)}.{how}"
    return Response(
        made, media_type=TYPES[how], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _wish(asked: Asked, typed: ReportAsked) -> ReportWish:
    since, until = asked.reader.day(typed.since), asked.reader.day(typed.until)
    if since is None or until is None:
        raise BadInput(N_("A date looks like 2026-11-21."))
    return ReportWish(
        from_ms=since,
        until_ms=until + DAY_MS,
        ticket=typed.ticket,
        company=typed.company,
        sample=_number(typed.sample) if typed.sample else None,
        seed=_number(typed.seed) if typed.seed else 0,
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise BadInput(N_("Sample and seed are whole numbers."))
    return int(text)


def _format(text: str) -> Format:
    for known in TYPES:
        if text == known:
            return known
    return "html"


def _show(asked: Asked, typed: ReportAsked, fault: str = "", status: int = 200) -> Response:
    return asked.show(ReportView(asked.frame("recordings"), typed, fault or None), status)


def _local(asked: Asked, at_ms: int) -> str:
    """The day of a time where the reader is."""
    return asked.reader.at(at_ms).date().isoformat()

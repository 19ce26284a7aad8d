"""The desk: the queue and the live sessions, "help someone now", and search."""

from __future__ import annotations

from typing import Literal, cast

from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.errors import BadInput
from concierge.server.alarms import alarm_rows
from concierge.server.asked import Asked
from concierge.server.disk_notices import disk_notices
from concierge.server.leaving import thanks_rows
from concierge.server.rows import is_own, live_row, pieces, ticket_row
from concierge.server.tickets import NewTicket, add_ticket
from concierge.server.views.desk import DeskView, Hit, SearchView
from concierge.server.views.frame import Notice
from concierge.services import searching
from concierge.services.opening import open_session
from concierge.services.ports import SearchHit

QUEUE_MAX = 200
HITS_MAX = 200
HITS_SHOWN = 50
Shown = Literal["mine", "unowned", "all"]
Within = Literal["all", "ticket", "chat", "note"]


async def desk(asked: Asked) -> Response:
    """The queue and the live sessions."""
    return await _desk(asked)


async def _desk(asked: Asked, status: int = 200, **help_form: str) -> Response:
    tools = asked.house.tools
    queue = await tools.tickets.queue(QUEUE_MAX)
    owners = {str(person.id): person.name for person in await tools.people.hosts()}
    everyone = asked.person.role.value == "supervisor"
    lives = sorted(asked.house.registry.all(), key=lambda live: -live.decided.opened_ms)
    wanted = asked.query("show")
    shown = cast("Shown", wanted if wanted in ("mine", "unowned") else "all")
    mine = [one for one in queue if one.assignee == asked.person.id]
    unowned = [one for one in queue if one.assignee is None]
    tickets = {"mine": mine, "unowned": unowned, "all": queue}[shown]
    view = DeskView(
        frame=asked.frame("desk", notices=(*disk_notices(asked.house, asked.reader), *_demonstration(asked))),
        tickets=tuple(ticket_row(asked, one, owners) for one in tickets),
        live=tuple(live_row(asked, one) for one in lives if everyone or is_own(asked, one.decided)),
        everyone=everyone,
        offered=len(await asked.house.shifts.offered_to(asked.person.id)),
        shown=shown,
        count_mine=len(mine),
        count_unowned=len(unowned),
        count_all=len(queue),
        may_help_now=asked.may(Act.CREATE_TICKET),
        help_title=help_form.get("title", ""),
        help_customer=help_form.get("customer", ""),
        help_fault=help_form.get("fault"),
        alarms=await alarm_rows(asked),
        thanks=await thanks_rows(asked),
    )
    return asked.show(view, status)


def _demonstration(asked: Asked) -> tuple[Notice, ...]:
    if not asked.house.settings.demo:
        return ()
    words = asked.reader.gettext(
        "The people and tickets here are made up. Whatever you do is kept until you delete it."
    )
    return (Notice("info", words, asked.reader.gettext("A demonstration")),)


async def help_now(asked: Asked) -> Response:
    """Ticket, session and code in one go; then the console."""
    title, customer = asked.typed("title"), asked.typed("customer")
    try:
        ticket = await add_ticket(
            asked.house.tools, asked.person, NewTicket(title=title, customer_name=customer)
        )
    except BadInput as error:
        fault = asked.reader.gettext(str(error))
        return await _desk(asked, 422, title=title, customer=customer, fault=fault)
    live = await open_session(
        asked.house.tools, asked.house.registry, asked.principal, asked.person, ticket.id
    )
    return asked.go("console", session_id=live.decided.id)


async def search(asked: Asked) -> Response:
    """Everything said and written on tickets."""
    words, wanted = asked.query("q")[: limits.TITLE_MAX_CHARS], asked.query("in")
    within = cast("Within", wanted if wanted in ("ticket", "chat", "note") else "all")
    found = await searching.search(asked.house.tools, asked.principal, words, HITS_MAX) if words else []
    hits = [hit for hit in found if within in ("all", _kind(hit))]
    view = SearchView(
        frame=asked.frame("desk", query=words),
        q=words,
        within=within,
        hits=tuple(_hit(asked, hit) for hit in hits[:HITS_SHOWN]),
        count_all=len(found),
        count_ticket=sum(_kind(hit) == "ticket" for hit in found),
        count_chat=sum(_kind(hit) == "chat" for hit in found),
        count_note=sum(_kind(hit) == "note" for hit in found),
        fault=None
        if len(hits) <= HITS_SHOWN
        else asked.reader.gettext("Only the best matches are shown. Add a word to find fewer."),
    )
    return asked.show(view)


def _kind(hit: SearchHit) -> Literal["ticket", "chat", "note"]:
    return (
        "chat" if hit.where == "chat" else "note" if hit.where in ("note", "session", "outcome") else "ticket"
    )


def _hit(asked: Asked, hit: SearchHit) -> Hit:
    return Hit(
        kind=_kind(hit),
        title=hit.title,
        ticket_id=hit.ticket,
        ticket_number=hit.number,
        snippet=pieces(hit.snippet),
        when=asked.reader.moment(hit.at_ms),
    )

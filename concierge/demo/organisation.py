"""Founds the demonstration organisation: people, companies, tickets, and one earlier session with its recording.

Rule: every part is looked for before it is made, so that a second run, also after one that was cut off, adds only what
is missing. People sign in through links: their passwords are hashes of random secrets that nobody has seen.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Final

import structlog

from concierge.bootstrap import Broker
from concierge.config import Config
from concierge.demo import past_session, portraits
from concierge.demo.people import (
    ANNA,
    BEN,
    COMPANIES,
    DESK,
    DESK_PHONE,
    HARUTO,
    MATEO,
    ORGANISATION,
    PRIYA,
    SOFIA,
)
from concierge.demo.tickets import DAY_MIN, MINUTE_MS, SOLVED_EARLIER, STORIES, Story, thread_of, ticket_of
from concierge.domain.person import Person
from concierge.domain.portrait import owner_of_person, owner_of_vendor
from concierge.services.ports import AuditLeaf

_log = structlog.get_logger(__name__)

AGO_MS: Final = 2 * DAY_MIN * MINUTE_MS
"""How long ago the earlier session began when the demonstration is founded."""


def as_demonstration(config: Config) -> Config:
    """Return the settings with the invented organisation's name and telephone wherever the defaults stood."""
    plain = Config(data_dir=config.data_dir)
    return replace(
        config,
        organisation=ORGANISATION if config.organisation == plain.organisation else config.organisation,
        desk_phone=config.desk_phone or DESK_PHONE,
    )


async def found(broker: Broker) -> None:
    """Make whatever is missing. Raises StoreUnavailable, EvidenceUnavailable."""
    for person in DESK:
        await _add_person(broker, person)
    known = {company.id for company in await broker.tools.people.companies()}
    for company in COMPANIES:
        if company.id not in known:
            await broker.tools.people.add_company(company)
    await _hang_portraits(broker)
    for story in STORIES:
        await _add_ticket(broker, story)
    await _earlier_session(broker)


async def _add_person(broker: Broker, person: Person) -> None:
    if await broker.tools.people.person(person.id) is None:
        kept = await broker.accounts.new_password_hash(broker.tools.mint.secret())
        await broker.tools.people.add_person(person, kept)


async def _hang_portraits(broker: Broker) -> None:
    desk = {ANNA: portraits.ANNA, BEN: portraits.BEN, SOFIA: portraits.SOFIA, HARUTO: portraits.HARUTO}
    vendors = {PRIYA: portraits.PRIYA, MATEO: portraits.MATEO}
    looks = {owner_of_person(person.id): look for person, look in desk.items()}
    looks |= {owner_of_vendor(one.company.id, one.name): look for one, look in vendors.items()}
    for owner, look in looks.items():
        if not broker.tools.album.of(owner):
            drawn = await asyncio.to_thread(portraits.drawn, look)
            await broker.portraits.put(owner, drawn, "demonstration")


async def _add_ticket(broker: Broker, story: Story) -> None:
    tools = broker.tools
    ticket = await tools.tickets.get(story.id)
    now_ms = tools.clock.wall()
    if ticket is None:
        ticket = ticket_of(story, await tools.tickets.next_number(), now_ms)
        by = story.assignee or ANNA
        detail = json.dumps({"number": ticket.number, "priority": ticket.priority}, sort_keys=True)
        await tools.tickets.add(ticket, AuditLeaf(now_ms, "TicketCreated", by.id, ticket.id, detail))
    # Told from when the ticket was opened, so that a later run says the same.
    founded_ms = ticket.opened_ms + story.ago_min * MINUTE_MS
    present = {entry.id for entry in await tools.tickets.thread(ticket.id)}
    for entry in thread_of(story, founded_ms):
        if entry.id not in present:
            await tools.tickets.add_entry(entry, None)


async def _earlier_session(broker: Broker) -> None:
    """One that was cut off half-way has another outcome, is left as it is, and another is held."""
    held = await broker.tools.sessions.of_ticket(SOLVED_EARLIER.id)
    if any(summary.outcome == past_session.OUTCOME for summary in held):
        return
    ticket = await broker.tools.tickets.get(SOLVED_EARLIER.id)
    if ticket is None:
        return
    began_ms = ticket.opened_ms + SOLVED_EARLIER.ago_min * MINUTE_MS - AGO_MS
    await past_session.perform(broker, ticket, began_ms)
    _log.info("demonstration_founded", tickets=len(STORIES))

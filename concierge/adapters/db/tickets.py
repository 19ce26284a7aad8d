"""Tickets and their threads, and the text index over them."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import RowMapping, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit, search
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import counters, thread_entries, tickets
from concierge.domain.ids import PersonId, SessionId, TicketId
from concierge.domain.ticket import Channel, Customer, Priority, ThreadEntry, Ticket, TicketState
from concierge.services.ports import AuditLeaf, SearchHit

_CUSTOMER = "customer_"
_URGENCY = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


async def keep_entry(connection: AsyncConnection, entry: ThreadEntry) -> bool:
    """Add to a timeline inside the caller's transaction; True when it was not there yet."""
    added = await connection.scalar(
        insert_once(connection, thread_entries)
        .values(asdict(entry))
        .on_conflict_do_nothing()
        .returning(thread_entries.c.id)
    )
    if added is None:
        return False
    await connection.execute(
        update(tickets)
        .where(tickets.c.id == entry.ticket, tickets.c.updated_ms < entry.at_ms)
        .values(updated_ms=entry.at_ms)
    )
    line = search.Line(entry.id, entry.ticket, entry.session, entry.channel, entry.at_ms, entry.text)
    await search.index(connection, line)
    return True


class DatabaseTickets:
    """The Tickets port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, ticket: Ticket, leaf: AuditLeaf) -> None:
        """Keep a new ticket. Raises BadInput when its id or number is taken."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(tickets).values(_row_of(ticket)))
            await search.index(connection, _line_of(ticket))
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def get(self, ticket: TicketId) -> Ticket | None:
        """Return a ticket, or None."""

        async def work(connection: AsyncConnection) -> Ticket | None:
            found = await connection.execute(select(tickets).where(tickets.c.id == ticket))
            row = found.mappings().first()
            return None if row is None else _ticket(row)

        return await self._store.read(work)

    async def queue(self, limit: int) -> list[Ticket]:
        """Return tickets that are not solved: urgent first, then oldest first."""

        async def work(connection: AsyncConnection) -> list[Ticket]:
            urgency = case(_URGENCY, value=tickets.c.priority, else_=len(_URGENCY))
            rows = await connection.execute(
                select(tickets)
                .where(tickets.c.state != TicketState.SOLVED)
                .order_by(urgency, tickets.c.opened_ms, tickets.c.id)
                .limit(limit)
            )
            return [_ticket(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def next_number(self) -> str:
        """Return the next free number, as in INC-1042; it is never returned again."""

        async def work(connection: AsyncConnection) -> str:
            while True:
                value = await connection.scalar(
                    update(counters)
                    .where(counters.c.name == "ticket")
                    .values(value=counters.c.value + 1)
                    .returning(counters.c.value)
                )
                number = f"INC-{value}"
                taken = select(tickets.c.id).where(tickets.c.number == number)
                if await connection.scalar(taken) is None:
                    return number

        return await self._store.write(work)

    async def set_state(self, ticket: TicketId, state: TicketState, at_ms: int) -> None:
        """Move a ticket."""

        async def work(connection: AsyncConnection) -> None:
            moved = update(tickets).where(tickets.c.id == ticket).values(state=state, updated_ms=at_ms)
            await connection.execute(moved)

        await self._store.write(work)

    async def thread(self, ticket: TicketId) -> list[ThreadEntry]:
        """Return the timeline, oldest first."""

        async def work(connection: AsyncConnection) -> list[ThreadEntry]:
            rows = await connection.execute(
                select(thread_entries)
                .where(thread_entries.c.ticket == ticket)
                .order_by(thread_entries.c.at_ms, thread_entries.c.id)
            )
            return [_entry(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def add_entry(self, entry: ThreadEntry, leaf: AuditLeaf | None) -> None:
        """Add to the timeline. Idempotent by the entry's id, and so is its leaf."""

        async def work(connection: AsyncConnection) -> None:
            if await keep_entry(connection, entry) and leaf is not None:
                await audit.append(connection, [leaf])

        await self._store.write(work)

    async def search(self, words: str, limit: int) -> list[SearchHit]:
        """Find words in tickets, chat lines and notes; best first. Text in `words` is never syntax."""
        return await self._store.read(lambda connection: search.find(connection, words, limit))


def _row_of(ticket: Ticket) -> dict[str, object]:
    row = asdict(ticket)
    customer = row.pop("customer")
    return {**row, **{_CUSTOMER + name: value for name, value in customer.items()}}


def _line_of(ticket: Ticket) -> search.Line:
    who = ticket.customer
    parts = (ticket.number, ticket.title, ticket.description, who.name, who.email, who.site, who.device)
    found_in = "\n".join(part for part in parts if part)
    return search.Line(ticket.id, ticket.id, None, "ticket", ticket.opened_ms, found_in)


def _ticket(row: RowMapping) -> Ticket:
    fields = {name: value for name, value in row.items() if not name.startswith(_CUSTOMER)}
    customer = {name.removeprefix(_CUSTOMER): value for name, value in row.items() if name not in fields}
    fields |= {"priority": Priority(row["priority"]), "state": TicketState(row["state"])}
    return Ticket(**fields, customer=Customer(**customer))


def _entry(row: RowMapping) -> ThreadEntry:
    return ThreadEntry(
        id=row["id"],
        ticket=TicketId(row["ticket"]),
        channel=Channel(row["channel"]),
        author=row["author"],
        text=row["text"],
        at_ms=row["at_ms"],
        person=None if row["person"] is None else PersonId(row["person"]),
        session=None if row["session"] is None else SessionId(row["session"]),
    )

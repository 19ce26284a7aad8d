"""Finding words in tickets, chat lines and notes: SQLite FTS5 or PostgreSQL text search over search_lines.

Rule: what a person types becomes words (adapters.db.words) before any query sees it; all of them must be there, each may
be the beginning of a longer word. Ranking is the database's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Float, Integer, Select, bindparam, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import insert_once
from concierge.adapters.db.tables import search_lines, tickets
from concierge.adapters.db.words import asked_words, snippet, words_of
from concierge.domain.ids import SessionId
from concierge.services.ports import SearchHit


@dataclass(frozen=True, slots=True)
class Line:
    """One text to be found. `source` is the id of what it stands in; `found_in` is "ticket" or a channel's name."""

    source: str
    ticket: str
    session: str | None
    found_in: str
    at_ms: int
    text: str


async def index(connection: AsyncConnection, line: Line) -> None:
    """Make a text findable, inside the caller's transaction. Idempotent by its source."""
    row = {
        "source": line.source,
        "ticket": line.ticket,
        "session": line.session,
        "found_in": line.found_in,
        "at_ms": line.at_ms,
        "text": line.text,
        "words": " ".join(words_of(line.text)),
    }
    await connection.execute(insert_once(connection, search_lines).values(row).on_conflict_do_nothing())


def matches(dialect: str, asked: list[str]) -> Select[int, float]:
    """Return a SELECT of (id, rank) of the matching lines; a smaller rank is better. `asked` is not empty."""
    if dialect == "sqlite":
        query = " AND ".join(f'"{word}"*' for word in asked)
        return (
            select(
                literal_column("rowid", Integer()).label("id"),
                literal_column("bm25(search_index)", Float()).label("rank"),
            )
            .select_from(text("search_index"))
            .where(text("search_index MATCH :asked").bindparams(asked=query))
        )
    query = " & ".join(f"'{word}':*" for word in asked)
    asked_for = func.to_tsquery(literal_column("'simple'"), bindparam("asked", query))
    vector = func.to_tsvector(literal_column("'simple'"), search_lines.c.words)
    found: ColumnElement[bool] = vector.op("@@")(asked_for)
    return select(search_lines.c.id.label("id"), (-func.ts_rank(vector, asked_for)).label("rank")).where(
        found
    )


async def find(connection: AsyncConnection, words: str, limit: int) -> list[SearchHit]:
    """Return the lines that have all the words, best first, then newest."""
    asked = asked_words(words)
    if not asked:
        return []
    found = matches(connection.dialect.name, asked).subquery("found")
    rows = await connection.execute(
        select(search_lines, tickets.c.number, tickets.c.title)
        .join(found, found.c.id == search_lines.c.id)
        .join(tickets, tickets.c.id == search_lines.c.ticket)
        .order_by(found.c.rank, search_lines.c.at_ms.desc())
        .limit(limit)
    )
    return [
        SearchHit(
            ticket=row["ticket"],
            number=row["number"],
            title=row["title"],
            where=row["found_in"],
            snippet=snippet(row["text"], asked),
            at_ms=row["at_ms"],
            session=None if row["session"] is None else SessionId(row["session"]),
        )
        for row in rows.mappings()
    ]

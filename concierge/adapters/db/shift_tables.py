"""The table behind the end of a shift. Like every table: migrations make it, a test compares the two."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table

from concierge.adapters.db.tables import Words, metadata

# The newest offer to look after an invite while its creator is away.
invite_cares = Table(
    "invite_cares",
    metadata,
    Column("invite", Words, primary_key=True),
    Column("by_person", Words, nullable=False),
    Column("to_person", Words, nullable=False, index=True),
    Column("to_name", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

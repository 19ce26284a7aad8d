"""Every table, in types both databases have. Migrations make them; a test compares the two.

Rules: text from outside lives in `Words` columns, times are milliseconds in BigInteger, secrets are here only as hashes.
What the evidence tells (sessions, their events) has no foreign keys: it is kept even when the desk's rows are gone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from concierge.adapters.db.words import clean

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Words(TypeDecorator[str]):
    """Text of any origin: what no database stores (NUL, lone surrogates) becomes U+FFFD on the way in."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


metadata = MetaData(naming_convention=NAMING)

# BIGSERIAL on PostgreSQL; SQLite counts rows by itself only in a column that is exactly INTEGER.
ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

counters = Table(
    "counters",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# --- sessions and what they project ---

sessions = Table(
    "sessions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("ticket", Words, nullable=False, index=True),
    Column("recording", Words, nullable=False),
    Column("state", Words, nullable=False, index=True),
    Column("host", Words),
    Column("host_name", Words, nullable=False),
    Column("customer_name", Words, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("end_reason", Words),
    Column("outcome", Words, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
)

session_events = Table(
    "session_events",
    metadata,
    Column("session", Words, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    # JSON in ASCII: every character survives, also those that a text column refuses.
    Column("event", Text, nullable=False),
)

# What a supervisor has to look at: somebody was not sure, or said that something is wrong.
alarms = Table(
    "alarms",
    metadata,
    Column("id", Words, primary_key=True),
    Column("place", Words, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("session", Words),
    Column("ticket", Words),
    Column("host_name", Words, nullable=False),
    Column("seen_ms", BigInteger),
    Column("seen_by", Words),
    Column("seen_by_name", Words, nullable=False),
)

# One answer a side to "how was it?". `host` is whom a customer's thanks are for.
impressions = Table(
    "impressions",
    metadata,
    Column("session", Words, primary_key=True),
    Column("side", Words, primary_key=True),
    Column("ticket", Words, nullable=False),
    Column("host", Words, index=True),
    Column("name", Words, nullable=False),
    Column("answer", Words, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

# --- tickets ---

tickets = Table(
    "tickets",
    metadata,
    Column("id", Words, primary_key=True),
    Column("number", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("customer_name", Words, nullable=False),
    Column("customer_email", Words, nullable=False),
    Column("customer_phone", Words, nullable=False),
    Column("customer_site", Words, nullable=False),
    Column("customer_device", Words, nullable=False),
    Column("customer_time_zone", Words, nullable=False),
    Column("customer_language", Words, nullable=False),
    Column("priority", Words, nullable=False),
    Column("state", Words, nullable=False, index=True),
    Column("assignee", Words),
    Column("opened_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    UniqueConstraint("number"),
)

thread_entries = Table(
    "thread_entries",
    metadata,
    Column("id", Words, primary_key=True),
    Column("ticket", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("person", Words),
    Column("session", Words),
    Index(None, "ticket", "at_ms"),
)

# What can be found: `text` as written, `words` as the index of either database reads it.
search_lines = Table(
    "search_lines",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True),
    Column("source", Words, nullable=False),
    Column("ticket", Words, nullable=False, index=True),
    Column("session", Words),
    Column("found_in", Words, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("text", Words, nullable=False),
    Column("words", Words, nullable=False),
    UniqueConstraint("source"),
)

# --- people, companies, and how people prove who they are ---

people = Table(
    "people",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("sign_in_name", Words, nullable=False),
    Column("sign_in_key", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("state", Words, nullable=False),
    UniqueConstraint("sign_in_key"),
)

companies = Table(
    "companies",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("contact", Words, nullable=False),
)

# The picture by which a person is recognised. `owner` is a person's id, or a vendor company's and a name; `address` is no
# secret of theirs: every page that shows the face tells it.
portraits = Table(
    "portraits",
    metadata,
    Column("owner", Words, primary_key=True),
    Column("address", Words, nullable=False),
    Column("image", LargeBinary, nullable=False),
    Column("set_ms", BigInteger, nullable=False),
    UniqueConstraint("address"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("password_hash", Words),
    Column("totp_sealed", LargeBinary),
    Column("totp_offered", LargeBinary),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("name_hash", LargeBinary, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("last_ms", BigInteger, nullable=False, index=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("address", Words, nullable=False),
    UniqueConstraint("secret_hash"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("uses_left", Integer),
    UniqueConstraint("secret_hash"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("name", Words, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    UniqueConstraint("secret_hash"),
)

# --- doors ---

invites = Table(
    "invites",
    metadata,
    Column("id", Words, primary_key=True),
    Column("link_hash", LargeBinary, nullable=False),
    Column("pin_hash", LargeBinary, nullable=False),
    Column("ticket", Words, nullable=False),
    Column("session", Words, index=True),
    Column("company", Words, nullable=False),
    Column("company_name", Words, nullable=False),
    Column("vendor_name", Words, nullable=False),
    Column("vendor_email", Words, nullable=False),
    Column("capabilities", Text, nullable=False),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("created_ms", BigInteger, nullable=False, index=True),
    Column("brief", Words, nullable=False),
    Column("redeemed_ms", BigInteger),
    Column("redeemed_as", Words),
    Column("revoked_ms", BigInteger),
    Column("failed_pins", Integer, nullable=False),
    Column("frozen_ms", BigInteger),
    Column("tested_ms", BigInteger),
    Column("tested", Words),
    UniqueConstraint("link_hash"),
)

pairings = Table(
    "pairings",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("session", Words, nullable=False, index=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
)

seats = Table(
    "seats",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("session", Words, nullable=False, index=True),
    Column("participant", Words, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

throttles = Table(
    "throttles",
    metadata,
    Column("bucket", Words, primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("hits", Integer, nullable=False),
    Column("until_ms", BigInteger, nullable=False, index=True),
)

# --- evidence, as far as the database knows it ---

recordings = Table(
    "recordings",
    metadata,
    Column("id", Words, primary_key=True),
    Column("session", Words, nullable=False, index=True),
    Column("ticket", Words, nullable=False, index=True),
    Column("state", Words, nullable=False),
    Column("opened_ms", BigInteger, nullable=False, index=True),
    Column("closed_ms", BigInteger),
    Column("keep_until_ms", BigInteger, nullable=False),
    Column("host_name", Words, nullable=False),
    Column("customer_name", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("kept_by", Words, nullable=False, server_default=text("''")),
)

# The key store: a row for each class of a recording and each KEK (or, one day, recipient) that its key is wrapped for.
wrapped_keys = Table(
    "wrapped_keys",
    metadata,
    Column("recording", Words, primary_key=True),
    Column("class", Words, key="cls", primary_key=True),
    Column("kek", Words, primary_key=True, index=True),
    Column("kind", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Legal holds in force; what was held before is in the audit log.
holds = Table(
    "holds",
    metadata,
    Column("recording", Words, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", Words, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("reason", Words, nullable=False),
)

# Tombstones: what of a recording was destroyed, when, by whom and why. `done_ms` is empty while it goes on.
erasures = Table(
    "erasures",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True),
    Column("recording", Words, nullable=False, index=True),
    Column("classes", Words, nullable=False),
    Column("cause", Words, nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger),
    Column("by", Words, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("reason", Words, nullable=False),
)

# Pieces of recordings in the bucket: planned before they are sent, placed when they are there.
stored_pieces = Table(
    "stored_pieces",
    metadata,
    Column("recording", Words, primary_key=True),
    Column("file", Words, primary_key=True),
    Column("from_byte", BigInteger, primary_key=True, autoincrement=False),
    Column("until_byte", BigInteger, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("planned_ms", BigInteger, nullable=False),
    Column("placed_ms", BigInteger),
)

# Recordings that are wholly in the bucket (or were deleted from it), and what became of their local copies.
stored_recordings = Table(
    "stored_recordings",
    metadata,
    Column("recording", Words, primary_key=True),
    Column("stored_ms", BigInteger, nullable=False),
    Column("released_ms", BigInteger),
    Column("fetched_ms", BigInteger),
    Column("deleted_ms", BigInteger),
)

# Names by which a recording is found; `folded` is how they are compared.
recording_names = Table(
    "recording_names",
    metadata,
    Column("recording", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("folded", Words, nullable=False),
    Column("position", Integer, nullable=False),
    CheckConstraint("kind IN ('person', 'company')", name="kind"),
)

# Append-only: triggers refuse UPDATE, DELETE and TRUNCATE. `number` counts from 1 without a gap (counters.audit).
audit_leaves = Table(
    "audit_leaves",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", Words, nullable=False),
    Column("actor", Words, nullable=False),
    Column("subject", Words, nullable=False, index=True),
    Column("detail", Words, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False, index=True),
)

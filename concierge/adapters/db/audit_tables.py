"""The tables behind the audit log's tree. Like every table: migrations make them, a test compares the two.

`audit_nodes` holds hashes of complete subtrees, each at its place in the order of a walk through the tree from left to
right, so that one number is the whole key. `audit_checkpoints` holds signed notes as they were handed out.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from concierge.adapters.db.tables import metadata

audit_nodes = Table(
    "audit_nodes",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("node_hash", LargeBinary, nullable=False),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
)

# Heads that an authority stamped the time of (RFC 3161): the note and the answer, both as they were handed out.
audit_stamps = Table(
    "audit_stamps",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("stamp", LargeBinary, nullable=False),
)

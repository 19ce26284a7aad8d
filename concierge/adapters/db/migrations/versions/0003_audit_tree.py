"""The audit log's tree, made from the leaves there are, and its signed checkpoints."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

from concierge.adapters.db.migrate import WrongSchema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BLOCK_LEVEL = 4
BLOCK = 1 << BLOCK_LEVEL


def upgrade() -> None:
    op.create_table(
        "audit_nodes",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_audit_nodes")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoints")),
    )
    # What the log says about one recording or invite is asked for whenever somebody is given proof of it.
    op.create_index(op.f("ix_audit_leaves_subject"), "audit_leaves", ["subject"], unique=False)
    build()


def downgrade() -> None:
    checkpoints = sa.table("audit_checkpoints", sa.column("size"))
    if op.get_bind().execute(sa.select(checkpoints.c.size).limit(1)).first() is not None:
        raise WrongSchema(
            "taking this migration back would lose signed checkpoints; restore a backup instead"
        )
    op.drop_index(op.f("ix_audit_leaves_subject"), "audit_leaves")
    op.drop_table("audit_checkpoints")
    op.drop_table("audit_nodes")


def build() -> None:
    """Keep the hash of every complete subtree of 16 leaves and more; places as in adapters/db/audit_tree.py."""
    connection = op.get_bind()
    leaves = sa.table("audit_leaves", sa.column("number"), sa.column("leaf_hash"))
    nodes = sa.table("audit_nodes", sa.column("place"), sa.column("node_hash"))
    edge: list[bytes] = []
    last = 0
    while True:
        query = (
            sa.select(leaves.c.leaf_hash)
            .where(leaves.c.number > last, leaves.c.number <= last + 1024 * BLOCK)
            .order_by(leaves.c.number)
        )
        hashes = [bytes(row[0]) for row in connection.execute(query)]
        rows = []
        for begin in range(0, len(hashes) - len(hashes) % BLOCK, BLOCK):
            rows += grown((last + begin) // BLOCK, hashes[begin : begin + BLOCK], edge)
        if rows:
            connection.execute(sa.insert(nodes), rows)
        if len(hashes) < 1024 * BLOCK:
            return
        last += len(hashes)


def grown(block: int, hashes: list[bytes], edge: list[bytes]) -> list[dict[str, object]]:
    row = hashes
    while len(row) > 1:
        row = [joined(*pair) for pair in zip(row[::2], row[1::2], strict=True)]
    own, level, index = row[0], 0, block
    rows: list[dict[str, object]] = [{"place": 2 * block, "node_hash": own}]
    while index & 1:
        own, level, index = joined(edge.pop(), own), level + 1, index >> 1
        rows.append({"place": ((2 * index + 1) << level) - 1, "node_hash": own})
    edge.append(own)
    return rows


def joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()

"""A key store with one wrapped key for each class of a recording; legal holds and tombstones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from concierge.adapters.db.migrate import WrongSchema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# One key for all classes, wrapped before key-encryption keys had names: kind 1 of the key-wrap registry.
MOVE = (
    "INSERT INTO wrapped_keys (recording, class, kek, kind, sealed)"
    " SELECT recording, 'every', '', 1, wrapped FROM recording_keys"
)
BACK = "INSERT INTO recording_keys (recording, wrapped) SELECT recording, sealed FROM wrapped_keys"
NEWER = "class <> 'every' OR kek <> '' OR kind <> 1"


def upgrade() -> None:
    make_the_key_store()
    op.execute(MOVE)
    op.drop_table("recording_keys")
    make_holds_and_tombstones()


def downgrade() -> None:
    connection = op.get_bind()
    for rows in ("holds", "erasures", f"wrapped_keys WHERE {NEWER}"):
        if connection.execute(sa.text(f"SELECT 1 FROM {rows} LIMIT 1")).first() is not None:  # noqa: S608 - ours
            raise WrongSchema("taking this migration back would lose keys, holds or tombstones")
    op.create_table(
        "recording_keys",
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("recording", name=op.f("pk_recording_keys")),
    )
    op.execute(BACK)
    for table in ("wrapped_keys", "holds", "erasures"):
        op.drop_table(table)


def make_the_key_store() -> None:
    op.create_table(
        "wrapped_keys",
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("kek", sa.Text(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("recording", "class", "kek", name=op.f("pk_wrapped_keys")),
    )
    op.create_index(op.f("ix_wrapped_keys_kek"), "wrapped_keys", ["kek"], unique=False)


def make_holds_and_tombstones() -> None:
    op.create_table(
        "holds",
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recording", name=op.f("pk_holds")),
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "erasures",
        sa.Column("id", number, nullable=False),
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("classes", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_recording"), "erasures", ["recording"], unique=False)

"""Alarms, impressions of sessions, and invites that are frozen or whose connection was tested."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("host_name", sa.Text(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("seen_by_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_at_ms"), "alarms", ["at_ms"])
    op.create_table(
        "impressions",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session", "side", name=op.f("pk_impressions")),
    )
    op.create_index(op.f("ix_impressions_host"), "impressions", ["host"])
    op.add_column("invites", sa.Column("frozen_ms", sa.BigInteger(), nullable=True))
    op.add_column("invites", sa.Column("tested_ms", sa.BigInteger(), nullable=True))
    op.add_column("invites", sa.Column("tested", sa.Text(), nullable=True))


def downgrade() -> None:
    for column in ("tested", "tested_ms", "frozen_ms"):
        op.drop_column("invites", column)
    op.drop_index(op.f("ix_impressions_host"), "impressions")
    op.drop_table("impressions")
    op.drop_index(op.f("ix_alarms_at_ms"), "alarms")
    op.drop_table("alarms")

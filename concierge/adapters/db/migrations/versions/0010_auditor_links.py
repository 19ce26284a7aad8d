"""Auditor links: one recording, one named viewer, until a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auditor_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auditor_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_auditor_links_digest")),
    )
    op.create_index(op.f("ix_auditor_links_recording"), "auditor_links", ["recording"])


def downgrade() -> None:
    op.drop_index(op.f("ix_auditor_links_recording"), table_name="auditor_links")
    op.drop_table("auditor_links")

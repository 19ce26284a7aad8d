"""Recordings in a bucket: pieces, and what became of local copies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_pieces",
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("from_byte", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_byte", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("planned_ms", sa.BigInteger(), nullable=False),
        sa.Column("placed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "recording", "file", "from_byte", "until_byte", name=op.f("pk_stored_pieces")
        ),
    )
    op.create_table(
        "stored_recordings",
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("stored_ms", sa.BigInteger(), nullable=False),
        sa.Column("released_ms", sa.BigInteger(), nullable=True),
        sa.Column("fetched_ms", sa.BigInteger(), nullable=True),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("recording", name=op.f("pk_stored_recordings")),
    )


def downgrade() -> None:
    op.drop_table("stored_recordings")
    op.drop_table("stored_pieces")

"""Who looks after an invite while its creator is away. Offers can be made again, so this can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invite_cares",
        sa.Column("invite", sa.Text(), nullable=False),
        sa.Column("by_person", sa.Text(), nullable=False),
        sa.Column("to_person", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("invite", name=op.f("pk_invite_cares")),
    )
    op.create_index(op.f("ix_invite_cares_to_person"), "invite_cares", ["to_person"])


def downgrade() -> None:
    op.drop_index(op.f("ix_invite_cares_to_person"), "invite_cares")
    op.drop_table("invite_cares")

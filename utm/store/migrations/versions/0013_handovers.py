"""Shift logs."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "handovers",
        sa.Column("handover_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_name", sa.String(), nullable=False),
        sa.Column("previous_id", sa.String(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        *(
            sa.Column(f"{way}_{what}", sa.String(), nullable=True)
            for way in ("out", "in")
            for what in ("at", "by", "name", "initials")
        ),
        sa.Column("items", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("handover_id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_handovers_state", "handovers", ["state"])
    op.create_table(
        "handover_entries",
        sa.Column("entry_no", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_no"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handover_entries_handover_id", "handover_entries", ["handover_id"])


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_table("handover_entries")
    op.drop_table("handovers")

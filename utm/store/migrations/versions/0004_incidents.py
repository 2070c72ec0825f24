"""Incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("starts_at", sa.String(), nullable=False),
        sa.Column("ends_at", sa.String(), nullable=False),
        sa.Column("bbox", sa.String(), nullable=True),
        sa.Column("plan_ids", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id"),
        sa.UniqueConstraint("number"),
    )


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_table("incidents")

"""Offers on hold."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "offer_holds",
        sa.Column("hold_id", sa.String(), nullable=False),
        sa.Column("hold_no", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("offer_index", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("aircraft_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("operation_type", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.Column("horizontal_m", sa.Float(), nullable=False),
        sa.Column("vertical_m", sa.Float(), nullable=False),
        sa.Column("time_buffer_s", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("h3_cells", sa.Text(), nullable=False),
        sa.Column("geometry", sa.BLOB(), nullable=False),
        sa.Column("held_at", sa.String(), nullable=False),
        sa.Column("held_until", sa.String(), nullable=False),
        sa.Column("held_until_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id"),
        sa.UniqueConstraint("hold_no"),
    )
    with op.batch_alter_table("offer_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_holds_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index("ix_offer_holds_state", ["state", "held_until_s"], unique=False)


def downgrade() -> None:
    """Move the store back to the revision before."""
    with op.batch_alter_table("offer_holds", schema=None) as batch_op:
        batch_op.drop_index("ix_offer_holds_state")
        batch_op.drop_index(batch_op.f("ix_offer_holds_plan_id"))

    op.drop_table("offer_holds")

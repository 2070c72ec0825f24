"""The city divided among positions."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "sector_layouts",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _text("published_at"),
        _text("published_by"),
        _text("published_name"),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "positions",
        _text("position_id"),
        _text("name"),
        _text("name_zh"),
        sa.Column("supervises", sa.Integer(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        _text("created_at"),
        _text("retired_at", nullable=True),
        sa.PrimaryKeyConstraint("position_id"),
    )
    op.create_table(
        "position_staff",
        _text("subject"),
        _text("name"),
        _text("position_id"),
        _text("since_at"),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_index("ix_position_staff_position_id", "position_staff", ["position_id"])
    op.create_table(
        "owner_holds",
        _text("subject"),
        _text("position_id"),
        _text("since_at"),
        _text("why"),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_table(
        "transfers",
        _text("transfer_id"),
        _text("subject"),
        _text("from_position_id"),
        _text("to_position_id"),
        _text("state"),
        _text("offered_at"),
        _text("offered_by"),
        _text("offered_name"),
        _text("expires_at"),
        _text("decided_at", nullable=True),
        _text("decided_by", nullable=True),
        _text("decided_name", nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id"),
    )
    for column in ("subject", "state", "offered_at"):
        op.create_index(f"ix_transfers_{column}", "transfers", [column])


def downgrade() -> None:
    """Move the store back to the revision before."""
    for table in ("transfers", "owner_holds", "position_staff", "positions", "sector_layouts"):
        op.drop_table(table)

"""Checklists of degraded operation."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "checklists",
        _text("checklist_id"),
        _text("kind"),
        _text("state"),
        _text("cause"),
        _text("opened_at"),
        _text("opened_by"),
        _text("opened_name"),
        _text("closed_at", nullable=True),
        _text("closed_by", nullable=True),
        _text("closed_name", nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("checklist_id"),
    )
    for column in ("state", "opened_at"):
        op.create_index(f"ix_checklists_{column}", "checklists", [column])
    op.create_table(
        "checklist_steps",
        _text("checklist_id"),
        _text("step"),
        _text("at"),
        _text("ticked_by"),
        _text("name"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("checklist_id", "step"),
    )


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_table("checklist_steps")
    op.drop_table("checklists")

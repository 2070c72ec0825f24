"""An index by which the orders of a mission are found without reading every order there ever was."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_index("ix_orders_mission_id", "orders", ["mission_id"])


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_index("ix_orders_mission_id", "orders")

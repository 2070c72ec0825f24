"""Orders that change vehicles: where the load is, and the hubs it still goes by way of."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.add_column("orders", sa.Column("at_site_id", sa.String(), nullable=True))
    op.add_column("orders", sa.Column("via", sa.Text(), nullable=True))

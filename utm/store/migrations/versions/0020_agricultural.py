"""The agricultural class of aircraft: that it is declared, and the radius it asks of it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.add_column("aircraft", sa.Column("agricultural", sa.Boolean(), nullable=True))
    op.add_column("aircraft", sa.Column("max_radius_m", sa.Float(), nullable=True))

"""What an aircraft can accelerate."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    with op.batch_alter_table("aircraft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("max_accel_mps2", sa.Float(), nullable=True))


def downgrade() -> None:
    """Move the store back to the revision before."""
    with op.batch_alter_table("aircraft", schema=None) as batch_op:
        batch_op.drop_column("max_accel_mps2")

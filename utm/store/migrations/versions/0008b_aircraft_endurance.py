"""How long a full battery flies an aircraft."""

import sqlalchemy as sa
from alembic import op

revision = "0008b"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    with op.batch_alter_table("aircraft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("endurance_s", sa.Float(), nullable=True))


def downgrade() -> None:
    """Move the store back to the revision before."""
    with op.batch_alter_table("aircraft", schema=None) as batch_op:
        batch_op.drop_column("endurance_s")

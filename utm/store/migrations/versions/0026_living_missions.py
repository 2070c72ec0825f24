"""An index by which the missions that live are found without reading every mission there ever was."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_index("ix_missions_state", "missions", ["state", "organisation_id"])


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_index("ix_missions_state", "missions")

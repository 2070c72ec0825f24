"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Move the store back to the revision before."""
    ${downgrades if downgrades else "pass"}

"""An index by which a firm's list of commands is read without touching another firm's."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_index("ix_commands_organisation", "commands", ["organisation_id", "command_no"])


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_index("ix_commands_organisation", "commands")

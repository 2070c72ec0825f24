"""Every version a zone ever had."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision; of zones published before, the present version is known."""
    op.create_table(
        "zone_versions",
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("change_no"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_zone_versions_zone_id", "zone_versions", ["zone_id"])
    op.execute(
        "INSERT INTO zone_versions (zone_id, version, feature, at, by, withdrawn) "
        "SELECT zone_id, version, feature, coalesce(withdrawn_at, published_at), published_by, withdrawn_at IS NOT NULL "
        "FROM zones ORDER BY published_at"
    )


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_table("zone_versions")

"""Who may read an alert, in a table by which a firm's list is read without touching another firm's alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "alert_readers",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("raised_s", sa.Float(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "raised_s", "alert_id"),
    )
    op.create_index("ix_alert_readers_alert_id", "alert_readers", ["alert_id", "organisation_id"])
    connection = op.get_bind()
    kept = connection.execute(sa.text("SELECT alert_id, raised_s, organisations FROM alerts"))
    readers = [
        {"organisation_id": firm, "raised_s": raised_s, "alert_id": alert_id}
        for alert_id, raised_s, organisations in kept
        for firm in dict.fromkeys(organisations.split())
    ]
    if readers:
        values = "(:organisation_id, :raised_s, :alert_id)"
        connection.execute(
            sa.text(f"INSERT INTO alert_readers (organisation_id, raised_s, alert_id) VALUES {values}"),  # noqa: S608
            readers,
        )


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_index("ix_alert_readers_alert_id", table_name="alert_readers")
    op.drop_table("alert_readers")

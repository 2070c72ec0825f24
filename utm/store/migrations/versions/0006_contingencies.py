"""Contingencies, lists of actions, temporary zones, and advisories that follow their cause."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "contingencies",
        sa.Column("contingency_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("aircraft_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("manoeuvre", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("detected_at", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("landing_site_id", sa.String(), nullable=True),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.Column("horizontal_m", sa.Float(), nullable=False),
        sa.Column("vertical_m", sa.Float(), nullable=False),
        sa.Column("time_buffer_s", sa.Float(), nullable=False),
        sa.Column("geometry", sa.BLOB(), nullable=False),
        sa.Column("volumes", sa.Text(), nullable=False),
        sa.Column("action_list_id", sa.String(), nullable=True),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("contingency_id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_contingencies_state", "contingencies", ["state"])
    op.create_index("ix_contingencies_plan_id", "contingencies", ["plan_id"])
    op.create_table(
        "action_lists",
        sa.Column("action_list_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cause_kind", sa.String(), nullable=False),
        sa.Column("cause_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("action_list_id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_action_lists_cause_id", "action_lists", ["cause_id"])
    op.create_table(
        "action_items",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("action_list_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("aircraft_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("flight", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("command_id", sa.String(), nullable=True),
        sa.Column("advisory_id", sa.String(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=True),
        sa.Column("executed_at", sa.String(), nullable=True),
        sa.Column("deadline_at", sa.String(), nullable=True),
        sa.Column("finished_at", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("detail_zh", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_action_items_list", "action_items", ["action_list_id", "position"])
    op.create_index("ix_action_items_plan_id", "action_items", ["plan_id"])
    op.create_table(
        "temporary_zones",
        sa.Column("zone_id", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("starts_at", sa.String(), nullable=False),
        sa.Column("ends_at", sa.String(), nullable=False),
        sa.Column("published_at", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("action_list_id", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("zone_id"),
    )
    with op.batch_alter_table("advisories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cause", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("action", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("must_acknowledge", sa.Boolean(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("starts_at", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("ends_at", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("offers", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("updated_at", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", sa.String(), nullable=True))
        batch_op.create_index("ix_advisories_cause", ["cause"], unique=False)


def downgrade() -> None:
    """Move the store back to the revision before."""
    with op.batch_alter_table("advisories", schema=None) as batch_op:
        batch_op.drop_index("ix_advisories_cause")
        for name in (
            "withdrawn_at", "escalated_at", "updated_at", "offers", "ends_at", "starts_at", "must_acknowledge",
            "priority", "action", "cause",
        ):  # fmt: skip
            batch_op.drop_column(name)
    for table in ("temporary_zones", "action_items", "action_lists", "contingencies"):
        op.drop_table(table)

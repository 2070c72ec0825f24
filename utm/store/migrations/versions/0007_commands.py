"""Commands to vehicles, their transitions and the airspace they reserve."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "commands",
        sa.Column("command_id", sa.String(), nullable=False),
        sa.Column("command_no", sa.Integer(), nullable=False),
        sa.Column("aircraft_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("circumstance", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.String(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=True),
        sa.Column("new_plan_id", sa.String(), nullable=True),
        sa.Column("batch_id", sa.String(), nullable=True),
        sa.Column("confirmation", sa.String(), nullable=True),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("runner", sa.String(), nullable=False),
        sa.Column("deadline_s", sa.Float(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("command_id"),
        sa.UniqueConstraint("command_no"),
    )
    with op.batch_alter_table("commands", schema=None) as batch_op:
        batch_op.create_index("ix_commands_aircraft", ["aircraft_id", "command_no"], unique=False)
        batch_op.create_index(batch_op.f("ix_commands_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commands_confirmation"), ["confirmation"], unique=False)
        batch_op.create_index("ix_commands_state", ["state", "deadline_s"], unique=False)

    op.create_table(
        "command_steps",
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("detail_zh", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("step_no"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("command_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_command_steps_command_id"), ["command_id"], unique=False)

    op.create_table(
        "command_reservations",
        sa.Column("command_id", sa.String(), nullable=False),
        sa.Column("command_no", sa.Integer(), nullable=False),
        sa.Column("aircraft_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.Column("horizontal_m", sa.Float(), nullable=False),
        sa.Column("vertical_m", sa.Float(), nullable=False),
        sa.Column("time_buffer_s", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("h3_cells", sa.Text(), nullable=False),
        sa.Column("geometry", sa.BLOB(), nullable=False),
        sa.PrimaryKeyConstraint("command_id"),
    )
    with op.batch_alter_table("command_reservations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_command_reservations_aircraft_id"), ["aircraft_id"], unique=False)
        batch_op.create_index("ix_command_reservations_state", ["state", "ends_s"], unique=False)


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_table("command_reservations")
    op.drop_table("command_steps")
    op.drop_table("commands")

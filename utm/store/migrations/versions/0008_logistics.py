"""Carriers, batteries, crews, orders, missions and what missions reserve."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the store to this revision."""
    op.create_table(
        "carriers",
        sa.Column("aircraft_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("payload_max_kg", sa.Float(), nullable=False),
        sa.Column("mass_kg", sa.Float(), nullable=False),
        sa.Column("hover_w", sa.Float(), nullable=False),
        sa.Column("cruise_w", sa.Float(), nullable=False),
        sa.Column("cruise_mps", sa.Float(), nullable=False),
        sa.Column("battery_wh", sa.Float(), nullable=False),
        sa.Column("reserve_share", sa.Float(), nullable=False),
        sa.Column("turn_s", sa.Float(), nullable=False),
        sa.Column("dangerous_goods", sa.Boolean(), nullable=False),
        sa.Column("cold_chain", sa.Boolean(), nullable=False),
        sa.Column("flown_s", sa.Float(), nullable=False),
        sa.Column("maintenance_after_s", sa.Float(), nullable=True),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("aircraft_id"),
    )
    op.create_index("ix_carriers_organisation_id", "carriers", ["organisation_id"], unique=False)

    op.create_table(
        "batteries",
        sa.Column("battery_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("capacity_wh", sa.Float(), nullable=False),
        sa.Column("cycles", sa.Integer(), nullable=False),
        sa.Column("cycles_max", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("battery_id"),
    )
    op.create_index("ix_batteries_organisation_id", "batteries", ["organisation_id"], unique=False)

    op.create_table(
        "crews",
        sa.Column("crew_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("vehicles_max", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("crew_id"),
    )
    op.create_index("ix_crews_organisation_id", "crews", ["organisation_id"], unique=False)

    op.create_table(
        "orders",
        sa.Column("order_no", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin_site_id", sa.String(), nullable=False),
        sa.Column("destination_site_id", sa.String(), nullable=False),
        sa.Column("payload_kg", sa.Float(), nullable=False),
        sa.Column("priority_class", sa.String(), nullable=False),
        sa.Column("ready_s", sa.Float(), nullable=False),
        sa.Column("deliver_by_s", sa.Float(), nullable=True),
        sa.Column("dangerous_goods", sa.Boolean(), nullable=False),
        sa.Column("cold_chain", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("promised_s", sa.Float(), nullable=True),
        sa.Column("promise", sa.Text(), nullable=True),
        sa.Column("expected_s", sa.Float(), nullable=True),
        sa.Column("mission_id", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("delivered_s", sa.Float(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("order_no"),
        sa.UniqueConstraint("order_id"),
    )
    op.create_index("ix_orders_organisation_id", "orders", ["organisation_id"], unique=False)
    op.create_index("ix_orders_state", "orders", ["state", "organisation_id"], unique=False)

    op.create_table(
        "order_steps",
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("detail_zh", sa.String(), nullable=False),
        sa.Column("mission_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("step_no"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_order_steps_order_id", "order_steps", ["order_id"], unique=False)

    op.create_table(
        "missions",
        sa.Column("mission_no", sa.Integer(), nullable=False),
        sa.Column("mission_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("aircraft_id", sa.String(), nullable=False),
        sa.Column("battery_id", sa.String(), nullable=True),
        sa.Column("crew_id", sa.String(), nullable=True),
        sa.Column("origin_site_id", sa.String(), nullable=True),
        sa.Column("destination_site_id", sa.String(), nullable=True),
        sa.Column("alternate_site_id", sa.String(), nullable=True),
        sa.Column("departs_s", sa.Float(), nullable=False),
        sa.Column("arrives_s", sa.Float(), nullable=False),
        sa.Column("length_m", sa.Float(), nullable=False),
        sa.Column("energy_wh", sa.Float(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("held_until_s", sa.Float(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("took_off_s", sa.Float(), nullable=True),
        sa.Column("landed_s", sa.Float(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("mission_no"),
        sa.UniqueConstraint("mission_id"),
    )
    op.create_index("ix_missions_aircraft_id", "missions", ["aircraft_id"], unique=False)
    op.create_index("ix_missions_order_id", "missions", ["order_id"], unique=False)
    op.create_index("ix_missions_organisation_id", "missions", ["organisation_id"], unique=False)
    op.create_index("ix_missions_plan_id", "missions", ["plan_id"], unique=False)

    op.create_table(
        "reservations",
        sa.Column("reservation_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("mission_id", sa.String(), nullable=False),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("reservation_no"),
    )
    op.create_index("ix_reservations_mission_id", "reservations", ["mission_id"], unique=False)
    op.create_index("ix_reservations_resource", "reservations", ["kind", "ref", "starts_s"], unique=False)


def downgrade() -> None:
    """Move the store back to the revision before."""
    for name in ("reservations", "missions", "order_steps", "orders", "crews", "batteries", "carriers"):
        op.drop_table(name)

"""The rule clock (applications, filed days, event reports), duty contacts and messages, numbers of an aircraft's class."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0012"
branch_labels = None
depends_on = None

_NUMBERS = ("empty_mass_kg", "mtow_kg", "max_height_agl_m")
_ABILITIES = ("airspace_keeping", "reliable_surveillance", "micro_power_radio")


def _text(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    """Move the store to this revision."""
    for name in _NUMBERS:
        op.add_column("aircraft", sa.Column(name, sa.Float(), nullable=True))
    for name in _ABILITIES:
        op.add_column("aircraft", sa.Column(name, sa.Boolean(), nullable=True))
    op.add_column("standing_approvals", sa.Column("policy_version", sa.Integer(), nullable=True))
    op.create_table(
        "authority_applications",
        sa.Column("number", sa.Integer(), nullable=False),
        _text("application_id"),
        _text("plan_id"),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        _text("organisation_id"),
        _text("adapter"),
        _text("state"),
        _text("submitted_at"),
        sa.Column("due_s", sa.Float(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        _text("decided_at", nullable=True),
        _text("decided_by", nullable=True),
        _text("reason", nullable=True),
        _text("reference", nullable=True),
        _text("delivery"),
        _text("stage"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_s", sa.Float(), nullable=False),
        _text("error", nullable=True),
        _text("overdue_at", nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("application_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_authority_applications_state", "authority_applications", ["state", "due_s"])
    op.create_index("ix_authority_applications_plan", "authority_applications", ["plan_id"])
    op.create_table(
        "standing_days",
        _text("standing_day_id"),
        _text("organisation_id"),
        _text("standing_approval_id", nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("flights", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        _text("filed_at"),
        _text("filed_by"),
        sa.Column("filed_late", sa.Boolean(), nullable=False),
        _text("note", nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("standing_day_id"),
    )
    op.create_index("ix_standing_days_of", "standing_days", ["organisation_id", "day"])
    op.create_table(
        "standing_slots",
        _text("plan_id"),
        _text("standing_day_id"),
        sa.PrimaryKeyConstraint("plan_id"),
    )
    op.create_index("ix_standing_slots_standing_day_id", "standing_slots", ["standing_day_id"])
    op.create_table(
        "event_reports",
        sa.Column("number", sa.Integer(), nullable=False),
        _text("report_id"),
        _text("organisation_id"),
        _text("plan_id", nullable=True),
        _text("aircraft_id", nullable=True),
        _text("kind"),
        _text("subject"),
        _text("event_at"),
        _text("landed_at", nullable=True),
        sa.Column("due_s", sa.Float(), nullable=True),
        _text("state"),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        _text("filed_at", nullable=True),
        _text("filed_by", nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        _text("reason", nullable=True),
        _text("overdue_at", nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("report_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_reports_state", "event_reports", ["state", "due_s"])
    op.create_index("ix_event_reports_plan", "event_reports", ["plan_id"])
    op.create_table(
        "duty_contacts",
        _text("contact_id"),
        _text("organisation_id"),
        _text("name"),
        _text("channel"),
        _text("address"),
        _text("secret", nullable=True),
        _text("language"),
        sa.Column("level", sa.Integer(), nullable=False),
        _text("topics"),
        _text("severity"),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("created_at"),
        _text("last_ok_at", nullable=True),
        _text("last_error", nullable=True),
        sa.PrimaryKeyConstraint("contact_id"),
    )
    op.create_index("ix_duty_contacts_organisation_id", "duty_contacts", ["organisation_id"])
    op.create_table(
        "duty_messages",
        sa.Column("message_no", sa.Integer(), nullable=False),
        _text("message_id"),
        _text("organisation_id"),
        _text("contact_id"),
        _text("channel"),
        _text("kind"),
        _text("ref", nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        _text("dedupe"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_s", sa.Float(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        _text("error", nullable=True),
        _text("created_at"),
        _text("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("message_no"),
        sa.UniqueConstraint("message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duty_messages_due", "duty_messages", ["state", "next_s"])
    op.create_index("ix_duty_messages_contact", "duty_messages", ["contact_id", "message_no"])
    op.create_index("ix_duty_messages_org", "duty_messages", ["organisation_id", "message_no"])


def downgrade() -> None:
    """Move the store back to the revision before."""
    for name in (
        "duty_messages",
        "duty_contacts",
        "event_reports",
        "standing_slots",
        "standing_days",
        "authority_applications",
    ):
        op.drop_table(name)
    op.drop_column("standing_approvals", "policy_version")
    for name in (*_ABILITIES, *_NUMBERS):
        op.drop_column("aircraft", name)

"""Credentials beside the first secret, revocation, second factors, applications, quotas, sandboxes, sign-in elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LIVE = "state IN ('pending', 'approved', 'activated', 'nonconforming', 'contingent')"


def upgrade() -> None:
    """Move the store to this revision."""
    op.add_column("organisations", sa.Column("sandbox_of", sa.String(), nullable=True))
    op.add_column("clients", sa.Column("tokens_from", sa.String(), nullable=True))
    op.add_column("users", sa.Column("totp", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("external_key", sa.String(), nullable=True))
    op.create_index("ix_users_external_key", "users", ["external_key"], unique=True)

    op.create_table(
        "client_credentials",
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=True),
        sa.Column("public_jwk", sa.Text(), nullable=True),
        sa.Column("thumbprint", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(), nullable=True),
        sa.Column("revoked_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.client_id"]),
        sa.PrimaryKeyConstraint("credential_id"),
    )
    op.create_index("ix_client_credentials_client_id", "client_credentials", ["client_id"], unique=False)

    op.create_table(
        "spent",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_spent_expires_at", "spent", ["expires_at"], unique=False)

    op.create_table(
        "applications",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("claim_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("decided_at", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.String(), nullable=True),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("collect_until", sa.String(), nullable=True),
        sa.Column("collected_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_index("ix_applications_state", "applications", ["state", "created_at"], unique=False)

    op.create_table(
        "quotas",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
    )
    op.create_index(
        "ix_flight_plans_org_live", "flight_plans", ["organisation_id"], unique=False, sqlite_where=sa.text(_LIVE)
    )
    op.create_index("ix_flight_plans_org_created", "flight_plans", ["organisation_id", "created_at"], unique=False)

    op.create_table(
        "relying_parties",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("deactivated_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("client_id"),
    )


def downgrade() -> None:
    """Move the store back to the revision before."""
    op.drop_index("ix_flight_plans_org_created", "flight_plans")
    op.drop_index("ix_flight_plans_org_live", "flight_plans")
    for name in ("relying_parties", "quotas", "applications", "spent", "client_credentials"):
        op.drop_table(name)
    op.drop_index("ix_users_external_key", "users")
    op.drop_column("users", "external_key")
    op.drop_column("users", "totp")
    op.drop_column("clients", "tokens_from")
    op.drop_column("organisations", "sandbox_of")

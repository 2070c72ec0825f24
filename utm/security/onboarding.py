"""Bringing organisations, programs and people in, and giving them new secrets."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from utm.security.directory import Directory, kept_name
from utm.security.passwords import weakness
from utm.security.principal import ROLES, Role
from utm.store import journal
from utm.store.identity_tables import ClientRow, OrganisationRow, UserRow

KINDS: dict[Role, str] = {
    "operator": "operator",
    "dispatcher": "centre",
    "regulator": "authority",
    "supplier": "supplier",
    "admin": "administration",
}


class WeakSecretError(ValueError):
    """A secret that must not guard anything."""


def new_client_secret() -> str:
    """Return a client secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """Return a password of 120 random bits."""
    return secrets.token_urlsafe(15)


def require_strong(secret: str, name: str) -> None:
    """Raise WeakSecretError for a secret that is short, repetitive or a default."""
    reason = weakness(secret, name)
    if reason is not None:
        raise WeakSecretError(f"the secret of {name!r} is too weak: {reason}")


def put_organisation(
    session: Session,
    directory: Directory,
    *,
    organisation_id: str,
    name: str,
    name_zh: str,
    role: Role,
    entitlements: Collection[str],
    demo: bool,
    now: datetime,
    sandbox_of: str | None = None,
    actor: str = "system",
) -> None:
    """Bring an organisation in, or give a known one these names and entitlements."""
    before = directory.organisations.row(session, organisation_id)
    row = OrganisationRow(
        organisation_id=organisation_id,
        name=kept_name(organisation_id, name, sandbox_of),
        name_zh=name_zh,
        kind=KINDS[role],
        entitlements=" ".join(sorted(entitlements)),
        demo=demo,
        sandbox_of=sandbox_of,
        created_at=now.isoformat() if before is None else before.created_at,
        deactivated_at=None,
    )
    directory.organisations.put(session, row)
    _audit(
        session,
        now,
        organisation_id,
        "organisation",
        object_id=organisation_id,
        detail={"name": name, "kind": row.kind} | ({} if sandbox_of is None else {"sandbox_of": sandbox_of}),
        actor=actor,
    )


def put_client(
    session: Session,
    directory: Directory,
    *,
    client_id: str,
    organisation_id: str,
    role: Role,
    name: str,
    secret_hash: str,
    now: datetime,
    actor: str = "system",
) -> None:
    """Bring a program in, or give a known one a new secret."""
    before = directory.clients.row(session, client_id)
    row = ClientRow(
        client_id=client_id,
        organisation_id=organisation_id,
        role=_known(role),
        name=name,
        secret_hash=secret_hash,
        created_at=now.isoformat() if before is None else before.created_at,
        rotated_at=now.isoformat(),
        tokens_from=None if before is None else before.tokens_from,
        deactivated_at=None,
    )
    directory.clients.put(session, row)
    detail = {"role": role, "name": name}
    _audit(session, now, organisation_id, "client", object_id=client_id, detail=detail, actor=actor)


def put_user(
    session: Session,
    directory: Directory,
    *,
    user_id: str,
    organisation_id: str,
    role: Role,
    name: str,
    password_hash: str,
    now: datetime,
    actor: str = "system",
    external_key: str | None = None,
) -> None:
    """Bring a person in, or give a known one a new password."""
    before = directory.users.row(session, user_id)
    row = UserRow(
        user_id=user_id,
        organisation_id=organisation_id,
        role=_known(role),
        name=name,
        password_hash=password_hash,
        created_at=now.isoformat() if before is None else before.created_at,
        rotated_at=now.isoformat(),
        totp=None if before is None else before.totp,
        external_key=external_key,
        deactivated_at=None,
    )
    directory.users.put(session, row)
    detail = {"role": role, "name": name}
    _audit(session, now, organisation_id, "user", object_id=user_id, detail=detail, actor=actor)


def _known(role: Role) -> str:
    if role not in ROLES:
        raise ValueError(f"there is no role {role!r}")
    return role


def _audit(
    session: Session,
    now: datetime,
    organisation_id: str,
    kind: str,
    *,
    object_id: str,
    detail: dict[str, str],
    actor: str = "system",
) -> None:
    journal.record_audit(
        session,
        at=now,
        actor=actor,
        organisation_id=organisation_id,
        action=f"{kind}.put",
        object_kind=kind,
        object_id=object_id,
        detail=dict(detail),
    )

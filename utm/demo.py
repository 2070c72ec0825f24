"""The demonstration's organisations, programs and people, with new secrets at every start.

The secrets stand in one file only, readable by its owner; the store holds their hashes. A server that is not the
demonstration refuses a store in which these accounts are alive.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from sqlmodel import Session

from utm.security.identity import Identity
from utm.security.keys import write_private
from utm.security.onboarding import new_client_secret, new_password, put_client, put_organisation, put_user
from utm.security.principal import Role


@dataclass(frozen=True, slots=True)
class _Party:
    """An organisation of the demonstration, with one program and one person."""

    key: str
    role: Role
    name: str
    name_zh: str
    user: str
    entitlements: tuple[str, ...] = ()

    @property
    def organisation_id(self) -> str:
        return f"org_demo_{self.key}"

    @property
    def client_id(self) -> str:
        return f"cl_demo_{self.key}"

    @property
    def user_id(self) -> str:
        return f"usr_demo_{self.key}"


# `standing_approval`: the firm's registered aircraft, new ones included, fly without an application for each flight.
PARTIES: tuple[_Party, ...] = (
    _Party("logistics_a", "operator", "Demo Logistics A", "演示物流甲", "demo-operator-a", ("standing_approval",)),
    _Party("logistics_b", "operator", "Demo Logistics B", "演示物流乙", "demo-operator-b", ("standing_approval",)),
    _Party(
        "inspection_c",
        "operator",
        "Demo Inspection C",
        "演示巡检丙",
        "demo-operator-c",
        ("standing_approval", "priority_over_50"),
    ),
    _Party("centre", "dispatcher", "Demo Operations Centre", "演示运行中心", "demo-dispatcher"),
    _Party("authority", "regulator", "Demo Airspace Authority", "演示空域管理部门", "demo-regulator"),
    _Party("supplier", "supplier", "Demo Surveillance Supplier", "演示监视数据供应方", "demo-supplier"),
    _Party("administration", "admin", "Demo Administration", "演示系统管理", "demo-admin"),
)


class DemoAccountsError(RuntimeError):
    """The store holds the demonstration's accounts, and this server is not the demonstration."""


async def prepare_demo(
    identity: Identity, *, base_url: str | None = None, mavlink_udp: str | None = None
) -> dict[str, Any]:
    """Make or renew the demonstration's accounts and write their secrets to the credentials file; return its content.

    `base_url` and `mavlink_udp` (`host:port`) say where the server really listens when the system chose the ports.
    Raises RuntimeError when the settings do not ask for the demonstration.
    """
    settings = identity.settings
    if not settings.demo:
        raise RuntimeError("the demonstration's accounts are made in the demonstration only")
    secrets_of = {party.key: (new_client_secret(), new_password()) for party in PARTIES}
    plain = [secret for pair in secrets_of.values() for secret in pair]
    hashes = dict(zip(plain, await asyncio.gather(*map(identity.passwords.hash, plain)), strict=True))
    now, directory = identity.clock.now(), identity.directory

    def job(session: Session) -> None:
        for party in PARTIES:
            secret, password = secrets_of[party.key]
            put_organisation(
                session,
                directory,
                organisation_id=party.organisation_id,
                name=party.name,
                name_zh=party.name_zh,
                role=party.role,
                entitlements=party.entitlements,
                demo=True,
                now=now,
            )
            owner: dict[str, Any] = {"organisation_id": party.organisation_id, "role": party.role, "now": now}
            put_client(
                session, directory, client_id=party.client_id, name=party.name, secret_hash=hashes[secret], **owner
            )
            put_user(
                session, directory, user_id=party.user_id, name=party.user, password_hash=hashes[password], **owner
            )

    await identity.store.write(job)
    document = {
        "base_url": base_url or settings.base_url,
        "mavlink_udp": mavlink_udp or f"{settings.mavlink_host}:{settings.mavlink_udp_port}",
        "clients": [
            {
                "role": party.role,
                "organisation": party.name,
                "organisation_id": party.organisation_id,
                "client_id": party.client_id,
                "client_secret": secrets_of[party.key][0],
            }
            for party in PARTIES
        ],
        "users": [
            {"role": party.role, "organisation": party.name, "name": party.user, "password": secrets_of[party.key][1]}
            for party in PARTIES
        ],
    }
    write_private(settings.credentials_path, orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return document


def refuse_demo_accounts(identity: Identity) -> None:
    """Raise DemoAccountsError when this is no demonstration but its accounts are alive in the store."""
    alive = [firm for firm in identity.directory.organisations.all() if firm.demo and firm.active]
    if alive and not identity.settings.demo:
        raise DemoAccountsError(
            f"the store in {identity.settings.data_dir} holds accounts of the demonstration ({alive[0].name} and "
            f"{len(alive) - 1} more), whose secrets stand in a file; "
            "start with another data folder, or as the demonstration"
        )

"""`hexlane keys` and `hexlane admin`: signing keys and first accounts, by whoever has the data folder.

They work on the store itself, also while servers run on it, which follow within a second.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from utm.clock import SystemClock
from utm.memory import Memory
from utm.problems import Problem
from utm.settings import Settings

keys_app = typer.Typer(help="Keys access tokens are signed with: list, rotate, retire.", no_args_is_help=True)
admin_app = typer.Typer(help="First accounts of a server that is no demonstration.", no_args_is_help=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the store; default: HEXLANE_DATA_DIR, else ./var.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for scripts.")]
T = TypeVar("T")
_out, _err = Console(), Console(stderr=True)


def _settings(data_dir: Path | None) -> Settings:
    return Settings() if data_dir is None else Settings(data_dir=data_dir)


def _with_identity(data_dir: Path | None, work: Callable[[Any], Awaitable[T]]) -> T:
    """Run work on the identity service of a data folder, without a server; a Problem ends the program with its text."""
    from utm.security.identity import Identity  # noqa: PLC0415  (loads what --help does not need)
    from utm.store.store import Store  # noqa: PLC0415

    settings = _settings(data_dir)
    if not settings.data_dir.is_dir():
        raise typer.BadParameter(f"there is no folder {settings.data_dir}", param_hint="--data-dir")

    async def run() -> T:
        store = Store(settings.database_path)
        identity = Identity(settings, SystemClock(), store)
        try:
            store.start(Memory(dict(identity.keepers())))
            await store.write(lambda _session: None)  # loads what is known
            return await work(identity)
        finally:
            identity.close()
            await asyncio.to_thread(store.close)

    try:
        return asyncio.run(run())
    except Problem as problem:
        _err.print(f"[red]{problem.detail}")
        raise typer.Exit(1) from None


@keys_app.command("list")
def list_keys(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the signing keys, newest first: `next` is published and will sign, `published` signed before."""

    async def work(identity: Any) -> list[dict[str, str]]:
        return _key_rows(identity)

    rows = _with_identity(data_dir, work)
    if as_json:
        typer.echo(json.dumps({"keys": rows}))
        return
    table = Table("kid", "state", "signs from", "made")
    for row in rows:
        table.add_row(row["kid"], row["state"], row["signs_from"], row["created_at"])
    _out.print(table)


@keys_app.command("rotate")
def rotate_keys(
    data_dir: DataDir = None,
    at_once: Annotated[bool, typer.Option(help="Sign with it at once, not after ten minutes in the JWKS.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new signing key. The old one stays published until every token it signed has expired."""
    from utm.security.keys import PUBLISH_AHEAD_S  # noqa: PLC0415

    async def work(identity: Any) -> dict[str, str]:
        key = identity.keys.rotate(identity.clock.now(), ahead_s=0.0 if at_once else PUBLISH_AHEAD_S)
        await identity.store.write(lambda session: _audit_key(session, identity, "key.rotate", key.kid))
        return next(row for row in _key_rows(identity) if row["kid"] == key.kid)

    row = _with_identity(data_dir, work)
    typer.echo(json.dumps(row) if as_json else f"{row['kid']} signs from {row['signs_from']}")


# A thumbprint may begin with a dash: what is no option of the command is the name of a key.
@keys_app.command("retire", context_settings={"ignore_unknown_options": True})
def retire_key(kid: Annotated[str, typer.Argument(help="From `hexlane keys list`.")], data_dir: DataDir = None) -> None:
    """Void a key and everything it signed, at once, on every server of this folder; a key in use is replaced first."""

    async def work(identity: Any) -> bool:
        if identity.keys.remove(kid, identity.clock.now()) is None:
            return False
        await identity.store.write(lambda session: _audit_key(session, identity, "key.retire", kid))
        return True

    if not _with_identity(data_dir, work):
        _err.print(f"[red]There is no signing key {kid!r}; see `hexlane keys list`.")
        raise typer.Exit(1)
    _err.print(f"{kid} is void, with every token it signed.")


def _key_rows(identity: Any) -> list[dict[str, str]]:
    now = identity.clock.now()
    current = identity.keys.current_at(now)
    return [
        {
            "kid": key.kid,
            "state": "signing" if key.kid == current.kid else ("next" if key.signs_from > now else "published"),
            "signs_from": key.signs_from.isoformat(),
            "created_at": key.created_at.isoformat(),
        }
        for key in identity.keys.all()
    ]


def _audit_key(session: Session, identity: Any, action: str, kid: str) -> None:
    identity.book.audit(session, action, object_kind="signing_key", object_id=kid, actor="command line")


@admin_app.command("create")
def create_admin(
    name: Annotated[str, typer.Argument(help="Sign-in name of the first administrator.")],
    organisation: Annotated[str, typer.Option(help="Name of the administration.")] = "Administration",
    organisation_zh: Annotated[str, typer.Option(help="Its Chinese name.")] = "系统管理",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    client: Annotated[bool, typer.Option(help="Make a client for scripts too.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make an administrator of a server that is no demonstration; the password is made and shown once unless given.

    The folder is made when there is none. Run it before the first start, or while the server runs.
    """
    from utm.security.accounts import Accounts  # noqa: PLC0415
    from utm.security.principal import Principal  # noqa: PLC0415

    _settings(data_dir).data_dir.mkdir(parents=True, exist_ok=True)
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None

    async def work(identity: Any) -> dict[str, str | None]:
        desk = Accounts(identity)
        firms = identity.directory.organisations.all()
        found = [firm for firm in firms if firm.kind == "administration" and firm.name == organisation and firm.active]

        def put(session: Session) -> str:
            return desk.organisation_in(
                session, name=organisation, name_zh=organisation_zh, role="admin", entitlements=(), actor="command line"
            )

        organisation_id = found[0].organisation_id if found else await identity.store.write(put)
        user_id, made = await desk.add_user(
            "command line", organisation_id=organisation_id, role="admin", name=name, password=password
        )
        document: dict[str, str | None] = {
            "organisation_id": organisation_id,
            "user_id": user_id,
            "name": name,
            "password": made,
        }
        if client:
            who = Principal("command line", "admin", organisation_id, "command line")
            client_id, secret = await desk.add_client(who, organisation_id=organisation_id, role="admin", name=name)
            document |= {"client_id": client_id, "client_secret": secret.plain}
        return document

    document = _with_identity(data_dir, work)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    _out.print(f"{name} may sign in as an administrator.")
    for label, value in (
        ("password", document["password"]),
        ("client id", document.get("client_id")),
        ("secret", document.get("client_secret")),
    ):
        if value is not None:
            _out.print(f"{label}: {value}", highlight=False, soft_wrap=True)
    if document["password"] is not None and os.isatty(1):
        _err.print("This is shown once. Sign in, change it, and set a second factor up.")

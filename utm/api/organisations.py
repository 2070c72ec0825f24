"""`/v1/organisations`, `/v1/users`, `/v1/signing-keys`, `/v1/quotas`, `/v1/sandboxes`: who is known here, and how much of it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.problems import Problem, not_found
from utm.security import Principal, require
from utm.security.accounts import Accounts
from utm.security.applications import SANDBOX_ENTITLEMENTS
from utm.security.credentials import new_plain
from utm.security.directory import Account, Organisation
from utm.security.keys import PUBLISH_AHEAD_S, SigningKey
from utm.security.onboarding import KINDS
from utm.security.principal import Role
from utm.security.quotas import DEFAULT, document, own_values, row_of
from utm.security.second_factor import decoded
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["access"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("identity.read"))]
Writer = Annotated[Principal, Depends(require("identity.write"))]
QuotaReader = Annotated[Principal, Depends(require("quota.read"))]
QuotaWriter = Annotated[Principal, Depends(require("quota.write"))]
SandboxReader = Annotated[Principal, Depends(require("sandbox.read"))]
SandboxWriter = Annotated[Principal, Depends(require("sandbox.write"))]
Name = Annotated[str, Field(min_length=2, max_length=100)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
_BODY_LIMIT_BYTES = 16 << 10
_NO_STORE = {"Cache-Control": "no-store"}


class OrganisationBody(ApiModel):
    """An office or a firm to bring in without an application."""

    name: Name
    name_zh: Name | None = None
    role: Role
    """What its people and programs are."""
    entitlements: Annotated[list[Literal["standing_approval", "priority_over_50"]], Field(max_length=10)] = Field(
        default_factory=list
    )


class UserBody(ApiModel):
    """A person to bring in."""

    name: Annotated[str, Field(min_length=2, max_length=100)]
    organisation_id: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(max_length=1_000, json_schema_extra={"format": "password"})] | None = None
    """Absent: one is made and shown once."""


class PasswordBody(ApiModel):
    """A new password."""

    password: Annotated[str, Field(max_length=1_000, json_schema_extra={"format": "password"})] | None = None
    """Absent: one is made and shown once."""


class RotationBody(ApiModel):
    """How soon the new key signs."""

    at_once: bool = False
    """false: it is published for ten minutes first, so that whoever keeps our keys knows it."""


class QuotaBody(ApiModel):
    """What an organisation may use; what is left out is what everybody may."""

    live_plans: Count | None = None
    filings_per_day: Count | None = None
    aircraft: Count | None = None
    clients: Count | None = None
    webhooks: Count | None = None
    sandboxes: Count | None = None
    requests_per_s: Annotated[float, Field(gt=0, le=100_000)] | None = None


class SandboxBody(ApiModel):
    """A sandbox to make."""

    name: Name


# -- organisations and people ------------------------------------------------------------------------------------------


@router.get("/organisations", summary="List organisations", response_model=None, responses=problem_responses(401, 403))
async def list_organisations(_: Reader, services: App) -> Response:
    """List every firm, office and sandbox, by id."""
    known = sorted(services.identity.directory.organisations.all(), key=lambda firm: firm.organisation_id)
    return json_response({"items": [_organisation(firm) for firm in known], "next_cursor": None})


@router.post(
    "/organisations",
    summary="Bring an organisation in",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(OrganisationBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 503),
)
async def add_organisation(request: Request, principal: Writer, services: App) -> Response:
    """Bring an office or a firm in; people and clients are added to it next."""
    body = await parse_body(request, OrganisationBody, limit_bytes=_BODY_LIMIT_BYTES)
    desk = Accounts(services.identity)

    def job(session: Session) -> str:
        return desk.organisation_in(
            session,
            name=body.name,
            name_zh=body.name_zh or body.name,
            role=body.role,
            entitlements=body.entitlements,
            actor=principal.subject,
        )

    organisation_id = await services.identity.store.write(job)
    return json_response(_organisation(desk.organisation_of(organisation_id)), 201)


@router.get("/users", summary="List people", response_model=None, responses=problem_responses(401, 403))
async def list_users(
    _: Reader, services: App, organisation_id: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """List the people who may sign in, by name."""
    people = services.identity.directory.users.all()
    found = [user for user in people if user.active and organisation_id in (None, user.organisation_id)]
    shown = [_user(user) for user in sorted(found, key=lambda user: user.name)]
    return json_response({"items": shown, "next_cursor": None})


@router.post(
    "/users",
    summary="Bring a person in",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(UserBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 503),
)
async def add_user(request: Request, principal: Writer, services: App) -> Response:
    """Bring a person in, with the role of the organisation."""
    body = await parse_body(request, UserBody, limit_bytes=_BODY_LIMIT_BYTES)
    desk = Accounts(services.identity)
    firm = desk.organisation_of(body.organisation_id)
    role: Role = next(role for role, kind in KINDS.items() if kind == firm.kind)
    user_id, made = await desk.add_user(
        principal.subject, organisation_id=firm.organisation_id, role=role, name=body.name, password=body.password
    )
    shown = _user(desk.user_of(user_id)) | ({} if made is None else {"password": made})
    return json_response(shown, 201, _NO_STORE)


@router.post(
    "/users/{user_id}/password",
    summary="Give a person a new password",
    response_model=None,
    openapi_extra=openapi_body(PasswordBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def reset_password(user_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Set or make a new password; all sessions of the person end."""
    desk = Accounts(services.identity)
    account = desk.user_of(user_id)
    body = await parse_body(request, PasswordBody, limit_bytes=_BODY_LIMIT_BYTES)
    made = await desk.set_password(principal.subject, account, body.password)
    return json_response({"user_id": user_id, "password": made}, headers=_NO_STORE)


@router.delete(
    "/users/{user_id}/totp",
    summary="Take a second factor away",
    status_code=204,
    responses=problem_responses(401, 403, 404, 503),
)
async def reset_totp(user_id: str, principal: Writer, services: App) -> Response:
    """Let a person who lost phone and recovery codes in with the password alone."""
    desk = Accounts(services.identity)
    await desk.set_totp(principal.subject, desk.user_of(user_id), None, "reset")
    return Response(status_code=204)


@router.delete(
    "/users/{user_id}", summary="Put a person out", status_code=204, responses=problem_responses(401, 403, 404, 503)
)
async def remove_user(user_id: str, principal: Writer, services: App) -> Response:
    """Put a person out; all sessions end at once."""
    desk = Accounts(services.identity)
    await desk.remove_user(principal.subject, desk.user_of(user_id))
    return Response(status_code=204)


# -- signing keys ------------------------------------------------------------------------------------------------------


@router.get("/signing-keys", summary="List signing keys", response_model=None, responses=problem_responses(401, 403))
async def list_keys(_: Reader, services: App) -> Response:
    """List the keys access tokens are or were signed with, newest first."""
    return json_response({"items": key_documents(services), "next_cursor": None})


@router.post(
    "/signing-keys",
    summary="Rotate the signing key",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(RotationBody),
    responses=problem_responses(401, 403, 413, 415, 422, 503),
)
async def rotate_key(request: Request, principal: Writer, services: App) -> Response:
    """Make a new key. The old one stays published until no token it signed can live."""
    body = await parse_body(request, RotationBody, limit_bytes=_BODY_LIMIT_BYTES)
    identity = services.identity
    key = identity.keys.rotate(identity.clock.now(), ahead_s=0.0 if body.at_once else PUBLISH_AHEAD_S)
    await identity.store.write(lambda session: _audit_key(session, services, principal, "key.rotate", key))
    return json_response({"items": key_documents(services), "next_cursor": None}, 201)


@router.delete(
    "/signing-keys/{kid}",
    summary="Retire a signing key at once",
    status_code=204,
    responses=problem_responses(401, 403, 404, 503),
)
async def retire_key(kid: str, principal: Writer, services: App) -> Response:
    """Void a key and everything it signed, on every server; a key in use is replaced first."""
    identity = services.identity
    key = identity.keys.remove(kid, identity.clock.now())
    if key is None:
        raise not_found("signing key", "签名密钥", kid)
    await identity.store.write(lambda session: _audit_key(session, services, principal, "key.retire", key))
    return Response(status_code=204)


def key_documents(services: Services) -> list[dict[str, Any]]:
    """Return every signing key as the API shows it."""
    now = services.identity.clock.now()
    current = services.identity.keys.current_at(now)
    return [_key(key, current, now) for key in services.identity.keys.all()]


def _key(key: SigningKey, current: SigningKey, now: datetime) -> dict[str, Any]:
    state = "signing" if key.kid == current.kid else ("next" if key.signs_from > now else "published")
    return {
        "kid": key.kid,
        "state": state,
        "created_at": key.created_at.isoformat(),
        "signs_from": key.signs_from.isoformat(),
    }


def _audit_key(session: Session, services: Services, principal: Principal, action: str, key: SigningKey) -> None:
    services.identity.book.audit(
        session,
        action,
        object_kind="signing_key",
        object_id=key.kid,
        actor=principal.subject,
        organisation_id=principal.organisation_id,
    )


# -- quotas ------------------------------------------------------------------------------------------------------------


@router.get("/quotas/own", summary="What we may use", response_model=None, responses=problem_responses(401, 403))
async def own_quotas(principal: QuotaReader, services: App) -> Response:
    """Return the caller's organisation's quotas, and how much of them it uses."""
    return json_response(await _quotas(services, principal.organisation_id))


@router.get(
    "/quotas/{organisation_id}", summary="Read quotas", response_model=None, responses=problem_responses(401, 403, 404)
)
async def read_quotas(organisation_id: str, principal: QuotaReader, services: App) -> Response:
    """Return an organisation's quotas; `default` is for everybody. A firm reads its own only."""
    if principal.role != "admin" and organisation_id != principal.organisation_id:
        raise not_found("organisation", "单位", organisation_id)
    return json_response(await _quotas(services, organisation_id))


@router.put(
    "/quotas/{organisation_id}",
    summary="Set quotas",
    response_model=None,
    openapi_extra=openapi_body(QuotaBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def set_quotas(organisation_id: str, request: Request, principal: QuotaWriter, services: App) -> Response:
    """Set what an organisation, or by `default` everybody, may use; in force at once, on every server."""
    identity = services.identity
    if organisation_id != DEFAULT:
        Accounts(identity).organisation_of(organisation_id)
    body = await parse_body(request, QuotaBody, limit_bytes=_BODY_LIMIT_BYTES)
    values = body.model_dump(exclude_none=True)

    def job(session: Session) -> None:
        before = identity.directory.quotas.row(session, organisation_id)
        version = 1 if before is None else before.version + 1
        row = row_of(organisation_id, values, version, principal.subject, identity.clock.now())
        identity.directory.quotas.put(session, row)
        identity.book.audit(
            session,
            "quota.set",
            object_kind="quota",
            object_id=organisation_id,
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            **values,
        )

    await identity.store.write(job)
    return json_response(await _quotas(services, organisation_id))


async def _quotas(services: Services, organisation_id: str) -> dict[str, Any]:
    identity, directory = services.identity, services.identity.directory
    row = directory.quotas.get(organisation_id)
    answer: dict[str, Any] = {
        "organisation_id": organisation_id,
        "version": 0 if row is None else row.version,
        "quotas": document(identity.quotas.of(organisation_id)),
        "set_here": sorted(own_values(row)),
    }
    if organisation_id == DEFAULT:
        return answer
    Accounts(identity).organisation_of(organisation_id)
    counted = await services.store.read(lambda session: identity.quotas.usage(session, organisation_id))
    answer["used"] = counted | {
        "aircraft": sum(aircraft.active for aircraft in services.fleet.of(organisation_id)),
        "clients": sum(c.active and c.organisation_id == organisation_id for c in directory.clients.all()),
        "webhooks": services.webhooks.count_of(organisation_id),
        "sandboxes": sum(f.active and f.sandbox_of == organisation_id for f in directory.organisations.all()),
    }
    return answer


# -- sandboxes ---------------------------------------------------------------------------------------------------------


@router.get("/sandboxes", summary="List sandboxes", response_model=None, responses=problem_responses(401, 403))
async def list_sandboxes(principal: SandboxReader, services: App) -> Response:
    """List the sandboxes of the caller's firm, or all for an admin."""
    shown = [_sandbox(firm, services) for firm in _sandboxes_of(principal, services)]
    return json_response({"items": shown, "next_cursor": None})


@router.post(
    "/sandboxes",
    summary="Make a sandbox",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(SandboxBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 503),
)
async def add_sandbox(request: Request, principal: SandboxWriter, services: App) -> Response:
    """Make a firm for one developer, whose flights live in a separate sky; the answer alone carries its secret."""
    body = await parse_body(request, SandboxBody, limit_bytes=_BODY_LIMIT_BYTES)
    if not services.settings.sandbox or principal.sandbox:
        raise Problem("forbidden", "This server makes no sandboxes here.", "此处不能创建沙箱。")
    desk, identity = Accounts(services.identity), services.identity
    own = [firm for firm in _sandboxes_of(principal, services) if firm.sandbox_of == principal.organisation_id]
    identity.quotas.check("sandboxes", principal.organisation_id, len(own))
    credential_id, plain = new_plain("secret")
    hashed = await identity.passwords.hash(plain)

    def job(session: Session) -> tuple[str, str]:
        organisation_id = desk.organisation_in(
            session,
            name=body.name,
            name_zh=body.name,
            role="operator",
            entitlements=SANDBOX_ENTITLEMENTS,
            actor=principal.subject,
            sandbox_of=principal.organisation_id,
        )
        client_id = desk.client_in(
            session, organisation_id=organisation_id, role="operator", name=body.name, actor=principal.subject
        )
        desk.put_first_secret(session, client_id, credential_id, hashed, principal.subject)
        return organisation_id, client_id

    organisation_id, client_id = await identity.store.write(job)
    shown = _sandbox(desk.organisation_of(organisation_id), services)
    return json_response(shown | {"client_id": client_id, "client_secret": plain}, 201, _NO_STORE)


@router.delete(
    "/sandboxes/{organisation_id}",
    summary="Give a sandbox up",
    status_code=204,
    responses=problem_responses(401, 403, 404, 503),
)
async def remove_sandbox(organisation_id: str, principal: SandboxWriter, services: App) -> Response:
    """Close a sandbox: its clients and tokens open nothing any more."""
    if all(firm.organisation_id != organisation_id for firm in _sandboxes_of(principal, services)):
        raise not_found("sandbox", "沙箱", organisation_id)
    identity = services.identity

    def job(session: Session) -> None:
        now = identity.clock.now().isoformat()
        identity.directory.organisations.update(session, organisation_id, deactivated_at=now)
        identity.book.audit(
            session,
            "sandbox.remove",
            object_kind="organisation",
            object_id=organisation_id,
            actor=principal.subject,
            organisation_id=principal.organisation_id,
        )

    await identity.store.write(job)
    return Response(status_code=204)


def _sandboxes_of(principal: Principal, services: Services) -> list[Organisation]:
    known = services.identity.directory.organisations.all()
    mine = [f for f in known if f.sandbox and f.active and principal.role == "admin"]
    mine = mine or [f for f in known if f.active and f.sandbox_of == principal.organisation_id]
    return sorted(mine, key=lambda firm: firm.organisation_id)


def _sandbox(firm: Organisation, services: Services) -> dict[str, Any]:
    clients = services.identity.directory.clients.all()
    return {
        "organisation_id": firm.organisation_id,
        "name": firm.name,
        "sandbox_of": firm.sandbox_of,
        "clients": sorted(c.id for c in clients if c.active and c.organisation_id == firm.organisation_id),
    }


def _organisation(firm: Organisation) -> dict[str, Any]:
    return {
        "organisation_id": firm.organisation_id,
        "name": firm.name,
        "name_zh": firm.name_zh,
        "kind": firm.kind,
        "entitlements": sorted(firm.entitlements),
        "sandbox_of": firm.sandbox_of,
        "active": firm.active,
    }


def _user(user: Account) -> dict[str, Any]:
    factor = decoded(user.totp)
    return {
        "user_id": user.id,
        "organisation_id": user.organisation_id,
        "role": user.role,
        "name": user.name,
        "totp": factor is not None and factor.confirmed,
        "signs_in_elsewhere": user.external_key is not None,
    }

"""`/v1/organisations`, `/v1/users`, `/v1/signing-keys`: who is known here, and the keys tokens are signed with."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.problems import not_found
from utm.security import Principal, require
from utm.security.accounts import Accounts
from utm.security.directory import Account, Organisation
from utm.security.keys import PUBLISH_AHEAD_S, SigningKey
from utm.security.onboarding import KINDS
from utm.security.principal import Role
from utm.security.second_factor import decoded
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["access"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("identity.read"))]
Writer = Annotated[Principal, Depends(require("identity.write"))]
Name = Annotated[str, Field(min_length=2, max_length=100)]
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

"""`/v1/sandboxes`: firms for developers, whose flights live in a separate sky."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
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
from utm.security.directory import Organisation
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/sandboxes", tags=["access"])

App = Annotated[Services, Depends(services_of)]
SandboxReader = Annotated[Principal, Depends(require("sandbox.read"))]
SandboxWriter = Annotated[Principal, Depends(require("sandbox.write"))]
Name = Annotated[str, Field(min_length=2, max_length=100)]
_BODY_LIMIT_BYTES = 16 << 10
_NO_STORE = {"Cache-Control": "no-store"}


class SandboxBody(ApiModel):
    """A sandbox to make."""

    name: Name


@router.get("", summary="List sandboxes", response_model=None, responses=problem_responses(401, 403))
async def list_sandboxes(principal: SandboxReader, services: App) -> Response:
    """List the sandboxes of the caller's firm, or all for an admin."""
    shown = [_sandbox(firm, services) for firm in _sandboxes_of(principal, services)]
    return json_response({"items": shown, "next_cursor": None})


@router.post(
    "",
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
    "/{organisation_id}",
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

"""`/v1/clients`: a firm's programs and what they show who they are with."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.problems import FieldProblem, Problem, validation_problem
from utm.security import Principal, require
from utm.security.accounts import Accounts, NewCredential
from utm.security.directory import Account
from utm.security.principal import Role
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/clients", tags=["access"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("client.read"))]
Writer = Annotated[Principal, Depends(require("client.write"))]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Pem = Annotated[str, Field(min_length=1, max_length=16_384)]
_BODY_LIMIT_BYTES = 32 << 10


class ClientBody(ApiModel):
    """A program to bring in."""

    name: Name
    role: Role | None = None
    """Admins only; absent: the role of the caller."""
    organisation_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """Admins only; absent: the caller's own."""


class CredentialBody(ApiModel):
    """One more way for a program to show who it is."""

    kind: Literal["secret", "api_key", "public_key", "certificate"]
    name: Name
    expires_at: Instant | None = None
    public_jwk: dict[str, Any] | None = None
    """For a public_key: an RSA, P-256, P-384 or Ed25519 key as a JSON Web Key, without its private half."""
    certificate_pem: Pem | None = None
    """For a certificate: what the client will show in the TLS handshake."""


class RevocationBody(ApiModel):
    """Which tokens to void."""

    issued_until: Instant | None = None
    """Absent: all issued until now."""


@router.get("", summary="List clients", response_model=None, responses=problem_responses(401, 403))
async def list_clients(
    principal: Reader, services: App, organisation_id: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """List the programs of the caller's organisation, or of any for an admin; secrets are never shown again."""
    desk = Accounts(services.identity)
    found = [_document(desk, client) for client in desk.clients_of(principal, organisation_id)]
    return json_response({"items": found, "next_cursor": None})


@router.post(
    "",
    summary="Bring a client in",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(ClientBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def add_client(request: Request, principal: Writer, services: App) -> Response:
    """Bring a program in; the answer alone carries its first secret."""
    body = await parse_body(request, ClientBody, limit_bytes=_BODY_LIMIT_BYTES)
    desk = Accounts(services.identity)
    organisation_id = body.organisation_id or principal.organisation_id
    role = body.role or principal.role
    if principal.role != "admin" and (organisation_id, role) != (principal.organisation_id, principal.role):
        raise Problem(
            "forbidden",
            "Only an admin brings clients of another role or organisation in; leave role and organisation_id out.",
            "只有管理员可以创建其他角色或单位的客户端；请省略 role 和 organisation_id。",
        )
    _check_fits(desk, organisation_id, role)
    own = [c for c in services.identity.directory.clients.all() if c.active and c.organisation_id == organisation_id]
    services.identity.quotas.check("clients", organisation_id, len(own))
    client_id, made = await desk.add_client(principal, organisation_id=organisation_id, role=role, name=body.name)
    account = services.identity.directory.clients.get(client_id)
    assert account is not None, "it was just stored"
    shown = _document(desk, account) | {"client_secret": made.plain}
    return json_response(shown, 201, {"Location": f"/v1/clients/{client_id}", "Cache-Control": "no-store"})


def _check_fits(desk: Accounts, organisation_id: str, role: Role) -> None:
    from utm.security.onboarding import KINDS  # noqa: PLC0415

    firm = desk.organisation_of(organisation_id)
    if KINDS[role] != firm.kind:
        detail = f"{firm.name} is of the kind {firm.kind}; its clients cannot have the role {role}"
        raise validation_problem([FieldProblem("/role", "invalid_value", detail, "角色与单位类型不符")])


@router.get("/{client_id}", summary="Read a client", response_model=None, responses=problem_responses(401, 403, 404))
async def read_client(client_id: str, principal: Reader, services: App) -> Response:
    """Return a program with its credentials, without their secrets."""
    desk = Accounts(services.identity)
    return json_response(_document(desk, desk.client_of(principal, client_id)))


@router.delete(
    "/{client_id}", summary="Put a client out", status_code=204, responses=problem_responses(401, 403, 404, 503)
)
async def remove_client(client_id: str, principal: Writer, services: App) -> Response:
    """Put a program out; its credentials and tokens open nothing any more."""
    await Accounts(services.identity).remove_client(principal, client_id)
    return Response(status_code=204)


@router.post(
    "/{client_id}/credentials",
    summary="Add a credential",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(CredentialBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def add_credential(client_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Add a secret, an API key, a public key or a certificate; the others go on working, so that clients can rotate."""
    desk = Accounts(services.identity)
    account = desk.client_of(principal, client_id)
    body = await parse_body(request, CredentialBody, limit_bytes=_BODY_LIMIT_BYTES)
    made = await _made(desk, principal, account, body)
    answer: dict[str, Any] = {"client_id": client_id, "credential_id": made.credential_id, "kind": made.kind}
    if made.plain is not None:
        answer["secret"] = made.plain
    return json_response(answer, 201, {"Cache-Control": "no-store"})


async def _made(desk: Accounts, principal: Principal, account: Account, body: CredentialBody) -> NewCredential:
    wanted = {"public_key": "public_jwk", "certificate": "certificate_pem"}.get(body.kind)
    for name in ("public_jwk", "certificate_pem"):
        given = getattr(body, name) is not None
        if given != (name == wanted):
            code = "unknown_field" if given else "required"
            raise validation_problem([FieldProblem.of(f"/{name}", code)])
    if body.public_jwk is not None:
        return await desk.add_public_key(principal, account, body.public_jwk, body.name, body.expires_at)
    if body.certificate_pem is not None:
        return await desk.add_certificate(principal, account, body.certificate_pem, body.name, body.expires_at)
    return await desk.add_secret(principal, account, body.kind, body.name, body.expires_at)


@router.delete(
    "/{client_id}/credentials/{credential_id}",
    summary="Revoke a credential",
    status_code=204,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def revoke_credential(
    client_id: str,
    credential_id: str,
    principal: Writer,
    services: App,
    keep_tokens: Annotated[bool, Query(description="Let the tokens the client holds live to their end.")] = False,
) -> Response:
    """Take a credential away for good; unless `keep_tokens`, the client's tokens are void at once, on every server."""
    desk = Accounts(services.identity)
    account = desk.client_of(principal, client_id)
    await desk.revoke_credential(principal, account, credential_id, keep_tokens=keep_tokens)
    return Response(status_code=204)


@router.post(
    "/{client_id}/revoke-tokens",
    summary="Void a client's tokens",
    response_model=None,
    openapi_extra=openapi_body(RevocationBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def revoke_tokens(client_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Void every token issued to a client up to an instant, on every server; its credentials still get new ones."""
    desk = Accounts(services.identity)
    account = desk.client_of(principal, client_id)
    body = await parse_body(request, RevocationBody, limit_bytes=_BODY_LIMIT_BYTES)
    until = await desk.revoke_tokens(principal, account, body.issued_until)
    return json_response({"client_id": client_id, "issued_until": until.isoformat()})


def _document(desk: Accounts, client: Account) -> dict[str, Any]:
    return {
        "client_id": client.id,
        "organisation_id": client.organisation_id,
        "role": client.role,
        "name": client.name,
        "credentials": desk.credentials_of(client),
    }

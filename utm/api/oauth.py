"""Access for programs: OAuth 2.0 client credentials (RFC 6749, 4.4), revocation (RFC 7009), public keys, metadata.

A client shows who it is by secret (HTTP Basic or in the form), by an assertion it signed (private_key_jwt, RFC 7523) or
by its TLS certificate (RFC 8705). A token asked for with a verified certificate on the connection is bound to it.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from utm.api.body import read_body
from utm.api.openapi import problem_responses
from utm.problems import Problem
from utm.security.authorise import ALL_SCOPES, scopes_of
from utm.security.credentials import ASSERTION, ASSERTION_ALGORITHMS, read_assertion
from utm.security.dependencies import identity_of
from utm.security.directory import Account
from utm.security.identity import Identity
from utm.security.principal import Role
from utm.tracing import add_response_header, current_trace_id

router = APIRouter(tags=["access"])

GRANT = "client_credentials"
_FORM = "application/x-www-form-urlencoded"
_FORM_LIMIT_BYTES = 16 << 10
_MAX_FIELDS = 32
AUTH_METHODS = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "self_signed_tls_client_auth",
]
CodeGrant = Callable[[Request, dict[str, str]], Awaitable[dict[str, Any]]]
CODE_GRANTS: dict[str, CodeGrant] = {}
"""Further grants of the token endpoint, by name; `utm.api.openid` adds the authorisation code."""
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenAnswer(BaseModel):
    """A fresh access token."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  (the name of a scheme)
    expires_in: int = Field(description="Seconds the token is valid for.")
    scope: str = Field(description="What it was issued for, separated by spaces.")


class TokenError(BaseModel):
    """An error in the format of RFC 6749, section 5.2."""

    error: str = Field(description="invalid_request, invalid_client, unsupported_grant_type or invalid_scope.")
    error_description: str
    trace_id: str | None = None


class OAuthError(Exception):
    """What an endpoint of OAuth refuses, in OAuth's own words."""

    def __init__(self, error: str, description: str, *, status: int = 400, challenge: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.challenge = challenge


@dataclass(frozen=True, slots=True)
class _Credentials:
    client_id: str
    secret: str | None
    """None: the certificate of the connection must do."""
    basic: bool = False
    assertion: str | None = None


_FORM_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": GRANT},
                        "client_id": {"type": "string", "description": "Unless sent by HTTP Basic."},
                        "client_secret": {"type": "string", "format": "password"},
                        "client_assertion_type": {"type": "string", "const": ASSERTION},
                        "client_assertion": {
                            "type": "string",
                            "description": "A JWT signed by the client: iss and sub its id, aud our token endpoint.",
                        },
                        "scope": {"type": "string", "description": "Separated by spaces; absent for all of the role."},
                    },
                }
            }
        },
    }
}


@router.post(
    "/oauth/token",
    summary="Get an access token",
    response_model=TokenAnswer,
    responses={400: {"model": TokenError}, 401: {"model": TokenError}, **problem_responses(413, 429, 503)},
    openapi_extra=_FORM_SCHEMA,
)
async def token(request: Request) -> Response:
    """Exchange a client's id and secret, by HTTP Basic or in the form, for a short-lived signed token."""
    identity = identity_of(request)
    identity.limits.strangers.take(address_of(request)).raise_if_refused()
    try:
        form = await read_form(request)
        if form.get("grant_type") in CODE_GRANTS:
            return _json(await CODE_GRANTS[form["grant_type"]](request, form), headers=_NO_STORE)
        account = await _client(request, form)
        if form.get("grant_type") is None:
            raise OAuthError("invalid_request", "grant_type is missing; send grant_type=client_credentials.")
        if form["grant_type"] != GRANT:
            raise OAuthError("unsupported_grant_type", f"Only {', '.join([GRANT, *CODE_GRANTS])} are offered.")
        scopes = _scopes(form.get("scope"), account.role)
    except OAuthError as error:
        return refusal(error)
    answer = {
        "access_token": identity.issue_token(account, scopes, certificate=identity.certificate_of(request)),
        "token_type": "Bearer",
        "expires_in": identity.settings.token_ttl_s,
        "scope": " ".join(sorted(scopes)),
    }
    return _json(answer, headers=_NO_STORE)


@router.post(
    "/oauth/revoke",
    summary="Take an access token back",
    response_class=Response,
    responses={
        200: {"description": "The token opens nothing any more, or never did"},
        400: {"model": TokenError},
        401: {"model": TokenError},
        **problem_responses(413, 429, 503),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                _FORM: {
                    "schema": {
                        "type": "object",
                        "required": ["token"],
                        "properties": {
                            "token": {"type": "string"},
                            "token_type_hint": {"type": "string"},
                            "client_id": {"type": "string", "description": "Unless sent by HTTP Basic."},
                            "client_secret": {"type": "string", "format": "password"},
                        },
                    }
                }
            },
        }
    },
)
async def revoke(request: Request) -> Response:
    """Void one of the client's own tokens, on every server of the deployment (RFC 7009)."""
    identity = identity_of(request)
    identity.limits.strangers.take(address_of(request)).raise_if_refused()
    try:
        form = await read_form(request)
        account = await _client(request, form)
        if "token" not in form:
            raise OAuthError("invalid_request", "token is missing.")
    except OAuthError as error:
        return refusal(error)
    try:
        claims = identity.tokens.verify(form["token"], identity.clock.now())
    except Problem:
        return Response(status_code=200, headers=_NO_STORE)  # RFC 7009, 2.2: what is no living token needs nothing
    if claims.client_id == account.id:
        await identity.revoke_token(claims, by=account)
    return Response(status_code=200, headers=_NO_STORE)


async def _client(request: Request, form: dict[str, str]) -> Account:
    """Return the client that asks; raises OAuthError invalid_client or Problem 429."""
    identity = identity_of(request)
    credentials = _credentials(request, form)
    verdict = identity.limits.tokens.take(credentials.client_id[:64])
    for name, value in verdict.headers.items():
        add_response_header(request.scope, name, value)
    verdict.raise_if_refused()
    account = await _authenticated(request, identity, credentials)
    if account is None:
        raise OAuthError(
            "invalid_client",
            "The client is unknown or its secret is wrong.",
            status=401,
            challenge=credentials.basic,
        )
    return account


async def _authenticated(request: Request, identity: Identity, credentials: _Credentials) -> Account | None:
    address = address_of(request)
    if credentials.assertion is not None:
        issuer = identity.tokens.issuer
        audiences = frozenset({issuer, f"{issuer}/oauth/token", f"{issuer}/oauth/revoke"})
        return await identity.client_by_assertion(credentials.assertion, audiences, address)
    if credentials.secret is not None:
        return await identity.client_by_secret(credentials.client_id, credentials.secret, address)
    certificate = identity.certificate_of(request)
    return None if certificate is None else identity.client_by_certificate(credentials.client_id, certificate)


@router.get("/.well-known/jwks.json", summary="The public keys tokens are signed with")
async def jwks(request: Request) -> Response:
    """List the public keys, newest first (RFC 7517)."""
    return _json(identity_of(request).keys.jwks(), headers={"Cache-Control": "public, max-age=300"})


@router.get("/.well-known/oauth-authorization-server", summary="Metadata of the authorisation server")
async def metadata(request: Request) -> Response:
    """Describe the authorisation server (RFC 8414)."""
    issuer = identity_of(request).tokens.issuer
    document = {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "grant_types_supported": [GRANT, *CODE_GRANTS],
        "response_types_supported": ["code"] if CODE_GRANTS else [],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "tls_client_certificate_bound_access_tokens": True,
        "scopes_supported": sorted(ALL_SCOPES),
        "service_documentation": f"{issuer}/docs",
    }
    return _json(document, headers={"Cache-Control": "public, max-age=300"})


def _json(document: dict[str, Any], *, headers: dict[str, str], status_code: int = 200) -> Response:
    return Response(orjson.dumps(document), status_code, headers, media_type="application/json")


def address_of(request: Request) -> str:
    """Return the address the request came from."""
    return request.client.host if request.client is not None else "unknown"


async def read_form(request: Request) -> dict[str, str]:
    """Return a form, each parameter once and none empty; raises OAuthError invalid_request."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise OAuthError("invalid_request", f"Send the parameters as {_FORM}.")
    data = await read_body(request, limit_bytes=_FORM_LIMIT_BYTES)
    try:
        pairs = parse_qsl(
            data.decode(),
            keep_blank_values=True,
            strict_parsing=bool(data),
            max_num_fields=_MAX_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise OAuthError("invalid_request", f"The body is not {_FORM} in UTF-8.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthError("invalid_request", "A parameter is sent more than once.")
    return {name: value for name, value in form.items() if value}


def _credentials(request: Request, form: dict[str, str]) -> _Credentials:
    """Return what the client says it is; RFC 6749, 2.3.1: one method only."""
    header = request.headers.get("authorization")
    if "client_assertion" in form or "client_assertion_type" in form:
        return _asserted(form, alone=header is None and "client_secret" not in form)
    if header is None:
        shown = identity_of(request).certificate_of(request)
        if "client_id" in form and "client_secret" not in form and shown is not None:
            return _Credentials(form["client_id"], None)
        if "client_id" not in form or "client_secret" not in form:
            raise OAuthError(
                "invalid_client",
                "Send client_id and client_secret by HTTP Basic or in the form.",
                status=401,
                challenge=True,
            )
        return _Credentials(form["client_id"], form["client_secret"])
    basic = _basic(header)
    if "client_secret" in form or form.get("client_id", basic.client_id) != basic.client_id:
        raise OAuthError("invalid_request", "Send the credentials by HTTP Basic or in the form, not both.")
    return basic


def basic_credentials(request: Request) -> tuple[str, str] | None:
    """Return id and secret sent by HTTP Basic, None where no such header is sent; raises OAuthError invalid_client."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    found = _basic(header)
    return found.client_id, found.secret or ""


def _asserted(form: dict[str, str], *, alone: bool) -> _Credentials:
    if not alone:
        raise OAuthError("invalid_request", "Send an assertion or a secret, not both.")
    if form.get("client_assertion_type") != ASSERTION or "client_assertion" not in form:
        raise OAuthError("invalid_request", f"Send client_assertion with client_assertion_type={ASSERTION}.")
    assertion = read_assertion(form["client_assertion"])
    if assertion is None or form.get("client_id", assertion.client_id) != assertion.client_id:
        raise OAuthError("invalid_client", "The assertion is no JWT of this client.", status=401)
    return _Credentials(assertion.client_id, None, assertion=assertion.text)


def _basic(header: str) -> _Credentials:
    scheme, _, encoded = header.strip().partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise OAuthError(
            "invalid_client", "The Authorization header is not HTTP Basic.", status=401, challenge=True
        ) from None
    if not colon or not client_id:
        raise OAuthError("invalid_client", "HTTP Basic lacks the id or the secret.", status=401, challenge=True)
    return _Credentials(unquote_plus(client_id), unquote_plus(secret), basic=True)


def _scopes(requested: str | None, role: Role) -> frozenset[str]:
    available = scopes_of(role)
    if requested is None:
        return available
    asked = frozenset(requested.split())
    beyond = sorted(asked - available)
    if beyond:
        shown = " ".join(beyond)[:200]
        raise OAuthError("invalid_scope", f"The role {role} has no scope {shown!r}; absent scope gives all it has.")
    return asked or available


def refusal(error: OAuthError) -> Response:
    headers = dict(_NO_STORE)
    if error.challenge:
        headers["WWW-Authenticate"] = 'Basic realm="hexlane", charset="UTF-8"'
    # RFC 6749, 5.2 allows a description of printable ASCII only.
    description = error.description.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "/")
    document = {"error": error.error, "error_description": description, "trace_id": current_trace_id()}
    return _json(document, status_code=error.status, headers=headers)

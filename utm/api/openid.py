"""The embedded OpenID provider: other tools let people sign in here (authorisation code with PKCE).

The authorisation code is a sealed text that expires in a minute and counts once, so any process can redeem it. Access
tokens of this grant open `/oauth/userinfo` and nothing else. The page for signing in stands alone: no scripts, and no page
of another origin can frame it or post to it.
"""

import base64
import hashlib
import hmac
import html
import secrets
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from pydantic import Field
from sqlmodel import Session

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.oauth import CODE_GRANTS, OAuthError, address_of, basic_credentials, read_form
from utm.api.openapi import openapi_body, problem_responses
from utm.api.session import admit_stranger, signed_in_answer
from utm.ids import new_id
from utm.problems import Problem, not_found
from utm.security import Principal, require
from utm.security.dependencies import identity_of
from utm.security.identity import Identity, csrf_token_of
from utm.security.keys import ALGORITHM
from utm.security.tokens import token_problem
from utm.security.web import bearer_of, session_cookie_of
from utm.services import Services, services_of
from utm.store.identity_tables import RelyingPartyRow

router = APIRouter(tags=["access"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("identity.read"))]
Writer = Annotated[Principal, Depends(require("identity.write"))]
GRANT = "authorization_code"
CODE_S = 60
TOKEN_S = 300
ASK_S = 600
_TOKEN_TYPE = "userinfo+jwt"  # noqa: S105  (a type, not a secret)
_OPEN: dict[str, Any] = {"security": []}
_NO_STORE = {"Cache-Control": "no-store"}
_STYLE: Final = (
    "body{font:16px system-ui;margin:3rem auto;max-width:22rem;padding:0 1rem}label{display:block;margin:1rem 0}"
    "input{display:block;width:100%;font:inherit;padding:.4rem}button{font:inherit;padding:.5rem 1rem}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    # The page's own style is named by its hash: nothing else inline is let in.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_MAX_PARAMETER = 2_000


class RelyingPartyBody(ApiModel):
    """A tool whose users sign in here."""

    name: Annotated[str, Field(min_length=2, max_length=100)]
    redirect_uris: Annotated[list[Annotated[str, Field(max_length=500)]], Field(min_length=1, max_length=10)]
    public: bool = False
    """true: it keeps no secret (a page or an app); PKCE is asked of every tool."""


@router.get("/.well-known/openid-configuration", summary="OpenID provider configuration")
async def configuration(request: Request) -> Response:
    """Describe the embedded OpenID provider (OpenID Connect Discovery 1.0)."""
    issuer = identity_of(request).tokens.issuer
    document = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [GRANT],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile"],
        "claims_supported": ["sub", "name", "preferred_username", "role", "organisation_id", "groups", "auth_time"],
        "authorization_response_iss_parameter_supported": True,
    }
    return json_response(document, headers={"Cache-Control": "public, max-age=300"})


@router.get(
    "/oauth/authorize",
    summary="Sign in for another tool",
    response_class=HTMLResponse,
    openapi_extra=_OPEN,
    responses=problem_responses(422, 429),
)
async def ask(request: Request) -> Response:
    """Show the page on which a person signs in and lets the tool know who it is."""
    identity = identity_of(request)
    identity.limits.strangers.take(address_of(request)).raise_if_refused()
    asked = _asked(identity, dict(request.query_params))
    if isinstance(asked, Response):
        return asked
    sealed = identity.sealer.seal(orjson.dumps(asked), identity.clock.now())
    return _page(identity, request, asked, sealed, "")


@router.post(
    "/oauth/authorize",
    summary="Answer the sign-in page",
    response_class=RedirectResponse,
    status_code=303,
    openapi_extra=_OPEN
    | {
        "requestBody": {
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "properties": {"request": {"type": "string"}}}
                }
            }
        }
    },
    responses=problem_responses(403, 413, 422, 429, 503),
)
async def answer(request: Request) -> Response:
    """Take name and password, or the session the browser has, and send the browser back with a code."""
    identity = identity_of(request)
    admit_stranger(request, identity)
    try:
        form = await read_form(request)
    except OAuthError as error:
        raise Problem("validation_failed", error.description) from None
    sealed = form.get("request", "")
    opened = identity.sealer.open(sealed, now=identity.clock.now(), life_s=ASK_S)
    if opened is None:
        raise Problem("validation_failed", "The page is too old; go back to the tool and begin again.")
    asked: dict[str, str] = orjson.loads(opened)
    cookie = session_cookie_of(request.headers)
    shown = form.get("csrf_token")
    signed_in = None
    try:
        if shown is not None and cookie is not None:
            identity.check_csrf(cookie, shown)
            person = identity.principal_of_session(cookie)
        else:
            signed_in = await identity.sign_in(
                form.get("name", ""), form.get("password", ""), address_of(request), code=form.get("code")
            )
            person = signed_in.principal
    except Problem as problem:
        if problem.code not in ("wrong_credentials", "totp_required", "wrong_code", "session_expired"):
            raise
        return _page(identity, request, asked, sealed, f"{problem.detail} {problem.detail_zh}")
    now = identity.clock.now()
    code = {**asked, "id": new_id("code"), "user": person.subject, "auth_time": int(now.timestamp())}
    back = {"code": identity.sealer.seal(orjson.dumps(code), now), "iss": identity.tokens.issuer}
    response = RedirectResponse(_with(asked, back), 303, _NO_STORE)
    if signed_in is not None:
        signed_in_answer(response, identity, signed_in)
    return response


@router.get(
    "/oauth/userinfo",
    summary="Who signed in",
    response_model=None,
    openapi_extra=_OPEN,
    responses=problem_responses(401),
)
async def userinfo(request: Request) -> Response:
    """Return the claims of whoever an access token of the code grant is about."""
    identity = identity_of(request)
    token = bearer_of(request.headers)
    if token is None:
        raise Problem("unauthenticated")
    try:
        known = identity.keys.find(str(_header_of(token).get("kid", "")))
        if known is None:
            raise ValueError("unknown key")
        decoded = jwt.decode(token, known.key, algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError):
        raise token_problem("invalid_token", "The token was not issued for this.") from None
    claims = decoded.claims
    now_s = identity.clock.now().timestamp()
    if (
        decoded.header.get("typ") != _TOKEN_TYPE
        or claims.get("iss") != identity.tokens.issuer
        or now_s >= claims["exp"]
    ):
        raise token_problem("invalid_token", "The token was not issued for this, or has expired.")
    return json_response(_claims(identity, str(claims["sub"])), headers=_NO_STORE)


# -- tools -------------------------------------------------------------------------------------------------------------


@router.get(
    "/v1/relying-parties", summary="List tools that sign in here", response_model=None, responses=problem_responses(403)
)
async def list_parties(_: Reader, services: App) -> Response:
    """List the tools whose users sign in here."""
    known = [row for row in services.identity.directory.relying_parties.all() if row.deactivated_at is None]
    shown = [_party(row) for row in sorted(known, key=lambda row: row.client_id)]
    return json_response({"items": shown, "next_cursor": None})


@router.post(
    "/v1/relying-parties",
    summary="Bring a tool in",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(RelyingPartyBody),
    responses=problem_responses(401, 403, 413, 415, 422, 503),
)
async def add_party(request: Request, principal: Writer, services: App) -> Response:
    """Bring a tool in; the answer alone carries its secret."""
    body = await parse_body(request, RelyingPartyBody)
    for uri in body.redirect_uris:
        _check_redirect(uri)
    identity = services.identity
    secret = None if body.public else secrets.token_urlsafe(32)
    hashed = None if secret is None else await identity.passwords.hash(secret)
    row = RelyingPartyRow(
        client_id=new_id("rp"),
        name=body.name,
        redirect_uris=orjson.dumps(body.redirect_uris).decode(),
        secret_hash=hashed,
        created_at=identity.clock.now().isoformat(),
    )

    def job(session: Session) -> None:
        identity.directory.relying_parties.put(session, row)
        _audit(session, identity, principal, "relying_party.add", row.client_id)

    await identity.store.write(job)
    return json_response(_party(row) | {"client_secret": secret}, 201, _NO_STORE)


@router.delete(
    "/v1/relying-parties/{client_id}",
    summary="Put a tool out",
    status_code=204,
    responses=problem_responses(401, 403, 404, 503),
)
async def remove_party(client_id: str, principal: Writer, services: App) -> Response:
    """Put a tool out: nobody can sign in for it any more."""
    identity = services.identity
    if _party_of(identity, client_id) is None:
        raise not_found("relying party", "接入工具", client_id)

    def job(session: Session) -> None:
        now = identity.clock.now().isoformat()
        identity.directory.relying_parties.update(session, client_id, deactivated_at=now)
        _audit(session, identity, principal, "relying_party.remove", client_id)

    await identity.store.write(job)
    return Response(status_code=204)


# -- parts -------------------------------------------------------------------------------------------------------------


async def redeem(request: Request, form: dict[str, str]) -> dict[str, Any]:
    """Exchange an authorisation code for tokens (a grant of `/oauth/token`)."""
    identity = identity_of(request)
    party = await _authenticated(request, identity, form)
    now = identity.clock.now()
    opened = identity.sealer.open(form.get("code", ""), now=now, life_s=CODE_S)
    code: dict[str, Any] = {} if opened is None else orjson.loads(opened)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
    right = (
        "user" in code
        and code["client_id"] == party.client_id
        and code["redirect_uri"] == form.get("redirect_uri")
        and hmac.compare_digest(code["code_challenge"].encode(), challenge)
    )
    if not right or not await identity.book.spend_now(f"code:{code['id']}", now + timedelta(seconds=2 * CODE_S)):
        raise OAuthError("invalid_grant", "The code is unknown, expired, used, or not of this client.")
    try:
        person = _claims(identity, code["user"])
    except Problem:
        raise OAuthError("invalid_grant", "The person may no longer sign in.") from None
    issued_s = int(now.timestamp())
    common = {"iss": identity.tokens.issuer, "sub": code["user"], "iat": issued_s, "exp": issued_s + TOKEN_S}
    key = identity.keys.current_at(now)
    header = {"alg": ALGORITHM, "kid": key.kid}
    id_claims = {**person, **common, "aud": party.client_id, "auth_time": code["auth_time"]}
    if code.get("nonce"):
        id_claims["nonce"] = code["nonce"]
    access = {**common, "aud": f"{identity.tokens.issuer}/oauth/userinfo", "jti": secrets.token_urlsafe(12)}
    return {
        "access_token": jwt.encode({**header, "typ": _TOKEN_TYPE}, access, key.key),
        "token_type": "Bearer",
        "expires_in": TOKEN_S,
        "scope": "openid profile",
        "id_token": jwt.encode({**header, "typ": "JWT"}, id_claims, key.key),
    }


CODE_GRANTS[GRANT] = redeem


async def _authenticated(request: Request, identity: Identity, form: dict[str, str]) -> RelyingPartyRow:
    client_id, secret = basic_credentials(request) or (form.get("client_id", ""), form.get("client_secret"))
    address = address_of(request)
    await identity.guesses.check(None, address)
    party = _party_of(identity, client_id)
    if party is not None and party.secret_hash is None and secret is None:
        return party
    hashed = None if party is None else party.secret_hash
    if not await identity.passwords.verify(hashed, secret or "") or party is None:
        await identity.guesses.failed(None, address)
        raise OAuthError("invalid_client", "The client is unknown or its secret is wrong.", status=401)
    return party


def _asked(identity: Identity, given: dict[str, str]) -> dict[str, str] | Response:
    """Return what a tool asks, or the answer to a wrong question; raises Problem 422 where nobody may be redirected."""
    party = _party_of(identity, given.get("client_id", ""))
    if party is None or given.get("redirect_uri") not in orjson.loads(party.redirect_uris):
        raise Problem(
            "invalid_parameter",
            "The tool that sent you here is not known, or not with this redirect_uri.",
            "发起登录的工具未登记，或 redirect_uri 不符。",
        )
    asked = {name: given.get(name, "")[:_MAX_PARAMETER] for name in ("client_id", "redirect_uri", "state", "nonce")}
    error = None
    if given.get("response_type") != "code":
        error = "unsupported_response_type"
    elif "openid" not in given.get("scope", "").split():
        error = "invalid_scope"
    elif given.get("code_challenge_method") != "S256" or len(given.get("code_challenge", "")) != 43:
        error = "invalid_request"
    if error is not None:
        back = {"error": error, "iss": identity.tokens.issuer}
        return RedirectResponse(_with(asked, back), 303, _NO_STORE)
    return {**asked, "code_challenge": given["code_challenge"], "tool": party.name}


def _with(asked: dict[str, str], answer: dict[str, str]) -> str:
    parameters = answer | ({"state": asked["state"]} if asked["state"] else {})
    mark = "&" if "?" in asked["redirect_uri"] else "?"
    return f"{asked['redirect_uri']}{mark}{urlencode(parameters)}"


def _claims(identity: Identity, user_id: str) -> dict[str, Any]:
    """Return what tools are told of a person; raises Problem 401 when the person was put out."""
    account = identity.directory.users.get(user_id)
    if account is None:
        raise Problem("session_expired")
    person = identity.principal_of_user(account)
    return {
        "sub": person.subject,
        "name": person.name,
        "preferred_username": person.name,
        "role": person.role,
        "groups": [person.role],
        "organisation_id": person.organisation_id,
    }


def _page(identity: Identity, request: Request, asked: dict[str, str], sealed: str, notice: str) -> Response:
    """Return the sign-in page; a browser with a session sees whom it would go on as."""
    fields = f'<input type="hidden" name="request" value="{html.escape(sealed)}">'
    cookie = session_cookie_of(request.headers)
    try:
        person = None if cookie is None else identity.principal_of_session(cookie)
    except Problem:
        person = None
    if person is not None and cookie is not None and not notice:
        fields += f'<input type="hidden" name="csrf_token" value="{csrf_token_of(cookie)}">'
        button = f"Go on as {html.escape(person.name)} · 以 {html.escape(person.name)} 继续"
    else:
        button = "Sign in · 登录"
        fields += (
            '<label>Name · 用户名<input name="name" autocomplete="username" required></label>'
            '<label>Password · 密码<input name="password" type="password" autocomplete="current-password" required></label>'
            '<label>One-time code, if set up · 动态验证码（如已启用）<input name="code" autocomplete="one-time-code"></label>'
        )
    tool = html.escape(asked["tool"])
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Hexlane</title>'
        f"<style>{_STYLE}</style>"
        f"<h1>Hexlane</h1><p>{tool} asks who you are. · {tool} 请求确认您的身份。</p>"
        f'<p role="alert">{html.escape(notice)}</p>'
        f'<form method="post" action="/oauth/authorize">{fields}<button>{button}</button></form></html>'
    )
    return HTMLResponse(text, headers=_PAGE_HEADERS)


def _header_of(token: str) -> dict[str, Any]:
    head = token.partition(".")[0]
    header = orjson.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return header if isinstance(header, dict) else {}


def _party_of(identity: Identity, client_id: str) -> RelyingPartyRow | None:
    row = identity.directory.relying_parties.get(client_id)
    return row if row is not None and row.deactivated_at is None else None


def _party(row: RelyingPartyRow) -> dict[str, Any]:
    return {
        "client_id": row.client_id,
        "name": row.name,
        "redirect_uris": orjson.loads(row.redirect_uris),
        "public": row.secret_hash is None,
    }


def _check_redirect(uri: str) -> None:
    parts = urlsplit(uri)
    local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.fragment or not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise Problem(
            "validation_failed",
            f"{uri[:100]!r} is no https address without a fragment (http only on this machine).",
            "redirect_uri 须为不含片段的 https 地址（仅本机可用 http）。",
        )


def _audit(session: Session, identity: Identity, principal: Principal, action: str, client_id: str) -> None:
    identity.book.audit(
        session,
        action,
        object_kind="relying_party",
        object_id=client_id,
        actor=principal.subject,
        organisation_id=principal.organisation_id,
    )

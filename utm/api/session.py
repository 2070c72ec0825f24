"""Access for people: sign in with name and password, a session cookie, and the CSRF token that goes with it."""

import ipaddress
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from utm.api.body import ApiModel, openapi_body, parse_body
from utm.api.oauth import address_of
from utm.api.openapi import problem_responses
from utm.problems import Problem
from utm.security.accounts import Accounts
from utm.security.dependencies import authenticate, identity_of, take_request
from utm.security.directory import Account
from utm.security.identity import Identity, SignedIn, csrf_token_of
from utm.security.principal import Principal, Role
from utm.security.web import COOKIE, SECURE_COOKIE, check_same_origin, normal_origin, session_cookie_of

router = APIRouter(prefix="/v1/session", tags=["access"])

_BODY_LIMIT_BYTES = 4 << 10
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class SignInBody(ApiModel):
    """Name and password, and a one-time code where a second factor was set up."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=1000, json_schema_extra={"format": "password"})]
    code: Annotated[str, Field(min_length=6, max_length=40)] | None = None
    """Six digits of the authenticator app, or a recovery code; asked for by 401 totp_required."""


class PasswordChangeBody(ApiModel):
    """The password as it is, and as it is to be."""

    current: Annotated[str, Field(min_length=1, max_length=1000, json_schema_extra={"format": "password"})]
    password: Annotated[str, Field(min_length=1, max_length=1000, json_schema_extra={"format": "password"})]


class DemoSignInBody(ApiModel):
    """Which of the demonstration's people to be."""

    role: Literal["operator", "dispatcher", "regulator", "supplier", "admin"]


class OrganisationAnswer(BaseModel):
    """The organisation somebody belongs to."""

    organisation_id: str
    name: str
    name_zh: str


class UserAnswer(BaseModel):
    """Who is signed in."""

    user_id: str
    name: str
    role: Role
    organisation: OrganisationAnswer


class SessionAnswer(BaseModel):
    """Who is signed in, and the token to send as X-CSRF-Token with every POST, PUT, PATCH and DELETE."""

    user: UserAnswer
    csrf_token: str


class DemoUser(BaseModel):
    """One of the demonstration's people."""

    role: Role
    name: str


class DemoUsersAnswer(BaseModel):
    """Who a visitor of the demonstration can be without a password."""

    users: list[DemoUser]
    auto_login: bool


@router.post(
    "",
    summary="Sign in",
    response_model=SessionAnswer,
    openapi_extra=openapi_body(SignInBody),
    responses=problem_responses(401, 403, 413, 415, 422, 429, 503),
)
async def sign_in(request: Request, response: Response) -> SessionAnswer:
    """Open a session; the answer to an unknown name and to a wrong password is the same."""
    identity = identity_of(request)
    admit_stranger(request, identity)
    body = await parse_body(request, SignInBody, limit_bytes=_BODY_LIMIT_BYTES)
    old = session_cookie_of(request.headers)
    signed_in = await identity.sign_in(body.name, body.password, address_of(request), code=body.code, replaces=old)
    return signed_in_answer(response, identity, signed_in)


@router.put(
    "/password",
    summary="Change one's password",
    status_code=204,
    openapi_extra=openapi_body(PasswordChangeBody),
    responses=problem_responses(401, 403, 413, 415, 422, 429, 503),
)
async def change_password(request: Request) -> Response:
    """Change the password of whoever is signed in; all sessions end, this one too: sign in again."""
    identity = identity_of(request)
    account = await signed_in_person(request)
    body = await parse_body(request, PasswordChangeBody, limit_bytes=_BODY_LIMIT_BYTES)
    await identity.require_password(account, body.current, address_of(request))
    await Accounts(identity).set_password(account.id, account, body.password)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


async def signed_in_person(request: Request) -> Account:
    """Return who is signed in with a session; raises Problem 401 for tokens too: these things are a person's own."""
    identity = identity_of(request)
    principal = await authenticate(request)
    account = identity.directory.users.get(principal.subject)
    if account is None:
        raise Problem("unauthenticated", "Sign in as a person; a token does not do here.", "请以个人身份登录。")
    take_request(request, principal)
    return account


@router.get("", summary="Who am I", response_model=SessionAnswer, responses=problem_responses(401))
async def who_am_i(request: Request, response: Response) -> SessionAnswer:
    """Return who is signed in and the CSRF token of the session."""
    identity = identity_of(request)
    cookie = session_cookie_of(request.headers)
    if cookie is None:
        raise Problem("unauthenticated", "Nobody is signed in; sign in with POST /v1/session.", "尚未登录；请先登录。")
    principal = identity.principal_of_session(cookie)
    response.headers["Cache-Control"] = "no-store"
    return SessionAnswer(user=_user(identity, principal), csrf_token=csrf_token_of(cookie))


@router.delete("", summary="Sign out", status_code=204, responses=problem_responses(403))
async def sign_out(request: Request) -> Response:
    """End the session and take the cookie away; without a living session there is nothing to do."""
    identity = identity_of(request)
    cookie = session_cookie_of(request.headers)
    if cookie is not None:
        try:
            await authenticate(request)
        except Problem as problem:
            if problem.code != "session_expired":
                raise
        await identity.sign_out(cookie)
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    name = SECURE_COOKIE if identity.secure else COOKIE
    response.delete_cookie(name, path="/", secure=identity.secure, httponly=True, samesite="strict")
    return response


@router.get(
    "/demo-users",
    summary="The demonstration's people",
    response_model=DemoUsersAnswer,
    responses=problem_responses(404),
)
async def demo_users(request: Request) -> DemoUsersAnswer:
    """List whom a visitor of the demonstration can be; 404 anywhere but in the demonstration on this machine."""
    identity = identity_of(request)
    _require_local_demo(request, identity)
    users = sorted(_demo_users(identity), key=lambda user: user.role)
    return DemoUsersAnswer(users=users, auto_login=True)


@router.post(
    "/demo",
    summary="Sign in to the demonstration",
    response_model=SessionAnswer,
    openapi_extra=openapi_body(DemoSignInBody),
    responses=problem_responses(403, 404, 413, 415, 422, 429),
)
async def demo_sign_in(request: Request, response: Response) -> SessionAnswer:
    """Sign in without a password, in the demonstration and from this machine only."""
    identity = identity_of(request)
    _require_local_demo(request, identity)
    admit_stranger(request, identity)
    body = await parse_body(request, DemoSignInBody, limit_bytes=_BODY_LIMIT_BYTES)
    name = next((user.name for user in _demo_users(identity) if user.role == body.role), None)
    account = identity.directory.user_named(name) if name is not None else None
    if account is None:
        raise Problem("not_found", "The demonstration has nobody in that role.", "演示中没有该角色的人员。")
    signed_in = await identity.open_session(account, replaces=session_cookie_of(request.headers))
    return signed_in_answer(response, identity, signed_in)


def admit_stranger(request: Request, identity: Identity) -> None:
    """Refuse sign-ins sent by pages of other origins (login CSRF) and floods."""
    check_same_origin(request.headers, identity.own_origins(request.headers))
    identity.limits.strangers.take(address_of(request)).raise_if_refused()


def signed_in_answer(response: Response, identity: Identity, signed_in: SignedIn) -> SessionAnswer:
    """Set the session's cookie on an answer and return what a page needs to know."""
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        SECURE_COOKIE if identity.secure else COOKIE,
        signed_in.cookie,
        max_age=identity.settings.session_ttl_s,
        path="/",
        secure=identity.secure,
        httponly=True,
        samesite="strict",
    )
    return SessionAnswer(user=_user(identity, signed_in.principal), csrf_token=signed_in.csrf_token)


def _user(identity: Identity, principal: Principal) -> UserAnswer:
    organisation = identity.directory.organisations.get(principal.organisation_id)
    assert organisation is not None, "a principal belongs to an active organisation"
    return UserAnswer(
        user_id=principal.subject,
        name=principal.name,
        role=principal.role,
        organisation=OrganisationAnswer(
            organisation_id=organisation.organisation_id, name=organisation.name, name_zh=organisation.name_zh
        ),
    )


def _demo_users(identity: Identity) -> list[DemoUser]:
    """Return the first active demonstration user of each role."""
    found: dict[Role, DemoUser] = {}
    for user in sorted(identity.directory.users.all(), key=lambda user: user.name):
        organisation = identity.directory.organisations.get(user.organisation_id)
        if user.active and organisation is not None and organisation.demo and organisation.active:
            found.setdefault(user.role, DemoUser(role=user.role, name=user.name))
    return list(found.values())


def _require_local_demo(request: Request, identity: Identity) -> None:
    """Answer 404 unless this is the demonstration and the browser runs on this machine and knows us by its name.

    The Host header is checked so that a page of a foreign name pointed at 127.0.0.1 (DNS rebinding) gets nothing, the
    forwarding headers so that a proxy on this machine does not make the whole world local.
    """
    host = normal_origin(f"http://{request.headers.get('host', '')}")
    own = normal_origin(identity.settings.base_url)
    named_locally = host is not None and (
        _is_loopback(_host_of(host)) or (own is not None and _host_of(own) == _host_of(host))
    )
    forwarded = any(name in request.headers for name in _FORWARDED)
    if not (identity.settings.demo and _is_loopback(address_of(request)) and named_locally and not forwarded):
        raise Problem("not_found")


def _host_of(origin: str) -> str:
    return origin.partition("://")[2].rpartition(":")[0]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

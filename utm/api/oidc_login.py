"""`/v1/session/oidc`: people sign in to the console with an OpenID provider."""

from typing import Annotated, Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from utm.api.oauth import address_of
from utm.api.openapi import problem_responses
from utm.api.session import signed_in_answer
from utm.problems import Problem
from utm.security.identity import Identity
from utm.security.oidc import STATE_S, OidcLogin, SignInRefusedError
from utm.security.web import session_cookie_of
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/session", tags=["access"])

App = Annotated[Services, Depends(services_of)]
_COOKIE = "hexlane_oidc"
_OPEN: dict[str, Any] = {"security": []}
_MAX_PARAMETER = 8192

_log = structlog.get_logger(__name__)


class Provider(BaseModel):
    """Where else people may sign in."""

    name: str
    start: str = Field(description="Address to send the browser to.")


class ProvidersAnswer(BaseModel):
    """Every way to sign in beside name and password."""

    providers: list[Provider]


@router.get("/providers", summary="Where else to sign in", response_model=ProvidersAnswer, openapi_extra=_OPEN)
async def providers(services: App) -> ProvidersAnswer:
    """List the OpenID providers of this server."""
    settings = services.settings
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return ProvidersAnswer(providers=[])
    return ProvidersAnswer(providers=[Provider(name=settings.oidc_name, start="/v1/session/oidc")])


@router.get(
    "/oidc",
    summary="Sign in with the OpenID provider",
    response_class=RedirectResponse,
    status_code=302,
    openapi_extra=_OPEN,
    responses=problem_responses(409, 429, 503),
)
async def begin(request: Request, services: App) -> Response:
    """Send the browser to the provider."""
    services.identity.limits.strangers.take(address_of(request)).raise_if_refused()
    url, sealed = await _login(services).begin()
    response = RedirectResponse(url, 302, {"Cache-Control": "no-store"})
    response.set_cookie(
        _COOKIE,
        sealed,
        max_age=STATE_S,
        path="/v1/session/oidc",
        secure=services.identity.secure,
        httponly=True,
        samesite="lax",  # the provider's page sends the browser back: a strict cookie would stay behind
    )
    return response


@router.get(
    "/oidc/callback",
    summary="Come back from the OpenID provider",
    response_class=RedirectResponse,
    status_code=302,
    openapi_extra=_OPEN,
    responses=problem_responses(409, 429, 503),
)
async def callback(request: Request, services: App) -> Response:
    """Open a session for whoever the provider vouches for and the settings give a role, and go to the console."""
    identity = services.identity
    identity.limits.strangers.take(address_of(request)).raise_if_refused()
    login = _login(services)
    parameters = {name: value[:_MAX_PARAMETER] for name, value in request.query_params.items()}
    try:
        account = await login.finish(parameters, request.cookies.get(_COOKIE))
    except SignInRefusedError as refusal:
        _log.info("oidc_sign_in_refused", reason=str(refusal))
        await identity.book.note_attempt("session.refuse", None, address_of(request), reason=f"openid {refusal.code}")
        response: Response = RedirectResponse(f"/?{urlencode({'sign_in': refusal.code})}", 302)
    except Problem:
        response = RedirectResponse("/?sign_in=unavailable", 302)
    else:
        signed_in = await identity.open_session(account, replaces=session_cookie_of(request.headers))
        await identity.book.note_attempt("session.open", account, address_of(request), way="openid")
        response = RedirectResponse("/", 302)
        signed_in_answer(response, identity, signed_in)
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(_COOKIE, path="/v1/session/oidc")
    return response


def _login(services: Services) -> OidcLogin:
    """Return the provider's door of this server, which remembers its configuration and keys; raises Problem 409."""
    if services.settings.oidc_issuer is None or services.settings.oidc_client_id is None:
        raise Problem("conflict", "No OpenID provider is set up here.", "未配置 OpenID 登录。")
    login = _doors.get(services.identity)
    if login is None:
        login = _doors[services.identity] = OidcLogin(services.identity)
    return login


_doors: WeakKeyDictionary[Identity, OidcLogin] = WeakKeyDictionary()

"""FastAPI dependencies: from a request to a `Principal`, or to 401 / 403 / 429.

A dependency runs before the handler reads the body, so that authorisation is decided before a body is validated.
"""

from collections.abc import Awaitable, Callable

from fastapi import Request, WebSocket
from starlette.requests import HTTPConnection

from utm.problems import Problem
from utm.security.authorise import PERMISSIONS, Action, permits, scope_of
from utm.security.identity import Identity
from utm.security.principal import Principal
from utm.security.web import bearer_of, check_same_origin, session_cookie_of, subprotocol_token
from utm.tracing import add_response_header

API_KEY_PREFIX = "hxk_"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def identity_of(request: Request | WebSocket) -> Identity:
    """Return the identity service of the application."""
    identity: Identity = request.app.state.services.identity
    return identity


def require(action: Action) -> Callable[[Request], Awaitable[Principal]]:
    """Return the dependency that admits who may take the action; raises Problem 401, 403 or 429."""

    async def dependency(request: Request) -> Principal:
        principal = await authenticate(request)
        take_request(request, principal)
        authorise(principal, action)
        return principal

    dependency.__name__ = f"require_{action.replace('.', '_')}"
    dependency.hexlane_action = action  # type: ignore[attr-defined]  # read by the test that walks every route
    return dependency


def authorise(principal: Principal, action: Action) -> None:
    """Raise Problem 403 unless the caller may take the action."""
    if permits(principal, action):
        return
    roles = PERMISSIONS[action]
    if principal.role not in roles:
        raise Problem(
            "forbidden",
            f"The role {principal.role} may not do this; it takes one of: {', '.join(roles)}.",
            f"角色 {principal.role} 无权执行此操作；需要以下角色之一：{'、'.join(roles)}。",
        )
    scope = scope_of(action)
    raise Problem(
        "insufficient_scope",
        f"The token lacks the scope {scope}; get one with it from POST /oauth/token.",
        f"令牌缺少权限范围 {scope}；请从 POST /oauth/token 重新获取。",
        headers={"WWW-Authenticate": f'Bearer realm="hexlane", error="insufficient_scope", scope="{scope}"'},
    )


async def authenticate(request: Request) -> Principal:
    """Return who sends the request, by bearer token or else session cookie; raises Problem 401 or 403 csrf_failed."""
    identity = identity_of(request)
    token = bearer_of(request.headers)
    if token is not None:
        if token.startswith(API_KEY_PREFIX):
            return _of_this_sky(request, await identity.principal_of_api_key(token, _address_of(request)))
        return _of_this_sky(request, identity.principal_of_token(token, certificate=identity.certificate_of(request)))
    cookie = session_cookie_of(request.headers)
    if cookie is None:
        raise Problem("unauthenticated")
    principal = _of_this_sky(request, identity.principal_of_session(cookie))
    if request.method not in _SAFE_METHODS:
        check_same_origin(request.headers, identity.own_origins(request.headers))
        identity.check_csrf(cookie, request.headers.get("x-csrf-token"))
    return principal


async def authenticate_websocket(websocket: WebSocket) -> Principal | None:
    """Return who opens the connection, by the `bearer.<token>` subprotocol or else the cookie, or None: answer 401.

    A cookie counts only from a page of our own origin, because browsers send it with connections opened by any page.
    """
    identity = identity_of(websocket)
    try:
        token = subprotocol_token(websocket.headers) or bearer_of(websocket.headers)
        if token is not None:
            if token.startswith(API_KEY_PREFIX):
                return _of_this_sky(websocket, await identity.principal_of_api_key(token, _address_of(websocket)))
            known = identity.principal_of_token(token, certificate=identity.certificate_of(websocket))
            return _of_this_sky(websocket, known)
        cookie = session_cookie_of(websocket.headers)
        if cookie is None:
            return None
        check_same_origin(websocket.headers, identity.own_origins(websocket.headers))
        return _of_this_sky(websocket, identity.principal_of_session(cookie))
    except Problem:
        return None


def _of_this_sky(connection: HTTPConnection, principal: Principal) -> Principal:
    """Return the principal if this application is of its sky; raises Problem 404 otherwise.

    `utm.sandbox` hands each connection to the application of its caller's sky. Should one ever arrive at the other, it
    ends here, before anything was read.
    """
    if principal.sandbox is not getattr(connection.app.state.services, "sandbox", False):
        raise Problem("not_found")
    return principal


def _address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else "unknown"


def take_request(request: Request, principal: Principal) -> None:
    """Count the request against the caller's rate; raises Problem 429, and puts the RateLimit headers on any answer."""
    verdict = identity_of(request).take_request(principal)
    for name, value in verdict.headers.items():
        add_response_header(request.scope, name, value)
    verdict.raise_if_refused()

"""What browsers and clients send to show who they are: bearer headers, subprotocols, cookies, origins."""

from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from utm.problems import Problem

COOKIE = "hexlane_session"
SECURE_COOKIE = "__Host-hexlane_session"
SUBPROTOCOL = "hexlane.live.v1"
_BEARER_PREFIX = "bearer."
_MAX_TOKEN_CHARS = 8192


def bearer_of(headers: Headers) -> str | None:
    """Return the bearer token, None when there is no Authorization header; raises Problem 401 for another scheme."""
    value = headers.get("authorization")
    if value is None:
        return None
    scheme, _, token = value.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _MAX_TOKEN_CHARS:
        raise Problem(
            "unauthenticated",
            "Send Authorization: Bearer with a token from POST /oauth/token.",
            headers={"WWW-Authenticate": 'Bearer realm="hexlane", error="invalid_request"'},
        )
    return token


def subprotocol_token(headers: Headers) -> str | None:
    """Return the token among the WebSocket subprotocols offered (`bearer.<token>`), or None."""
    for line in headers.getlist("sec-websocket-protocol"):
        for offered in line.split(","):
            name = offered.strip()
            if name.startswith(_BEARER_PREFIX) and len(name) <= _MAX_TOKEN_CHARS:
                return name.removeprefix(_BEARER_PREFIX)
    return None


def session_cookie_of(headers: Headers) -> str | None:
    """Return the session cookie's value, or None."""
    line = headers.get("cookie")
    if not line or len(line) > _MAX_TOKEN_CHARS:
        return None
    try:
        cookies = SimpleCookie(line)
    except CookieError:
        return None
    for name in (SECURE_COOKIE, COOKIE):
        if name in cookies and cookies[name].value:
            return cookies[name].value
    return None


def check_same_origin(headers: Headers, own_origins: Collection[str]) -> None:
    """Raise Problem 403 when the browser says that a page of another origin sent this request."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Problem("csrf_failed", "The request was sent by a page of another site.", "该请求由其他站点的页面发出。")
    origin = headers.get("origin")
    if origin is not None and normal_origin(origin) not in own_origins:
        raise Problem(
            "csrf_failed", "The request was sent by a page of another origin.", "该请求由其他来源的页面发出。"
        )


def normal_origin(url: str) -> str | None:
    """Return scheme://host:port of a URL in lower case with the port written out, None when it is no such URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"

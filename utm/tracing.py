"""The trace id of each request: taken from a W3C `traceparent` or made here, logged, and told to the client."""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NO_TRACE = "0" * 32
_HEADERS = "hexlane.response_headers"

_trace_id: ContextVar[str | None] = ContextVar("hexlane_trace_id", default=None)
_log = structlog.get_logger(__name__)

FailureAnswer = Callable[[Exception, str, str], Response]


def current_trace_id() -> str | None:
    """Return the trace id of the request being served, None outside of one."""
    return _trace_id.get()


def trace_id_from(traceparent: str | None) -> str | None:
    """Return the trace id of a `traceparent` header (W3C Trace Context, 3.2), or None when it is absent or invalid."""
    if traceparent is None or traceparent.startswith("ff"):
        return None
    found = _TRACEPARENT.fullmatch(traceparent.strip())
    if found is None or found[1] == _NO_TRACE or found[2] == "0" * 16:
        return None
    return found[1]


def add_response_header(scope: Scope, name: str, value: str) -> None:
    """Have a header put on the answer to this request, whatever answer that becomes."""
    scope.setdefault(_HEADERS, {})[name] = value


class TraceMiddleware:
    """Outermost ASGI layer: gives each request its trace id and turns an unexpected exception into an answer."""

    def __init__(
        self, app: ASGIApp, on_failure: FailureAnswer, new_trace_id: Callable[[], str] = lambda: secrets.token_hex(16)
    ) -> None:
        self._app = app
        self._on_failure = on_failure
        self._new_trace_id = new_trace_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        trace_id = trace_id_from(Headers(scope=scope).get("traceparent")) or self._new_trace_id()
        scope[_HEADERS] = {"X-Trace-Id": trace_id}
        token = _trace_id.set(trace_id)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] in ("http.response.start", "websocket.http.response.start", "websocket.accept"):
                started = True
                headers = MutableHeaders(raw=list(message.get("headers", [])))
                for name, value in scope[_HEADERS].items():
                    headers[name] = value
                message = {**message, "headers": headers.raw}
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id):
                await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if started or scope["type"] != "http":
                _log.exception("connection_failed", path=scope.get("path"), trace_id=trace_id)
                raise
            response = self._on_failure(error, scope["method"], scope["path"])
            await response(scope, receive, send_with_headers)
        finally:
            _trace_id.reset(token)

"""Errors of the API as RFC 9457 problem details, and the one place that turns exceptions into answers.

Raise `Problem(code, ...)` anywhere above the pure core. The handlers answer `application/problem+json` with a stable
type and code, both languages, the fields at fault as JSON pointers, whether a retry can help, and the trace id.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from utm.field_problems import field_problem_of
from utm.problem_catalogue import CATALOGUE, CodeEntry, FieldProblem
from utm.tracing import TraceMiddleware, current_trace_id

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 1
MAX_FIELD_PROBLEMS = 100

__all__ = ["FieldProblem", "Problem", "install_problems", "not_found", "type_uri", "validation_problem"]

_log = structlog.get_logger(__name__)


class Problem(Exception):  # noqa: N818  (the term of RFC 9457)
    """An answer that is an error; its status, title and standing advice come from the catalogue."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        detail_zh: str | None = None,
        *,
        errors: Sequence[FieldProblem] = (),
        retryable: bool | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        status: int | None = None,
    ) -> None:
        entry = CATALOGUE[code]
        super().__init__(f"{code}: {detail or entry.title}")
        self.code = code
        self.entry: CodeEntry = entry
        self.status = entry.status if status is None else status
        self.detail = detail or entry.advice
        self.detail_zh = detail_zh or (entry.advice_zh if detail is None else f"{entry.title_zh}。{entry.advice_zh}")
        self.errors = tuple(errors)
        self.retryable = entry.retryable if retryable is None else retryable
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        if self.status in (429, 503) and "Retry-After" not in self.headers:
            self.headers["Retry-After"] = str(RETRY_AFTER_S)
        if self.status == 401 and "WWW-Authenticate" not in self.headers:
            self.headers["WWW-Authenticate"] = 'Bearer realm="hexlane"'

    def document(self, trace_id: str | None) -> dict[str, Any]:
        """Return the problem document; `extra` members come first so that none can hide a standard one."""
        shown = self.errors[:MAX_FIELD_PROBLEMS]
        return {
            **self.extra,
            "type": type_uri(self.code),
            "code": self.code,
            "title": self.entry.title,
            "title_zh": self.entry.title_zh,
            "status": self.status,
            "detail": self.detail,
            "detail_zh": self.detail_zh,
            "errors": [_field_document(error) for error in shown],
            "retryable": self.retryable,
            "trace_id": trace_id,
        }

    def response(self, trace_id: str | None) -> Response:
        """Return the whole HTTP answer."""
        return Response(
            orjson.dumps(self.document(trace_id)),
            status_code=self.status,
            headers={"Cache-Control": "no-store", **self.headers},
            media_type=CONTENT_TYPE,
        )


def type_uri(code: str) -> str:
    """Return the stable URI of a code; the product serves an explanation there."""
    return f"/problems/{quote(code)}"


def not_found(kind: str, kind_zh: str, identifier: str) -> Problem:
    """Return the 404 for a thing that does not exist or may not be known to exist."""
    shown = identifier if len(identifier) <= 80 else identifier[:77] + "..."
    return Problem(
        "not_found", f"There is no {kind} {shown!r} that you may see.", f"没有您可查看的{kind_zh} {shown!r}。"
    )


def validation_problem(errors: Sequence[FieldProblem], *, code: str = "validation_failed") -> Problem:
    """Return the 422 that lists the fields at fault."""
    first = errors[0]
    more = "" if len(errors) == 1 else f" ({len(errors)} problems in all)"
    more_zh = "" if len(errors) == 1 else f"（共 {len(errors)} 处）"
    return Problem(
        code,
        f"{first.field or 'the body'}: {first.detail}{more}",
        f"{first.field or '请求体'}：{first.detail_zh or first.detail}{more_zh}",
        errors=errors,
    )


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "code", "title", "status", "detail", "detail_zh", "errors", "retryable", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Stable URI ending in the code."},
        "code": {"type": "string", "description": "Stable, snake_case."},
        "title": {"type": "string"},
        "title_zh": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do."},
        "detail_zh": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string", "description": "JSON pointer into the body, or ?name of a parameter."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "detail_zh": {"type": ["string", "null"]},
                },
            },
        },
        "retryable": {"type": "boolean"},
        "trace_id": {"type": ["string", "null"]},
    },
}


def install_problems(app: FastAPI) -> None:
    """Give the application its error answers, the trace-id middleware (outermost) and GET /problems/{code}."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_parameters)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(TraceMiddleware, on_failure=_on_failure)
    app.add_api_route("/problems/{code}", explain, methods=["GET"], include_in_schema=False)


async def explain(code: str, request: Request) -> Response:
    """Explain an error code, as a page or, when asked for, as JSON."""
    entry = CATALOGUE.get(code)
    if entry is None:
        raise not_found("error code", "错误码", code)
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_PAGE.format(code=code, entry=entry))
    document = {
        "code": code,
        "status": entry.status,
        "title": entry.title,
        "title_zh": entry.title_zh,
        "advice": entry.advice,
        "advice_zh": entry.advice_zh,
        "retryable": entry.retryable,
    }
    return Response(orjson.dumps(document), media_type="application/json")


_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{code}</title>
<h1><code>{code}</code> ({entry.status})</h1>
<p>{entry.title}. {entry.advice}</p><p lang="zh-CN">{entry.title_zh}。{entry.advice_zh}</p></html>"""


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response(current_trace_id())


async def _on_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = []
    for item in error.errors()[:MAX_FIELD_PROBLEMS]:
        where, *rest = item["loc"]
        name = "/".join(str(part) for part in rest)
        pointer = f"?{name}" if where == "query" else f"{where}:{name}"
        fields.append(field_problem_of(pointer, item))
    return validation_problem(fields, code="invalid_parameter").response(current_trace_id())


_STATUS_CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    428: "precondition_required",
    429: "too_many_requests",
    501: "not_implemented",
    503: "service_unavailable",
}


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _STATUS_CODES.get(error.status_code)
    if code is None:
        code = "bad_request" if error.status_code < 500 else "internal_error"
    problem = Problem(code, headers=error.headers, status=error.status_code)
    return problem.response(current_trace_id())


def _on_failure(error: Exception, method: str, path: str) -> Response:
    """Answer an exception nobody expected: logged whole, shown as 500 without any internals."""
    problem = _translate(error)
    if problem is not None:
        return problem.response(current_trace_id())
    _log.error("request_failed", method=method, path=path, trace_id=current_trace_id(), exc_info=error)
    return Problem("internal_error").response(current_trace_id())


def _translate(error: Exception) -> Problem | None:
    """Return the problem an infrastructure exception stands for, or None when it is a defect."""
    from utm.store.store import StoreUnavailableError  # noqa: PLC0415  (the store is heavy; errors are not)

    if isinstance(error, Problem):  # raised by a middleware, outside the router
        return error
    if isinstance(error, StoreUnavailableError):
        _log.warning("store_unavailable", reason=str(error), trace_id=current_trace_id())
        return Problem("store_unavailable")
    return None


def _field_document(error: FieldProblem) -> dict[str, str]:
    document = {"field": error.field, "code": error.code, "detail": error.detail}
    if error.detail_zh is not None:
        document["detail_zh"] = error.detail_zh
    return document

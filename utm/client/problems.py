"""What the API refuses, as exceptions: catch the class you can do something about, decide by `code`."""

from __future__ import annotations

from typing import Any

import msgspec

from utm.client import models


class FieldProblem(msgspec.Struct):
    """What is wrong with one value: a JSON pointer into the body, `?name` of a parameter, and a stable code."""

    field: str
    code: str
    detail: str
    detail_zh: str | None = None


class Unreachable(Exception):  # noqa: N818  (named for what happened)
    """The server could not be reached, or gave up in the middle, and trying again did not help."""


class ApiProblem(Exception):  # noqa: N818  (the term of RFC 9457)
    """A problem document: `status`, `code`, `detail` in two languages, `errors` by field, `retryable`, `trace_id`."""

    def __init__(self, status: int, document: dict[str, Any], retry_after_s: float | None = None) -> None:
        self.status, self.document, self.retry_after_s = status, document, retry_after_s
        self.code = str(document.get("code") or document.get("error") or f"http_{status}")
        self.detail = str(document.get("detail") or document.get("error_description") or "")
        self.detail_zh = str(document.get("detail_zh") or "")
        self.retryable = bool(document.get("retryable", status in (429, 503)))
        self.trace_id: str | None = document.get("trace_id")
        self.errors = msgspec.convert(document.get("errors") or [], list[FieldProblem])
        super().__init__(f"{status} {self.code}: {self.detail}")


class Unauthenticated(ApiProblem):
    """401: no token, or one the server does not take."""


class Forbidden(ApiProblem):
    """403: the role or the scope does not allow it."""


class NotFound(ApiProblem):
    """404: nothing there, or nothing the caller may know of."""


class Conflict(ApiProblem):
    """409: the world disagrees; read the object again."""


class PlanRefused(Conflict):
    """409: a flight plan that cannot be approved or started, with its reasons and counter-offers."""

    @property
    def plan(self) -> models.FlightPlanAnswer:
        """The refused plan, with its decision."""
        return msgspec.convert(self.document, models.FlightPlanAnswer)

    @property
    def reasons(self) -> list[models.ReasonAnswer]:
        """What stands in the way."""
        return self.plan.decision.reasons

    @property
    def counter_offers(self) -> list[models.CounterOfferAnswer]:
        """Plans that would be approved as they stand; file `offer.plan`."""
        return self.plan.decision.counter_offers


class Invalid(ApiProblem):
    """413, 415, 422: the request is malformed; `errors` says where."""


class TooManyRequests(ApiProblem):
    """429: slower; `retry_after_s` says how long to wait."""


class Unavailable(ApiProblem):
    """503: nothing was done; the same request may succeed later."""


_BY_STATUS: dict[int, type[ApiProblem]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: TooManyRequests,
    503: Unavailable,
}


def problem_of(status: int, document: Any, retry_after: str | None) -> ApiProblem:
    """Return the exception of an answer."""
    known = document if isinstance(document, dict) else {}
    kind = _BY_STATUS.get(status, ApiProblem)
    if status == 409 and "decision" in known and "counter_offers" in (known["decision"] or {}):
        kind = PlanRefused
    wait_s = float(retry_after) if retry_after is not None and retry_after.replace(".", "", 1).isdigit() else None
    return kind(status, known, wait_s)

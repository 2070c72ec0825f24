"""What both clients share and no network needs: requests, answers, when to try again, and how long a token is good."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec

from utm.client.problems import ApiProblem, problem_of

KEYED_PATH: Final = "/v1/flight-plans"
_RENEW_BEFORE_S: Final = 30.0
_GATEWAY: Final = frozenset({502, 504})
_TOKEN_CODES: Final = frozenset({"token_expired", "token_revoked", "invalid_token"})


@dataclass(frozen=True, slots=True)
class Retries:
    """How patiently a request is tried again: pauses double from the first to the longest, give or take a quarter."""

    attempts: int = 6
    first_pause_s: float = 0.25
    longest_pause_s: float = 8.0

    def pause_s(self, attempt: int, asked_s: float | None) -> float:
        """Return how long to wait after the attempt (from 0): what the server asked for, else longer each time."""
        if asked_s is not None:
            return asked_s
        pause = min(self.longest_pause_s, self.first_pause_s * 2.0**attempt)
        return pause * random.uniform(0.75, 1.25)  # noqa: S311  (spreads clients, hides nothing)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent, and what its answers are."""

    method: str
    url: str
    params: dict[str, str]
    headers: dict[str, str]
    content: bytes | None
    results: Mapping[int, Any]
    idempotent: bool

    @classmethod
    def of(
        cls,
        method: str,
        path_template: str,
        *,
        results: Mapping[int, Any],
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        body: Any = None,
        content_type: str | None = None,
        idempotent: bool = False,
    ) -> Call:
        """Return the request of an operation; a plan gets an idempotency key of its own where none is given."""
        url = path_template
        for name, value in (path or {}).items():
            url = url.replace(f"{{{name}}}", quote(str(value), safe=""))
        sent = {name: str(value) for name, value in (headers or {}).items() if value is not None}
        if method == "POST" and path_template == KEYED_PATH and "Idempotency-Key" not in sent:
            sent["Idempotency-Key"] = str(uuid.uuid4())
        content = None
        if isinstance(body, bytes):
            content, sent["Content-Type"] = body, content_type or "application/octet-stream"
        elif body is not None:
            content, sent["Content-Type"] = msgspec.json.encode(body), "application/json"
        params = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        return cls(method, url, params, sent, content, results, idempotent or "Idempotency-Key" in sent)

    def may_repeat(self, problem: ApiProblem) -> bool:
        """Tell whether sending it again can help and cannot do it twice.

        429 and 503 say that nothing was done; a gateway's 502 or 504 does not, so only what is idempotent goes again.
        """
        if problem.status in (429, 503):
            return True
        return problem.status in _GATEWAY and self.idempotent

    def may_repeat_after(self, error: httpx.TransportError) -> bool:
        """Tell whether it may be sent again after the connection failed: always where it never got out."""
        return self.idempotent or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)

    def value_of(self, answer: httpx.Response) -> Any:
        """Return the typed value of an answer, or raise its problem."""
        if answer.is_success:
            kind = self.results.get(answer.status_code, Any)
            if kind is None or not answer.content:
                return None
            if kind is bytes or "json" not in answer.headers.get("content-type", "json"):
                return answer.content  # a file, asked for by `format`
            return msgspec.json.decode(answer.content, type=kind)
        raise refused(answer)


def refused(answer: httpx.Response) -> ApiProblem:
    """Return the problem of an answer that is none of the promised ones."""
    try:
        document = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        document = {"detail": answer.text[:500]}
    return problem_of(answer.status_code, document, answer.headers.get("retry-after"))


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without offset; give it a tzinfo")
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client's id and secret, changed into short-lived tokens; `scope` narrows them."""

    client_id: str
    client_secret: str
    scope: str | None = None

    def form(self) -> dict[str, str]:
        """Return the form of POST /oauth/token."""
        return {"grant_type": "client_credentials"} | ({} if self.scope is None else {"scope": self.scope})


class TokenBox:
    """The token in use: good until half a minute before its end, or until the server says otherwise."""

    def __init__(self, token: str | None) -> None:
        self._token, self._ends_s = token, float("inf")

    def take(self, now_s: float) -> str | None:
        """Return the token, None when a new one is needed."""
        return self._token if now_s < self._ends_s else None

    def put(self, answer: httpx.Response, now_s: float) -> str:
        """Keep the token of an answer of POST /oauth/token, or raise its problem."""
        if not answer.is_success:
            raise refused(answer)
        document = answer.json()
        lasts_s = float(document["expires_in"])
        self._token = str(document["access_token"])
        self._ends_s = now_s + max(lasts_s / 2, lasts_s - _RENEW_BEFORE_S)
        return self._token

    def drop(self) -> None:
        """Forget a token the server no longer takes."""
        self._token = None

    @staticmethod
    def is_over(problem: ApiProblem) -> bool:
        """Tell whether a fresh token would help."""
        return problem.status == 401 and problem.code in _TOKEN_CODES

"""Requests generated from the OpenAPI document, sent to a running server as every role, each answer held to the document.

Where a path names something, half of the requests name a thing that is there, so that answers other than 404 are seen.
"""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fakes.tenancy import LETTERS, MATRIX
from tests.fakes.two_firms import TwoFirms

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLERS = (*LETTERS.values(), "nobody")
_OUTDATED = frozenset({"token_expired", "token_revoked", "invalid_token"})
_NOT_BY_TOKEN = frozenset({"/oauth/userinfo"})
"""Opened by the tokens of people that other tools were given, not by those of programs."""
_QUIET = {"wait_s": 0}
"""Query values that would keep a request waiting are replaced by these."""
_SLOW = frozenset({"speed"})


@dataclass
class Tally:
    """What was sent and what was wrong."""

    cases: int = 0
    by_caller: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    by_operation: Counter[str] = field(default_factory=Counter)
    renewed: Counter[str] = field(default_factory=Counter)
    shut_out: Counter[str] = field(default_factory=Counter)
    """Cases whose caller, with a new token, was taken for a stranger: they show nothing."""
    faults: dict[str, str] = field(default_factory=dict)

    def fault(self, label: str, caller: str, error: Exception, answer: str) -> None:
        """Keep one example of each kind of fault."""
        first = str(error).strip().splitlines()
        key = f"{label}: {' / '.join(first[:6])[:400]}"
        self.faults.setdefault(key, f"as {caller}, answered {answer[:300]}")

    def text(self) -> str:
        """Return the faults, one below the other."""
        return "\n".join(f"{key}\n    {example}" for key, example in sorted(self.faults.items()))


def _outdated(answer: Any) -> bool:
    """Tell whether an answer says that the token is none."""
    return answer.status_code == 401 and any(f'"code":"{code}"' in answer.text for code in _OUTDATED)


class Sender:
    """Sends generated cases of a document as one role after the other."""

    def __init__(self, city: TwoFirms, document: dict[str, Any]) -> None:
        self.city = city
        self._document = document
        self.schema = schemathesis.openapi.from_dict(document)
        self.tally = Tally()
        self._turn = itertools.count()
        self._sessions = {caller: requests.Session() for caller in CALLERS}
        self._tokens = {caller: self.city.client(caller).headers["Authorization"] for caller in LETTERS.values()}

    def run(self, examples: int) -> Tally:
        """Send so many cases of every operation, alternately as the document asks and against it."""
        for result in self.schema.get_all_operations():
            operation = result.ok()
            described = self._document["paths"][operation.path][operation.method.lower()]
            asked = [item for item in described.get("parameters", []) if item["in"] != "path"]
            if asked or "requestBody" in described:
                self._cases(operation, GenerationMode.POSITIVE, round(examples * 0.75))
                self._cases(operation, GenerationMode.NEGATIVE, max(1, round(examples * 0.25)))
            else:  # nothing to invent but ids: every caller, with ids that are there and with others
                self._cases(operation, GenerationMode.POSITIVE, max(examples, len(CALLERS)))
        return self.tally

    def _cases(self, operation: Any, mode: GenerationMode, count: int) -> None:
        try:
            strategy = operation.as_strategy(generation_mode=mode)
        except Exception as error:
            self.tally.faults[f"{operation.label}: cannot be generated"] = str(error)
            return

        sent = 0

        @settings(
            max_examples=count,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy, real=st.booleans())
        def send(case: Any, real: bool) -> None:
            nonlocal sent
            sent += 1
            self._send(operation, case, real)

        try:
            send()
        except Exception as error:
            if "Unsatisfiable" not in type(error).__name__:  # nothing can be wrong about a request without parameters
                raise

    def _send(self, operation: Any, case: Any, real: bool) -> None:
        caller = CALLERS[next(self._turn) % len(CALLERS)]
        if real:
            self._name_real_things(operation, case, caller)
        if isinstance(case.query, dict):
            case.query = {key: _QUIET.get(key, value) for key, value in case.query.items() if key not in _SLOW}
        try:
            answer = self._call(case, caller)
            if caller != "nobody" and _outdated(answer):  # a run outlives a token, and an admin may have voided it
                self._renew(caller)
                answer = self._call(case, caller)
                if _outdated(answer) and operation.path not in _NOT_BY_TOKEN:
                    self.tally.shut_out[f"{caller}: {operation.label}"] += 1
        except (ValueError, requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL):
            return  # no client can send that
        self.tally.cases += 1
        self.tally.by_caller[caller] += 1
        self.tally.by_status[answer.status_code] += 1
        self.tally.by_operation[operation.label] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except AssertionError as error:
            self.tally.fault(operation.label, caller, error, answer.text)
        except BaseExceptionGroup as group:
            for error in group.exceptions:
                self.tally.fault(operation.label, caller, error, answer.text)  # type: ignore[arg-type]

    def _call(self, case: Any, caller: str) -> Any:
        headers = {} if caller == "nobody" else {"Authorization": self._tokens[caller]}
        return case.call(
            base_url=self.city.server.base_url, session=self._sessions[caller], headers=headers, timeout=30
        )

    def _renew(self, caller: str) -> None:
        with self.city.server.client(caller) as client:
            self._tokens[caller] = client.headers["Authorization"]
        self.tally.renewed[caller] += 1

    def _name_real_things(self, operation: Any, case: Any, caller: str) -> None:
        rule = MATRIX.get(f"{operation.method.upper()} {operation.path}")
        if rule is None or not isinstance(case.path_parameters, dict):
            return
        owner = self.city.firms[0]
        for name, kind in (rule.own or {}).items():
            case.path_parameters[name] = owner.ids[kind]
        for name, kind in (rule.office or {}).items():
            case.path_parameters[name] = self.city.office[kind]

"""The Python client: all of the document, requests repeated only where that is safe, tokens renewed, typed answers."""

import ast
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from utm.client import (
    ApiProblem,
    AsyncClient,
    Client,
    ClientSecret,
    NotFound,
    PlanRefused,
    Retries,
    Unreachable,
    models,
)
from utm.client.operations import AsyncOperations, Operations
from utm.client.requests import Call
from utm.client_codegen import field_name, operations_of, sources
from utm.server import openapi_document

SECRET = ClientSecret("cl_a", "secret")
Answer = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers requests from a list, notes them, and hands out numbered tokens."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.tokens = 0
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 900})
        self.requests.append(request)
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def client(self, **more: Any) -> Client:
        return Client("http://server", SECRET, transport=httpx.MockTransport(self), sleep=self.slept.append, **more)

    def async_client(self) -> AsyncClient:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        return AsyncClient("http://server", SECRET, transport=httpx.MockTransport(self), sleep=sleep)


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    headers = {"Retry-After": str(more.pop("retry_after"))} if "retry_after" in more else {}
    document = {"code": code, "detail": "no", "detail_zh": "不", "errors": [], "retryable": False, **more}
    return httpx.Response(status, json=document, headers=headers)


def page() -> httpx.Response:
    return httpx.Response(200, json={"items": [], "next_cursor": None})


LOST = httpx.ReadError("gone")


def test_the_generated_files_are_what_the_document_gives() -> None:
    """Whoever changes a route or a model must run the generator, so that the client never lags behind."""
    stale = [path.name for path, text in sources().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"utm/client/{' and '.join(stale)}: run `python -m utm.client_codegen` and commit them"


def test_every_operation_and_every_parameter_is_reachable() -> None:
    """Both clients must have a method for each operation, taking each parameter of the document and a body if it has one."""
    document = openapi_document()
    for operation in operations_of(document):
        for kind in (Operations, AsyncOperations):
            taken = set(inspect.signature(getattr(kind, operation.name)).parameters)
            wanted = {field_name(item["name"]) for item in operation.parameters} | (
                {"body"} if operation.body else set()
            )
            assert wanted <= taken, (operation.name, wanted - taken)
    named = {item["operationId"] for methods in document["paths"].values() for item in methods.values()}
    assert len(named) == sum(len(methods) for methods in document["paths"].values())
    long = sorted(name for name in named if "_v1_" in name)
    assert not long, f"give these operations names in utm/api/openapi_operations.py, _NAMES: {long}"


def test_every_model_of_the_document_is_a_struct() -> None:
    """Each object among the components must be a model with every member, under its own name on the wire."""
    schemas = openapi_document()["components"]["schemas"]
    for name, schema in schemas.items():
        if name == "Problem" or schema.get("type") != "object":
            continue
        struct = getattr(models, name)
        on_the_wire = set(struct.__struct_encode_fields__) | {struct.__struct_config__.tag_field}
        assert set(schema.get("properties", {})) <= on_the_wire, name


def test_answers_without_a_model_are_none() -> None:
    """Every JSON answer of the document must have a model, so that the client's results are typed."""
    bare = []
    for path, methods in openapi_document()["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if status.startswith("2") and content is not None and not content.get("schema"):
                    bare.append(f"{method.upper()} {path} {status}")
                if status in ("200", "201", "202") and "content" not in response and path != "/oauth/revoke":
                    bare.append(f"{method.upper()} {path} {status}")
                plain = content is not None and content.get("schema") == {"type": "object"}
                if status.startswith("2") and plain and not path.endswith("/export"):  # a file of another standard
                    bare.append(f"{method.upper()} {path} {status}")
    assert not bare, f"add a model to utm/api/answer_models.py and a line to ANSWERS in utm/api/answer_table.py: {bare}"


def test_a_read_is_tried_again_and_waits_as_told() -> None:
    """A lost connection, a gateway and a 429 must not end a read; Retry-After says how long to wait."""
    server = Server(LOST, problem(502, "x"), problem(429, "too_many_requests", retry_after=3), page())
    assert server.client().list_flight_plans().items == []
    assert len(server.requests) == 4
    assert server.slept[2] == 3.0
    assert server.slept[0] < server.slept[1]


def test_what_may_have_been_done_is_not_done_twice() -> None:
    """A POST without an idempotency key must not be sent again after a lost connection or a gateway's 502."""
    for answer in (LOST, problem(502, "x"), problem(504, "x")):
        server = Server(answer, page())
        with pytest.raises((Unreachable, ApiProblem)):
            server.client().create_battery({"label": "a", "capacity_wh": 1})
        assert len(server.requests) == 1


def test_what_was_not_done_is_sent_again() -> None:
    """A connection that never stood, a 429 and a 503 say that nothing was done: any request goes again."""
    made = {"battery_id": "b", "organisation_id": "o", "label": "a", "state": "ready", "capacity_wh": 1, "cycles": 0}
    made |= {"cycles_max": 5, "updated_at": "2026-03-01T00:00:00Z"}
    refused = httpx.ConnectError("no")
    server = Server(refused, problem(503, "store_unavailable", retry_after=1), httpx.Response(201, json=made))
    assert server.client().create_battery({"label": "a", "capacity_wh": 1}).battery_id == "b"
    assert server.slept[1] == 1.0


def test_a_plan_carries_one_key_through_all_attempts() -> None:
    """Filing must be repeated after a lost connection, with the key of the first attempt, and a new key for a new plan."""
    server = Server(LOST, problem(404, "not_found"), problem(404, "not_found"))
    client = server.client()
    for _ in range(2):
        with pytest.raises(NotFound):
            client.file_flight_plan({"aircraft_id": "a"})
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert keys[0] == keys[1] != keys[2]


def test_patience_ends() -> None:
    """After the last attempt the problem must be raised, with what it says."""
    server = Server(*[problem(503, "service_unavailable", retryable=True)] * 3)
    with pytest.raises(ApiProblem) as raised:
        server.client(retries=Retries(attempts=3)).list_zones()
    assert (raised.value.code, raised.value.detail_zh, raised.value.retryable) == ("service_unavailable", "不", True)
    assert len(server.requests) == 3


@pytest.mark.parametrize("code", ["token_expired", "token_revoked", "invalid_token"])
def test_a_token_that_is_over_is_renewed_once(code: str) -> None:
    """A 401 that a new token cures must be cured silently, after a rotation too; one that stays must be raised."""
    server = Server(problem(401, code), page(), problem(401, code), problem(401, code))
    client = server.client()
    client.list_flight_plans()
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer t1", "Bearer t2"]
    with pytest.raises(ApiProblem) as raised:
        client.list_flight_plans()
    assert raised.value.status == 401
    assert server.tokens == 3


REASON = {"code": "conflict", "severity": "refuse", "detail": "x", "detail_zh": "y"}


def test_a_refused_plan_is_an_exception_with_offers() -> None:
    """A refusal must carry the plan with its typed reasons, and a 409 of another kind must not pretend to."""
    body = {"aircraft_id": "a", "operation_type": "other", "departure_at": "2026-03-01T00:00:00Z"}
    body["route"] = {"type": "trajectory", "cruise_speed_mps": 5, "waypoints": []}  # type: ignore[assignment]
    offer = {"kind": "delay", "detail": "x", "detail_zh": "y", "plan": body}
    offer["cost"] = {"delay_s": 60, "extra_m": 0, "extra_wh": 0}
    decision = {"outcome": "refused", "decided_at": "2026-03-01T00:00:00Z", "took_ms": 1, "policy_version": 1}
    whole = {**body, "plan_id": "p", "organisation_id": "o", "state": "refused", "version": 1, "volumes": []}
    whole |= {"decision": {**decision, "reasons": [REASON], "counter_offers": [offer]}, "h3_cells": []}
    whole |= {"authority": {"application": "not_needed"}}
    whole |= dict.fromkeys(("starts_at", "ends_at", "created_at", "updated_at"), "2026-03-01T00:00:00Z")
    server = Server(problem(409, "plan_refused", **whole), problem(409, "idempotency_key_reused"), page())
    client = server.client()
    with pytest.raises(PlanRefused) as raised:
        client.file_flight_plan(body)
    (taken,) = raised.value.counter_offers
    assert isinstance(taken.plan.route, models.TrajectoryRoute)
    assert raised.value.reasons[0].code == "conflict"
    with pytest.raises(ApiProblem) as other:
        client.file_flight_plan(taken.plan)
    assert not isinstance(other.value, PlanRefused)
    assert json.loads(server.requests[1].content)["route"]["type"] == "trajectory"


def test_ids_are_quoted_and_times_need_an_offset() -> None:
    """An id must never change the path it stands in, and a time without offset must be refused before it is sent."""
    call = Call.of("GET", "/v1/aircraft/{aircraft_id}", results={}, path={"aircraft_id": "../a b"})
    assert call.url == "/v1/aircraft/..%2Fa%20b"
    from datetime import datetime

    with pytest.raises(ValueError, match="offset"):
        Call.of("GET", "/v1/zones", results={}, query={"at": datetime(2026, 3, 1)})  # noqa: DTZ001


async def test_the_async_client_does_the_same() -> None:
    """Retries, tokens and types must be those of the other client."""
    server = Server(LOST, problem(401, "invalid_token"), problem(429, "too_many_requests", retry_after=2), page())
    async with server.async_client() as client:
        assert (await client.list_flight_plans()).items == []
    assert server.slept[-1] == 2.0
    assert [request.headers["authorization"] for request in server.requests][1:3] == ["Bearer t1", "Bearer t2"]


def _imports(path: Path) -> set[str]:
    """Return the modules a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module} | {f"{node.module}.{item.name}" for item in node.names}
    return found


CALLERS = frozenset({"cli_api.py", "cli_client.py", "cli_dispatch.py", "own_planner.py"})
"""Programs of callers, in processes of their own."""


def test_client_and_server_stay_apart() -> None:
    """The client must import nothing of the server but the schema of the live feed, and the server nothing of the client."""
    package = Path(models.__file__).parent
    for path in package.glob("*.py"):
        ours = {
            name
            for name in _imports(path)
            if name.startswith(("utm.", "airspace", "dispatch", "mavlink_bridge", "sim"))
        }
        strange = {name for name in ours if not name.startswith(("utm.client", "utm.live_schema"))}
        assert not strange, (path.name, strange)
    for path in package.parent.rglob("*.py"):
        if package not in path.parents and path.name not in CALLERS:
            assert not [name for name in _imports(path) if name.startswith("utm.client.") or name == "utm.client"], path

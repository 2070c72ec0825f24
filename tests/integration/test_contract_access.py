"""Access as the API promises it: tokens, roles, problem documents, and the document that describes it all."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwk, jwt

from tests.conftest import PATIENCE_S, Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]
ROLES = ("operator", "dispatcher", "regulator", "supplier", "admin")

# Every call of the contract with a harmless body, and the roles that may make it.
_ALL = set(ROLES)
_READERS = {"operator", "dispatcher", "regulator", "admin"}
CALLS: list[tuple[str, str, set[str]]] = [
    ("POST", "/v1/flight-plans", {"operator"}),
    ("POST", "/v1/flight-plans/check", {"operator", "dispatcher"}),
    ("POST", "/v1/flight-plans/batch", {"operator"}),
    ("GET", "/v1/flight-plans", _READERS),
    ("GET", "/v1/flight-plans/fp_none", _READERS),
    ("PUT", "/v1/flight-plans/fp_none", {"operator"}),
    ("POST", "/v1/flight-plans/import?format=csv", {"operator", "dispatcher"}),
    ("GET", "/v1/flight-plans/fp_none/export?format=csv", _READERS),
    ("POST", "/v1/flight-plans/fp_none/confirm", {"operator", "dispatcher"}),
    ("POST", "/v1/flight-plans/fp_none/activate", {"operator", "dispatcher"}),
    ("POST", "/v1/flight-plans/fp_none/end", {"operator", "dispatcher"}),
    ("POST", "/v1/flight-plans/fp_none/cancel", {"operator", "dispatcher"}),
    ("POST", "/v1/flight-plans/fp_none/decision", {"dispatcher", "regulator"}),
    ("GET", "/v1/policy", _ALL),
    ("PUT", "/v1/policy", {"regulator"}),
    ("GET", "/v1/zones", _ALL),
    ("POST", "/v1/zones", {"regulator"}),
    ("PUT", "/v1/zones/zn_none", {"regulator"}),
    ("DELETE", "/v1/zones/zn_none", {"regulator"}),
    ("POST", "/v1/zones/import?format=geojson&dry_run=true", {"regulator"}),
    ("GET", "/v1/zones/export?format=ed269", _ALL),
    ("POST", "/v1/zones/impact", {"dispatcher", "regulator"}),
    ("GET", "/v1/corridors", _ALL),
    ("GET", "/v1/sites", _ALL),
    ("GET", "/v1/airspace/at?lat_deg=22.7&lon_deg=114.2", _ALL),
    ("GET", "/v1/airspace/grid?lat_deg=22.7&lon_deg=114.2", _ALL),
    ("GET", "/v1/airspace/cells?res=7&bbox=114.14,22.67,114.34,22.76", _ALL),
    ("POST", "/v1/ground-stops", {"dispatcher"}),
    ("GET", "/v1/tracks", _ALL),
    ("POST", "/v1/tracks", {"operator", "supplier"}),
    ("POST", "/v1/identification/packets", {"operator", "supplier"}),
    ("GET", "/v1/operators", _READERS),
    ("GET", "/v1/aircraft", _READERS),
    ("POST", "/v1/aircraft", {"operator"}),
    ("GET", "/v1/aircraft/ac_none", _READERS),
]


def _known(server: Server, role: str) -> dict[str, str]:
    return next(client for client in server.credentials["clients"] if client["role"] == role)


def test_the_credentials_file_says_what_a_client_needs(server: Server) -> None:
    """The file must hold working addresses, two operators, one of each other role, and be its owner's alone."""
    known = server.credentials
    assert known["base_url"] == server.base_url
    assert known["mavlink_udp"] == f"127.0.0.1:{server.mavlink_port}"
    roles = [client["role"] for client in known["clients"]]
    assert roles.count("operator") >= 2
    assert set(roles) >= {"operator", "dispatcher", "regulator", "supplier"}
    assert all(set(client) >= {"role", "organisation", "client_id", "client_secret"} for client in known["clients"])
    assert all(set(user) >= {"role", "name", "password"} for user in known["users"])
    assert (server.data_dir / "demo-credentials.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("way", ["basic", "body"])
def test_a_token_is_given_for_credentials_in_either_place(server: Server, way: str) -> None:
    """HTTP Basic and body credentials must both give a token that works and is not kept by caches."""
    known = _known(server, "operator")
    form = {"grant_type": "client_credentials"}
    if way == "basic":
        answer = httpx.post(
            f"{server.base_url}/oauth/token",
            data=form,
            auth=(known["client_id"], known["client_secret"]),
            timeout=PATIENCE_S,
        )
    else:
        secret = {"client_id": known["client_id"], "client_secret": known["client_secret"]}
        answer = httpx.post(f"{server.base_url}/oauth/token", data={**form, **secret}, timeout=PATIENCE_S)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert token["token_type"].lower() == "bearer"
    assert 60 <= token["expires_in"] <= 3600
    allowed = httpx.get(
        f"{server.base_url}/v1/aircraft",
        headers={"Authorization": f"Bearer {token['access_token']}"},
        timeout=PATIENCE_S,
    )
    assert allowed.status_code == 200


def test_a_token_can_be_checked_by_anybody_with_the_published_keys(server: Server) -> None:
    """The JWT must verify against /.well-known/jwks.json with an asymmetric algorithm, and expire when it says."""
    known = _known(server, "operator")
    answer = httpx.post(
        f"{server.base_url}/oauth/token",
        data={"grant_type": "client_credentials", "scope": "plan:read"},
        auth=(known["client_id"], known["client_secret"]),
        timeout=PATIENCE_S,
    ).json()
    published = httpx.get(f"{server.base_url}/.well-known/jwks.json", timeout=PATIENCE_S).json()
    assert all("d" not in key and "k" not in key for key in published["keys"])
    keys = jwk.KeySet.import_key_set(published)
    algorithms = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"]
    token = jwt.decode(answer["access_token"], keys, algorithms=algorithms)
    assert token.header["kid"] in {key["kid"] for key in published["keys"]}
    assert token.claims["exp"] - token.claims["iat"] == answer["expires_in"]
    assert abs(token.claims["iat"] - time.time()) < 60
    assert token.claims["sub"]
    assert token.claims["scope"] == answer["scope"] == "plan:read"


def test_a_token_of_narrow_scope_does_what_it_says_and_no_more(server: Server) -> None:
    """A token for plan:read must list plans and be refused everything else with 403."""
    known = _known(server, "operator")
    answer = httpx.post(
        f"{server.base_url}/oauth/token",
        data={"grant_type": "client_credentials", "scope": "plan:read"},
        auth=(known["client_id"], known["client_secret"]),
        timeout=PATIENCE_S,
    ).json()
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    with httpx.Client(base_url=server.base_url, headers=headers, timeout=PATIENCE_S) as client:
        assert client.get("/v1/flight-plans").status_code == 200
        expect_problem(client.post("/v1/flight-plans", json={}), 403, "insufficient_scope")
        expect_problem(client.get("/v1/aircraft"), 403, "insufficient_scope")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "policy:write"}, "invalid_scope"),
    ],
)
def test_the_token_endpoint_refuses_in_words_of_oauth(server: Server, form: dict[str, str], error: str) -> None:
    """A wrong grant or scope must give 400 with the error code of RFC 6749."""
    known = _known(server, "operator")
    answer = httpx.post(
        f"{server.base_url}/oauth/token",
        data=form,
        auth=(known["client_id"], known["client_secret"]),
        timeout=PATIENCE_S,
    )
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_wrong_secret_gets_no_token(server: Server) -> None:
    """A wrong secret and an unknown client must both be 401 invalid_client, alike to the letter."""
    known = _known(server, "supplier")
    form = {"grant_type": "client_credentials"}
    answers = [
        httpx.post(f"{server.base_url}/oauth/token", data=form, auth=auth, timeout=PATIENCE_S)
        for auth in ((known["client_id"], "wrong"), ("cl_nobody", "wrong"))
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    bodies = [{name: value for name, value in answer.json().items() if name != "trace_id"} for answer in answers]
    assert bodies[0] == bodies[1]
    assert bodies[0]["error"] == "invalid_client"


def _tampered(token: str) -> str:
    head, body, signature = token.split(".")
    return f"{head}.{body}.{signature[:-4]}{'AAAA' if signature[-4:] != 'AAAA' else 'BBBB'}"


def test_what_is_no_token_is_401(server: Server, as_role: AsRole) -> None:
    """No token, a tampered one, one signed with no algorithm and a stranger's must each be 401 with a challenge."""
    good = as_role("operator").headers["Authorization"].removeprefix("Bearer ")
    own = jwk.ECKey.generate_key("P-256", {"kid": "own"})
    claims = {"sub": "cl_demo_logistics_a", "exp": int(time.time()) + 600, "scope": "plan:read"}
    forged = jwt.encode({"alg": "ES256", "kid": "own"}, claims, own)
    unsigned = "eyJhbGciOiJub25lIn0." + good.split(".")[1] + "."
    for value in (None, "Bearer", "Bearer x", f"Bearer {_tampered(good)}", f"Bearer {forged}", f"Bearer {unsigned}"):
        headers = {} if value is None else {"Authorization": value}
        answer = httpx.post(
            f"{server.base_url}/v1/flight-plans", content=b"{not json", headers=headers, timeout=PATIENCE_S
        )
        assert answer.status_code == 401, value
        assert answer.headers["www-authenticate"].startswith("Bearer")
        expect_problem(answer, 401, answer.json()["code"])


def test_a_stranger_learns_nothing_from_any_path(server: Server) -> None:
    """Without a token every call of the contract must be 401, whatever the body, before it is read."""
    with httpx.Client(base_url=server.base_url, timeout=PATIENCE_S) as client:
        for method, path, _ in CALLS:
            answer = client.request(method, path, content=b"\xff" * 100)
            assert answer.status_code == 401, (method, path)
            expect_problem(answer, 401, "unauthenticated")


def test_every_call_admits_the_roles_it_names_and_no_other(as_role: AsRole) -> None:
    """A role that may not make a call must get 403 even for a broken body; one that may must get past that."""
    wrong = []
    for method, path, roles in CALLS:
        for role in ROLES:
            answer = filing.send(as_role(role), method, path, content=b"" if method == "GET" else b"{broken")
            if role in roles and answer.status_code in (401, 403):
                wrong.append((method, path, role, answer.status_code))
            if role not in roles:
                if answer.status_code != 403:
                    wrong.append((method, path, role, answer.status_code))
                else:
                    expect_problem(answer, 403, "forbidden")
    assert wrong == []


def test_another_firms_things_do_not_exist(as_role: AsRole) -> None:
    """A plan and an aircraft of firm A must be 404 to firm B for every method, as those that never were."""
    mine, theirs = as_role("operator"), as_role("operator", 1)
    aircraft_id = filing.register(mine)
    at = filing.window()
    plan_id = filing.expect_approved(mine, filing.plan(aircraft_id, at))["plan_id"]
    body = filing.plan(filing.register(theirs), at)
    for path in (f"/v1/flight-plans/{plan_id}", "/v1/flight-plans/fp_doesnotexist"):
        expect_problem(theirs.get(path), 404, "not_found")
        expect_problem(theirs.put(path, json=body, headers={"If-Match": '"1"'}), 404, "not_found")
        for action in ("confirm", "activate", "end", "cancel"):
            expect_problem(theirs.post(f"{path}/{action}"), 404, "not_found")
    foreign = filing.plan(aircraft_id, at)
    expect_problem(filing.file(theirs, foreign), 404, "not_found")
    expect_problem(theirs.post("/v1/flight-plans/check", json=foreign), 404, "not_found")
    assert plan_id not in theirs.get("/v1/flight-plans", params={"limit": 1000}).text
    assert theirs.get("/v1/flight-plans", params={"aircraft_id": aircraft_id}).json()["items"] == []
    for role in ("dispatcher", "regulator"):
        assert as_role(role).get(f"/v1/flight-plans/{plan_id}").status_code == 200
    assert filing.state_of(mine, plan_id) == "approved"


def test_unknown_paths_and_methods_are_problems_too(as_role: AsRole) -> None:
    """A path that is not there and a method a path does not take must answer in the format of all errors."""
    client = as_role("operator")
    expect_problem(client.get("/v1/nothing"), 404, "not_found")
    answer = client.delete("/v1/flight-plans")
    expect_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]


def test_operations_endpoints_answer_without_a_token(server: Server) -> None:
    """Health, readiness with each dependency's state, and Prometheus metrics must be open."""
    assert httpx.get(f"{server.base_url}/healthz", timeout=PATIENCE_S).status_code == 200
    ready = httpx.get(f"{server.base_url}/readyz", timeout=PATIENCE_S)
    assert ready.status_code == 200
    assert set(ready.json()["dependencies"]) >= {"store", "bridge", "engine"}
    metrics = httpx.get(f"{server.base_url}/metrics", timeout=PATIENCE_S)
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "hexlane_live_plans" in metrics.text


def test_every_problem_type_is_explained_at_its_address(server: Server, as_role: AsRole) -> None:
    """The `type` of a problem must lead to an explanation."""
    found = expect_problem(as_role("operator").get("/v1/flight-plans/fp_none"), 404, "not_found")
    explained = httpx.get(f"{server.base_url}{found['type']}", timeout=PATIENCE_S)
    assert explained.status_code == 200
    assert explained.json()["code"] == "not_found"


# -- the document ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    answer = httpx.get(f"{server.base_url}/openapi.json", timeout=PATIENCE_S)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "put", "post", "delete", "patch")
    ]


def test_the_document_lists_every_call_of_the_contract(document: dict[str, Any], server: Server) -> None:
    """Each call above, the token endpoint and the health checks must stand in the document, and /docs must show it."""
    listed = {(method, path) for method, path, _ in _operations(document)}
    for method, path, _ in CALLS:
        plain = path.partition("?")[0]
        named = (
            plain.replace("fp_none", "{plan_id}").replace("zn_none", "{zone_id}").replace("ac_none", "{aircraft_id}")
        )
        assert (method, named) in listed
    assert {("POST", "/oauth/token"), ("GET", "/healthz"), ("GET", "/readyz")} <= listed
    assert httpx.get(f"{server.base_url}/docs", timeout=PATIENCE_S).status_code == 200


def test_the_document_holds_together(document: dict[str, Any]) -> None:
    """It must be OpenAPI 3.1, every reference must lead somewhere, and every operation have its own id and summary."""
    assert document["openapi"].startswith("3.1")

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for item in value.values() for found in references(item)]
        if isinstance(value, list):
            return [found for item in value for found in references(item)]
        return []

    for reference in references(document):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target
    ids = [operation["operationId"] for _, _, operation in _operations(document)]
    assert len(ids) == len(set(ids))
    assert all(operation.get("summary") for _, _, operation in _operations(document))


def test_every_documented_call_is_there_and_says_it_needs_a_token(document: dict[str, Any], server: Server) -> None:
    """Each /v1 operation must be served, and refuse a stranger unless the document says that it is open."""
    with httpx.Client(base_url=server.base_url, timeout=PATIENCE_S) as client:
        for method, path, operation in _operations(document):
            if not path.startswith("/v1/"):
                continue
            sent = path
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    sent = sent.replace("{" + parameter["name"] + "}", "x")
            answer = client.request(method, sent)
            assert answer.status_code not in (404, 405, 500), (method, path)
            needs = operation.get("security", document.get("security"))
            if needs and {} not in needs:
                assert answer.status_code == 401, (method, path)

"""A sandbox firm flies the whole way in a sky of its own, and nothing crosses either way, through any door."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.conftest import PATIENCE_S, Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]
READS = (
    "/v1/flight-plans",
    "/v1/aircraft",
    "/v1/tracks",
    "/v1/alerts",
    "/v1/advisories",
    "/v1/orders",
    "/v1/missions",
    "/v1/webhooks",
    "/v1/contingencies",
    "/v1/events?topics=plans,alerts&wait_s=0",
    "/v1/operators",
    "/v1/standing-approvals",
)


def token_client(server: Server, client_id: str, secret: str) -> httpx.Client:
    answer = httpx.post(
        f"{server.base_url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret),
        timeout=PATIENCE_S,
    )
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=server.base_url, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def sandbox(server: Server, as_role: AsRole) -> Iterator[dict[str, Any]]:
    """A sandbox of the first firm, with a client, and its aircraft."""
    made = as_role("operator").post("/v1/sandboxes", json={"name": f"Sandbox {time.monotonic_ns()}"})
    assert made.status_code == 201, made.text
    known = made.json()
    with token_client(server, known["client_id"], known["client_secret"]) as client:
        yield known | {"client": client, "aircraft_id": filing.register(client)}


def live_items(server: Server, client: httpx.Client) -> dict[str, list[dict[str, Any]]]:
    """Return what a fresh subscription is told, by topic, and a moment of increments."""
    token = client.headers["Authorization"].removeprefix("Bearer ")
    found: dict[str, list[dict[str, Any]]] = {}
    with connect(
        server.base_url.replace("http", "ws") + "/v1/live", subprotocols=["hexlane.live.v1", f"bearer.{token}"]
    ) as socket:  # type: ignore[list-item]
        area = {"bbox": [113.7, 22.4, 114.7, 22.9], "topics": ["tracks", "plans", "alerts"]}
        socket.send(json.dumps({"subscribe": area, "encoding": "json"}))
        while len(found) < len(area["topics"]):  # the snapshot of each
            message = json.loads(socket.recv(timeout=60))
            found.setdefault(message["topic"], []).extend(message.get("items", []))
        ends_s = time.monotonic() + 2
        while time.monotonic() < ends_s:
            try:
                message = json.loads(socket.recv(timeout=0.5))
            except TimeoutError:
                continue
            found[message["topic"]].extend(message.get("items", []))
    return found


def test_a_sandbox_flight_goes_the_whole_way_and_nobody_else_sees_it(
    server: Server, as_role: AsRole, sandbox: dict[str, Any]
) -> None:
    """Filed, flown, tracked and ended by the same calls; lists, ids, map and statistics of the real sky hold none of it."""
    client: httpx.Client = sandbox["client"]
    start = datetime.now(UTC) + timedelta(seconds=30)
    route = [filing.point(-3000, 2000), filing.point(-2900, 2000)]
    filed = client.post("/v1/flight-plans", json=filing.plan(sandbox["aircraft_id"], start, route))
    assert filed.status_code == 201, filed.text
    plan_id = filed.json()["plan_id"]
    for step in ("confirm", "activate"):
        assert client.post(f"/v1/flight-plans/{plan_id}/{step}").status_code == 200, step
    lat, lon = filing.place(-3000, 2000)
    position = {
        "track_id": "sandbox-1",
        "aircraft_id": sandbox["aircraft_id"],
        "lat_deg": lat,
        "lon_deg": lon,
        "alt_amsl_m": 60.0,
        "observed_at": filing.text(datetime.now(UTC)),
    }
    sent = client.post("/v1/tracks", json={"items": [position]})
    assert sent.status_code in (200, 202), sent.text
    assert client.get("/v1/tracks").json()["items"], "the sandbox sees its own"
    for role in ("dispatcher", "regulator", "admin"):
        real = as_role(role)
        for path in (
            f"/v1/flight-plans/{plan_id}",
            f"/v1/flight-plans/{plan_id}/record?format=json",
            f"/v1/aircraft/{sandbox['aircraft_id']}",
            f"/v1/operators/{sandbox['organisation_id']}",
        ):
            assert real.get(path).status_code in (403, 404), (role, path)
        for path in READS:
            answer = real.get(path)
            assert answer.status_code in (200, 403), (role, path, answer.text)
            seen = answer.text
            for secret in (plan_id, sandbox["aircraft_id"], sandbox["organisation_id"], "sandbox-1"):
                assert secret not in seen, (role, path)
    told = json.dumps(live_items(server, as_role("dispatcher")))
    assert plan_id not in told
    assert sandbox["aircraft_id"] not in told
    day = {"from": filing.text(start - timedelta(hours=1)), "to": filing.text(start + timedelta(hours=1))}
    counted = as_role("dispatcher").get("/v1/statistics", params=day)
    assert sandbox["organisation_id"] not in counted.text
    own = live_items(server, client)
    assert plan_id in json.dumps(own.get("plans", []))
    assert client.post(f"/v1/flight-plans/{plan_id}/end").status_code == 200


def test_neither_sky_is_in_the_way_of_the_other(server: Server, as_role: AsRole, sandbox: dict[str, Any]) -> None:
    """The same flight must be approved once in each sky, and refused the second time in either."""
    client, real = sandbox["client"], as_role("operator", 1)
    start = filing.window()
    bodies = [filing.plan(filing.register(who), start) for who in (client, real, client, real)]
    first, second, third, fourth = [
        who.post("/v1/flight-plans", json=body) for who, body in zip((client, real, client, real), bodies, strict=True)
    ]
    assert (first.status_code, second.status_code) == (201, 201)
    assert (third.status_code, fourth.status_code) == (409, 409)
    for refused, stranger in ((third, second), (fourth, first)):
        assert stranger.json()["plan_id"] not in refused.text
    at = filing.text(start + timedelta(seconds=30))
    query = f"/v1/airspace/cells?res=8&bbox=114.14,22.67,114.34,22.76&at={at}"
    for who in (client, as_role("dispatcher")):
        loads = [cell["load"] for cell in who.get(query).json()["items"]]
        assert max(loads) == 1, "each sky counts its own flight alone"
    for who, foreign in ((client, second), (real, first)):
        for step in ("confirm", "activate", "cancel"):
            answer = who.post(f"/v1/flight-plans/{foreign.json()['plan_id']}/{step}")
            expect_problem(answer, 404, "not_found")
    assert client.post(f"/v1/flight-plans/{first.json()['plan_id']}/cancel").status_code == 200
    assert as_role("dispatcher").get(f"/v1/flight-plans/{second.json()['plan_id']}").json()["state"] == "approved"
    assert real.post(f"/v1/flight-plans/{second.json()['plan_id']}/cancel").status_code == 200


def test_an_aircraft_of_one_sky_is_unknown_in_the_other(as_role: AsRole, sandbox: dict[str, Any]) -> None:
    """An aircraft's id must be 404 across the skies, on file and check, and one registration may stand in both."""
    client, real = sandbox["client"], as_role("operator")
    mark = f"UAS{time.monotonic_ns() % 10**8:08d}"
    here, there = filing.register(client, registration=mark), filing.register(real, registration=mark)
    for who, foreign in ((client, there), (real, here)):
        body = filing.plan(foreign, filing.window())
        expect_problem(who.post("/v1/flight-plans", json=body), 404, "not_found")
        expect_problem(who.post("/v1/flight-plans/check", json=body), 404, "not_found")
        assert who.get(f"/v1/aircraft/{foreign}").status_code == 404


def test_zones_of_the_real_sky_hold_in_the_sandbox(as_role: AsRole, sandbox: dict[str, Any]) -> None:
    """A zone published by the regulator must refuse a sandbox flight within seconds, and free it when withdrawn."""
    client, regulator = sandbox["client"], as_role("regulator")
    ring = [(-6000.0, -2000.0), (-5000.0, -2000.0), (-5000.0, -1000.0), (-6000.0, -1000.0)]
    published = regulator.post("/v1/zones", json=filing.zone(ring))
    assert published.status_code == 201, published.text
    zone_id = published.json()["properties"]["zone_id"]
    route = [filing.point(-5800, -1500), filing.point(-5200, -1500)]
    body = filing.plan(sandbox["aircraft_id"], filing.window(), route)
    assert _outcome(client, body, "refused") == "refused"
    assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204
    assert _outcome(client, body, "approved") == "approved"


def _outcome(client: httpx.Client, body: dict[str, Any], wanted: str) -> str:
    outcome = ""
    for _ in range(240):
        outcome = str(client.post("/v1/flight-plans/check", json=body).json()["decision"]["outcome"])
        if outcome == wanted:
            break
        time.sleep(0.25)
    return outcome


def test_what_waits_for_a_person_is_decided_in_the_sandbox(as_role: AsRole, sandbox: dict[str, Any]) -> None:
    """A plan through an area that needs an authorisation must first be pending, then approved by the sandbox's desk."""
    client, regulator = sandbox["client"], as_role("regulator")
    ring = [(-6000.0, 1000.0), (-5000.0, 1000.0), (-5000.0, 2000.0), (-6000.0, 2000.0)]
    published = regulator.post("/v1/zones", json=filing.zone(ring, restriction="REQ_AUTHORISATION"))
    route = [filing.point(-5800, 1500), filing.point(-5200, 1500)]
    body = filing.plan(sandbox["aircraft_id"], filing.window(), route)
    assert _outcome(client, body, "pending") == "pending"
    filed = client.post("/v1/flight-plans", json=body)
    assert filed.status_code == 202
    state = ""
    for _ in range(240):
        state = client.get(f"/v1/flight-plans/{filed.json()['plan_id']}").json()["state"]
        if state != "pending":
            break
        time.sleep(0.25)
    assert state == "approved"
    assert regulator.delete(f"/v1/zones/{published.json()['properties']['zone_id']}").status_code == 204


def test_a_closed_sandbox_opens_nothing(server: Server, as_role: AsRole) -> None:
    """After its firm gave a sandbox up, its tokens and secret must be refused; another firm may not close it."""
    made = as_role("operator").post("/v1/sandboxes", json={"name": f"Short {time.monotonic_ns()}"}).json()
    with token_client(server, made["client_id"], made["client_secret"]) as client:
        assert client.get("/v1/flight-plans").status_code == 200
        expect_problem(as_role("operator", 1).delete(f"/v1/sandboxes/{made['organisation_id']}"), 404, "not_found")
        assert as_role("operator").delete(f"/v1/sandboxes/{made['organisation_id']}").status_code == 204
        assert client.get("/v1/flight-plans").status_code == 401
    again = httpx.post(
        f"{server.base_url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(made["client_id"], made["client_secret"]),
        timeout=PATIENCE_S,
    )
    assert again.status_code == 401


def test_the_name_of_a_sandbox_tells_nothing_of_others(as_role: AsRole) -> None:
    """A name must be free whoever else has it, taken only by an own open sandbox, and free again when that is closed."""
    first, second, name = as_role("operator"), as_role("operator", 1), f"Trial {time.monotonic_ns()}"
    made = [client.post("/v1/sandboxes", json={"name": name}) for client in (first, second)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert [answer.json()["name"] for answer in made] == [name, name]
    expect_problem(first.post("/v1/sandboxes", json={"name": name.upper()}), 409, "name_taken")
    ids = [answer.json()["organisation_id"] for answer in made]
    assert first.delete(f"/v1/sandboxes/{ids[0]}").status_code == 204
    again = first.post("/v1/sandboxes", json={"name": name})
    assert (again.status_code, again.json()["name"]) == (201, name)
    assert first.delete(f"/v1/sandboxes/{again.json()['organisation_id']}").status_code == 204
    assert second.delete(f"/v1/sandboxes/{ids[1]}").status_code == 204


def test_quotas_are_counted_where_plans_are_filed(as_role: AsRole, sandbox: dict[str, Any]) -> None:
    """Over its live plans a firm must be told 403 and what to do, over its day 429 until when; a repeat counts once."""
    client, admin, path = sandbox["client"], as_role("admin"), f"/v1/quotas/{sandbox['organisation_id']}"
    used = client.get("/v1/quotas/own").json()["used"]
    body, key = filing.plan(sandbox["aircraft_id"], filing.window()), {"Idempotency-Key": f"q-{time.monotonic_ns()}"}
    assert admin.put(path, json={"live_plans": used["live_plans"] + 1}).status_code == 200
    first = client.post("/v1/flight-plans", json=body, headers=key)
    assert first.status_code == 201, first.text
    full = client.post("/v1/flight-plans", json=filing.plan(sandbox["aircraft_id"], filing.window()))
    expect_problem(full, 403, "quota_exceeded")
    assert full.json()["errors"][0]["field"] == "/live_plans"
    again = client.post("/v1/flight-plans", json=body, headers=key)
    assert (again.status_code, again.json()["plan_id"]) == (201, first.json()["plan_id"])
    batch = client.post(
        "/v1/flight-plans/batch", json={"plans": [filing.plan(sandbox["aircraft_id"], filing.window())]}
    )
    assert batch.json()["items"][0]["code"] == "quota_exceeded"
    assert client.post(f"/v1/flight-plans/{first.json()['plan_id']}/cancel").status_code == 200
    assert admin.put(path, json={"filings_per_day": 0}).status_code == 200
    late = client.post("/v1/flight-plans", json=filing.plan(sandbox["aircraft_id"], filing.window()))
    expect_problem(late, 429, "daily_quota_exceeded")
    assert 0 < int(late.headers["Retry-After"]) <= 86_401
    assert admin.put(path, json={}).status_code == 200
    assert (
        client.post("/v1/flight-plans", json=body | {"departure_at": filing.text(filing.window())}).status_code == 201
    )

"""Rules over HTTP: separation by rule, weather, pads, cells, performance, the impact of a policy, and fairness."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import httpx
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, expect_refused, plan, point

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of these tests' own: they change the policy."""
    running = Server(tmp_path_factory.mktemp("rules"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def clients(city: Server) -> Iterator[dict[str, httpx.Client]]:
    """A client of each role, and a second firm."""
    made = {role: city.client(role) for role in ("operator", "dispatcher", "regulator", "admin")}
    made["other"] = city.client("operator", 1)
    yield made
    for client in made.values():
        client.close()


@pytest.fixture
def firm(clients: dict[str, httpx.Client]) -> httpx.Client:
    return clients["operator"]


@pytest.fixture
def regulator(clients: dict[str, httpx.Client]) -> Iterator[httpx.Client]:
    """A regulator whose changes are taken back after the test."""
    client = clients["regulator"]
    before = client.get("/v1/policy").json()
    before.pop("version")
    yield client
    answer = client.put("/v1/policy", json=before)
    assert answer.status_code == 200, answer.text


def put(client: httpx.Client, body: dict[str, Any], path: str = "/v1/policy") -> dict[str, Any]:
    """Change the policy and return the answer."""
    answer = client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusals(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return the refusing reasons of a refused plan."""
    assert answer.status_code == 409, answer.text
    return [item for item in answer.json()["decision"]["reasons"] if item["severity"] == "refuse"]


def level(aircraft: str, at: datetime, north_m: float = 0.0, **more: Any) -> dict[str, Any]:
    """Return a plan of a level kilometre to the east."""
    return plan(aircraft, at, [point(0, north_m), point(1000, north_m)], **more)


# -- separation --------------------------------------------------------------------------------------------------------


def test_a_rule_widens_separation_for_those_it_names_and_the_pair_is_held_to_the_larger(
    firm: httpx.Client, regulator: httpx.Client
) -> None:
    """A survey must keep 120 m, from others too, whichever was filed first; logistics among themselves keep 50."""
    rule = {"when": {"operation_type": "survey"}, "separation": {"horizontal_m": 120}, "source": "test"}
    assert put(regulator, {"separation_rules": [rule]})["separation_rules"] == [rule]
    aircraft, at = filing.register(firm), filing.window()
    minima = expect_approved(firm, level(aircraft, at))["decision"]["separation"]
    assert minima == {"horizontal_m": 50.0, "vertical_m": 15.0, "time_buffer_s": 15.0}
    expect_approved(firm, level(aircraft, at, 60.0))
    found = expect_refused(firm, level(aircraft, at, 175.0, operation_type="survey"), "conflict_with_plan")
    assert found["horizontal_margin_m"] == pytest.approx(115 - 120, abs=0.1)
    expect_approved(firm, level(aircraft, at, 181.0, operation_type="survey"))
    expect_refused(firm, level(aircraft, at, 290.0), "conflict_with_plan")
    expect_approved(firm, level(aircraft, at, 302.0))


def test_class_and_weather_count_and_a_dispatcher_says_what_weather_it_is(
    clients: dict[str, httpx.Client], firm: httpx.Client, regulator: httpx.Client
) -> None:
    """In strong wind medium aircraft keep 100 m; weather is the dispatcher's to set, the rules are not."""
    when = {"weather": "strong_wind", "aircraft_class": "medium"}
    put(regulator, {"separation_rules": [{"when": when, "separation": {"horizontal_m": 100}}]})
    medium, at = filing.register(firm, **{"class": "medium"}), filing.window()
    expect_approved(firm, level(medium, at))
    expect_approved(firm, level(medium, at, 60.0))
    dispatcher = clients["dispatcher"]
    after = put(dispatcher, {"weather": "strong_wind", "wind": {"speed_mps": 11, "from_deg": 45}}, "/v1/policy/weather")
    assert (after["weather"], after["wind"]) == ("strong_wind", {"speed_mps": 11.0, "from_deg": 45.0})
    assert after["impact"]["filed"] >= 2
    expect_refused(firm, level(medium, at, 120.0), "conflict_with_plan")
    assert put(dispatcher, {"weather": "normal", "wind": None}, "/v1/policy/weather")["wind"] is None
    expect_approved(firm, level(medium, at, 120.0))
    expect_problem(dispatcher.put("/v1/policy", json={"weather": "fog"}), 403, "forbidden")
    expect_problem(firm.put("/v1/policy/weather", json={"weather": "fog"}), 403, "forbidden")
    expect_problem(dispatcher.put("/v1/policy/weather", json={"weather": "Bad Fog"}), 422, "validation_failed")


def test_a_zone_rule_holds_for_flights_that_enter_it(firm: httpx.Client, regulator: httpx.Client) -> None:
    """A zone without restriction can still ask for more room; an unknown one is a fault of the rule."""
    zone = filing.zone(filing.square(-3000, -3000, 300), restriction="NO_RESTRICTION")
    zone_id = regulator.post("/v1/zones", json=zone).json()["properties"]["zone_id"]
    rule = {"when": {"zone_id": zone_id}, "separation": {"horizontal_m": 150}}
    put(regulator, {"separation_rules": [rule]})
    aircraft, at = filing.register(firm), filing.window()
    inside = [point(-3200, -3000), point(-2800, -3000)]
    expect_approved(firm, plan(aircraft, at, inside))
    expect_refused(firm, plan(aircraft, at, [point(-3200, -3100), point(-2800, -3100)]), "conflict_with_plan")
    wrong = {"separation_rules": [{"when": {"zone_id": "zn_nowhere"}, "separation": {"horizontal_m": 150}}]}
    document = expect_problem(regulator.put("/v1/policy", json=wrong), 422, "validation_failed")
    assert document["errors"][0]["field"] == "/separation_rules/0/when/zone_id"
    put(regulator, {"separation_rules": []})
    assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204


def test_a_rule_that_breaks_the_error_budget_is_refused_with_the_sum(regulator: httpx.Client) -> None:
    """Default and rules alike; nothing of the body is published."""
    version = regulator.get("/v1/policy").json()["version"]
    body = {
        "max_flights_per_cell": 4,
        "separation_rules": [{"when": {"weather": "fog"}, "separation": {"vertical_m": 14}}],
    }
    document = expect_problem(regulator.put("/v1/policy", json=body), 422, "validation_failed")
    fault = document["errors"][0]
    assert (fault["field"], fault["code"]) == ("/separation_rules/0/separation/vertical_m", "tolerance_exceeds_budget")
    assert "(14 - 5) / 2 = 4.5 m" in fault["detail"]
    default = expect_problem(
        regulator.put("/v1/policy", json={"separation": {"horizontal_m": 40}}), 422, "validation_failed"
    )
    assert "(40 - 10) / 2 = 15 m" in default["errors"][0]["detail"]
    assert regulator.get("/v1/policy").json()["version"] == version


def test_a_plan_keeps_the_minima_and_the_policy_version_it_was_judged_by(
    firm: httpx.Client, regulator: httpx.Client
) -> None:
    """Activation judges anew: from then on it is held to the rules of that moment."""
    aircraft, at = filing.register(firm), datetime.now(UTC) + timedelta(minutes=12)
    first = expect_approved(firm, level(aircraft, at, -4000.0))
    before = first["decision"]["policy_version"]
    put(regulator, {"separation_rules": [{"when": {"operation_type": "logistics"}, "separation": {"vertical_m": 22}}]})
    other = plan(aircraft, at, [point(0, -4000, 70), point(1000, -4000, 70)])
    expect_refused(firm, other, "conflict_with_plan")
    put(regulator, {"separation_rules": []})
    assert regulator.get("/v1/policy").json()["version"] == before + 2
    put(regulator, {"separation": {"vertical_m": 22}})
    activated = filing.step(firm, first["plan_id"], "activate")
    assert activated.status_code == 200, activated.text
    put(regulator, {"separation": {"vertical_m": 15}})
    expect_refused(firm, other, "conflict_with_plan")
    assert filing.step(firm, first["plan_id"], "end").status_code == 200
    expect_approved(firm, other)


# -- the impact of a policy --------------------------------------------------------------------------------------------


def test_the_impact_names_every_plan_before_anything_is_published(firm: httpx.Client, regulator: httpx.Client) -> None:
    """Both of a pair that would be too near, with the margin; those far away are not named."""
    aircraft, at = filing.register(firm), filing.window()
    pair = [expect_approved(firm, level(aircraft, at, north))["plan_id"] for north in (0.0, 70.0)]
    far = expect_approved(firm, level(aircraft, at, 900.0))["plan_id"]
    version = regulator.get("/v1/policy").json()["version"]
    answer = regulator.post("/v1/policy/impact", json={"separation": {"horizontal_m": 80}})
    assert answer.status_code == 200, answer.text
    impact = answer.json()
    assert impact["policy_version"] == version
    assert impact["policy"]["separation"]["horizontal_m"] == 80
    assert impact["checks"] == ["conflicts"]
    named = {item["plan_id"]: item for item in impact["filed"]}
    assert set(pair) <= set(named)
    assert far not in named
    reason = named[pair[0]]["reasons"][0]
    assert (reason["code"], reason["other_plan_ref"]) == ("conflict_with_plan", pair[1])
    assert reason["horizontal_margin_m"] == pytest.approx(-10, abs=0.1)
    assert regulator.get("/v1/policy").json()["version"] == version
    counts = put(regulator, {"separation": {"horizontal_m": 80}})["impact"]
    assert counts["by_reason"] == impact["counts"]["by_reason"]
    assert counts["refused"] == len(impact["filed"]) + len(impact["airborne"])


def test_a_lower_ceiling_names_the_flights_above_it_and_a_filing_lead_names_nobody(
    firm: httpx.Client, regulator: httpx.Client
) -> None:
    """Only the kinds of rule a change can touch are judged."""
    aircraft, at = filing.register(firm), filing.window()
    high = expect_approved(firm, plan(aircraft, at, [point(0, 0, 100), point(900, 0, 100)]))["plan_id"]
    low = expect_approved(firm, plan(aircraft, at, [point(0, 0, 60), point(900, 0, 60)]))["plan_id"]
    impact = regulator.post("/v1/policy/impact", json={"ceiling_agl_m": 90}).json()
    named = {item["plan_id"] for item in impact["filed"]}
    assert high in named
    assert low not in named
    nobody = regulator.post("/v1/policy/impact", json={"filing_lead_s": 86400}).json()
    assert (nobody["checks"], nobody["filed"], nobody["counts"]["judged"]) == ([], [], 0)


def test_who_may_ask_and_what_is_no_policy(clients: dict[str, httpx.Client], regulator: httpx.Client) -> None:
    """Regulators and dispatchers; faults are those of PUT."""
    assert clients["dispatcher"].post("/v1/policy/impact", json={}).status_code == 200
    expect_problem(clients["operator"].post("/v1/policy/impact", json={}), 403, "forbidden")
    expect_problem(regulator.post("/v1/policy/impact", json={"nope": 1}), 422, "validation_failed")
    document = expect_problem(
        regulator.post("/v1/policy/impact", json={"tolerance": {"time_s": 8}}), 422, "validation_failed"
    )
    assert "(15 - 0) / 2 = 7.5 s" in document["errors"][0]["detail"]
    stale = regulator.put("/v1/policy", json={}, headers={"If-Match": '"999"'})
    expect_problem(stale, 409, "stale_version")


# -- flyable -----------------------------------------------------------------------------------------------------------


def test_times_an_aircraft_cannot_keep_are_refused_with_those_it_can(firm: httpx.Client) -> None:
    """Turns count only where the firm declares an acceleration, and the times told are approved when filed."""
    corners = [point(150.0 * (k + k % 2), 3000 + 150.0 * (k - k % 2)) for k in range(24)]
    at = filing.window()
    plain = filing.register(firm, max_speed_mps=15)
    expect_approved(firm, plan(plain, at, corners, speed_mps=15))
    declared = filing.register(firm, max_speed_mps=15, max_accel_mps2=2.5)
    assert firm.get(f"/v1/aircraft/{declared}").json()["max_accel_mps2"] == 2.5
    at = filing.window()
    found = expect_refused(firm, plan(declared, at, corners, speed_mps=15), "times_not_attainable")
    assert found["rule"] == "performance_times"
    times = found["attainable_s"]
    assert len(times) == len(corners)
    timed = [{**corner, "t_s": t} for corner, t in zip(corners, times, strict=True)]
    expect_approved(firm, plan(declared, at, timed, speed_mps=15))


# -- pads --------------------------------------------------------------------------------------------------------------


def site_of(client: httpx.Client, pads: int) -> tuple[str, list[float]]:
    """Return a site with so many pads, and its place."""
    found = [item for item in client.get("/v1/sites").json()["items"] if item["properties"]["pads"] == pads]
    return found[0]["properties"]["site_id"], found[0]["geometry"]["coordinates"]


def from_site(aircraft: str, at: datetime, site_id: str, place: list[float], alt_m: float) -> dict[str, Any]:
    """Return a plan that climbs over a site, each at its own height and corner of the forecourt."""
    lon, lat = place
    waypoints = [
        {"lat_deg": lat, "lon_deg": lon, "alt_m": height, "alt_datum": "AGL", "speed_mps": 5} for height in (0, alt_m)
    ]
    return plan(aircraft, at, waypoints, origin_site_id=site_id)


def test_a_pad_is_booked_by_one_firm_at_a_time(clients: dict[str, httpx.Client], firm: httpx.Client) -> None:
    """The other firm is told when it frees, without learning whose it is, and taking that time is approved."""
    site_id, place = site_of(firm, 1)
    at = filing.window()
    mine = expect_approved(firm, from_site(filing.register(firm), at, site_id, place, 30))
    other, theirs = clients["other"], filing.register(clients["other"])
    late = at + timedelta(seconds=45)
    answer = filing.file(other, from_site(theirs, late, site_id, place, 30))
    found = next(item for item in refusals(answer) if item["code"] == "pad_busy")
    assert found["site_id"] == site_id
    assert mine["plan_id"] not in answer.text
    frees_at = datetime.fromisoformat(found["frees_at"].replace("Z", "+00:00"))
    assert frees_at == at + timedelta(seconds=30)
    expect_approved(other, from_site(theirs, frees_at + timedelta(seconds=30), site_id, place, 30))
    assert filing.step(firm, mine["plan_id"], "cancel").status_code == 200


def test_a_route_that_starts_above_its_site_is_told_that_the_climb_is_not_reserved(
    firm: httpx.Client, regulator: httpx.Client
) -> None:
    """A warning, or a refusal where policy says so."""
    site_id, place = site_of(firm, 2)
    body = from_site(filing.register(firm), filing.window(), site_id, place, 60)
    body["route"]["waypoints"][0]["alt_m"] = 40
    found = expect_approved(firm, body)
    assert "climb_not_filed" in [item["code"] for item in found["decision"]["reasons"]]
    assert filing.step(firm, found["plan_id"], "cancel").status_code == 200
    put(regulator, {"missing_climb": "refuse"})
    expect_refused(firm, body, "climb_not_filed")


# -- capacity ----------------------------------------------------------------------------------------------------------


def test_a_full_cell_refuses_names_itself_and_when_there_is_room(firm: httpx.Client, regulator: httpx.Client) -> None:
    """City-wide or for one cell; what is told is what is approved."""
    aircraft, at = filing.register(firm), filing.window()
    lat, lon = filing.place(0, 0)
    cell = h3.latlng_to_cell(lat, lon, 8)
    put(regulator, {"cell_limits": [{"cell": cell, "max_flights": 2, "source": "test"}]})
    hover = [point(0, 0, 30, hold_s=300), point(1, 0, 30)]
    expect_approved(firm, plan(aircraft, at, hover))
    expect_approved(firm, plan(aircraft, at, [point(0, 0, 60, hold_s=300), point(1, 0, 60)]))
    third = plan(aircraft, at, [point(0, 0, 90, hold_s=10), point(1, 0, 90)])
    found = expect_refused(firm, third, "cell_capacity")
    assert (found["h3_cell"], found["rule"]) == (cell, "cell_capacity")
    frees_at = datetime.fromisoformat(found["frees_at"].replace("Z", "+00:00"))
    assert timedelta(seconds=299) < frees_at - at < timedelta(seconds=301)
    later = frees_at + timedelta(milliseconds=2)
    expect_approved(firm, plan(aircraft, later, [point(0, 0, 90, hold_s=10), point(1, 0, 90)]))
    impact = regulator.post("/v1/policy/impact", json={"cell_limits": [], "max_flights_per_cell": 1}).json()
    assert impact["checks"] == ["capacity"]
    assert impact["counts"]["by_reason"]["cell_capacity"] >= 2


# -- fairness ----------------------------------------------------------------------------------------------------------


def test_fairness_shows_every_firm_to_the_centre_and_each_firm_itself(
    clients: dict[str, httpx.Client], firm: httpx.Client
) -> None:
    """Requested is what was filed; refusals are told by cause; a firm learns nothing of another."""
    at = filing.window()
    ours, theirs = filing.register(firm), filing.register(clients["other"])
    expect_approved(firm, level(ours, at))
    expect_approved(firm, level(ours, at, 500.0))
    assert filing.file(clients["other"], level(theirs, at, 20.0)).status_code == 409
    span = {"from": filing.text(at - timedelta(minutes=1)), "to": filing.text(at + timedelta(minutes=1))}
    answer = clients["regulator"].get("/v1/statistics/fairness", params=span)
    assert answer.status_code == 200, answer.text
    rows = {row["organisation_id"]: row for row in answer.json()["items"] if row["requested"]}
    assert len(rows) == 2
    mine = next(row for row in rows.values() if row["requested"] == 2)
    other = next(row for row in rows.values() if row["requested"] == 1)
    assert (mine["approved"], mine["refused"], mine["approved_share"]) == (2, 0, 1.0)
    assert (other["approved"], other["refused"], other["approved_share"]) == (0, 1, 0.0)
    assert other["refusals"] == [{"code": "conflict_with_plan", "plans": 1, "share": 1.0}]
    own = firm.get("/v1/statistics/fairness", params=span).json()["items"]
    assert [row["organisation_id"] for row in own] == [mine["organisation_id"]]
    assert clients["dispatcher"].get("/v1/statistics/fairness", params=span).json()["items"] == answer.json()["items"]
    refused_again = filing.file(clients["other"], level(theirs, at, 20.0))
    offer = next(o for o in refused_again.json()["decision"]["counter_offers"] if o["cost"]["delay_s"] > 0)
    expect_approved(clients["other"], offer["plan"])
    later = {**span, "to": filing.text(at + timedelta(hours=2))}
    row = next(
        r
        for r in clients["regulator"].get("/v1/statistics/fairness", params=later).json()["items"]
        if r["name"] == other["name"]
    )
    assert (row["offers_taken"], row["approved"]) == (1, 1)
    assert row["mean_delay_s"] == pytest.approx(offer["cost"]["delay_s"], abs=0.01)
    backwards = {"from": span["to"], "to": span["from"]}
    expect_problem(firm.get("/v1/statistics/fairness", params=backwards), 422, "invalid_parameter")

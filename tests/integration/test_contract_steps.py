"""The life of a plan as the API promises it: every step from every state, and what the clock does by itself."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.fakes import filing, shifted_server
from tests.fakes.filing import expect_approved, expect_problem, expect_refused, plan, point, state_of, step, text
from tests.fakes.shifted_server import ShiftedServer

pytestmark = pytest.mark.slow

ACTIONS = ("confirm", "activate", "end", "cancel")
LEGAL = {
    "draft": {"cancel": "cancelled"},
    "pending": {"cancel": "cancelled"},
    "approved": {"confirm": "approved", "activate": "activated", "cancel": "cancelled"},
    "activated": {"end": "ended"},
    "nonconforming": {"end": "ended"},
    "contingent": {"end": "ended"},
    "refused": {},
    "ended": {},
    "cancelled": {},
    "withdrawn": {},
    "expired": {},
}
_lanes = itertools.count()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShiftedServer]:
    with shifted_server.running(tmp_path_factory.mktemp("shifted")) as made:
        yield made


@pytest.fixture
def firm(city: ShiftedServer) -> Iterator[httpx.Client]:
    """A firm's client, an hour after the test before, so that its flights are long over."""
    city.clock.advance(3600)
    with city.client("operator") as client:
        yield client


@pytest.fixture
def aircraft(firm: httpx.Client) -> str:
    return filing.register(firm)


def lane() -> list[dict[str, Any]]:
    """Return a kilometre to the east that no other test of this module flies."""
    north_m = 120.0 * next(_lanes) - 3200
    return [point(0, north_m), point(1000, north_m)]


@pytest.mark.parametrize("state", LEGAL)
def test_each_state_allows_its_steps_and_no_other(
    city: ShiftedServer, firm: httpx.Client, aircraft: str, state: str
) -> None:
    """A legal step must be 200 and lead where it should; any other 409, naming the allowed ones, changing nothing."""
    for action in ACTIONS:
        plan_id = expect_approved(firm, plan(aircraft, city.now() + timedelta(seconds=60), lane()))["plan_id"]
        city.put_into(plan_id, state)
        answer = step(firm, plan_id, action)
        if action in LEGAL[state]:
            assert answer.status_code == 200, answer.text
            assert answer.json()["state"] == LEGAL[state][action]
            assert state_of(firm, plan_id) == LEGAL[state][action]
        else:
            found = expect_problem(answer, 409, "illegal_transition")
            assert sorted(found["allowed"]) == sorted(LEGAL[state])
            assert all(name in found["detail"] for name in LEGAL[state])
            assert state_of(firm, plan_id) == state
        city.put_into(plan_id, "ended")


def test_steps_need_no_body_and_bear_one(city: ShiftedServer, firm: httpx.Client, aircraft: str) -> None:
    """A step with a body of any kind must be taken all the same."""
    plan_id = expect_approved(firm, plan(aircraft, city.now() + timedelta(seconds=60), lane()))["plan_id"]
    assert firm.post(f"/v1/flight-plans/{plan_id}/confirm", json={}).status_code == 200
    assert firm.post(f"/v1/flight-plans/{plan_id}/cancel", content=b"\xff").status_code == 200


def test_confirm_reports_readiness_and_is_released(city: ShiftedServer, firm: httpx.Client, aircraft: str) -> None:
    """Under a standing approval without lead time confirm must note the report and the release; twice changes nothing."""
    plan_id = expect_approved(firm, plan(aircraft, city.now() + timedelta(hours=3), lane()))["plan_id"]
    first = step(firm, plan_id, "confirm").json()["authority"]
    assert first["application"] == "standing"
    assert first["readiness_reported_at"] is not None
    assert first["released_at"] is not None
    assert step(firm, plan_id, "confirm").json()["authority"] == first


def test_a_flight_from_filing_to_landing(city: ShiftedServer, firm: httpx.Client, aircraft: str) -> None:
    """Activate and end must note their times, raise the version once, and free the airspace at the end only."""
    at, route = city.now() + timedelta(seconds=60), lane()
    plan_id = expect_approved(firm, plan(aircraft, at, route))["plan_id"]
    flying = step(firm, plan_id, "activate").json()
    assert (flying["state"], flying["version"]) == ("activated", 2)
    assert flying["activated_at"] is not None
    assert flying["departure_at"] == text(at)
    other = filing.register(firm)
    expect_refused(firm, plan(other, at, route), "conflict_with_plan")
    ended = step(firm, plan_id, "end").json()
    assert ended["state"] == "ended"
    assert ended["ended_at"] >= flying["activated_at"]
    expect_approved(firm, plan(other, at, route))


def test_cancel_frees_the_airspace_for_another_firm(city: ShiftedServer, firm: httpx.Client, aircraft: str) -> None:
    """What one firm gives up another must get at once."""
    body = plan(aircraft, city.now() + timedelta(hours=2), lane())
    first = expect_approved(firm, body)
    with city.client("operator", 1) as theirs:
        mine = {**body, "aircraft_id": filing.register(theirs)}
        expect_refused(theirs, mine, "conflict_with_plan")
        assert step(firm, first["plan_id"], "cancel").json()["state"] == "cancelled"
        expect_approved(theirs, mine)


def test_a_plan_never_activated_expires_and_frees_its_airspace(
    city: ShiftedServer, firm: httpx.Client, aircraft: str
) -> None:
    """Within the tolerance the plan must stand, beyond it expire, and its airspace be free."""
    at, route = city.now() + timedelta(seconds=60), lane()
    far = [route[0], {**route[1], "lon_deg": route[1]["lon_deg"] + 0.02}]  # minutes long: still flying when it expires
    plan_id = expect_approved(firm, plan(aircraft, at, far))["plan_id"]
    other = filing.register(firm)
    with city.clock.standing(at + timedelta(seconds=55)):
        city.sweep()
        assert state_of(firm, plan_id) == "approved"
        ahead = plan(other, city.now() + timedelta(seconds=2), [far[1], far[0]])
        expect_refused(firm, ahead, "conflict_with_plan")
    with city.clock.standing(at + timedelta(seconds=65)):
        city.sweep()
        assert state_of(firm, plan_id) == "expired"
        expect_problem(step(firm, plan_id, "activate"), 409, "illegal_transition")
        expect_approved(firm, plan(other, city.now() + timedelta(seconds=2), [far[1], far[0]]))


def test_a_late_departure_within_the_tolerance_is_retimed(
    city: ShiftedServer, firm: httpx.Client, aircraft: str
) -> None:
    """Activated 40 s late, the whole flight must move 40 s, and so must what it reserves."""
    at, route = city.now() + timedelta(seconds=60), lane()
    first = expect_approved(firm, plan(aircraft, at, route))
    with city.clock.standing(at + timedelta(seconds=40)):
        answer = step(firm, first["plan_id"], "activate")
    assert answer.status_code == 200, answer.text
    flying = answer.json()

    def moved_s(name: str) -> float:
        return (datetime.fromisoformat(flying[name]) - datetime.fromisoformat(first[name])).total_seconds()

    late_s = moved_s("departure_at")
    assert late_s == pytest.approx(40.0, abs=1e-3)
    assert moved_s("starts_at") == pytest.approx(late_s, abs=1e-3)
    assert moved_s("ends_at") == pytest.approx(late_s, abs=1e-3)
    starts = [item["volumes"][0]["time_start"]["value"] for item in (first, flying)]
    assert (datetime.fromisoformat(starts[1]) - datetime.fromisoformat(starts[0])).total_seconds() == pytest.approx(
        late_s, abs=1e-3
    )
    # At the far end after the flight as filed would have cleared it, and before the flight as flown has.
    gap = datetime.fromisoformat(flying["ends_at"]) + timedelta(seconds=10)
    other = filing.register(firm)
    crossing = [
        {**route[1], "lat_deg": route[1]["lat_deg"] - 0.0001},
        {**route[1], "lat_deg": route[1]["lat_deg"] + 0.001},
    ]
    expect_refused(firm, plan(other, gap, crossing), "conflict_with_plan")
    step(firm, first["plan_id"], "end")
    expect_approved(firm, plan(other, gap, crossing))


def test_a_late_departure_that_would_meet_another_is_refused_with_it(
    city: ShiftedServer, firm: httpx.Client, aircraft: str
) -> None:
    """Late enough to run into the next flight, activation must be 409 with that conflict, and the plan stay approved."""
    at, route = city.now() + timedelta(seconds=60), lane()
    first = expect_approved(firm, plan(aircraft, at, route))["plan_id"]
    behind = expect_approved(firm, plan(filing.register(firm), at + timedelta(seconds=25), route))["plan_id"]
    with city.clock.standing(at + timedelta(seconds=30)):
        found = expect_problem(step(firm, first, "activate"), 409, "activation_refused")
    reasons = {item["code"]: item for item in found["decision"]["reasons"]}
    assert reasons["conflict_with_plan"]["other_plan_ref"] == behind
    assert "counter_offers" in found["decision"]
    assert state_of(firm, first) == "approved"


@pytest.mark.parametrize(("late_s", "code"), [(-1801, "too_early"), (61, "departure_missed")])
def test_activation_has_a_window(
    city: ShiftedServer, firm: httpx.Client, aircraft: str, late_s: float, code: str
) -> None:
    """Earlier than half an hour before departure, and later than the tolerance after, activation must say so."""
    at = city.now() + timedelta(hours=2)
    plan_id = expect_approved(firm, plan(aircraft, at, lane()))["plan_id"]
    with city.clock.standing(at + timedelta(seconds=late_s)), city.client("operator") as fresh:
        answer = step(fresh, plan_id, "activate")
    found = expect_problem(answer, 409, answer.json()["code"])
    if found["code"] == "illegal_transition":  # the clock's own sweep came first
        assert (found["state"], code) == ("expired", "departure_missed")
    else:
        assert found["code"] == "activation_refused"
        assert found["decision"]["reasons"][0]["code"] == code


def test_an_overdue_flight_keeps_its_last_place(city: ShiftedServer, firm: httpx.Client, aircraft: str) -> None:
    """A flight that has not landed must keep its last place reserved, and nothing but that, until it ends."""
    at, route = city.now() + timedelta(seconds=10), lane()
    plan_id = expect_approved(firm, plan(aircraft, at, route))["plan_id"]
    assert step(firm, plan_id, "activate").status_code == 200
    other = filing.register(firm)
    for overdue_s in (75, 160, 245, 330):
        with city.clock.standing(at + timedelta(seconds=overdue_s)):
            city.sweep()
    with city.clock.standing(at + timedelta(seconds=330)):
        assert state_of(firm, plan_id) == "activated"
        soon = city.now() + timedelta(seconds=5)
        over = [route[1], {**route[1], "lat_deg": route[1]["lat_deg"] + 0.0003}]
        expect_refused(firm, plan(other, soon, over), "conflict_with_plan")
        away = [route[0], {**route[0], "lat_deg": route[0]["lat_deg"] + 0.0003}]
        cleared = expect_approved(firm, plan(other, soon, away))
        step(firm, cleared["plan_id"], "cancel")
        assert step(firm, plan_id, "end").status_code == 200
        expect_approved(firm, plan(other, city.now() + timedelta(seconds=5), over))


def test_a_vehicle_without_a_link_is_not_sent_off(city: ShiftedServer, firm: httpx.Client) -> None:
    """An aircraft registered with MAVLink but never heard must not be activated."""
    aircraft_id = filing.register(firm, mavlink={"system_id": 77})
    plan_id = expect_approved(firm, plan(aircraft_id, city.now() + timedelta(seconds=60), lane()))["plan_id"]
    found = expect_problem(step(firm, plan_id, "activate"), 409, "activation_refused")
    assert found["decision"]["outcome"] == "refused"
    assert found["decision"]["reasons"][0]["code"] == "link_missing"
    assert state_of(firm, plan_id) == "approved"


# -- zones, stops and decisions ----------------------------------------------------------------------------------------


def _around(route: list[dict[str, Any]], **properties: Any) -> dict[str, Any]:
    x, y = filing.metres(route[0]["lat_deg"], route[0]["lon_deg"])
    return filing.zone(filing.square(x + 500, y, 30), **properties)


@pytest.mark.parametrize(
    ("restriction", "code"),
    [("PROHIBITED", "zone_prohibited"), ("REQ_AUTHORISATION", "zone_requires_authorisation")],
)
def test_a_zone_published_after_the_approval_stops_the_start(
    city: ShiftedServer, firm: httpx.Client, aircraft: str, restriction: str, code: str
) -> None:
    """A plan approved before must not start into a zone that closed, or that nobody authorised it for, meanwhile."""
    route = lane()
    plan_id = expect_approved(firm, plan(aircraft, city.now() + timedelta(seconds=60), route))["plan_id"]
    with city.client("regulator") as regulator:
        zone_id = regulator.post("/v1/zones", json=_around(route, restriction=restriction)).json()["properties"][
            "zone_id"
        ]
        found = expect_problem(step(firm, plan_id, "activate"), 409, "activation_refused")
        assert (code, zone_id) in {(item["code"], item.get("zone_id")) for item in found["decision"]["reasons"]}
        assert any(item["code"] == code and item["detail"] in found["detail"] for item in found["decision"]["reasons"])
        assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204
    assert step(firm, plan_id, "activate").status_code == 200
    step(firm, plan_id, "end")


@pytest.mark.parametrize("outcome", ["approved", "refused"])
@pytest.mark.parametrize("role", ["dispatcher", "regulator"])
def test_a_pending_plan_is_decided_by_people(
    city: ShiftedServer, firm: httpx.Client, aircraft: str, outcome: str, role: str
) -> None:
    """REQ_AUTHORISATION must give 202; the decision must approve or refuse it, and an approved one may fly."""
    route = lane()
    with city.client("regulator") as regulator, city.client(role) as decider:
        made = regulator.post("/v1/zones", json=_around(route, restriction="REQ_AUTHORISATION", authority="ATC"))
        zone_id = made.json()["properties"]["zone_id"]
        answer = filing.file(firm, plan(aircraft, city.now() + timedelta(seconds=60), route), f"pending-{aircraft}")
        assert answer.status_code == 202
        found = answer.json()
        assert found["state"] == found["decision"]["outcome"] == "pending"
        reason = next(item for item in found["decision"]["reasons"] if item["code"] == "zone_requires_authorisation")
        assert (reason["zone_id"], reason["segment"]) == (zone_id, [0, 1])
        assert "ATC" in reason["detail"]
        assert reason["starts_at"] < reason["ends_at"]
        path = f"/v1/flight-plans/{found['plan_id']}/decision"
        expect_problem(firm.post(path, json={"outcome": "approved"}), 403, "forbidden")
        decided = decider.post(path, json={"outcome": outcome, "reason": "seen"})
        assert decided.status_code == 200, decided.text
        assert decided.json()["state"] == outcome
        assert decided.json()["decision"]["outcome"] == outcome
        assert decided.json()["authority"]["application"] == outcome
        expect_problem(decider.post(path, json={"outcome": outcome}), 409, "illegal_transition")
        again = filing.file(
            firm, plan(aircraft, datetime.fromisoformat(found["departure_at"]), route), f"pending-{aircraft}"
        )
        assert (again.status_code, again.json()["state"]) == (202, outcome)
        assert again.json()["decision"]["outcome"] == "pending"
        if outcome == "approved":
            assert step(firm, found["plan_id"], "confirm").status_code == 200
            city.clock.advance(10)
            answer = step(firm, found["plan_id"], "activate")
            assert answer.status_code == 200, answer.text
            step(firm, found["plan_id"], "end")
        else:
            expect_problem(step(firm, found["plan_id"], "activate"), 409, "illegal_transition")
        regulator.delete(f"/v1/zones/{zone_id}")


def test_a_pending_plan_reserves_nothing_and_is_judged_again(
    city: ShiftedServer, firm: httpx.Client, aircraft: str
) -> None:
    """While one plan is pending another may take its place; accepting the first must then be refused with it."""
    route, at = lane(), city.now() + timedelta(minutes=20)
    with city.client("regulator") as regulator, city.client("dispatcher") as dispatcher:
        zone = regulator.post("/v1/zones", json=_around(route, restriction="REQ_AUTHORISATION")).json()
        waiting = filing.file(firm, plan(aircraft, at, route)).json()
        regulator.delete(f"/v1/zones/{zone['properties']['zone_id']}")
        taken = expect_approved(firm, plan(filing.register(firm), at, route))
        path = f"/v1/flight-plans/{waiting['plan_id']}/decision"
        found = expect_problem(dispatcher.post(path, json={"outcome": "approved"}), 409, "plan_refused")
        assert found["decision"]["reasons"][0]["other_plan_ref"] == taken["plan_id"]
        assert state_of(firm, waiting["plan_id"]) == "pending"
        step(firm, taken["plan_id"], "cancel")
        assert dispatcher.post(path, json={"outcome": "approved"}).status_code == 200
        expect_refused(firm, plan(filing.register(firm), at, route), "conflict_with_plan")


def test_a_pending_plan_nobody_decides_expires(city: ShiftedServer, firm: httpx.Client, aircraft: str) -> None:
    """A pending plan whose departure has passed must expire."""
    route = lane()
    with city.client("regulator") as regulator:
        zone = regulator.post("/v1/zones", json=_around(route, restriction="REQ_AUTHORISATION")).json()
        waiting = filing.file(firm, plan(aircraft, city.now() + timedelta(seconds=30), route)).json()
        city.clock.advance(30 + 65)
        city.sweep()
        assert state_of(firm, waiting["plan_id"]) == "expired"
        regulator.delete(f"/v1/zones/{zone['properties']['zone_id']}")


def test_a_ground_stop_holds_starts_until_it_is_lifted_or_over(
    city: ShiftedServer, firm: httpx.Client, aircraft: str
) -> None:
    """No start inside while it stands, starts elsewhere as ever; after lifting, and after its time, starts again."""
    inside, outside = lane(), lane()
    x, y = filing.metres(inside[0]["lat_deg"], inside[0]["lon_deg"])
    with city.client("dispatcher") as dispatcher:
        body = {
            "geometry": filing.zone(filing.square(x, y, 40))["geometry"],
            "until": text(city.now() + timedelta(minutes=10)),
            "reason": "crane",
        }
        stop = dispatcher.post("/v1/ground-stops", json=body)
        assert stop.status_code == 201, stop.text
        assert stop.json()["ground_stop_id"] in dispatcher.get("/v1/ground-stops").text
        held = expect_approved(firm, plan(aircraft, city.now() + timedelta(seconds=60), inside))["plan_id"]
        found = expect_problem(step(firm, held, "activate"), 409, "activation_refused")
        assert found["decision"]["reasons"][0]["code"] == "ground_stop"
        assert "crane" in found["detail"]
        free = expect_approved(firm, plan(filing.register(firm), city.now() + timedelta(seconds=60), outside))[
            "plan_id"
        ]
        assert step(firm, free, "activate").status_code == 200
        assert dispatcher.delete(stop.headers["location"]).status_code == 204
        expect_problem(dispatcher.delete(stop.headers["location"]), 404, "not_found")
        assert step(firm, held, "activate").status_code == 200
        for plan_id in (held, free):
            step(firm, plan_id, "end")
        assert dispatcher.post("/v1/ground-stops", json=body).status_code == 201
        city.clock.advance(601)
        assert dispatcher.get("/v1/ground-stops").json()["items"] == []
        later = expect_approved(firm, plan(aircraft, city.now() + timedelta(seconds=60), inside))["plan_id"]
        assert step(firm, later, "activate").status_code == 200
        step(firm, later, "end")


def test_operations_in_volumes_live_as_others_do(city: ShiftedServer, firm: httpx.Client, aircraft: str) -> None:
    """A plan of volumes must be activated, keep its volumes while overdue, and end."""
    at = city.now() + timedelta(seconds=60)
    x, y = filing.metres(*((corner := lane()[0])["lat_deg"], corner["lon_deg"]))
    volumes = [filing.volume(filing.square(x, y, 40), at, at + timedelta(minutes=5))]
    plan_id = expect_approved(firm, filing.volume_plan(aircraft, at, volumes))["plan_id"]
    assert step(firm, plan_id, "activate").status_code == 200
    other = filing.register(firm)
    with city.clock.standing(at + timedelta(seconds=290)):
        city.sweep()
    with city.clock.standing(at + timedelta(seconds=350)):
        city.sweep()
        through = [point(x - 100, y), point(x + 100, y)]
        expect_refused(firm, plan(other, city.now() + timedelta(seconds=2), through), "conflict_with_plan")
        step(firm, plan_id, "end")
        expect_approved(firm, plan(other, city.now() + timedelta(seconds=2), through))


def test_a_flight_that_needs_a_release_starts_only_after_it(
    city: ShiftedServer, firm: httpx.Client, aircraft: str
) -> None:
    """With a readiness lead time confirm must not release by itself; the city must, and only then may the flight start."""
    with city.client("regulator") as regulator, city.client("dispatcher") as centre:
        assert regulator.put("/v1/policy", json={"readiness_lead_s": 3600.0}).status_code == 200
        try:
            filed = expect_approved(firm, plan(aircraft, city.clock.now() + timedelta(minutes=10), lane()))
            path = f"/v1/flight-plans/{filed['plan_id']}"
            expect_problem(centre.post(f"{path}/release"), 409, "readiness_missing")
            assert firm.post(f"{path}/confirm").json()["authority"]["released_at"] is None
            blocked = expect_problem(firm.post(f"{path}/activate"), 409, "activation_refused")
            assert "not_released" in {reason["code"] for reason in blocked["decision"]["reasons"]}
            assert firm.post(f"{path}/release").status_code == 403
            assert centre.post(f"{path}/release").json()["authority"]["released_at"] is not None
            assert firm.post(f"{path}/activate").json()["state"] == "activated"
            assert firm.post(f"{path}/end").status_code == 200
        finally:
            assert regulator.put("/v1/policy", json={"readiness_lead_s": 0.0}).status_code == 200

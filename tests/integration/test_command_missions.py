"""Missions written by order: verified by reading back, or a clear failure, on any link; reroutes; landings at sites."""

import itertools
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest

from sim.fault_kinds import FaultKind
from sim.faults import FaultBox
from sim.flavour import Flavour
from sim.mission import MissionItem
from sim.vehicle import Landed, Mode
from tests.conftest import PATIENCE_S, Server
from tests.fakes import filing, flying
from tests.fakes.filing import expect_problem
from tests.fakes.flying import Flyer, Flying, command, connected, expect_end, expect_given, trouble, until
from utm.separation_check import check
from utm.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]

FLAVOURS = [Flavour.PX4, Flavour.ARDUPILOT]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("missions"))
    running.start(timeout_s=300)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def fleet(city: Server) -> Iterator[Flying]:
    with flying.flying(city) as made:
        yield made


@pytest.fixture(scope="module")
def firm(city: Server) -> Iterator[httpx.Client]:
    with city.client("operator") as client:
        yield client


def grounded(fleet: Flying, firm: httpx.Client, flavour: Flavour, east_m: float, north_m: float) -> tuple[Flyer, str]:
    """Return a vehicle on the ground with a plan that starts there in half an hour, and the plan."""
    made = fleet.add(firm, east_m, north_m, flavour=flavour, height_m=None)
    points = [
        filing.point(east_m, north_m, 0.0),
        filing.point(east_m, north_m, 60.0),
        *(filing.point(east_m + 100 * k, north_m + 40 * (k % 2), 60.0, hold_s=2.0) for k in range(1, 5)),
        filing.point(east_m + 900, north_m, 60.0),
        filing.point(east_m + 900, north_m, 0.0),
    ]
    departs = datetime.now(UTC) + timedelta(minutes=30)
    plan_id = filing.expect_approved(firm, filing.plan(made.aircraft_id, departs, points))["plan_id"]
    path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
    until(lambda: firm.post(path, json={"type": "upload_plan"}).status_code == 200)
    return made, plan_id


def loaded(made: Flyer) -> list[MissionItem]:
    """Return the mission on the vehicle without ArduPilot's home."""
    return made.autopilot.mission[1 if made.autopilot.habits.home_is_item_0 else 0 :]


# -- uploads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_plan_uploaded_by_order_is_the_mission_that_activation_accepts(
    fleet: Flying, firm: httpx.Client, flavour: Flavour
) -> None:
    """The mission written for a plan must be read back equal, and fly the plan by the check before every flight."""
    lane_m = 0.0 if flavour is Flavour.PX4 else 400.0
    made = fleet.add(firm, -2000, lane_m, flavour=flavour, height_m=None)
    points = [
        filing.point(-2000, lane_m, 0.0),
        filing.point(-2000, lane_m, 60.0),
        filing.point(-1000, lane_m, 60.0),
        filing.point(-1000, lane_m, 0.0),
    ]
    departs = datetime.now(UTC) + timedelta(minutes=5)
    plan_id = filing.expect_approved(firm, filing.plan(made.aircraft_id, departs, points))["plan_id"]
    path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
    until(lambda: firm.post(path, json={"type": "upload_plan"}).status_code == 200)
    refused = filing.step(firm, plan_id, "activate")
    assert "mission_mismatch" in refused.text
    given = expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)
    ended = expect_end(firm, given["command_id"], "confirmed")
    assert "read back and equal" in ended["detail"]
    answer = filing.step(firm, plan_id, "activate")
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "loss_pct", [5, pytest.param(20, marks=pytest.mark.long), pytest.param(50, marks=pytest.mark.long)]
)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_upload_on_a_bad_link_is_verified_or_a_clear_failure(
    fleet: Flying, firm: httpx.Client, flavour: Flavour, loss_pct: int
) -> None:
    """Confirmed must mean that the vehicle holds exactly the plan's mission; anything else must not be called success."""
    lane_m = 1000.0 + 200.0 * ((5, 20, 50).index(loss_pct) + 3 * FLAVOURS.index(flavour))
    made, plan_id = grounded(fleet, firm, flavour, -4000, lane_m)
    before = list(made.autopilot.mission)
    made.autopilot.faults = FaultBox(Random(loss_pct))
    trouble(fleet, made, FaultKind.PACKET_LOSS, loss_pct=loss_pct)
    given = expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = filing.send(firm, "GET", f"/v1/commands/{given['command_id']}").json()
        return found if found["state"] in ("confirmed", "refused", "timed_out") else None

    found = until(ended, 250.0)
    places = [item for item in loaded(made) if item.command in (16, 21, 22)]
    if found["state"] == "confirmed":
        assert [item.command for item in places] == [22, *[16] * 5, 21]
        assert places[0].z == pytest.approx(places[1].z, abs=0.02)
        assert "read back" in found["detail"]
    elif found["state"] == "refused":
        # Only what the vehicle itself said makes it one: it ends an upload it has waited for in vain.
        assert "refused the mission: cancelled by the vehicle" in found["detail"]
        assert "may hold a part" in found["detail"]
        if flavour is Flavour.PX4:
            assert made.autopilot.mission == before
    else:
        assert found["state"] == "timed_out", found["steps"]
        assert "not known" in found["detail"]
        if flavour is Flavour.PX4:
            assert made.autopilot.mission == before or len(places) == 7
    if loss_pct == 5:
        assert found["state"] == "confirmed", found["steps"]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_mission_refused_or_not_answered_is_told(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """A vehicle that refuses uploads must leave the order refused, one that ignores them timed out."""
    made, plan_id = grounded(fleet, firm, flavour, -4000, -1000.0 - 300.0 * FLAVOURS.index(flavour))
    trouble(fleet, made, FaultKind.REFUSE_COMMANDS)
    given = expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)
    expect_end(firm, given["command_id"], "refused")
    fleet.call(made.autopilot.faults.clear)
    trouble(fleet, made, FaultKind.IGNORE_COMMANDS)
    given = expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)
    expect_end(firm, given["command_id"], "timed_out", 120)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_zones_around_the_route_become_the_fence(
    fleet: Flying, firm: httpx.Client, city: Server, flavour: Flavour
) -> None:
    """A prohibited zone beside the route must be on the vehicle as an exclusion polygon, read back and equal."""
    lane_m = -2600.0 - 700.0 * FLAVOURS.index(flavour)
    made, plan_id = grounded(fleet, firm, flavour, 2500, lane_m)
    ring = filing.square(2900, lane_m + 250, 80)
    with city.client("regulator") as regulator:
        answer = regulator.post("/v1/zones", json=filing.zone(ring))
        assert answer.status_code == 201, answer.text
    given = expect_given(firm, made.aircraft_id, "upload_geofence", plan_id=plan_id)
    expect_end(firm, given["command_id"], "confirmed")
    fence = made.autopilot.missions.items[1]
    assert [(item.command, item.param1) for item in fence] == [(5002, 4.0)] * 4
    corners = {(round(lat, 6), round(lon, 6)) for lat, lon in (filing.place(*corner) for corner in ring)}
    assert {(round(item.x / 1e7, 6), round(item.y / 1e7, 6)) for item in fence} == corners


# -- flying by a mission -----------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_reroute_continues_the_flight_under_a_new_plan(
    fleet: Flying, firm: httpx.Client, city: Server, flavour: Flavour
) -> None:
    """The vehicle must hold, hold the new mission, and fly it; its old plan must end as the new one is activated."""
    lane_m = -4600.0 - 600.0 * FLAVOURS.index(flavour)
    made = fleet.add(firm, 3000, lane_m, flavour=flavour, height_m=None)
    connected_on_ground(firm, made.aircraft_id)
    departs = datetime.now(UTC) + timedelta(seconds=8)
    points = [filing.point(3000, lane_m, 0.0), filing.point(3000, lane_m, 50.0), filing.point(4500, lane_m, 50.0)]
    plan_id = filing.expect_approved(firm, filing.plan(made.aircraft_id, departs, points))["plan_id"]
    expect_end(firm, expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)["command_id"], "confirmed")
    assert filing.step(firm, plan_id, "activate").status_code == 200
    fleet.depart(made)
    until(lambda: made.autopilot.vehicle.landed is Landed.IN_AIR)
    until(lambda: filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)[0] > 3080)

    wall = filing.plan(
        made.aircraft_id,
        datetime.now(UTC) + timedelta(seconds=40),
        [filing.point(3300, lane_m), filing.point(3300, lane_m + 900)],
    )
    expect_problem(command(firm, made.aircraft_id, "reroute"), 422, "validation_failed")
    too_far = {**wall, "route": {**wall["route"], "waypoints": [filing.point(9000, 0), filing.point(9500, 0)]}}
    expect_problem(command(firm, made.aircraft_id, "reroute", plan=too_far), 409, "command_not_possible")
    given = expect_given(firm, made.aircraft_id, "reroute", plan=wall)
    new_plan_id = given["new_plan_id"]
    assert filing.state_of(firm, new_plan_id) == "approved"
    separated(city)
    ended = expect_end(firm, given["command_id"], "confirmed", 150)
    assert ended["plan_id"] == plan_id
    until(lambda: filing.state_of(firm, new_plan_id) == "activated")
    assert filing.state_of(firm, plan_id) == "ended"
    assert made.autopilot.vehicle.mode is Mode.MISSION
    until(lambda: filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)[1] > lane_m + 100)
    separated(city)


def test_a_reroute_into_another_flight_is_refused_with_the_decision(
    fleet: Flying, firm: httpx.Client, city: Server
) -> None:
    """A new plan that conflicts must be 409 with its reasons, and neither be filed nor change anything."""
    lane_m = 4200.0
    made = fleet.add(firm, 3000, lane_m, height_m=None)
    connected_on_ground(firm, made.aircraft_id)
    departs = datetime.now(UTC) + timedelta(seconds=8)
    points = [filing.point(3000, lane_m, 0.0), filing.point(3000, lane_m, 50.0), filing.point(4500, lane_m, 50.0)]
    plan_id = filing.expect_approved(firm, filing.plan(made.aircraft_id, departs, points))["plan_id"]
    expect_end(firm, expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)["command_id"], "confirmed")
    assert filing.step(firm, plan_id, "activate").status_code == 200
    fleet.depart(made)
    until(lambda: made.autopilot.vehicle.landed is Landed.IN_AIR)
    # The server hears that it flies a moment later; before that no way leads anywhere.
    ways = f"/v1/aircraft/{made.aircraft_id}/reroutes"
    until(lambda: filing.send(firm, "GET", ways).status_code == 200, what="the server seeing it in the air")
    soon = datetime.now(UTC) + timedelta(seconds=40)
    way = [filing.point(3300, lane_m + 100, 65.0), filing.point(3300, lane_m + 900, 65.0)]
    with city.client("operator", 1) as rival:
        filing.expect_approved(rival, filing.plan(filing.register(rival), soon, way))
    answer = command(firm, made.aircraft_id, "reroute", plan=filing.plan(made.aircraft_id, soon, way))
    found = answer.json()
    assert answer.status_code == 409, answer.text
    assert found["code"] in ("plan_refused", "command_conflict")
    assert "conflict_with_plan" in json.dumps(found)
    mine = firm.get("/v1/flight-plans", params={"aircraft_id": made.aircraft_id}).json()["items"]
    assert [item["plan_id"] for item in mine] == [plan_id]


def test_the_ways_a_flight_could_take_are_told_whole_and_to_nobody_else(
    fleet: Flying, firm: httpx.Client, city: Server
) -> None:
    """Of each way: what it is in both languages, when and how far it leads, and a plan that an order takes as it stands.

    Who may not order learns nothing: another firm and who asks for an aircraft that is not there get the same answer.
    """
    x, lane_m = -6000.0, 4600.0
    lat, lon = filing.place(x + 700, lane_m + 500)
    pad = {"name": "Way-out pad", "name_zh": "备用坪", "pads": 2}
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": pad}
    with city.client("regulator") as regulator:
        answer = regulator.put("/v1/sites/st_way_out", json=feature)
        assert answer.status_code == 200, answer.text
    made = fleet.add(firm, x, lane_m, height_m=None)
    path = f"/v1/aircraft/{made.aircraft_id}/reroutes"
    connected_on_ground(firm, made.aircraft_id)
    expect_problem(filing.send(firm, "GET", path), 409, "command_not_possible")  # it stands
    points = [
        filing.point(x, lane_m, 0.0),
        filing.point(x, lane_m, 50.0),
        filing.point(x + 1500, lane_m, 50.0),
        filing.point(x + 1500, lane_m + 1200, 50.0, speed_mps=2.5),
        filing.point(x + 1500, lane_m + 1200, 0.0),
    ]
    departs = datetime.now(UTC) + timedelta(seconds=8)
    plan_id = filing.expect_approved(firm, filing.plan(made.aircraft_id, departs, points))["plan_id"]
    expect_end(firm, expect_given(firm, made.aircraft_id, "upload_plan", plan_id=plan_id)["command_id"], "confirmed")
    assert filing.step(firm, plan_id, "activate").status_code == 200
    fleet.depart(made)
    until(lambda: made.autopilot.vehicle.landed is Landed.IN_AIR)

    def ways() -> dict[str, Any]:
        answer = filing.send(firm, "GET", path)
        return {} if answer.status_code == 409 else answer.json()  # its position may not be in the picture yet

    found = until(ways)
    with city.client("dispatcher") as dispatcher:
        assert filing.send(dispatcher, "GET", path).json()["plan_id"] == plan_id
    assert (found["aircraft_id"], found["plan_id"]) == (made.aircraft_id, plan_id)
    items = {item["kind"]: item for item in found["items"]}
    assert {"rest", "direct", "site"} <= set(items), found["items"]
    begins_at = datetime.fromisoformat(items["rest"]["plan"]["departure_at"])
    for item in found["items"]:
        assert set(item) == {"kind", "site_id", "detail", "detail_zh", "arrives_at", "length_m", "plan"}
        assert (item["site_id"] is None) == (item["kind"] != "site")
        assert item["detail"].endswith(".")
        assert item["detail_zh"].endswith("。")
        waypoints = item["plan"]["route"]["waypoints"]
        corners = [filing.metres(point["lat_deg"], point["lon_deg"]) for point in waypoints]
        level_m = sum(math.dist(a, b) for a, b in itertools.pairwise(corners))
        assert level_m - 1.0 <= item["length_m"] <= level_m + 120.0  # and down from 50 m
        assert begins_at < datetime.fromisoformat(item["arrives_at"]) < begins_at + timedelta(minutes=30)
        body = {"type": "reroute", "plan": item["plan"]}
        checked = filing.send(firm, "POST", f"/v1/aircraft/{made.aircraft_id}/commands/check", json=body).json()
        assert checked["effects"][0]["allowed"], checked
    assert "Way-out pad" in next(i["detail"] for i in found["items"] if i["site_id"] == "st_way_out")
    assert items["direct"]["length_m"] < items["rest"]["length_m"]
    same_end = [
        filing.metres(*(items[k]["plan"]["route"]["waypoints"][-1][n] for n in ("lat_deg", "lon_deg")))
        for k in ("rest", "direct")
    ]
    assert same_end[0] == pytest.approx((x + 1500, lane_m + 1200), abs=1.0)
    assert same_end[1] == pytest.approx(same_end[0], abs=1.0)

    with city.client("operator", 1) as rival, city.client("regulator") as regulator:
        expect_problem(filing.send(rival, "GET", path), 404, "not_found")
        expect_problem(filing.send(regulator, "GET", path), 403, "forbidden")
    for nobody in ("ac_nobody", "x" * 300):
        expect_problem(filing.send(firm, "GET", f"/v1/aircraft/{nobody}/reroutes"), 404, "not_found")
    unheard = filing.register(firm)
    expect_problem(filing.send(firm, "GET", f"/v1/aircraft/{unheard}/reroutes"), 409, "vehicle_not_connected")
    with httpx.Client(base_url=firm.base_url, timeout=PATIENCE_S) as stranger:
        expect_problem(stranger.get(path), 401, "unauthenticated")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_landing_at_a_site_ends_on_its_pad(fleet: Flying, firm: httpx.Client, flavour: Flavour) -> None:
    """A vehicle sent to a site must be asked twice, fly a mission there, and be confirmed once it stands on the site."""
    sites = firm.get("/v1/sites").json()["items"]
    site = sites[FLAVOURS.index(flavour)]
    lon, lat = site["geometry"]["coordinates"][:2]
    east_m, north_m = filing.metres(lat, lon)
    made = fleet.add(firm, east_m + 60, north_m, flavour=flavour, height_m=31.0)
    connected(firm, made.aircraft_id)
    given = expect_given(firm, made.aircraft_id, "land_at_site", site_id=site["properties"]["site_id"])
    expect_end(firm, given["command_id"], "confirmed", 200)
    assert made.autopilot.vehicle.landed is Landed.ON_GROUND
    at_m = filing.metres(made.autopilot.vehicle.lat_deg, made.autopilot.vehicle.lon_deg)
    assert at_m == pytest.approx((east_m, north_m), abs=15)


def separated(city: Server) -> None:
    """Check with the independent judge that nothing on record is too close."""
    found = check(Settings(data_dir=city.data_dir, demo=True))
    assert (found.conflicts, found.unread) == ([], [])


def connected_on_ground(firm: httpx.Client, aircraft_id: str) -> None:
    """Wait until the server hears a vehicle that stands on the ground."""
    path = f"/v1/aircraft/{aircraft_id}/commands/check"
    body = {"type": "set_message_rates", "rates": {"SYS_STATUS": 1}}
    until(lambda: firm.post(path, json=body).status_code == 200)

"""A plan's mission flies the plan, on the ground and in the air; the fence leaves out what the route may cross."""

from datetime import UTC, datetime

import pytest

from airspace.geometry4d import Tolerance, Trajectory4D
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from airspace.zones import Zone, parse_zone
from mavlink_bridge import modes
from mavlink_bridge.mission import MissionItem, differences
from sim.flavour import Flavour, kept
from sim.mission import MissionItem as SimItem
from sim.mission import check_mission, waypoints_of_mission
from sim.vehicle import Position
from sim.world import World
from tests.fakes import filing
from utm.city import load_city
from utm.mission_build import MOST_FENCE_ITEMS, fence_of, landing_items, mission_items
from utm.mission_check import compare

REGION = load_city("shenzhen").region()
DEPARTS = datetime(2027, 1, 1, tzinfo=UTC)
UP_AND_DOWN = [(0.0, 0.0, 0.0), (0.0, 0.0, 60.0), (500.0, 0.0, 60.0), (900.0, 400.0, 80.0), (900.0, 400.0, 0.0)]
IN_THE_AIR = [(0.0, 0.0, 60.0), (500.0, 100.0, 60.0), (900.0, 400.0, 75.0)]


def flight(places: list[tuple[float, float, float]], hold_s: float | None = None) -> Trajectory4D:
    points = tuple(
        Waypoint(*filing.place(x, y), alt, "AGL", hold_s=hold_s if k == 1 else None)
        for k, (x, y, alt) in enumerate(places)
    )
    path = compile_route(WaypointRoute(points, 10.0), DEPARTS, REGION)
    assert isinstance(path, FlightPath)
    return path.trajectory


def as_sim(item: MissionItem) -> SimItem:
    params = (item.param1, item.param2, item.param3, item.param4)
    return SimItem(item.command, item.frame, *params, item.x, item.y, item.z)


@pytest.mark.parametrize(("places", "airborne"), [(UP_AND_DOWN, False), (IN_THE_AIR, True), (IN_THE_AIR, False)])
@pytest.mark.parametrize("hold_s", [None, 12.0])
def test_the_mission_built_from_a_plan_passes_the_check_before_every_flight(
    places: list[tuple[float, float, float]], airborne: bool, hold_s: float | None
) -> None:
    """Place by place it must be the plan, with a hold as long as filed, and a take-off only from the ground."""
    route = flight(places, hold_s)
    items = mission_items(route, REGION, airborne=airborne)
    assert compare(items, route, REGION, Tolerance()) is None
    commands = [item.command for item in items if item.command != 178]
    assert (22 in commands) is not airborne
    assert commands.count(21) == int(places[-1][2] == 0.0)
    if hold_s and places is not UP_AND_DOWN:
        assert [item.param1 for item in items if item.command == 16 and item.param1] == [hold_s]


def test_a_simulated_autopilot_flies_the_times_of_the_plan() -> None:
    """The speeds between the places must be the plan's, so that the vehicle arrives when it filed to."""
    route = flight(IN_THE_AIR)
    items = [
        SimItem(i.command, i.frame, i.param1, i.param2, i.param3, i.param4, i.x, i.y, i.z)
        for i in mission_items(route, REGION, airborne=True)
    ]
    check_mission(items)
    points = waypoints_of_mission(items, REGION.altitude, Position(*filing.place(0, 0), 0.0))
    assert len(points) == 3
    assert [point.get("speed_mps") for point in points[:2]] == [pytest.approx(10.0, abs=0.01)] * 2


@pytest.mark.parametrize("flavour", list(Flavour))
def test_what_an_autopilot_keeps_of_it_is_no_difference(flavour: Flavour) -> None:
    """Frames without INT, heights in centimetres and forgotten parameters must not look like another mission."""
    items = mission_items(flight(UP_AND_DOWN), REGION, airborne=False)
    autopilot = modes.PX4 if flavour is Flavour.PX4 else modes.ARDUPILOT
    world = World.of_city()
    home = world.ground(*filing.place(0, 0))
    sent = [as_sim(item) for item in items]
    with_home = [SimItem(16), *sent] if flavour is Flavour.ARDUPILOT else sent
    held = kept(flavour, 0, with_home, home, 12.0)[1 if flavour is Flavour.ARDUPILOT else 0 :]
    read = [type(items[0])(i.frame, i.command, i.x, i.y, i.z, i.param1, i.param2, i.param3, i.param4) for i in held]
    assert differences(items, read, autopilot) == []


def test_a_landing_goes_over_the_pad_and_down() -> None:
    """It must climb where it is, fly at that height, and land at the pad's height."""
    x, y = (float(value[0]) for value in REGION.frame.to_xy(*filing.place(0, 0)))
    items = landing_items((x, y, 40.0), (x + 500.0, y, 5.0), 55.0, REGION)
    assert [item.command for item in items] == [16, 16, 21]
    assert items[0].z == pytest.approx(items[1].z, abs=0.1)
    assert items[1].z - items[2].z == pytest.approx(50.0, abs=0.1)
    assert (items[1].x, items[1].y) == (items[2].x, items[2].y)


def zone(number: int, ring: list[tuple[float, float]], restriction: str = "PROHIBITED") -> Zone:
    made = parse_zone(filing.zone(ring, zone_id=f"zn_{number}", restriction=restriction), REGION)
    assert isinstance(made, Zone)
    return made


def test_the_fence_is_of_zones_beside_the_route_only() -> None:
    """Near zones are exclusions; one the route crosses, one far away and one that only warns are not."""
    route = flight(IN_THE_AIR)
    zones = [
        zone(1, filing.square(500, 400, 80)),
        zone(2, filing.square(250, 50, 60)),
        zone(3, filing.square(-4000, 0, 80)),
        zone(4, filing.square(500, -300, 80), "CONDITIONAL"),
    ]
    fence = fence_of(route, zones, REGION)
    assert (fence.zone_ids, fence.crossed, fence.too_many) == (("zn_1",), ("zn_2",), ())
    assert [(item.command, item.param1) for item in fence.items] == [(5002, 4.0)] * 4


def test_a_fence_keeps_to_what_autopilots_can_hold() -> None:
    """Of more zones than fit the nearest must be taken whole, and those left out named."""
    route = flight(IN_THE_AIR)
    zones = [zone(n, filing.square(100 + 20 * n, 300 + 5 * n, 8)) for n in range(MOST_FENCE_ITEMS // 4 + 5)]
    fence = fence_of(route, zones, REGION)
    assert len(fence.items) == MOST_FENCE_ITEMS
    assert len(fence.too_many) == 5

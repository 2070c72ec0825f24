"""Plans as missions, missions as paths."""

from typing import Any

import pytest
from pymavlink.dialects.v20 import common as mavlink

from airspace.datums import AltitudeModel
from sim.mission import (
    MissionError,
    MissionItem,
    check_mission,
    compile_mission,
    mission_of_plan,
    plan_points,
    waypoints_of_mission,
)
from sim.vehicle import Limits, Position

HOME = Position(22.54, 113.95, 17.0)


def nav(items: list[MissionItem]) -> list[MissionItem]:
    """The items that stand for waypoints."""
    return [i for i in items if i.is_nav]


@pytest.mark.parametrize("frame", ["amsl", "home"])
def test_one_nav_item_per_filed_waypoint(plan: dict[str, Any], altitudes: AltitudeModel, frame: Any) -> None:
    """A mission must have one NAV item per filed waypoint, at its place, and at its height in the frame named."""
    items = nav(mission_of_plan(plan, altitudes, frame=frame))
    waypoints = plan["route"]["waypoints"]
    assert len(items) == len(waypoints)
    assert [(i.x, i.y) for i in items] == [(round(w["lat_deg"] * 1e7), round(w["lon_deg"] * 1e7)) for w in waypoints]
    ground_m = 20.0 if frame == "amsl" else 0.0
    assert [i.z for i in items[1:]] == pytest.approx([ground_m + w["alt_m"] for w in waypoints[1:]])
    assert items[0].z == pytest.approx(ground_m + 80.0)
    assert [i.command for i in items] == [22, 16, 16, 16, 21]
    assert items[2].param1 == 10.0


def test_ardupilot_mission_starts_with_home(plan: dict[str, Any], altitudes: AltitudeModel) -> None:
    """For ArduPilot, item 0 must be home above mean sea level and the waypoints follow it."""
    items = mission_of_plan(plan, altitudes, home_is_item_0=True)
    assert (items[0].command, items[0].frame, items[0].z) == (16, 0, pytest.approx(20.0))
    assert len(nav(items)) == 6


@pytest.mark.parametrize("frame", ["amsl", "home"])
def test_mission_gives_back_the_waypoints(plan: dict[str, Any], altitudes: AltitudeModel, frame: Any) -> None:
    """Waypoints read back from a mission must be those filed: places, heights, speeds of legs and holds."""
    items = mission_of_plan(plan, altitudes, frame=frame)
    back = waypoints_of_mission(items, altitudes, HOME)
    filed = plan_points(plan, altitudes)
    assert [w["alt_m"] for w in back] == pytest.approx([p.alt_hae_m for p in filed])
    assert [w.get("hold_s", 0.0) for w in back] == [p.hold_s for p in filed]
    assert [w["speed_mps"] for w in back[:-1]] == [p.speed_mps for p in filed[:-1]]


def test_compiled_mission_keeps_the_filed_times(plan: dict[str, Any], altitudes: AltitudeModel) -> None:
    """A mission started at departure must pass every waypoint at the instant the plan gives."""
    items = mission_of_plan(plan, altitudes)
    compiled = compile_mission(
        items,
        first_seq=0,
        start=HOME,
        starts_at_s=1000.0,
        home=HOME,
        limits=Limits(),
        undulation_m=lambda lat, lon: -3.0,
    )
    leg_ab_s, leg_bc_s = 2057.0 / 15, 1993.4 / 15
    expected = [1020.0, 1020.0 + leg_ab_s, 1030.0 + leg_ab_s, 1030.0 + leg_ab_s + leg_bc_s]
    expected.append(expected[-1] + 80.0 / 3)
    assert [n.at_s for n in compiled.path.nodes[1:]] == pytest.approx(expected, abs=0.3)
    assert compiled.lands


def test_times_filed_become_speeds(plan: dict[str, Any], altitudes: AltitudeModel) -> None:
    """Where every waypoint has `t_s`, legs must last what those times say, and a leg without length is a hold."""
    for w, t_s in zip(plan["route"]["waypoints"], (0.0, 40.0, 240.0, 440.0, 480.0), strict=True):
        w["t_s"] = t_s
        w.pop("hold_s", None)
    points = plan_points(plan, altitudes)
    assert points[0].speed_mps == pytest.approx(2.0)
    plan["route"]["waypoints"][1]["alt_m"] = 0.0
    assert plan_points(plan, altitudes)[0].hold_s == 40.0
    plan["route"]["waypoints"][2]["t_s"] = 40.0
    with pytest.raises(ValueError, match="waypoint 2"):
        plan_points(plan, altitudes)


def test_hold_on_the_ground_is_kept(plan: dict[str, Any], altitudes: AltitudeModel) -> None:
    """A hold at the first waypoint must be waited out on the ground before the climb."""
    plan["route"]["waypoints"][0]["hold_s"] = 12.0
    items = mission_of_plan(plan, altitudes)
    path = compile_mission(
        items, first_seq=0, start=HOME, starts_at_s=0.0, home=HOME, limits=Limits(), undulation_m=lambda a, b: -3.0
    ).path
    assert path.at(11.2).alt_hae_m == HOME.alt_hae_m
    assert path.at(20.0).alt_hae_m == pytest.approx(HOME.alt_hae_m + 32.0, abs=1.0)
    assert waypoints_of_mission(items, altitudes, HOME)[0]["hold_s"] == 12.0


def test_plan_of_volumes_has_no_mission(altitudes: AltitudeModel) -> None:
    """A plan of volumes must be refused by name, since nobody can fly it waypoint by waypoint."""
    with pytest.raises(ValueError, match="volumes"):
        plan_points({"route": {"type": "volumes", "volumes": []}}, altitudes)


@pytest.mark.parametrize(
    ("item", "result"),
    [
        (MissionItem(84, 0), mavlink.MAV_MISSION_UNSUPPORTED),
        (MissionItem(16, 1), mavlink.MAV_MISSION_UNSUPPORTED_FRAME),
        (MissionItem(16, 0, x=910_000_000), mavlink.MAV_MISSION_INVALID_PARAM5_X),
        (MissionItem(16, 0, y=-1_810_000_000), mavlink.MAV_MISSION_INVALID_PARAM6_Y),
    ],
)
def test_unflyable_items_are_named(item: MissionItem, result: int) -> None:
    """An item that cannot be flown must be refused with its number and the protocol's reason."""
    with pytest.raises(MissionError) as refused:
        check_mission([MissionItem(22, 0, z=30.0), item])
    assert (refused.value.seq, refused.value.result) == (1, result)


def test_legs_are_no_faster_than_the_airframe() -> None:
    """A climb filed faster than the airframe's climb rate must be flown at that rate."""
    items = [MissionItem(178, 2, 2.0, 50.0), MissionItem(22, 3, z=100.0)]
    path = compile_mission(
        items, first_seq=0, start=HOME, starts_at_s=0.0, home=HOME, limits=Limits(), undulation_m=lambda a, b: 0.0
    ).path
    assert path.ends_s == pytest.approx(100.0 / Limits().climb_mps)

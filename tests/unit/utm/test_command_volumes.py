"""The airspace an order takes holds wherever the vehicle can be, at the time it can be there."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.geometry4d import Prism, Tolerance
from utm.command_volumes import (
    Motion,
    Spot,
    ends_s,
    hold_at_volumes,
    hold_volumes,
    land_volumes,
    rest_of,
    return_volumes,
    starts_s,
)

TOLERANCE = Tolerance()
speeds = st.floats(-15, 15)


def motion(vx: float = 0.0, vy: float = 0.0, vz: float = 0.0, *, loiter_m: float | None = None) -> Motion:
    return Motion(Spot(100.0, 200.0, 60.0), vx, vy, vz, 1000.0, 12.0, loiter_m)


def holds(prism: Prism, x_m: float, y_m: float, z_m: float, t_s: float) -> bool:
    """Tell whether a volume holds a point at an instant."""
    if not (prism.z_low_m <= z_m <= prism.z_high_m and prism.t_start_s <= t_s <= prism.t_end_s):
        return False
    if prism.circle is not None:
        return math.hypot(x_m - prism.circle[0], y_m - prism.circle[1]) <= prism.circle[2] + 1e-6
    assert prism.ring is not None
    corners = prism.ring.tolist()
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    return all((b[0] - a[0]) * (y_m - a[1]) - (b[1] - a[1]) * (x_m - a[0]) >= -1e-6 for a, b in sides)


@settings(max_examples=60, deadline=None)
@given(vx=speeds, vy=speeds, reaction_s=st.floats(0, 2), braking=st.floats(2.5, 8))
def test_a_hold_holds_the_whole_way_to_a_stop(vx: float, vy: float, reaction_s: float, braking: float) -> None:
    """Wherever a vehicle reacts within two seconds and brakes at 2.5 m/s2 or harder, it must stay inside its disc."""
    (disc,) = hold_volumes(motion(vx, vy), TOLERANCE)
    speed = math.hypot(vx, vy)
    stop_s = reaction_s + speed / braking
    for share in (0.0, 0.3, 0.7, 1.0):
        t_s = stop_s * share
        braked_s = max(0.0, t_s - reaction_s)
        along_m = speed * t_s - 0.5 * braking * braked_s**2
        east, north = (vx / speed, vy / speed) if speed else (0.0, 0.0)
        assert holds(disc, 100 + east * along_m, 200 + north * along_m, 60.0, 1000 + t_s)


def test_a_wing_holds_in_its_whole_loiter_circle() -> None:
    """A fixed wing circles around where it heard the order: the disc must hold the circle, and be larger than a stop."""
    (disc,) = hold_volumes(motion(18.0, loiter_m=80.0), TOLERANCE)
    assert disc.circle is not None
    assert disc.circle[2] > 80.0 + TOLERANCE.horizontal_m
    for angle in range(0, 360, 15):
        x_m, y_m = 100 + 36 + 80 * math.cos(math.radians(angle)), 200 + 80 * math.sin(math.radians(angle))
        assert holds(disc, x_m, y_m, 60.0, 1060.0)


def test_landing_reaches_the_ground_in_time() -> None:
    """The column must hold the descent down to the ground at the slowest landing speed."""
    (column,) = land_volumes(motion(), TOLERANCE, 5.0)
    for height_m in (60.0, 30.0, 5.0):
        assert holds(column, 100, 200, height_m, 1000 + (60 - height_m) / 0.5)


@settings(max_examples=60, deadline=None)
@given(
    east=st.floats(-3000, 3000),
    north=st.floats(-3000, 3000),
    speed=st.floats(6.0, 18.0),
    top=st.floats(40, 110),
    waits_s=st.sampled_from([0.0, 60.0]),
)
def test_a_return_holds_the_way_home_at_every_speed_allowed(
    east: float, north: float, speed: float, top: float, waits_s: float
) -> None:
    """A vehicle that climbs, flies straight at half to one and a half times its cruise speed and lands must stay inside."""
    home = Spot(100 + east, 200 + north, 10.0)
    volumes = return_volumes(motion(), TOLERANCE, home, top, waits_s)
    height_m, way_m = max(60.0, top), math.hypot(east, north)
    t_s = 1000.0 + waits_s
    assert any(holds(p, 100, 200, 60.0, t_s) for p in volumes)
    t_s += (height_m - 60.0) / 2.0
    for share in (0.0, 0.2, 0.5, 0.8, 1.0):
        at_s = t_s + way_m * share / speed
        point = (100 + east * share, 200 + north * share, height_m)
        assert any(holds(p, *point, at_s) for p in volumes), (share, at_s)
    t_s += way_m / speed
    for share in (0.3, 1.0):
        z_m = height_m - (height_m - 10.0) * share
        assert any(holds(p, home.x_m, home.y_m, z_m, t_s + (height_m - z_m) / 0.8) for p in volumes)


def test_a_piece_of_the_way_is_not_reserved_for_the_whole_flight() -> None:
    """Far pieces must open later than near ones, so that others may pass before."""
    volumes = return_volumes(motion(), TOLERANCE, Spot(3100.0, 200.0, 10.0), 60.0)
    way = [prism for prism in volumes if prism.ring is not None]
    assert len(way) == 12
    assert [p.t_start_s for p in way] == sorted(p.t_start_s for p in way)
    assert way[-1].t_start_s > 1000 + 120
    assert starts_s(volumes) == 1000.0
    assert ends_s(volumes) > way[-1].t_end_s


def test_a_hold_at_a_place_holds_way_and_place() -> None:
    """The way there and the disc around the place must be inside, from arrival until the hold ends."""
    volumes = hold_at_volumes(motion(), TOLERANCE, Spot(400.0, 200.0, 75.0), 90.0)
    assert any(holds(p, 250.0, 200.0, 67.0, 1000 + 15) for p in volumes)
    assert any(holds(p, 400.0, 200.0, 75.0, 1000 + 60) for p in volumes)
    assert ends_s(volumes) >= 1000 + 300 / 12 + 90
    last = max(volumes, key=lambda prism: prism.t_end_s)
    assert (last.z_low_m, last.z_high_m) == (70.0, 80.0)


@pytest.mark.parametrize("waits_s", [0.0, 60.0])
def test_a_vehicle_that_waits_keeps_the_place_it_waits_at(waits_s: float) -> None:
    """A mission that cannot be loaded leaves the vehicle where it waits: that disc must stay for the whole time."""
    volumes = return_volumes(motion(), TOLERANCE, Spot(1100.0, 200.0, 10.0), 60.0, waits_s)
    kept = volumes[0].t_end_s == ends_s(volumes)
    assert kept is bool(waits_s)
    assert rest_of(motion(), TOLERANCE, waits_s).by_s - rest_of(motion(), TOLERANCE).by_s == waits_s

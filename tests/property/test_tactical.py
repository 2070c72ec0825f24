"""The safety net against arithmetic that shares nothing with it: exact fractions for pairs, shapely for zones."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.areas import Area
from airspace.frame import LocalFrame
from airspace.tactical.motion import Motions, straight
from airspace.tactical.separation import SeparationLimits, find_losses
from airspace.tactical.zones import ZoneIndex
from airspace.zones import Zone

FRAME = LocalFrame("EPSG:4547")
EPS = Fraction(1, 1_000_000)
HORIZON = 60
LIMITS = SeparationLimits()

# Round numbers make touching, equal velocities and meeting in a point common.
place = st.integers(-60, 60).map(lambda n: n * 10)
height = st.integers(0, 12).map(lambda n: n * 5)
speed = st.integers(-4, 4).map(lambda n: n * 5)
climb = st.sampled_from([0, 0, 0, 1, -1, 3])


@st.composite
def flights(draw: st.DrawFn) -> list[list[tuple[int, ...]]]:
    """Return flights of one to three pieces (x y z t0 vx vy vz t1), each piece starting where the one before ended."""
    found = []
    for _ in range(draw(st.integers(2, 6))):
        x, y, z = draw(place), draw(place), draw(height)
        cuts = sorted(draw(st.sets(st.integers(1, HORIZON - 1), max_size=2)))
        pieces = []
        for begin, end in zip([0, *cuts], [*cuts, HORIZON], strict=True):
            vx, vy, vz = draw(speed), draw(speed), draw(climb)
            pieces.append((x, y, z, begin, vx, vy, vz, end))
            lasts = end - begin
            x, y, z = x + vx * lasts, y + vy * lasts, z + vz * lasts
        found.append(pieces)
    return found


def motions_of(several: list[list[tuple[int, ...]]]) -> Motions:
    pieces = np.array([piece for flight in several for piece in flight], float)
    first = np.cumsum([0, *(len(flight) for flight in several)])
    return Motions(pieces, first, np.zeros(len(several), bool))


def loses(one: tuple[int, ...], two: tuple[int, ...], horizontal: int, vertical: int) -> bool:
    """Tell in exact fractions whether two pieces are ever nearer than both minima less the tolerance."""
    low, high = Fraction(max(one[3], two[3])), Fraction(min(one[7], two[7]))
    if low > high:
        return False
    start = [Fraction(two[c]) + two[4 + c] * (low - two[3]) - one[c] - one[4 + c] * (low - one[3]) for c in range(3)]
    move = [Fraction(two[4 + c] - one[4 + c]) for c in range(3)]
    begin, end, limit = Fraction(0), high - low, vertical - EPS
    if move[2] == 0:
        if abs(start[2]) >= limit:
            return False
    else:
        ends = sorted(((-limit - start[2]) / move[2], (limit - start[2]) / move[2]))
        begin, end = max(begin, ends[0]), min(end, ends[1])
        if begin >= end:
            return False
    a = move[0] ** 2 + move[1] ** 2
    b = start[0] * move[0] + start[1] * move[1]
    nearest = begin if a == 0 else min(max(-b / a, begin), end)
    distance_sq = (start[0] + move[0] * nearest) ** 2 + (start[1] + move[1] * nearest) ** 2
    return distance_sq < (horizontal - EPS) ** 2


def exact_pairs(several: list[list[tuple[int, ...]]]) -> set[tuple[int, int]]:
    return {
        (i, j)
        for i in range(len(several))
        for j in range(i + 1, len(several))
        if any(loses(p, q, 50, 15) for p in several[i] for q in several[j])
    }


@settings(max_examples=300, deadline=None)
@given(flights(), st.sampled_from([None, 90.0, 333.0, 5000.0]))
def test_pairs_equal_exact_arithmetic(several: list[list[tuple[int, ...]]], cell_m: float | None) -> None:
    """The pairs found are exactly those that fractions give, whatever the cell; touching is no loss."""
    motions = motions_of(several)
    n = len(several)
    found = find_losses(motions, np.full(n, 50.0), np.full(n, 15.0), np.full(n, -1), LIMITS, cell_m=cell_m)
    assert set(zip(found.a.tolist(), found.b.tolist(), strict=True)) == exact_pairs(several)
    assert len(found.a) == len(set(zip(found.a.tolist(), found.b.tolist(), strict=True)))


@settings(max_examples=100, deadline=None)
@given(flights(), st.integers(0, 2**32 - 1))
def test_the_closest_approach_is_a_loss_and_none_sampled_is_nearer(
    several: list[list[tuple[int, ...]]], seed: int
) -> None:
    """Loss begins before the closest approach and ends after it, and no sampled instant of loss is nearer."""
    motions = motions_of(several)
    n = len(several)
    found = find_losses(motions, np.full(n, 50.0), np.full(n, 15.0), np.full(n, -1), LIMITS)
    times = np.random.default_rng(seed).uniform(0, HORIZON, 200)
    for k in range(len(found.a)):
        assert found.t_in_s[k] <= found.t_cpa_s[k] <= found.t_out_s[k]
        assert found.horizontal_m[k] < 50
        assert abs(found.vertical_m[k]) < 15
        apart = at(several[found.b[k]], times) - at(several[found.a[k]], times)
        lateral, vertical = np.hypot(apart[:, 0], apart[:, 1]), np.abs(apart[:, 2])
        lost = (lateral < 49.999) & (vertical < 14.999)
        norm = (lateral / 50) ** 2 + (vertical / 15) ** 2
        best = (found.horizontal_m[k] / 50) ** 2 + (found.vertical_m[k] / 15) ** 2
        assert not lost.any() or norm[lost].min() >= best - 1e-6
        assert np.all(times[lost] >= found.t_in_s[k] - 1e-6)
        assert np.all(times[lost] <= found.t_out_s[k] + 1e-6)


def at(flight: list[tuple[int, ...]], times: Any) -> Any:
    result = np.empty((len(times), 3))
    for piece in flight:
        inside = (times >= piece[3]) & (times <= piece[7])
        since = times[inside] - piece[3]
        result[inside] = np.array(piece[0:3]) + since[:, None] * np.array(piece[4:7])
    return result


@pytest.mark.parametrize("n", [300, 2000])
def test_a_crowd_has_the_pairs_of_all_against_all(n: int) -> None:
    """In a dense random crowd with equal velocities and strays far away the grid finds what numpy finds pair by pair."""
    random = np.random.default_rng(n)
    state = np.column_stack(
        [
            random.uniform(0, 4000, (n, 2)) + np.array((5e5, 2.5e6)),
            random.uniform(20, 100, n),
            random.normal(0, 10, (n, 2)),
            random.normal(0, 1, n),
        ]
    )
    state[: n // 4, 3:] = (12.0, 5.0, 0.0)
    state[-3:, 0] += (1e7, -3e6, 1e8)
    found = find_losses(straight(state), np.full(n, 50.0), np.full(n, 15.0), np.full(n, -1), LIMITS)
    assert set(zip(found.a.tolist(), found.b.tolist(), strict=True)) == all_pairs(state, 50.0, 15.0)


def all_pairs(state: Any, horizontal_m: float, vertical_m: float) -> set[tuple[int, int]]:
    pairs = set()
    for i in range(len(state)):
        r, v = state[i + 1 :, :3] - state[i, :3], state[i + 1 :, 3:] - state[i, 3:]
        with np.errstate(divide="ignore", invalid="ignore"):
            one, two = (-vertical_m - r[:, 2]) / v[:, 2], (vertical_m - r[:, 2]) / v[:, 2]
        level = v[:, 2] == 0
        begin = np.where(level, 0.0, np.maximum(0.0, np.minimum(one, two)))
        end = np.where(level, HORIZON, np.minimum(HORIZON, np.maximum(one, two)))
        a = (v[:, :2] ** 2).sum(axis=1)
        b = (r[:, :2] * v[:, :2]).sum(axis=1)
        nearest = np.clip(np.where(a > 0, -b / np.where(a > 0, a, 1), begin), begin, np.maximum(begin, end))
        apart = r[:, :2] + v[:, :2] * nearest[:, None]
        lost = (np.hypot(apart[:, 0], apart[:, 1]) < horizontal_m) & (begin < end)
        lost &= ~level | (np.abs(r[:, 2]) < vertical_m)
        pairs |= {(i, i + 1 + int(j)) for j in np.flatnonzero(lost)}
    return pairs


# ------------------------------------------------------------------------------------------------------------ zones


def star(random: np.random.Generator, around: Any, mean_m: float, corners: int) -> Any:
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    radii = random.uniform(0.3, 1.7, corners) * mean_m
    return around + np.column_stack((np.cos(angles), np.sin(angles))) * radii[:, None]


def zone_of(number: int, ring: Any, **more: Any) -> Zone:
    lat, lon = FRAME.to_lat_lon(ring[:, 0], ring[:, 1])
    area = Area.of_polygons([[np.column_stack((lat, lon))]], FRAME)
    return Zone(f"zn_{number}", "z", "PROHIBITED", area, more.get("lower", 0.0), more.get("upper", 120.0), "AGL")


def some_zones(seed: int, count: int, mean_m: float = 400.0) -> list[Zone]:
    random = np.random.default_rng(seed)
    x, y = FRAME.to_xy(22.55, 114.05)
    found = []
    while len(found) < count:
        middle = random.uniform(-5000, 5000, 2) + np.array((x[0], y[0]))
        if random.random() < 0.25:
            lat, lon = FRAME.to_lat_lon(*middle)
            area = Area.of_circle(float(lat[0]), float(lon[0]), float(random.uniform(20, 3000)), FRAME)
            found.append(Zone(f"zn_{len(found)}", "z", "PROHIBITED", area, 30.0, 90.0, "AGL"))
            continue
        ring = star(random, middle, mean_m, int(random.integers(3, 40)))
        if shapely.Polygon(ring).is_valid:
            found.append(zone_of(len(found), ring, lower=float(random.choice([0, 40])), upper=80.0))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_points_are_in_the_zones_shapely_says(seed: int) -> None:
    """For random points, corners and edge middles the index names the zones whose closed area and band hold them."""
    zones = some_zones(seed, 120, mean_m=(60.0, 400.0, 3000.0, 800.0)[seed])
    index = ZoneIndex()
    index.update(zones)
    random = np.random.default_rng(seed + 100)
    x, y = FRAME.to_xy(22.55, 114.05)
    xy = random.uniform(-7000, 7000, (4000, 2)) + np.array((x[0], y[0]))
    corners = [zone.area.edges[:, :2] for zone in zones if len(zone.area.edges)]
    xy = np.concatenate([xy, *corners])
    agl = random.uniform(-5, 130, len(xy))
    heights = np.column_stack((agl, agl, agl))
    found = {(int(i), int(z)) for i, z in index.inside(xy, heights, 1000.0)}
    expected = set()
    for number, zone in enumerate(zones):
        lower = -np.inf if zone.lower_m <= 0 else zone.lower_m
        band = (agl >= lower) & (agl <= zone.upper_m)
        held = zone.area.holds(xy[:, 0], xy[:, 1]) & band
        expected |= {(int(i), number) for i in np.flatnonzero(held)}
    # Corners may differ by rounding of the last bit; both sides must then lie within a nanometre of the boundary.
    for i, number in found ^ expected:
        assert shapely.distance(shapely.Point(xy[i]), zones[number].area.outline.boundary) < 1e-8


@pytest.mark.parametrize("seed", range(3))
def test_entries_agree_with_dense_samples(seed: int) -> None:
    """The first instant of being in a zone is never later than a sample inside it, and a point just after it is inside."""
    zones = some_zones(seed, 80)
    index = ZoneIndex()
    index.update(zones)
    random = np.random.default_rng(seed)
    x, y = FRAME.to_xy(22.55, 114.05)
    n = 300
    state = np.column_stack(
        [
            random.uniform(-6000, 6000, (n, 2)) + np.array((x[0], y[0])),
            random.uniform(0, 120, n),
            random.normal(0, 12, (n, 2)),
            random.choice([0.0, 0.0, 1.5, -1.0], n),
        ]
    )
    state[:10, 3:5] = 0.0
    state[10:20, 3] = 0.0
    hits = index.approached(straight(state), np.zeros((n, 3)), 1000.0, 60.0)
    first = {(int(m), int(z)): float(t) for m, z, t in zip(hits.motion, hits.zone, hits.t_s, strict=True)}
    times = np.linspace(0, 60, 601)
    for number, zone in enumerate(zones):
        lower = -np.inf if zone.lower_m <= 0 else zone.lower_m
        for i in range(n):
            points = state[i, :2] + times[:, None] * state[i, 3:5]
            heights = state[i, 2] + times * state[i, 5]
            held = zone.area.holds(points[:, 0], points[:, 1])
            held &= (heights > lower + 1e-6) & (heights < zone.upper_m - 1e-6)
            began = first.get((i, number))
            if held.any():
                assert began is not None
                assert began <= times[held][0] + 1e-6
            if began is not None:
                spot = state[i, :2] + began * state[i, 3:5]
                assert zone.area.distance_m(shapely.Point(spot)) < 1e-6
                assert lower - 1e-6 <= state[i, 2] + began * state[i, 5] <= zone.upper_m + 1e-6

"""Laws of the airspace core that must hold for any input."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from airspace.areas import Area
from airspace.coordinates import gcj02_from_wgs84, wgs84_from_gcj02
from airspace.cover import CellGrid
from airspace.datums import ALT_DATUMS, AltDatum, AltitudeModel
from airspace.geometry4d import Tolerance
from airspace.infringement import infringements
from airspace.intervals import gaps, intersection, merged, quadratic_within
from airspace.schedule import DAYS, active_within, parse_applicability
from airspace.timebase import from_scene_s, to_scene_s
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from airspace.volumes import parse_volumes, to_prisms
from airspace.zones import Zone, parse_zone
from tests.fakes.airspace_region import DEPARTURE, ORIGIN, REGION, degrees, fly, geoid, hills, make_region, zone_feature

LATS = st.floats(22.4, 22.86)
LONS = st.floats(113.75, 114.62)
METRES = st.integers(-60_000, 60_000).map(lambda tenths: tenths / 10)
GRIDS = {res: CellGrid(REGION.frame, res) for res in (7, 8, 9)}
HILLY = make_region(hills())
TOLERANCE = Tolerance()


@st.composite
def polygons(draw: st.DrawFn, size_m: float = 4000.0) -> shapely.Polygon:
    """Return a star-shaped polygon in metres from the test origin: simple, often concave, sometimes a sliver."""
    x, y = draw(METRES), draw(METRES)
    count = draw(st.integers(3, 9))
    turns = np.radians(np.sort(draw(st.lists(st.integers(0, 359), min_size=count, max_size=count, unique=True))))
    radii = np.array(draw(st.lists(st.floats(20.0, size_m), min_size=count, max_size=count)))
    ring = np.stack([x + radii * np.cos(turns), y + radii * np.sin(turns)], axis=1)
    polygon = shapely.Polygon(ring)
    assume(polygon.is_valid and polygon.area > 50.0)
    return polygon


@given(LATS, LONS)
def test_gcj02_is_inverted_to_better_than_a_centimetre(lat_deg: float, lon_deg: float) -> None:
    """1e-7 degrees is a centimetre; both ways round."""
    lat, lon = wgs84_from_gcj02(*gcj02_from_wgs84(lat_deg, lon_deg))
    assert abs(lat.item() - lat_deg) < 5e-8
    assert abs(lon.item() - lon_deg) < 5e-8


@given(LATS, LONS, st.floats(-400, 9000), st.sampled_from(ALT_DATUMS), st.sampled_from(ALT_DATUMS))
def test_datums_convert_there_and_back(
    lat_deg: float, lon_deg: float, alt_m: float, source: AltDatum, target: AltDatum
) -> None:
    """Any datum to any other and back is the identity to a nanometre-ish float error."""
    model = AltitudeModel(geoid(), hills())
    there = model.convert_m(lat_deg, lon_deg, alt_m, source, target)
    assert model.convert_m(lat_deg, lon_deg, there, target, source).item() == pytest.approx(alt_m, abs=1e-8)


@given(LATS, LONS, LATS, LONS)
@settings(max_examples=60)
def test_the_ground_of_a_leg_bounds_every_point_of_it(lat0: float, lon0: float, lat1: float, lon1: float) -> None:
    """No sample of the terrain under a leg lies outside its range."""
    ground = HILLY.altitude.leg_ground(lat0, lon0, lat1, lon1)
    s = np.linspace(0, 1, 301)
    terrain = HILLY.altitude.terrain.elevation_amsl_m(lat0 + s * (lat1 - lat0), lon0 + s * (lon1 - lon0))
    ends = HILLY.altitude.undulation_m([lat0, lat1], [lon0, lon1])
    heights = terrain + ends[0] + s * (ends[1] - ends[0])
    assert ground.low_m <= heights.min() + 1e-6
    assert ground.high_m >= heights.max() - 1e-6


@given(polygons(), st.floats(0, 300), st.sampled_from([7, 8, 9]), st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_the_cover_of_a_polygon_is_a_superset(
    polygon: shapely.Polygon, widen_m: float, resolution: int, seed: int
) -> None:
    """The cell of every point within the widened polygon is in the cover."""
    grid = GRIDS[resolution]
    moved = shapely.transform(polygon, lambda xy: xy + np.array(ORIGIN))
    cells = grid.covering(moved, widen_m)
    assert isinstance(cells, frozenset)
    rng = np.random.default_rng(seed)
    corners = shapely.get_coordinates(moved)
    base = corners[rng.integers(0, len(corners) - 1, 60)]
    edge = rng.uniform(0, 1, (60, 1))
    on_rim = base * (1 - edge) + corners[rng.integers(0, len(corners) - 1, 60)] * edge
    angle = rng.uniform(0, 2 * math.pi, 60)
    points = on_rim + widen_m * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    near = points[shapely.distance(moved, shapely.points(points)) <= widen_m]
    lat, lon = grid.frame.to_lat_lon(near[:, 0], near[:, 1]) if len(near) else (np.empty(0), np.empty(0))
    for a, b in zip(lat, lon, strict=True):
        assert h3.latlng_to_cell(a, b, resolution) in cells


@given(
    st.lists(st.tuples(METRES, METRES), min_size=2, max_size=6),
    st.floats(0, 2_000),
    st.sampled_from([7, 8, 9]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=80, deadline=None)
def test_the_cover_of_a_flight_is_a_superset(
    line: list[tuple[float, float]], widen_m: float, resolution: int, seed: int
) -> None:
    """The cell of every point within the widened legs is in the cover, standing legs included."""
    grid = GRIDS[resolution]
    points = np.array(line) + np.array(ORIGIN)
    cells = grid.along(np.hstack([points[:-1], points[1:]]), widen_m)
    rng = np.random.default_rng(seed)
    pick, s = rng.integers(0, len(points) - 1, 60), rng.uniform(0, 1, (60, 1))
    angle = rng.uniform(0, 2 * math.pi, 60)
    at = points[pick] * (1 - s) + points[pick + 1] * s
    at = at + widen_m * rng.uniform(0.9, 1, (60, 1)) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lat, lon = grid.frame.to_lat_lon(at[:, 0], at[:, 1])
    for a, b in zip(lat, lon, strict=True):
        assert h3.latlng_to_cell(a, b, resolution) in cells


@given(polygons(), METRES, METRES, METRES, METRES, st.floats(0.5, 500))
@settings(max_examples=150, deadline=None)
def test_the_stay_near_an_area_is_what_distances_say(
    polygon: shapely.Polygon, x0: float, y0: float, x1: float, y1: float, reach_m: float
) -> None:
    """In the closed form's intervals the distance is within reach, outside them it is not."""
    ring = shapely.get_coordinates(polygon)[:-1]
    lat, lon = REGION.frame.to_lat_lon(ring[:, 0] + ORIGIN[0], ring[:, 1] + ORIGIN[1])
    area = Area.of_polygons([[np.stack([lat, lon], axis=1)]], REGION.frame)
    segment = (x0 + ORIGIN[0], y0 + ORIGIN[1], x1 + ORIGIN[0], y1 + ORIGIN[1])
    stays = area.stays_within(segment, reach_m)
    s = np.linspace(0, 1, 201)
    points = shapely.points(segment[0] + s * (segment[2] - segment[0]), segment[1] + s * (segment[3] - segment[1]))
    for share, distance in zip(s.tolist(), area.distance_m(points).tolist(), strict=True):
        inside = any(low - 1e-9 <= share <= high + 1e-9 for low, high in stays)
        if abs(distance - reach_m) > 1e-4:
            assert inside == (distance < reach_m)


ROUTES = st.lists(st.tuples(METRES, METRES, st.floats(0, 150)), min_size=2, max_size=5)
WEEKLY = st.builds(
    lambda days, start, length: {
        "days": days,
        "from": f"{start // 60:02d}:{start % 60:02d}",
        "to": f"{(start + length) % 1440 // 60:02d}:{(start + length) % 60:02d}",
    },
    st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True),
    st.integers(0, 1439),
    st.integers(1, 1439),
)
NEARBY_TIMES = st.lists(
    st.tuples(st.integers(-300, 900), st.integers(1, 600)).map(
        lambda span: {
            "starts_at": (DEPARTURE + timedelta(seconds=span[0])).isoformat(),
            "ends_at": (DEPARTURE + timedelta(seconds=span[0] + span[1])).isoformat(),
        }
    ),
    max_size=2,
)


@given(ROUTES, polygons(2000.0), st.floats(0, 80), st.floats(1, 60), st.sampled_from(ALT_DATUMS), NEARBY_TIMES)
@settings(max_examples=150, deadline=None)
def test_zones_agree_with_brute_force(
    points: list[tuple[float, float, float]],
    polygon: shapely.Polygon,
    lower_m: float,
    height_m: float,
    datum: AltDatum,
    times: list[dict[str, Any]],
) -> None:
    """Fine samples of the flight, moved by the tolerance, find a zone exactly when the closed form does."""
    assume(len({point[:2] for point in points}) > 1)
    geometry = {
        "type": "Polygon",
        "coordinates": [[[lon, lat] for lat, lon in (degrees(REGION, x, y) for x, y in polygon.exterior.coords)]],
    }
    feature = zone_feature(geometry, lower_m=lower_m, upper_m=lower_m + height_m, datum=datum, applicability=times)
    target = parse_zone(feature, REGION)
    assert isinstance(target, Zone), target
    path = fly(*points, region=HILLY)
    found = infringements(path, [target], TOLERANCE)
    surely = _sampled(path, target, slack=-0.05)
    maybe = _sampled(path, target, slack=0.6)
    if surely:
        assert found
    if not maybe:
        assert not found
    for item in found:
        assert path.trajectory.starts_s - 1e-6 <= item.starts_s <= item.ends_s <= path.trajectory.ends_s + 1e-6
        assert item.horizontal_margin_m < 0


def _sampled(path: FlightPath, target: Zone, slack: float) -> bool:
    """Tell whether a sample lies within the zone widened by the tolerance and `slack` (metres and tenths of seconds)."""
    upper = math.inf if target.upper_m is None else target.upper_m
    windows = [(p.starts_s - 7.5 - slack, p.ends_s + 7.5 + slack) for p in target.applicability]
    for row in path.trajectory.segments:
        s = np.linspace(0, 1, max(2, int((row[7] - row[3]) * 20)))
        x, y, z, t = (row[k] + s * (row[k + 4] - row[k]) for k in range(4))
        lat, lon = REGION.frame.to_lat_lon(x, y)
        height = HILLY.altitude.from_hae_m(lat, lon, z, target.datum)
        near = target.area.distance_m(shapely.points(x, y)) < 20.0 + slack
        level = (height > target.lower_m - 5.0 - slack) & (height < upper + 5.0 + slack)
        live = np.any([(t > low) & (t < high) for low, high in windows], axis=0)
        if (near & level & live).any():
            return True
    return False


@given(st.lists(WEEKLY, min_size=1, max_size=3), st.integers(0, 3 * 365 * 24 * 60))
@settings(max_examples=200)
def test_weekly_times_agree_with_a_wall_clock(weekly: list[dict[str, Any]], minute: int) -> None:
    """At any minute, year's ends included, the rule clock says what a Beijing wall clock and a calendar say."""
    periods = parse_applicability([{"weekly": weekly}], "")
    assert isinstance(periods, tuple), periods
    at = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(minutes=minute, seconds=30)
    local = at.astimezone(timezone(timedelta(hours=8)))
    expected = False
    for item in weekly:
        start = int(item["from"][:2]) * 60 + int(item["from"][3:])
        end = int(item["to"][:2]) * 60 + int(item["to"][3:])
        now = local.hour * 60 + local.minute + 0.5
        today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
        if start < end:
            expected |= today in item["days"] and start < now < end
        else:
            expected |= (today in item["days"] and now > start) or (yesterday in item["days"] and now < end)
    at_s = to_scene_s(at)
    assert bool(active_within(periods, at_s, at_s)) == expected


@given(st.floats(0, 4e9))
def test_scene_time_survives_its_instant(scene_s: float) -> None:
    """To a microsecond."""
    assert to_scene_s(from_scene_s(scene_s)) == pytest.approx(scene_s, abs=1e-6)


PAIRS = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), max_size=6)


@given(PAIRS, PAIRS)
def test_intervals_behave_like_sets_of_points(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    """Union, intersection and gaps agree with membership of half-integers."""
    a, b = merged(first), merged(second)
    both, left = intersection(a, b), gaps(a, -20, 20)

    def holds(pairs: list[tuple[float, float]], at: float) -> bool:
        return any(low <= at <= high for low, high in pairs)

    for at in np.arange(-19.75, 20, 0.5).tolist():
        assert holds(a, at) == holds([p for p in first if p[0] <= p[1]], at)
        assert holds(both, at) == (holds(a, at) and holds(b, at))
        assert holds(left, at) == (not holds(a, at))


@given(*[st.floats(-100, 100)] * 3, st.floats(-100, 100), st.floats(0.01, 100))
def test_a_quadratic_is_in_its_band_where_it_says(a: float, b: float, c: float, low: float, height: float) -> None:
    """Samples away from the limits agree with the closed form."""
    stays = quadratic_within(a, b, c, low, low + height)
    for u in np.linspace(0, 1, 41).tolist():
        value = (a * u + b) * u + c
        if min(abs(value - low), abs(value - low - height)) > 1e-6:
            assert any(s - 1e-12 <= u <= e + 1e-12 for s, e in stays) == (low < value < low + height)


@given(ROUTES, st.floats(0.5, 40))
@settings(max_examples=60, deadline=None)
def test_a_compiled_flight_is_joined_and_runs_forward(points: list[tuple[float, float, float]], speed: float) -> None:
    """Rows follow each other without a gap in place or time, and published volumes hold their ends."""
    route = WaypointRoute(tuple(Waypoint(*degrees(REGION, x, y), z, "AMSL") for x, y, z in points), speed)
    path = compile_route(route, DEPARTURE, REGION)
    if isinstance(path, list):
        assert [error.code for error in path] == ["no_duration"]
        return
    rows = path.trajectory.segments
    assert (rows[:, 7] > rows[:, 3]).all()
    assert (rows[1:, :4] == rows[:-1, 4:]).all()
    prisms, owner = to_prisms(path.trajectory, TOLERANCE)
    for prism, row in zip(prisms, owner.tolist(), strict=True):
        assert prism.z_low_m <= min(rows[row, 2], rows[row, 6]) + abs(rows[row, 6] - rows[row, 2])
        assert prism.ring is not None
        assert shapely.LinearRing(prism.ring).is_ccw


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["volume", "outline_polygon", "outline_circle", "vertices", "lat", "lng", "center", "radius", "value", "units",
         "altitude_lower", "altitude_upper", "time_start", "time_end", "type", "properties", "geometry", "coordinates",
         "lower_m", "upper_m", "datum", "applicability", "weekly", "days", "from", "to", "name", "radius_m"]
    ), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
@settings(max_examples=300)
def test_any_json_gives_faults_not_exceptions(raw: Any) -> None:
    """Bad bodies cost their sender an answer with fields, nobody an exception."""
    for result in (
        parse_zone({"type": "Feature", "properties": raw, "geometry": raw}, REGION),
        parse_volumes(raw, REGION),
        parse_volumes([raw], REGION),
        parse_applicability(raw, ""),
    ):
        if isinstance(result, list):
            assert result
            assert all(error.code and error.detail and error.detail_zh for error in result)

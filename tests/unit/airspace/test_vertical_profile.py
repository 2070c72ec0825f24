"""The vertical profile: heights over the ground in every datum, and what the path crosses."""

import numpy as np
import pytest

from airspace.corridors import Corridor, CorridorSet, parse_corridor
from airspace.vertical_profile import MAX_SAMPLES, vertical_profile
from airspace.zones import ZoneSet
from tests.fakes.airspace_region import REGION, box, degrees, fly, hills, make_region, zone

NOTHING = CorridorSet.of([], REGION)


def test_samples_keep_every_corner_and_follow_the_ground() -> None:
    """Heights over hills must be those of the terrain model at every sample, and no corner of the path may be left out."""
    region = make_region(hills())
    path = fly((0, 0, 60), (1000, 0, 90), (1000, 600, 90), region=region)
    found = vertical_profile(path.trajectory, region, ZoneSet.of([], region), CorridorSet.of([], region))
    assert found.length_m == pytest.approx(1600, abs=0.01)
    assert np.any(np.isclose(found.distance_m, 1000, atol=0.01))
    assert np.all(np.diff(found.distance_m) >= 0)
    ground = region.altitude.ground_hae_m(found.lat_deg, found.lon_deg)
    assert found.ground_hae_m == pytest.approx(ground)
    assert found.alt_hae_m[0] - found.ground_hae_m[0] == pytest.approx(60, abs=0.01)
    assert found.alt_hae_m[-1] - found.ground_hae_m[-1] == pytest.approx(90, abs=0.01)
    assert np.ptp(found.ground_hae_m) > 1


def test_a_climb_on_the_spot_is_two_heights_at_one_distance() -> None:
    """A vertical climb has no length: both its heights must stand at the same distance."""
    path = fly((0, 0, 10), (0, 0, 60), (500, 0, 60))
    found = vertical_profile(path.trajectory, REGION, ZoneSet.of([], REGION), NOTHING)
    at_start = found.alt_hae_m[found.distance_m == 0]
    assert at_start.max() - at_start.min() == pytest.approx(50, abs=0.01)


def test_a_zone_is_crossed_where_the_path_is_inside_its_outline() -> None:
    """The range of a crossing must be that of the outline, whatever the band; a zone beside the path is left out."""
    crossed = zone(box(200, -100, 400, 100), zone_id="zn_in", lower_m=100.0, upper_m=120.0)
    beside = zone(box(200, 300, 400, 500), zone_id="zn_beside")
    path = fly((0, 0, 50), (1000, 0, 50))
    found = vertical_profile(path.trajectory, REGION, ZoneSet.of([crossed, beside], REGION), NOTHING)
    (crossing,) = found.zones
    assert crossing.subject is crossed
    ((low, high),) = crossing.ranges_m
    assert (low, high) == (pytest.approx(200, abs=0.5), pytest.approx(400, abs=0.5))
    assert crossing.in_force


def test_a_zone_not_in_force_when_passed_says_so() -> None:
    """A zone that holds at other times must be drawn as not in force."""
    other_days = [{"weekly": [{"days": ["SU"], "from": "08:00", "to": "18:00"}]}]
    path = fly((0, 0, 50), (1000, 0, 50))  # on a Monday
    sunday = zone(box(200, -100, 400, 100), applicability=other_days)
    found = vertical_profile(path.trajectory, REGION, ZoneSet.of([sunday], REGION), NOTHING)
    assert [item.in_force for item in found.zones] == [False]


def test_a_corridor_counts_only_inside_its_band() -> None:
    """A path in the corridor's outline is in the corridor only between its heights."""
    line = [[lon, lat] for lat, lon in (degrees(REGION, -100, 0), degrees(REGION, 1100, 0))]
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": {
            "corridor_id": "co_test", "name": "Test", "width_m": 80, "lower_m": 40, "upper_m": 80, "datum": "AGL",
            "direction": "both",
        },
    }  # fmt: skip
    corridor = parse_corridor(feature, REGION)
    assert isinstance(corridor, Corridor), corridor
    path = fly((0, 0, 20), (1000, 0, 120))
    found = vertical_profile(path.trajectory, REGION, ZoneSet.of([], REGION), CorridorSet.of([corridor], REGION))
    ((low, high),) = found.corridors[0].ranges_m
    assert (low, high) == (pytest.approx(200, abs=1), pytest.approx(600, abs=1))


def test_a_long_flight_keeps_to_the_limit() -> None:
    """However long the path, there are about as many samples as a screen can show."""
    path = fly((0, 0, 50), (20_000, 0, 50), (20_000, 15_000, 50), (-10_000, 15_000, 50), speed_mps=20)
    found = vertical_profile(path.trajectory, REGION, ZoneSet.of([], REGION), NOTHING)
    assert len(found.distance_m) <= MAX_SAMPLES + 2 * len(path.trajectory.segments)

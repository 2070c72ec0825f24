"""Flights against zones."""

from datetime import timedelta
from typing import Any

import pytest

from airspace.geometry4d import Prism, Tolerance, Trajectory4D
from airspace.infringement import Infringement, infringements
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath, flight_path
from airspace.volumes import VolumePath, parse_volumes, prism_to_volume4d
from airspace.zones import Zone
from tests.fakes.airspace_region import (
    DEPARTURE,
    LAT,
    LON,
    ORIGIN,
    REGION,
    box,
    degrees,
    fly,
    hills,
    make_region,
    zone,
)

TOLERANCE = Tolerance()
T0 = to_scene_s(DEPARTURE)


def lost(path: FlightPath | VolumePath, *zones: Zone) -> list[Infringement]:
    """Return the infringements of zones."""
    return infringements(path, list(zones), TOLERANCE)


def test_crossing_a_zone_names_segment_times_and_margins() -> None:
    """A leg at 10 m/s through a box from 100 to 200 m is inside, widened by 20 m, from 8 to 22 s."""
    found = lost(fly((0, 0, 50), (300, 0, 50), (600, 0, 50)), zone(box(100, -50, 200, 50)))
    assert len(found) == 1
    assert found[0].segment == (0, 1)
    assert found[0].starts_s - T0 == pytest.approx(8.0, abs=0.01)
    assert found[0].ends_s - T0 == pytest.approx(22.0, abs=0.01)
    assert found[0].horizontal_margin_m == pytest.approx(-20.0, abs=1e-6)
    assert found[0].vertical_margin_m == pytest.approx(-(120 + 5 - 50), abs=1e-6)


def test_one_infringement_spans_consecutive_segments_and_a_return_is_a_second_one() -> None:
    """Two legs inside are one reason; leaving and coming back gives another."""
    path = fly((0, 0, 50), (150, 0, 50), (400, 0, 50), (400, 300, 50), (150, 300, 50), (150, 10, 50))
    found = lost(path, zone(box(100, -50, 200, 50)))
    assert [item.segment for item in found] == [(0, 2), (4, 5)]


@pytest.mark.parametrize(("gap_m", "hit"), [(20.0, False), (19.999, True), (20.001, False)])
def test_touching_sideways_is_allowed(gap_m: float, hit: bool) -> None:
    """A leg that passes at exactly the tolerance touches; a millimetre closer infringes."""
    edge = zone(box(100, 0, 200, 100)).area.bounds_m[1]
    path = fly((0, 0, 50), (300, 0, 50))
    rows = path.trajectory.segments.copy()
    rows[:, [1, 5]] = edge - gap_m
    moved = flight_path(Trajectory4D(rows, path.trajectory.waypoint_of), REGION, 2)
    # The south edge of a box drawn in degrees is level in the local plane to a hundredth of a millimetre.
    assert bool(lost(moved, zone(box(100, 0, 200, 100)))) is hit


@pytest.mark.parametrize(
    ("height_m", "hit"), [(55.0, False), (55.001, True), (85.0, True), (104.999, True), (105.0, False)]
)
def test_touching_the_band_is_allowed(height_m: float, hit: bool) -> None:
    """A zone from 60 to 100 m true height leaves exactly 55 m and 105 m free with 5 m of tolerance."""
    path = fly((0, 0, height_m), (300, 0, height_m))
    assert bool(lost(path, zone(box(100, -50, 200, 50), lower_m=60.0, upper_m=100.0))) is hit


def test_touching_in_time_is_allowed() -> None:
    """A zone that ends 7.5 s before the flight's first instant inside leaves it free; a tenth later it does not."""
    path = fly((150, 0, 50), (150, 0, 40), (150, 500, 40))
    for late_s, hit in ((-7.6, False), (-7.5, False), (-7.4, True)):
        ends = (DEPARTURE + timedelta(seconds=late_s)).isoformat()
        assert bool(lost(path, zone(box(100, -50, 200, 50), applicability=[{"ends_at": ends}]))) is hit


def test_a_vertical_climb_inside_a_zone_is_seen() -> None:
    """A segment of no horizontal length is a point, and points in areas count."""
    found = lost(fly((150, 0, 0), (150, 0, 100)), zone(box(100, -50, 200, 50), lower_m=60.0))
    assert len(found) == 1
    assert found[0].starts_s - T0 == pytest.approx(5.5, abs=0.01)
    assert not lost(fly((150, 0, 0), (150, 0, 54)), zone(box(100, -50, 200, 50), lower_m=60.0))
    assert not lost(fly((250, 0, 0), (250, 0, 100)), zone(box(100, -50, 200, 50)))


def test_inside_the_area_and_inside_the_band_must_happen_at_once() -> None:
    """A climb that reaches the band only after leaving the area is no infringement."""
    target = zone(box(100, -50, 200, 50), lower_m=60.0)
    assert not lost(fly((0, 0, 0), (1000, 0, 100)), target)
    assert lost(fly((0, 0, 0), (150, 0, 100)), target)


def test_a_hole_is_free_but_for_the_tolerance() -> None:
    """A hover in the middle of a hole of 200 m is free, one 10 m from its rim is not."""
    holed: dict[str, Any] = box(0, 0, 1000, 1000)
    holed["coordinates"].append(box(400, 400, 600, 600)["coordinates"][0])
    target = zone(holed)
    assert not lost(fly((500, 500, 0), (500, 500, 100)), target)
    assert lost(fly((500, 590, 0), (500, 590, 100)), target)
    crossing = lost(fly((500, -500, 50), (500, 1500, 50)), target)
    assert len(crossing) == 1
    assert crossing[0].starts_s - T0 == pytest.approx(48.0, abs=0.05)


def test_a_circle_is_a_circle() -> None:
    """Corners of its box are free; its rim widened by the tolerance is not."""
    target = zone({"type": "Point", "coordinates": [LON, LAT]}, radius_m=100.0)
    assert not lost(fly((-200, 100, 50), (200, 160, 50)), target)
    found = lost(fly((-300, 0, 50), (300, 0, 50)), target)
    assert found[0].starts_s - T0 == pytest.approx(18.0, abs=0.01)
    assert found[0].ends_s - T0 == pytest.approx(42.0, abs=0.01)
    grazing = lost(fly((-300, 110, 50), (300, 110, 50)), target)
    assert grazing[0].horizontal_margin_m == pytest.approx(-10.0, abs=1e-3)


def test_an_unlimited_zone_from_the_ground_has_no_vertical_way_out() -> None:
    """Nothing but another route or time helps, so the vertical margin is unknown."""
    found = lost(fly((0, 0, 50), (300, 0, 50)), zone(box(100, -50, 200, 50), upper_m=None))
    assert found[0].vertical_margin_m is None
    high = lost(fly((0, 0, 90), (300, 0, 90)), zone(box(100, -50, 200, 50), lower_m=80.0, upper_m=None))
    assert high[0].vertical_margin_m == pytest.approx(-15.0, abs=1e-6)


def test_an_agl_band_follows_the_ground_along_the_leg() -> None:
    """A level flight clears a 60 m band in the valley and not over the hill in its middle."""
    region = make_region(hills())
    path = fly((0, 0, 300), (8000, 0, 300), region=region)
    low, high = float(path.agl_low_m[0]), float(path.agl_high_m[0])
    whole = box(-1000, -1000, 9000, 1000)
    assert lost(path, zone(whole, region, lower_m=0.0, upper_m=low + 10))
    assert not lost(path, zone(whole, region, lower_m=0.0, upper_m=low - 5.1))
    assert not lost(path, zone(whole, region, lower_m=high + 5.1, upper_m=900.0))
    found = lost(path, zone(whole, region, lower_m=0.0, upper_m=low + 1))
    assert found[0].starts_s > path.trajectory.starts_s + 1
    assert found[0].ends_s < path.trajectory.ends_s - 1


def test_amsl_and_hae_bands_differ_by_the_undulation() -> None:
    """With a negative geoid a flight at 100 m AMSL lies lower above the ellipsoid."""
    path = fly((0, 0, 100), (300, 0, 100), datum="AMSL")
    target = box(100, -50, 200, 50)
    assert lost(path, zone(target, datum="AMSL", lower_m=104.9, upper_m=200.0))
    assert not lost(path, zone(target, datum="HAE", lower_m=104.9, upper_m=200.0))


def test_volumes_are_tested_with_their_tolerance_too() -> None:
    """A volume 19.9 m away infringes, one 20.1 m away does not; the segment is the volume's own index."""

    def at(distance_m: float, **band: Any) -> list[Infringement]:
        circle = (ORIGIN[0] - 50 - distance_m, ORIGIN[1] + 50, 50.0)
        prism = Prism(None, circle, band.get("low", 20.0), band.get("high", 40.0), T0, T0 + 60)
        path = parse_volumes([prism_to_volume4d(prism, REGION)] * 2, REGION)
        assert isinstance(path, VolumePath), path
        return lost(path, zone(box(0, 0, 100, 100), lower_m=0.0, upper_m=60.0, **band.get("zone", {})))

    found = at(19.9)
    assert [item.segment for item in found] == [(0, 0), (1, 1)]
    assert found[0].horizontal_margin_m == pytest.approx(-0.1, abs=0.01)
    assert (found[0].starts_s, found[0].ends_s) == (T0, T0 + 60)
    assert not at(20.1)
    assert not at(0, low=70.0, high=90.0)
    assert at(0, zone={"datum": "HAE"})
    assert at(0, zone={"datum": "AMSL"})
    assert not at(0, zone={"applicability": [{"ends_at": "2026-03-02T01:09:00Z"}]})


def test_a_zone_elsewhere_costs_nothing() -> None:
    """No infringement, whatever its band."""
    assert lost(fly((0, 0, 50), (300, 0, 50)), zone(box(5000, 5000, 6000, 6000), upper_m=None)) == []
    assert degrees(REGION, 0, 0) == pytest.approx((LAT, LON), abs=1e-9)

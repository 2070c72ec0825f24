"""Where a flight's line on the ground comes near areas, asked of flights over the same corners."""

from datetime import timedelta

import numpy as np
import pytest

from airspace import areas
from airspace.geometry4d import Tolerance, Trajectory4D
from airspace.ground_track import nearness
from airspace.infringement import infringements
from airspace.trajectory import FlightPath
from tests.fakes.airspace_region import DEPARTURE, box, fly, zone

WAY = ((0, 0, 60), (1000, 0, 60), (1000, 1000, 60), (3000, 1000, 60))


def raised(path: FlightPath, by_m: float) -> FlightPath:
    rows = path.trajectory.segments.copy()
    rows[:, [2, 6]] += by_m
    higher = path.flown_at(Trajectory4D(rows, path.trajectory.waypoint_of))
    assert higher is not None
    return higher


def test_rows_and_distances_are_those_of_each_segment() -> None:
    """Every segment within reach is named, with the distance the area itself tells."""
    path, area = fly(*WAY), zone(box(1500, 1100, 1800, 1400)).area
    found = nearness(path, area, 150.0)
    assert found.rows.tolist() == [2]
    assert found.distances_m(path) == pytest.approx(area.distance_m(path.lines_of([2])))
    assert nearness(path, area, 5000.0).rows.tolist() == [0, 1, 2]


def test_flights_over_the_same_corners_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later or higher over the same corners, distances are not worked out again; another way has its own."""
    asked = []
    whole = areas.Area.distance_m

    def counted(area: areas.Area, shapes: object) -> object:
        asked.append(shapes)
        return whole(area, shapes)

    monkeypatch.setattr(areas.Area, "distance_m", counted)
    path, near = fly(*WAY), zone(box(1500, 1010, 1800, 1400))
    for flight in (path, path.later(600.0), raised(path, 20.0)):
        assert len(infringements(flight, [near], Tolerance())) == 1
    assert len(asked) == 1
    assert infringements(fly((0, 0, 60), (3000, 0, 60)), [near], Tolerance()) == []
    assert infringements(fly((0, 1000, 60), (3000, 1000, 60)), [near], Tolerance()) != []
    assert len(asked) == 2


def test_times_and_heights_of_each_flight_still_count() -> None:
    """A zone with hours and a ceiling lets the same way pass above it, and after it has closed."""
    ends = DEPARTURE + timedelta(seconds=400)
    hours = [{"starts_at": DEPARTURE.isoformat(), "ends_at": ends.isoformat()}]
    path, area = fly(*WAY), zone(box(1500, 900, 1800, 1400), upper_m=70.0, applicability=hours)
    assert infringements(path, [area], Tolerance()) != []
    assert infringements(raised(path, 40.0), [area], Tolerance()) == []
    assert infringements(path.later(3600.0), [area], Tolerance()) == []
    assert np.array_equal(path.later(3600.0).bounds_m, path.bounds_m)

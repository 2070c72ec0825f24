"""H3 covers: supersets, tight inside the city, right outside it and in cities with pentagons and icosahedron edges."""

import h3.api.basic_str as h3
import numpy as np
import pytest

from airspace.deconfliction import ConflictIndex
from airspace.deconfliction.cells import build
from airspace.frame import LocalFrame
from airspace.geometry4d import Separation, Trajectory4D
from tests.unit.airspace.deconfliction.scenes import BOUNDS, CRS, X0, Y0, box, city, disc, flight, random_flight


def cell_of(frame: LocalFrame, x: float, y: float) -> str:
    lat, lon = frame.to_lat_lon(x, y)
    return str(h3.latlng_to_cell(float(lat[0]), float(lon[0]), 8))


def test_cover_holds_every_point_within_the_widening() -> None:
    """Each point within the widening of a flight or volume lies in a cell of its cover."""
    index, frame, rng = city(), LocalFrame(CRS), np.random.default_rng(4)
    for _ in range(40):
        plan, widen = random_flight(rng), float(rng.choice([0.0, 50.0, 800.0]))
        cover = set(index.cells(plan, widen))
        for row in plan.segments:
            s, angle, far = rng.uniform(), rng.uniform(0, 2 * np.pi), widen * np.sqrt(rng.uniform())
            x = row[0] + s * (row[4] - row[0]) + far * np.cos(angle)
            y = row[1] + s * (row[5] - row[1]) + far * np.sin(angle)
            assert cell_of(frame, x, y) in cover
    volume = box(0, 0, 3000, 2000, (0, 50), (0, 10))
    cover = set(index.cells((volume, disc(5000, 0, 900, (0, 50), (0, 10)))))
    for x, y in rng.uniform((0, 0), (3000, 2000), (200, 2)):
        assert cell_of(frame, X0 + x, Y0 + y) in cover
    for angle in np.linspace(0, 6.2, 30):
        assert cell_of(frame, X0 + 5000 + 899 * np.cos(angle), Y0 + 899 * np.sin(angle)) in cover


def test_cover_is_tight() -> None:
    """A hover in the middle of a cell is covered by that cell alone."""
    index = city()
    lat, lon = h3.cell_to_latlng(h3.latlng_to_cell(22.55, 114.05, 8))
    x, y = LocalFrame(CRS).to_xy(lat, lon)
    hover = flight((x[0] - X0, y[0] - Y0, 60, 0), (x[0] - X0, y[0] - Y0, 60, 10))
    assert index.cells(hover) == [h3.latlng_to_cell(22.55, 114.05, 8)]
    assert len(index.cells(hover, 600.0)) == 7


def test_cover_outside_the_city() -> None:
    """A plan beyond the bounds still gets cells that hold it; one too large to list is refused."""
    index, frame = city(), LocalFrame(CRS)
    plan = flight((-70_000, 0, 60, 0), (-69_000, 500, 60, 100))
    assert {cell_of(frame, X0 - 70_000, Y0), cell_of(frame, X0 - 69_500, Y0 + 250)} <= set(index.cells(plan))
    with pytest.raises(ValueError, match="too large"):
        index.cells((box(-500_000, -500_000, 500_000, 500_000, (0, 1), (0, 1)),))


@pytest.mark.parametrize(
    ("crs", "bounds", "resolution"),
    [
        ("EPSG:4547", BOUNDS, 9),
        # An H3 pentagon of every resolution lies at 2.3 N 5.2 W, in the Gulf of Guinea.
        ("EPSG:32630", (-5.6, 2.0, -4.9, 2.6), 8),
        # An edge of the icosahedron crosses eastern France.
        ("EPSG:32632", (6.0, 46.0, 9.0, 47.5), 7),
        ("EPSG:32633", (15.0, 69.5, 17.0, 70.2), 7),
        ("EPSG:31983", (-46.9, -23.8, -46.3, -23.3), 8),
    ],
)
def test_every_city_is_covered(crs: str, bounds: tuple[float, float, float, float], resolution: int) -> None:
    """H3 itself puts every point of the bounds in a listed cell, within the common radius of its centre."""
    frame, rng = LocalFrame(crs), np.random.default_rng(1)
    table = build(frame, bounds, resolution)
    number = {int(cell): k for k, cell in enumerate(table.ids)}
    lon, lat = rng.uniform(bounds[:2], bounds[2:], (3000, 2)).T
    x, y = frame.to_xy(lat, lon)
    for k in range(len(lon)):
        at = number[h3.str_to_int(h3.latlng_to_cell(lat[k], lon[k], resolution))]
        assert np.hypot(table.centres[at, 0] - x[k], table.centres[at, 1] - y[k]) <= table.radius_m
    assert table.pixels[-1] == len(table.ids)


def test_a_city_with_a_pentagon_judges_as_exactly() -> None:
    """Around a pentagon the index finds what the numpy scan finds."""
    pentagon = next(c for c in h3.get_pentagons(8) if abs(h3.cell_to_latlng(c)[0]) < 60)
    lat, lon = h3.cell_to_latlng(pentagon)
    zone = int((lon + 180) // 6) + 1
    frame = LocalFrame(f"EPSG:{(32600 if lat >= 0 else 32700) + zone}")
    bounds = (lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05)
    indexes = [ConflictIndex(frame, bounds, compiled=compiled) for compiled in (True, False)]
    x, y = frame.to_xy(lat, lon)
    rng = np.random.default_rng(2)
    moved = np.array([x[0] - X0, y[0] - Y0, 0, 0] * 2)
    found = 0
    for key in range(150):
        plan = random_flight(rng, spread_m=1200.0)
        plan = Trajectory4D(plan.segments + moved, plan.waypoint_of)
        answers = [index.conflicts(plan, Separation()) for index in indexes]
        assert answers[0] == answers[1]
        found += len(answers[0])
        for index in indexes:
            index.add(key, plan, Separation())
    assert found > 50


@pytest.mark.parametrize("bounds", [(114.6, 22.4, 113.7, 22.8), (113.7, 22.8, 114.6, 22.4), (0, 0, 60, 60)])
def test_bounds_that_cannot_be_are_refused(bounds: tuple[float, float, float, float]) -> None:
    """Reversed bounds and bounds far too large for the resolution are ValueErrors."""
    with pytest.raises(ValueError, match=r"bounds|large"):
        build(LocalFrame(CRS), bounds, 8)

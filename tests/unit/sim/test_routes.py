"""Routes along corridors and around zones."""

from itertools import pairwise
from random import Random
from typing import Any

import pytest

from sim.geodesy import distance_m
from sim.routes import KEPT_FREE_DEG, LEVELS_AGL_M, RouteBook

A, B, C = (113.95, 22.54), (113.97, 22.54), (113.97, 22.56)


def site(name: str, place: tuple[float, float]) -> dict[str, Any]:
    """A site Feature."""
    geometry = {"type": "Point", "coordinates": list(place)}
    return {"type": "Feature", "geometry": geometry, "properties": {"site_id": name, "name": name, "pads": 1}}


def corridor(*line: tuple[float, float], lower_m: float = 40.0, upper_m: float = 110.0, both: bool = True) -> Any:
    """A corridor Feature."""
    properties = {
        "width_m": 80.0,
        "lower_m": lower_m,
        "upper_m": upper_m,
        "datum": "AGL",
        "direction": "both" if both else "forward",
    }
    geometry = {"type": "LineString", "coordinates": [list(p) for p in line]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def zone(lon: float, lat: float, half_deg: float, upper_m: float = 300.0, restriction: str = "PROHIBITED") -> Any:
    """A square zone Feature."""
    ring = [[lon + dx * half_deg, lat + dy * half_deg] for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    properties = {"restriction": restriction, "lower_m": 0.0, "upper_m": upper_m, "datum": "AGL"}
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties}


SITES = [site("a", A), site("b", B), site("c", C)]


def levels(book: RouteBook, origin: str, destination: str) -> set[float]:
    """The levels at which there is a route."""
    return {r.level_agl_m for r in book.routes(origin, destination, Random(1))}


def test_follows_corridors_where_they_lead() -> None:
    """Between sites joined by corridors a route must follow them, corner by corner."""
    book = RouteBook(SITES, [corridor(A, B), corridor(B, C)], [])
    route = book.routes("a", "c", Random(1))[0]
    assert len(route.points) == 3
    assert route.length_m == pytest.approx(sum(distance_m(*p, *q) for p, q in pairwise(route.points)))


def test_keeps_within_bands_and_directions() -> None:
    """A corridor must be used only in its direction and at levels inside its band with 5 m to spare."""
    book = RouteBook(SITES, [corridor(A, C, lower_m=40, upper_m=80, both=False)], [zone(113.96, 22.55, 0.0001, 1)])
    along = {r.level_agl_m for r in book.routes("a", "c", Random(1)) if r.length_m > 0}
    assert along == set(LEVELS_AGL_M)  # the straight line is as good where the corridor does not serve
    blocked = RouteBook(
        SITES, [corridor(A, B, C, lower_m=40, upper_m=80, both=False)], [zone(113.96, 22.55, 0.002, 300)]
    )
    assert levels(blocked, "a", "c") == {45.0, 60.0, 75.0}
    assert levels(blocked, "c", "a") == set()


def test_zones_block_by_height() -> None:
    """A zone in the way must block the levels it reaches and leave those above it."""
    book = RouteBook(SITES[:2], [], [zone(113.96, 22.54, 0.001, upper_m=65.0)])
    assert levels(book, "a", "b") == {75.0, 90.0, 105.0}
    free = RouteBook(SITES[:2], [], [zone(113.96, 22.54, 0.001, restriction="NO_RESTRICTION")])
    assert levels(free, "a", "b") == set(LEVELS_AGL_M)


def test_leaves_the_area_kept_free() -> None:
    """No site in the area kept free may be used, and no route may cross it."""
    low_lat, low_lon, high_lat, high_lon = KEPT_FREE_DEG
    middle = (0.5 * (low_lon + high_lon), 0.5 * (low_lat + high_lat))
    west = (low_lon - 0.02, middle[1])
    book = RouteBook([site("in", middle), site("w", west), site("s", (low_lon + 0.01, low_lat - 0.01))], [], [])
    assert set(book.sites) == {"w", "s"}
    assert levels(book, "w", "s") == set()


def test_sites_inside_zones_are_left_out() -> None:
    """A site inside a blocking zone must not be used."""
    assert set(RouteBook(SITES, [], [zone(*A, 0.001)]).sites) == {"b", "c"}

"""The corridor graph."""

import math
from typing import Any

import numpy as np
import pytest

from airspace.corridors import Corridor, parse_corridor
from airspace.geometry4d import Tolerance
from airspace.offers_route import view
from airspace.sites import Site, parse_site
from airspace.trajectory import Waypoint, WaypointRoute
from dispatch.corridor_route import through_corridors
from dispatch.network import Network
from tests.fakes.airspace_region import ORIGIN, REGION, degrees, zone
from tests.fakes.airspace_region import box as zone_box


def corridor(name: str, *points: tuple[float, float], **properties: Any) -> Corridor:
    line = [list(reversed(degrees(REGION, x, y))) for x, y in points]
    values = {"corridor_id": name, "name": name, "width_m": 80.0, "lower_m": 40.0, "upper_m": 110.0, "datum": "AGL"}
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": values | properties,
    }
    parsed = parse_corridor(feature, REGION)
    assert isinstance(parsed, Corridor), parsed
    return parsed


def site(name: str, x: float, y: float) -> Site:
    lat, lon = degrees(REGION, x, y)
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"site_id": name, "name": name},
    }
    parsed = parse_site(feature, REGION)
    assert isinstance(parsed, Site), parsed
    return parsed


def at(x: float, y: float) -> tuple[float, float]:
    return ORIGIN[0] + x, ORIGIN[1] + y


def names(network: Network, a: tuple[float, float], b: tuple[float, float], **how: Any) -> list[str | None] | None:
    way = network.way(at(*a), at(*b), **how)
    return None if way is None else [stretch.edge.corridor_id for stretch in way]


def test_the_shortest_way_follows_directions() -> None:
    """Along a one-way corridor there, by another one back; against its direction there is no way."""
    there = corridor("there", (0, 0), (1000, 0), direction="forward")
    back = corridor("back", (1000, 0), (1000, 500), (0, 500), (0, 0), direction="forward")
    network = Network.of([there, back], [], Tolerance())
    assert names(network, (0, 0), (1000, 0)) == ["there"]
    assert names(network, (1000, 0), (0, 0)) == ["back", "back", "back"]
    assert names(Network.of([there], [], Tolerance()), (1000, 0), (0, 0)) is None


def test_corridors_that_cross_are_joined_there() -> None:
    """At a crossing one may turn from one corridor into the other."""
    network = Network.of([corridor("a", (0, 0), (1000, 0)), corridor("b", (500, -500), (500, 500))], [], Tolerance())
    assert names(network, (0, 0), (500, 500)) == ["a", "b"]


def test_corridors_that_end_on_one_site_are_linked_over_it() -> None:
    """Two ends 30 m apart over one site are joined; without the site they are not."""
    parts = [corridor("a", (0, 0), (1000, 0)), corridor("b", (1030, 0), (2000, 0))]
    assert names(Network.of(parts, [site("st", 1015, 0)], Tolerance()), (0, 0), (2000, 0)) == ["a", None, "b"]
    assert names(Network.of(parts, [], Tolerance()), (0, 0), (2000, 0)) is None


def test_bands_keep_the_tolerance_and_narrow_corridors_are_left_out() -> None:
    """An edge is flown 5 m inside its band; a corridor that cannot hold the tolerance is no way."""
    network = Network.of([corridor("a", (0, 0), (1000, 0))], [], Tolerance())
    assert {(edge.low_m, edge.high_m, edge.reach_m) for edge in network.edges} == {(45.0, 105.0, 20.0)}
    assert not Network.of([corridor("thin", (0, 0), (9, 0), width_m=39.0)], [], Tolerance()).edges
    assert not Network.of([corridor("flat", (0, 0), (9, 0), upper_m=49.0)], [], Tolerance()).edges


def test_closed_edges_are_avoided_by_height_and_place() -> None:
    """A zone on the short way sends the flight the long one, unless it flies above or below the zone."""
    short, long = corridor("short", (0, 0), (1000, 0)), corridor("long", (0, 0), (500, 400), (1000, 0))
    network = Network.of([short, long], [], Tolerance())
    blocking = zone(zone_box(450, -50, 550, 50), upper_m=60.0)
    low = network.closed_by([blocking], Tolerance(), 50.0, 0.0, 1.0)
    assert names(network, (0, 0), (1000, 0), closed=low) == ["long", "long"]
    assert network.closed_by([blocking], Tolerance(), 75.0, 0.0, 1.0) == frozenset()


def test_a_graph_that_was_asked_before_answers_as_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of zones and places changes no answer, not even when it was forgotten in between."""
    monkeypatch.setattr("dispatch.network._AREAS_KEPT", 3)
    monkeypatch.setattr("dispatch.network._PLACES_KEPT", 3)
    lines = [corridor(f"c{k}", (0, 90 * k), (1000, 90 * k), (1000, 90 * k + 90)) for k in range(4)]
    asked = Network.of(lines, [], Tolerance())
    random = np.random.default_rng(4)
    zones = []
    for k in range(12):
        x, y = random.uniform(-100, 1000, 2).tolist()
        feature = zone_box(x, y, x + 90, y + 120)
        zones.append(
            zone(feature, zone_id=f"z{k}", lower_m=0.0 if k % 2 else 70.0, datum="AMSL" if k % 5 == 0 else "AGL")
        )
    for k in range(30):
        some = [zones[i] for i in random.choice(len(zones), 3, replace=False).tolist()]
        height, tolerance = float(random.choice((50.0, 80.0, 105.0))), Tolerance(horizontal_m=20.0 + 10.0 * (k % 2))
        fresh = Network.of(lines, [], Tolerance())
        closed = fresh.closed_by(some, tolerance, height, 0.0, 60.0)
        assert asked.closed_by(some, tolerance, height, 0.0, 60.0) == closed
        ends = [(float(random.choice((0.0, 500.0, 1000.0))), 90.0 * int(random.integers(4))) for _ in range(2)]
        assert names(asked, *ends, closed=closed) == names(fresh, *ends, closed=closed)


def test_free_flight_to_the_network_is_a_choice_of_the_caller() -> None:
    """Off the network there is a way only where access is given."""
    network = Network.of([corridor("a", (0, 0), (1000, 0))], [], Tolerance())
    assert names(network, (-200, 0), (1000, 0)) is None
    found = network.way(at(-200, 0), at(1000, 0), access=lambda a, b: math.dist(a, b) < 300)
    assert found is not None
    assert np.isclose(sum(math.dist(s.start, s.end) for s in found), 1200, atol=1.0)


def test_no_corridors_no_way() -> None:
    """An empty network answers that there is none."""
    assert names(Network.of([], [], Tolerance()), (0, 0), (1, 0)) is None


def test_a_corridor_is_flown_no_faster_than_it_says() -> None:
    """The leg in a corridor of 8 m/s is flown at 8, the next, which names no speed, as filed; a slower route stays slow."""
    network = Network.of([corridor("slow", (0, 0), (1000, 0), speed_mps=8.0), corridor("free", (1000, 0), (2000, 0))],
                         [], Tolerance())  # fmt: skip
    for filed, flown in ((12.0, [8.0, None]), (6.0, [None, None])):
        points = [Waypoint(*degrees(REGION, x, 0), 60.0, "AGL") for x in (0, 2000)]
        found = through_corridors(view(WaypointRoute(tuple(points), filed), REGION), REGION, network, height_agl_m=60.0)
        assert found is not None
        assert [point.speed_mps for point in found[:-1]] == flown

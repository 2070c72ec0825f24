"""The judge and the engine read the same filed bodies and must come to the same verdicts."""

import random
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

from airspace.deconfliction import pair_conflict
from airspace.geometry4d import PlanGeometry, Separation
from airspace.region import Region
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from airspace.volumes import VolumePath, parse_volumes
from utm.city import FlatTerrainSpec, load_city
from utm.judge import JudgedPlan, Plane, from_body, geoid_from_csv, judge_pair, plane_for
from utm.judge.plans import HeightOf

DEFAULTS = {"horizontal_m": 50.0, "vertical_m": 15.0, "time_buffer_s": 15.0}
DEPARTURE_AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
CENTRE = (22.7150, 114.2400)


@cache
def region() -> Region:
    return load_city("shenzhen").region()


@cache
def judges_models() -> tuple[HeightOf, Plane]:
    """The judge's own geoid and plane; the demonstration ground lies at sea level, so it is the geoid."""
    city = load_city("shenzhen")
    assert isinstance(city.terrain, FlatTerrainSpec)
    assert city.terrain.elevation_amsl_m == 0.0
    return geoid_from_csv(city.geoid_csv), plane_for(city.crs)


def judged(body: dict[str, Any], separation: dict[str, float]) -> JudgedPlan:
    geoid, plane = judges_models()
    return from_body("fp", body, separation, ground=geoid, geoid=geoid, plane=plane)


def compiled(body: dict[str, Any]) -> PlanGeometry:
    """Compile a body with the code of the service."""
    route = body["route"]
    if route["type"] == "volumes":
        volumes = parse_volumes(route["volumes"], region())
        assert isinstance(volumes, VolumePath), volumes
        return volumes.prisms
    waypoints = tuple(Waypoint(**waypoint) for waypoint in route["waypoints"])
    path = compile_route(
        WaypointRoute(waypoints, route.get("cruise_speed_mps"), route["crs"]),
        datetime.fromisoformat(body["departure_at"]),
        region(),
    )
    assert isinstance(path, FlightPath), path
    return path.trajectory


def place(rng: random.Random) -> tuple[float, float]:
    """Return lat, lon on a lattice of the horizontal minimum around one point, so that distances often just touch."""
    x, y = region().frame.to_xy(*CENTRE)
    steps = (rng.randint(-6, 6), rng.randint(-6, 6)) if rng.random() < 0.8 else (rng.uniform(-6, 6), rng.uniform(-6, 6))
    lat, lon = region().frame.to_lat_lon(x[0] + 50.0 * steps[0], y[0] + 50.0 * steps[1])
    return float(lat[0]), float(lon[0])


def height(rng: random.Random, datum: str) -> float:
    """Layers exactly one vertical minimum apart, in HAE at that; other datums anywhere."""
    return rng.choice([30.0, 45.0, 60.0, 75.0]) if datum == "HAE" else rng.uniform(20, 110)


def flight(rng: random.Random) -> dict[str, Any]:
    datum = rng.choice(["HAE", "HAE", "HAE", "AGL", "AMSL"])
    waypoints: list[dict[str, Any]] = []
    for i in range(rng.randint(2, 5)):
        repeat = i > 0 and rng.random() < 0.2
        lat, lon = (waypoints[-1]["lat_deg"], waypoints[-1]["lon_deg"]) if repeat else place(rng)
        level = waypoints[-1]["alt_m"] if i > 0 and rng.random() < 0.6 and not repeat else height(rng, datum)
        waypoints.append({"lat_deg": lat, "lon_deg": lon, "alt_m": level, "alt_datum": datum})
        if rng.random() < 0.2:
            waypoints[-1]["hold_s"] = rng.choice([5.0, 15.0, 30.0])
        if rng.random() < 0.2:
            waypoints[-1]["speed_mps"] = rng.uniform(3, 20)
    if not any("hold_s" in waypoint for waypoint in waypoints):
        waypoints[0]["hold_s"] = 1.0  # two equal waypoints alone would last no time
    if rng.random() < 0.2:
        clock = 0.0
        for waypoint in waypoints:
            waypoint["t_s"] = clock
            clock += rng.choice([10.0, 15.0, 40.0]) + rng.random()
    departure_at = DEPARTURE_AT + timedelta(seconds=rng.choice([0, 15, 30, 45]) + rng.choice([0.0, rng.random()]))
    return {
        "departure_at": departure_at.isoformat(),
        "route": {
            "type": "trajectory",
            "crs": rng.choice(["WGS84", "WGS84", "CGCS2000", "GCJ02"]),
            "cruise_speed_mps": 10.0,
            "waypoints": waypoints,
        },
    }


def volumes(rng: random.Random) -> dict[str, Any]:
    items = []
    for _ in range(rng.randint(1, 2)):
        lat, lon = place(rng)
        low = rng.choice([20.0, 45.0, 60.0])
        start = DEPARTURE_AT + timedelta(seconds=rng.choice([0, 30, 60]))
        outline: dict[str, Any] = {
            "outline_circle": {"center": {"lat": lat, "lng": lon}, "radius": {"value": 50.0, "units": "M"}}
        }
        if rng.random() < 0.5:
            corners = [(lat, lon), (lat, lon + 0.001), (lat + 0.0012, lon + 0.0008), (lat + 0.001, lon)]
            outline = {"outline_polygon": {"vertices": [{"lat": a, "lng": b} for a, b in corners]}}
        items.append(
            {
                "volume": {
                    **outline,
                    "altitude_lower": {"value": low, "reference": "W84", "units": "M"},
                    "altitude_upper": {"value": low + 15.0, "reference": "W84", "units": "M"},
                },
                "time_start": {"value": start.isoformat(), "format": "RFC3339"},
                "time_end": {"value": (start + timedelta(seconds=45)).isoformat(), "format": "RFC3339"},
            }
        )
    return {"departure_at": DEPARTURE_AT.isoformat(), "route": {"type": "volumes", "volumes": items}}


def any_plan(rng: random.Random) -> dict[str, Any]:
    return volumes(rng) if rng.random() < 0.15 else flight(rng)


def minima(rng: random.Random) -> dict[str, float]:
    if rng.random() < 0.7:
        return DEFAULTS
    return {"horizontal_m": 80.0, "vertical_m": 10.0, "time_buffer_s": rng.choice([0.0, 15.0, 30.0])}


@pytest.mark.parametrize("seed", range(8))
def test_judge_and_engine_agree_on_filed_bodies(seed: int) -> None:
    """On random pairs full of touching limits both say conflict or both say none, at the same distance."""
    rng = random.Random(seed)
    conflicts = 0
    for number in range(400):
        bodies, held = (any_plan(rng), any_plan(rng)), (minima(rng), minima(rng))
        found = judge_pair(judged(bodies[0], held[0]), judged(bodies[1], held[1]))
        engine = pair_conflict(
            compiled(bodies[0]), Separation(**held[0]), compiled(bodies[1]), Separation(**held[1]), compiled=False
        )
        conflicts += found is not None
        assert (found is None) == (engine is None), (seed, number, found, engine, bodies)
        if found is not None and engine is not None:
            assert found.horizontal_m == pytest.approx(engine.horizontal_m, abs=1e-4), (seed, number)
    assert 40 < conflicts < 360


@pytest.mark.parametrize("seed", range(4))
def test_judge_and_service_compile_the_same_flight(seed: int) -> None:
    """Legs agree to a micrometre and a microsecond, in every coordinate system and datum."""
    rng = random.Random(1000 + seed)
    x0, y0 = plane_for("EPSG:4547")(*CENTRE)
    fx, fy = region().frame.to_xy(*CENTRE)
    epoch_s = (datetime(2025, 1, 1, tzinfo=UTC) - datetime(2024, 1, 1, tzinfo=UTC)).total_seconds()
    for _ in range(100):
        body = flight(rng)
        ours, theirs = judged(body, DEFAULTS).legs, compiled(body)
        assert not isinstance(theirs, tuple)
        shift = np.array([x0 - fx[0], y0 - fy[0], 0.0, -epoch_s] * 2)
        assert ours == pytest.approx(theirs.segments + shift, abs=2e-6)

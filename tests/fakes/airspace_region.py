"""A Shenzhen without files: a small geoid, flat or hilly ground, and makers of zones and routes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from airspace.coordinates import Bounds
from airspace.datums import AltitudeModel, FlatTerrain, GeoidGrid, GridTerrain, Terrain
from airspace.frame import LocalFrame
from airspace.region import Region
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from airspace.zones import Zone, parse_zone

BOUNDS = Bounds(22.37, 113.71, 22.89, 114.66)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Beijing
DEPARTURE = NOW + timedelta(minutes=10)
LAT, LON = 22.70, 114.20


def geoid() -> GeoidGrid:
    """Return undulations that fall from -1.2 m in the south-east to about -4.3 m in the north-west."""
    lats, lons = np.linspace(22.0, 23.2, 13), np.linspace(113.2, 115.2, 21)
    values = -2.5 + 2.0 * (lons[None, :] - 114.2) - 1.5 * (lats[:, None] - 22.6) ** 2
    return GeoidGrid(lats, lons, values, "test geoid")


def hills() -> GridTerrain:
    """Return surveyed-looking ground between 0 and 400 m on a raster of about 550 m."""
    lats, lons = np.arange(22.9, 22.3, -0.005), np.arange(113.7, 114.7, 0.005)
    heights = 200.0 + 200.0 * np.sin(lons[None, :] * 60) * np.cos(lats[:, None] * 80)
    corner = (lons[0] - 0.0025, lats[0] + 0.0025)
    transform = (0.005, 0.0, corner[0], 0.0, -0.005, corner[1])
    return GridTerrain.from_array(heights, transform, nodata=-9999.0, label="test hills")


def make_region(terrain: Terrain | None = None) -> Region:
    """Return the region; flat made-up ground unless another terrain is given."""
    ground = terrain if terrain is not None else FlatTerrain(0.0, "flat, made up")
    return Region(LocalFrame("EPSG:4547"), AltitudeModel(geoid(), ground), BOUNDS)


REGION = make_region()
ORIGIN = tuple(float(v[0]) for v in REGION.frame.to_xy(LAT, LON))


def degrees(region: Region, x_m: float, y_m: float) -> tuple[float, float]:
    """Return lat_deg, lon_deg of a place given in metres east and north of the test origin."""
    lat, lon = region.frame.to_lat_lon(ORIGIN[0] + x_m, ORIGIN[1] + y_m)
    return float(lat[0]), float(lon[0])


def ring(points: list[tuple[float, float]]) -> list[list[float]]:
    """Return a closed GeoJSON ring of places given in metres from the test origin."""
    places = [degrees(REGION, x, y) for x, y in points]
    return [[lon, lat] for lat, lon in [*places, places[0]]]


def box(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    """Return the GeoJSON polygon of a box in metres from the test origin."""
    return {"type": "Polygon", "coordinates": [ring([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])]}


def zone_feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """Return a zone Feature, prohibited from the ground to 120 m true height unless told otherwise."""
    values = {
        "zone_id": "zn_test",
        "name": "Test zone",
        "restriction": "PROHIBITED",
        "lower_m": 0.0,
        "upper_m": 120.0,
        "datum": "AGL",
    }
    return {"type": "Feature", "geometry": geometry, "properties": values | properties}


def zone(geometry: dict[str, Any], region: Region = REGION, **properties: Any) -> Zone:
    """Return a parsed zone; see `zone_feature`."""
    parsed = parse_zone(zone_feature(geometry, **properties), region)
    assert isinstance(parsed, Zone), parsed
    return parsed


def route(*points: tuple[float, ...], speed_mps: float = 10.0, datum: str = "AGL", **extra: Any) -> WaypointRoute:
    """Return a route through (x, y, height) in metres from the test origin."""
    waypoints = [
        Waypoint(*degrees(REGION, x, y), height, datum)  # type: ignore[arg-type]
        for x, y, height in points
    ]
    return WaypointRoute(tuple(waypoints), speed_mps, **extra)


def fly(*points: tuple[float, ...], region: Region = REGION, speed_mps: float = 10.0, datum: str = "AGL") -> FlightPath:
    """Return the compiled flight through (x, y, height) in metres from the test origin, departing at DEPARTURE."""
    path = compile_route(route(*points, speed_mps=speed_mps, datum=datum), DEPARTURE, region)
    assert isinstance(path, FlightPath), path
    return path

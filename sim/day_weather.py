"""The weather of a seeded day: a fair day, and one thunderstorm that crosses the city. Made up, and labelled so.

A storm is a disc that moves in a straight line; inside it gusts, rain and lightning are over what city multirotors may fly
in, around it the wind is strong but within limits. Pure: samples as `POST /v1/weather/forecasts?format=json` takes them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

STEP_S: Final = 600.0
GRID_DEG: Final = 0.045


@dataclass(frozen=True, slots=True)
class Storm:
    """A thunderstorm: from when to when (seconds of the day), its disc (degrees, km), and how far it moves an hour."""

    starts_s: float
    ends_s: float
    lat_deg: float
    lon_deg: float
    radius_km: float
    east_km_h: float
    north_km_h: float

    def centre(self, at_s: float) -> tuple[float, float]:
        """Return latitude and longitude of its middle at a second of the day."""
        hours = (at_s - self.starts_s) / 3600.0
        lat = self.lat_deg + self.north_km_h * hours / 111.2
        return lat, self.lon_deg + self.east_km_h * hours / (111.2 * math.cos(math.radians(self.lat_deg)))

    def distance_km(self, lat_deg: float, lon_deg: float, at_s: float) -> float:
        """Return how far a place is from its middle."""
        lat, lon = self.centre(at_s)
        east = (lon_deg - lon) * 111.2 * math.cos(math.radians(lat))
        return math.hypot((lat_deg - lat) * 111.2, east)


def storm_of(seed: int, bbox: tuple[float, float, float, float], starts_s: float, lasts_s: float) -> Storm:
    """Return a storm that crosses the box (min_lon, min_lat, max_lon, max_lat) from the west, somewhere in its middle."""
    rng = Random(f"{seed}/storm")
    min_lon, min_lat, max_lon, max_lat = bbox
    lat = rng.uniform(0.4, 0.6) * (max_lat - min_lat) + min_lat
    span_km = (max_lon - min_lon) * 111.2 * math.cos(math.radians(lat))
    speed = 0.7 * span_km / (lasts_s / 3600.0)
    return Storm(
        starts_s,
        starts_s + lasts_s,
        lat,
        min_lon + 0.15 * (max_lon - min_lon),
        rng.uniform(6.0, 8.0),
        speed,
        rng.uniform(-3.0, 3.0),
    )


def wind_at(storm: Storm | None, lat_deg: float, lon_deg: float, at_s: float) -> tuple[float, float]:
    """Return wind and gust in m/s at a place and a second of the day."""
    breeze = 3.0 + 2.5 * math.sin(math.pi * min(max((at_s / 3600.0 - 6.0) / 14.0, 0.0), 1.0))
    if storm is not None and storm.starts_s <= at_s < storm.ends_s:
        away = storm.distance_km(lat_deg, lon_deg, at_s)
        if away <= storm.radius_km:
            return 15.0, 22.0
        if away <= 1.6 * storm.radius_km:
            return 9.0, 12.5
    return breeze, breeze * 1.4


def forecast(
    day_at: datetime,
    issued_s: float,
    until_s: float,
    storm: Storm | None,
    bbox: tuple[float, float, float, float],
) -> dict[str, Any]:
    """Return a forecast from when it is issued to its end (seconds of the day), in hours, in ten minutes near a storm."""
    items = [
        item
        for starts_s, ends_s in _steps(issued_s, until_s, storm)
        for lat, lon in _grid(bbox)
        for item in (_item(day_at, starts_s, ends_s, lat, lon, storm),)
    ]
    return {
        "source": "made up for a seeded day",
        "issued_at": (day_at + timedelta(seconds=issued_s)).isoformat(),
        "items": items,
    }


def _steps(from_s: float, until_s: float, storm: Storm | None) -> Iterator[tuple[float, float]]:
    at_s = from_s
    while at_s < until_s:
        near = storm is not None and storm.starts_s - STEP_S <= at_s < storm.ends_s + STEP_S
        coarse = 3_600.0
        if storm is not None and at_s < storm.starts_s - STEP_S:
            coarse = min(coarse, storm.starts_s - STEP_S - at_s)
        following = min(until_s, at_s + (STEP_S if near else coarse))
        yield at_s, following
        at_s = following


def _grid(bbox: tuple[float, float, float, float]) -> Iterator[tuple[float, float]]:
    min_lon, min_lat, max_lon, max_lat = bbox
    for i in range(math.ceil((max_lat - min_lat) / GRID_DEG) + 1):
        for k in range(math.ceil((max_lon - min_lon) / GRID_DEG) + 1):
            yield round(min_lat + i * GRID_DEG, 4), round(min_lon + k * GRID_DEG, 4)


def _item(
    day_at: datetime, starts_s: float, ends_s: float, lat: float, lon: float, storm: Storm | None
) -> dict[str, Any]:
    middle_s = (starts_s + ends_s) / 2
    wind, gust = wind_at(storm, lat, lon, middle_s)
    inside = (
        storm is not None
        and storm.starts_s <= middle_s < storm.ends_s
        and storm.distance_km(lat, lon, middle_s) <= storm.radius_km
    )
    return {
        "lat_deg": lat,
        "lon_deg": lon,
        "from": (day_at + timedelta(seconds=starts_s)).isoformat(),
        "to": (day_at + timedelta(seconds=ends_s)).isoformat(),
        "wind_mps": round(wind, 1),
        "wind_from_deg": 120.0,
        "gust_mps": round(gust, 1),
        "rain_mm_h": 35.0 if inside else 0.0,
        "visibility_m": 800.0 if inside else 10_000.0,
        "temperature_c": 29.0,
        "lightning_per_km2_h": 0.6 if inside else 0.0,
    }

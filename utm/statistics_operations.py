"""Indicators of operations: flights over time, times kept, separation, alerts and responses, corridors and cells."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import h3
import numpy as np
import orjson

from airspace.corridors import CorridorSet
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.geometry4d import PlanGeometry, Trajectory4D
from airspace.region import Region
from airspace.timebase import from_scene_s, to_scene_s
from airspace.vertical_profile import vertical_profile
from airspace.zones import ZoneSet
from utm.store.operation_statistics import AlertTimes, FlightTimes

BEIJING: Final = timezone(timedelta(hours=8))
HOURLY_UP_TO: Final = timedelta(days=2)
MAX_GEOMETRIES: Final = 1_000
"""Of so many flights at most is it worked out which corridors and cells they used (ours); the answer says how many."""
CELL_RESOLUTION: Final = 8
MOST_CELLS: Final = 500


@dataclass(slots=True)
class _Bucket:
    filed: int = 0
    flown: int = 0
    refused: int = 0
    cancelled: int = 0
    on_time: int = 0
    judged: int = 0


@dataclass(slots=True)
class FlightIndicators:
    """Counts of plans by time of departure, and how departures kept their time."""

    buckets: dict[str, _Bucket] = field(default_factory=dict)
    delays_s: list[float] = field(default_factory=list)
    on_time: int = 0

    def document(self, tolerance_s: float) -> dict[str, Any]:
        """Return the counts as the API answers them; shares of nothing are null."""
        departed = len(self.delays_s)
        return {
            "departed": departed,
            "on_time": self.on_time,
            "on_time_share": round(self.on_time / departed, 4) if departed else None,
            "on_time_within_s": tolerance_s,
            "median_delay_s": quantile(self.delays_s, 0.5),
            "p90_delay_s": quantile(self.delays_s, 0.9),
            "series": [
                {
                    "starts_at": name,
                    "filed": bucket.filed,
                    "flown": bucket.flown,
                    "refused": bucket.refused,
                    "cancelled": bucket.cancelled,
                    "on_time_share": round(bucket.on_time / bucket.judged, 4) if bucket.judged else None,
                }
                for name, bucket in self.buckets.items()
            ],
        }


def quantile(values: Sequence[float], part: float) -> float | None:
    """Return the value that `part` of the values do not exceed, interpolated; None of nothing."""
    return round(float(np.quantile(values, part)), 1) if values else None


def bucket_starts(from_at: datetime, to_at: datetime) -> list[datetime]:
    """Return the beginnings of the hours (up to two days) or Beijing days that a window touches."""
    hourly = to_at - from_at <= HOURLY_UP_TO
    local = from_at.astimezone(BEIJING)
    first = local.replace(hour=local.hour if hourly else 0, minute=0, second=0, microsecond=0)
    step = timedelta(hours=1) if hourly else timedelta(days=1)
    starts = []
    while first < to_at:
        starts.append(first)
        first += step
    return starts


def flight_indicators(
    flights: Iterable[FlightTimes], from_at: datetime, to_at: datetime, tolerance_s: float
) -> FlightIndicators:
    """Count plans by departure; a departure is on time within the tolerance of what was filed, either way."""
    found = FlightIndicators()
    starts = bucket_starts(from_at, to_at)
    edges = np.array([to_scene_s(start) for start in starts])
    buckets = [found.buckets.setdefault(_text(start), _Bucket()) for start in starts]
    for flight in flights:
        bucket = buckets[max(0, int(np.searchsorted(edges, flight.departure_s, "right")) - 1)]
        bucket.filed += 1
        bucket.refused += flight.state == "refused"
        bucket.cancelled += flight.state in ("cancelled", "withdrawn", "expired")
        if flight.activated_at is None:
            continue
        bucket.flown += 1
        bucket.judged += 1
        delay_s = to_scene_s(datetime.fromisoformat(flight.activated_at)) - flight.departure_s
        kept = abs(delay_s) <= tolerance_s
        found.delays_s.append(delay_s)
        found.on_time += kept
        bucket.on_time += kept
    return found


def _text(at: datetime) -> str:
    return at.isoformat()


def alert_indicators(alerts: Iterable[AlertTimes]) -> dict[str, Any]:
    """Return alerts by kind and severity, how long they waited for somebody and lasted, and the closest encounters."""
    kinds: dict[str, Counter[str]] = {}
    waited: dict[str, list[float]] = {}
    lasted: list[float] = []
    unanswered = 0
    encounters: list[dict[str, Any]] = []
    for alert in alerts:
        kinds.setdefault(alert.kind, Counter())[alert.severity] += 1
        if alert.acknowledged_at is not None:
            waited.setdefault(alert.severity, []).append(_since(alert, alert.acknowledged_at))
        else:
            unanswered += 1
        if alert.resolved_at is not None:
            lasted.append(_since(alert, alert.resolved_at))
        if alert.kind == "loss_of_separation":
            encounters.append(_encounter(alert))
    everybody = [value for values in waited.values() for value in values]
    encounters.sort(key=lambda item: (item["horizontal_m"] is None, item["horizontal_m"]))
    return {
        "alerts": {
            "total": sum(sum(counts.values()) for counts in kinds.values()),
            "kinds": [
                {"kind": kind, "total": sum(counts.values()), **{name: counts[name] for name in _SEVERITIES}}
                for kind, counts in sorted(kinds.items(), key=lambda item: -sum(item[1].values()))
            ],
            "acknowledged": len(everybody),
            "not_acknowledged": unanswered,
            "median_response_s": quantile(everybody, 0.5),
            "p90_response_s": quantile(everybody, 0.9),
            "response_by_severity": [
                {
                    "severity": name,
                    "acknowledged": len(waited.get(name, [])),
                    "median_s": quantile(waited.get(name, []), 0.5),
                    "p90_s": quantile(waited.get(name, []), 0.9),
                }
                for name in _SEVERITIES
            ],
            "median_duration_s": quantile(lasted, 0.5),
        },
        "separation": {"predicted_losses": len(encounters), "closest": encounters[:10]},
    }


_SEVERITIES: Final = ("emergency", "warning", "caution", "advisory")


def _since(alert: AlertTimes, at: str) -> float:
    return max(0.0, to_scene_s(datetime.fromisoformat(at)) - alert.raised_s)


def _encounter(alert: AlertTimes) -> dict[str, Any]:
    told = orjson.loads(alert.document)
    return {
        "alert_id": alert.alert_id,
        "at": from_scene_s(alert.raised_s).isoformat().replace("+00:00", "Z"),
        "severity": alert.severity,
        "horizontal_m": told.get("horizontal_m"),
        "vertical_m": told.get("vertical_m"),
        "detail": told.get("detail"),
        "detail_zh": told.get("detail_zh"),
    }


def airspace_use(
    geometries: Iterable[PlanGeometry], region: Region, corridors: CorridorSet, at_resolution: int = CELL_RESOLUTION
) -> dict[str, Any]:
    """Return how many flights kept to each corridor and flew over each cell, and the kilometres in corridors."""
    used: Counter[str] = Counter()
    along_m: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    counted = 0
    nothing = ZoneSet.of([], region)
    for geometry in geometries:
        if not isinstance(geometry, Trajectory4D):
            continue
        try:
            profile = vertical_profile(geometry, region, nothing, corridors)
        except (NoGroundError, OutsideGeoidError):
            continue
        counted += 1
        for crossing in profile.corridors:
            name = crossing.subject.corridor_id  # type: ignore[union-attr]
            used[name] += 1
            along_m[name] += sum(high - low for low, high in crossing.ranges_m)  # type: ignore[assignment]
        places = zip(profile.lat_deg.tolist(), profile.lon_deg.tolist(), strict=True)
        cells.update({h3.latlng_to_cell(lat, lon, at_resolution) for lat, lon in places})
    return {
        "flights": counted,
        "corridors": [
            {
                "corridor_id": key,
                "name": item.name,
                "name_zh": item.name_zh,
                "flights": used[key],
                "flown_km": round(along_m[key] / 1000, 2),
            }
            for key, item in sorted(corridors.corridors.items(), key=lambda pair: (-used[pair[0]], pair[0]))
        ],
        "cell_resolution": at_resolution,
        "cells": [{"cell": cell, "flights": count} for cell, count in cells.most_common(MOST_CELLS)],
    }

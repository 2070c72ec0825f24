"""Zones written in every format and read again, made up by hypothesis."""

from datetime import UTC, datetime
from math import cos, pi, sin
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airspace.formats.zone_files import ZONE_FORMATS, ZoneFormat, read_zones, write_zones
from airspace.schedule import DAYS, Period, active_within
from airspace.timebase import to_scene_s
from airspace.zones import RESTRICTIONS, Zone, parse_zone, zone_to_feature
from tests.fakes.airspace_region import REGION, degrees, zone_feature

TEXT_FORMATS = [kind for kind in ZONE_FORMATS if kind != "kmz"]

_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=30
).filter(lambda text: text.strip() == text and text != "")
_heights = st.floats(-100, 900, allow_nan=False)
_metres = st.floats(-3_000, 3_000, allow_nan=False)


def _ring(x_m: float, y_m: float, half_m: float, corners: int) -> list[list[float]]:
    """Return a closed ring of `corners` points around a place."""
    places = [
        degrees(REGION, x_m + half_m * cos(2 * pi * k / corners), y_m + half_m * sin(2 * pi * k / corners))
        for k in range(corners)
    ]
    return [[lon, lat] for lat, lon in [*places, places[0]]]


@st.composite
def geometries(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a geometry and the properties it needs."""
    x_m, y_m, half_m = draw(_metres), draw(_metres), draw(st.floats(20, 500))
    kind = draw(st.sampled_from(["polygon", "hole", "parts", "circle"]))
    if kind == "circle":
        lat, lon = degrees(REGION, x_m, y_m)
        return {"type": "Point", "coordinates": [lon, lat]}, {"radius_m": draw(st.floats(1, 50_000))}
    outer = _ring(x_m, y_m, half_m, draw(st.integers(3, 9)))
    if kind == "polygon":
        return {"type": "Polygon", "coordinates": [outer]}, {}
    if kind == "hole":
        return {"type": "Polygon", "coordinates": [outer, _ring(x_m, y_m, half_m / 4, 5)]}, {}
    parts = [[_ring(x_m + n * 1_200, y_m, half_m, 4 + n)] for n in range(draw(st.integers(2, 4)))]
    return {"type": "MultiPolygon", "coordinates": parts}, {}


@st.composite
def periods(draw: st.DrawFn) -> dict[str, Any]:
    """Return one entry of an applicability."""
    entry: dict[str, Any] = {}
    day = draw(st.integers(1, 27))
    if draw(st.booleans()):
        entry["starts_at"] = f"2026-03-{day:02d}T{draw(st.integers(0, 23)):02d}:00:00Z"
    if draw(st.booleans()):
        entry["ends_at"] = f"2026-04-{day:02d}T10:{draw(st.integers(0, 59)):02d}:00+08:00"
    if draw(st.booleans()) or not entry:
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True))
        first, last = draw(st.integers(0, 23 * 60)), draw(st.integers(1, 24 * 60))
        if first != last:
            clock = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (first, last)]
            entry["weekly"] = [{"days": days, "from": clock[0], "to": clock[1]}]
    return entry


@st.composite
def zone_files(draw: st.DrawFn) -> list[Zone]:
    """Return one to four different zones."""
    zones = []
    for n in range(draw(st.integers(1, 4))):
        geometry, needed = draw(geometries())
        lower = draw(_heights)
        optional = {
            name: draw(_texts)
            for name in ("name_zh", "reason", "authority", "message", "message_zh", "source")
            if draw(st.booleans())
        }
        times = [entry for entry in draw(st.lists(periods(), max_size=2)) if entry]
        feature = zone_feature(
            geometry,
            **needed,
            **optional,
            zone_id=f"zn_{n}",
            name=draw(_texts),
            restriction=draw(st.sampled_from(RESTRICTIONS)),
            datum=draw(st.sampled_from(["AGL", "AMSL", "HAE"])),
            lower_m=lower,
            upper_m=draw(st.one_of(st.none(), st.floats(1, 500).map(lambda more, low=lower: low + more))),
            applicability=times or None,
            demonstration=draw(st.booleans()),
        )
        zone = parse_zone(feature, REGION)
        assert isinstance(zone, Zone), (zone, feature)
        zones.append(zone)
    return zones


def read_back(kind: ZoneFormat, zones: list[Zone]) -> list[Zone]:
    finished = read_zones(kind, write_zones(kind, zones, REGION), REGION, new_id=lambda: "zn_new")
    assert finished.problems == []
    return finished.zones


def meaning(periods_: tuple[Period, ...]) -> list[tuple[float, float]]:
    """Return when periods hold in 2026: two ways of writing them are the same when this is."""
    year = [to_scene_s(datetime(2026, month, 1, tzinfo=UTC)) for month in (2, 6)]
    return [(round(a, 3), round(b, 3)) for a, b in active_within(periods_, *year)]


@pytest.mark.parametrize("kind", TEXT_FORMATS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(zones=zone_files())
def test_zones_come_back_equal_from_every_format(kind: ZoneFormat, zones: list[Zone]) -> None:
    """A written file must read back, without a problem, to zones equal in every field and to the last bit of a vertex."""
    back = read_back(kind, zones)
    for before, after in zip(zones, back, strict=True):
        one, other = zone_to_feature(before), zone_to_feature(after)
        assert meaning(before.applicability) == meaning(after.applicability)
        del one["properties"]["applicability"], other["properties"]["applicability"]
        assert one == other
    # What was read is written the same way again.
    assert write_zones(kind, back, REGION) == write_zones(kind, read_back(kind, back), REGION)

"""Recorded positions as documents: JSON items, GeoJSON, CSV, KML and telemetry logs (tlog).

Everything is WGS-84; the datum of each altitude stands in its name. KML heights are above mean sea level (its
`absolute`); GeoJSON heights above the ellipsoid (RFC 7946, 3.1.1).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.etree import ElementTree

import numpy as np
import orjson

from mavlink_bridge import codec, tlog
from utm.live_schema import STATES
from utm.recording.columns import IDENTITY, Rows, instant

FORMATS: Final = ("json", "geojson", "kml", "csv", "tlog")
KML: Final = "http://www.opengis.net/kml/2.2"
GX: Final = "http://www.google.com/kml/ext/2.2"
_NUMBERS: Final = (
    ("lat_deg", 7), ("lon_deg", 7), ("alt_hae_m", 2), ("alt_amsl_m", 2), ("alt_agl_m", 2), ("vel_east_mps", 2),
    ("vel_north_mps", 2), ("vel_up_mps", 2), ("heading_deg", 2), ("battery_pct", 1),
)  # fmt: skip
_CSV_HEADER: Final = (
    "track_id", "aircraft_id", "plan_id", "registration", "operator_id", "source", "state",
    "observed_at (RFC 3339, UTC)", "received_at (RFC 3339, UTC)",
    "lat_deg (degrees, WGS-84)", "lon_deg (degrees, WGS-84)", "alt_hae_m (metres above the ellipsoid)",
    "alt_amsl_m (metres above mean sea level)", "alt_agl_m (metres above ground)", "vel_east_mps (metres per second)",
    "vel_north_mps (metres per second)", "vel_up_mps (metres per second)", "heading_deg (degrees from true north)",
    "battery_pct (percent)",
)  # fmt: skip

Item = dict[str, Any]


def items(rows: Rows) -> Iterator[Item]:
    """Yield the rows as track items of the API, in their order; unknown is None."""
    columns = [(name, _plain(rows, name, decimals)) for name, decimals in _NUMBERS]
    observed, received = rows.observed_us.tolist(), rows.received_us.tolist()
    states, numbers = rows.state.tolist(), rows.data[IDENTITY].tolist()
    for i in range(len(rows)):
        who = rows.names.identities[numbers[i]]
        yield {
            "track_id": who.track_id,
            "aircraft_id": who.aircraft_id,
            "plan_id": who.plan_id,
            "registration": who.registration,
            "operator_id": who.operator_id,
            "source": who.source,
            "state": STATES[states[i]],
            "observed_at": _text(observed[i]),
            "received_at": _text(received[i]),
            **{name: values[i] for name, values in columns},
        }


def _plain(rows: Rows, name: str, decimals: int) -> list[float | None]:
    values = np.round(rows.units(name), decimals).tolist()
    return [None if value != value else value for value in values]  # noqa: PLR0124  (only NaN differs from itself)


def _text(at_us: int) -> str:
    return instant(at_us).isoformat().replace("+00:00", "Z")


def by_track(parts: Iterable[Rows]) -> dict[str, list[Item]]:
    """Return all rows by track, each in order of observation."""
    tracks: dict[str, list[Item]] = {}
    for rows in parts:
        for item in items(rows):
            tracks.setdefault(item["track_id"], []).append(item)
    for listed in tracks.values():
        listed.sort(key=lambda item: str(item["observed_at"]))
    return tracks


def csv_lines(parts: Iterable[Rows]) -> Iterator[str]:
    """Yield lines of CSV (RFC 4180): a header with units, then the positions."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_CSV_HEADER)
    for rows in parts:
        yield _drained(buffer)
        for item in items(rows):
            head = [item[name] for name in _CSV_HEADER[:7]] + [item["observed_at"], item["received_at"]]
            writer.writerow([*head, *(item[name] for name, _ in _NUMBERS)])
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def json_lines(parts: Iterable[Rows]) -> Iterator[bytes]:
    """Yield the positions as lines of JSON."""
    for rows in parts:
        for item in items(rows):
            yield orjson.dumps(item) + b"\n"


def track_feature(track_id: str, listed: list[Item]) -> dict[str, Any]:
    """Return a track as a GeoJSON Feature: a line [lon, lat, alt_hae_m], its instants and states beside it."""
    first = listed[0]
    points = [[item["lon_deg"], item["lat_deg"], *_height(item["alt_hae_m"])] for item in listed]
    geometry = {"type": "Point", "coordinates": points[0]} if len(points) == 1 else _line(points)
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            "kind": "track",
            "track_id": track_id,
            "aircraft_id": first["aircraft_id"],
            "registration": first["registration"],
            "operator_id": first["operator_id"],
            "source": first["source"],
            "observed_at": [item["observed_at"] for item in listed],
            "state": [item["state"] for item in listed],
        },
    }


def _line(points: list[list[float]]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": points}


def _height(value: float | None) -> list[float]:
    return [] if value is None else [value]


def geojson_lines(parts: Iterable[Rows]) -> Iterator[str]:
    """Yield a FeatureCollection, one feature a track and slice, so that any window fits in memory."""
    yield '{"type":"FeatureCollection","features":['
    comma = ""
    for rows in parts:
        for track_id, listed in by_track([rows]).items():
            yield comma + orjson.dumps(track_feature(track_id, listed)).decode() + "\n"
            comma = ","
    yield "]}\n"


def kml(name: str, tracks: dict[str, list[Item]], paths: dict[str, list[tuple[float, float, float]]]) -> bytes:
    """Return a KML 2.2 document: planned paths (lon, lat, height above mean sea level) and flown tracks with times."""
    ElementTree.register_namespace("", KML)
    ElementTree.register_namespace("gx", GX)
    root = ElementTree.Element(f"{{{KML}}}kml")
    document = _child(root, "Document")
    _child(document, "name").text = name
    for title, path in paths.items():
        placemark = _child(document, "Placemark")
        _child(placemark, "name").text = title
        line = _child(placemark, "LineString")
        _child(line, "altitudeMode").text = "absolute"
        _child(line, "coordinates").text = " ".join(f"{lon:.7f},{lat:.7f},{height:.2f}" for lon, lat, height in path)
    for track_id, listed in tracks.items():
        placemark = _child(document, "Placemark")
        _child(placemark, "name").text = listed[0]["registration"] or track_id
        flown = ElementTree.SubElement(placemark, f"{{{GX}}}Track")
        known = [item for item in listed if item["alt_amsl_m"] is not None]
        _child(flown, "altitudeMode").text = "absolute" if known else "clampToGround"
        shown = known or listed
        for item in shown:
            _child(flown, "when").text = str(item["observed_at"])
        for item in shown:
            place = f"{item['lon_deg']:.7f} {item['lat_deg']:.7f} {item['alt_amsl_m'] or 0.0:.2f}"
            ElementTree.SubElement(flown, f"{{{GX}}}coord").text = place
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _child(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{KML}}}{name}")


def tlog_records(parts: Iterable[Rows]) -> Iterator[bytes]:
    """Yield a telemetry log of GLOBAL_POSITION_INT frames, made from what was recorded (the frames are not the original).

    System ids, of which there are 255, are given to tracks in turn. Positions without a height above the sea are left
    out, because the message cannot say so; unknown speeds and heights above ground stand as 0, as many autopilots write
    them. Within a slice records are in order of arrival.
    """
    systems: dict[str, int] = {}
    sequences: dict[int, int] = {}
    for rows in parts:
        order = np.argsort(rows.received_us, kind="stable")
        received = rows.received_us[order].tolist()
        for at_us, item in zip(received, items(rows.take(order)), strict=True):
            if item["alt_amsl_m"] is None:
                continue
            system = systems.setdefault(item["track_id"], len(systems) % 255 + 1)
            sequence = sequences[system] = (sequences.get(system, -1) + 1) & 0xFF
            values = _global_position(item, at_us)
            yield tlog.record(
                at_us / 1e6, codec.encode(33, values, sequence=sequence, system_id=system, component_id=1)
            )


def _global_position(item: Item, at_us: int) -> tuple[int, ...]:
    heading = item["heading_deg"]
    return (
        at_us // 1000 & 0xFFFFFFFF,
        round(item["lat_deg"] * 1e7),
        round(item["lon_deg"] * 1e7),
        round(item["alt_amsl_m"] * 1000),
        round((item["alt_agl_m"] or 0.0) * 1000),
        _centimetres(item["vel_north_mps"]),
        _centimetres(item["vel_east_mps"]),
        -_centimetres(item["vel_up_mps"]),
        65535 if heading is None else round(heading * 100) % 36_000,
    )


def _centimetres(value: float | None) -> int:
    return 0 if value is None else max(-32_767, min(32_767, round(value * 100)))

"""Routes as GeoJSON, KML and CSV: the plan's own waypoints, so that what is written reads back to the same body.

GeoJSON and CSV keep positions in the CRS the plan declares and say which; KML, which maps draw as WGS-84, is converted.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from airspace.coordinates import wgs84_from
from airspace.formats.json_text import parse_json
from airspace.formats.problems import FormatProblem
from airspace.formats.routes import (
    BODY_FIELDS,
    RouteFile,
    body_members,
    crs_of,
    finite,
    lists_of,
    points_with,
    route_of_body,
)
from airspace.formats.xml_text import Node, element, parse_xml, text_element
from airspace.formats.zone_drafts import Place, ZoneFile
from airspace.formats.zones_kml import NAMESPACE, coordinates, data_block, extended_data
from airspace.trajectory import WaypointRoute

MAX_ROWS: Final = 100_000


# -- GeoJSON -----------------------------------------------------------------------------------------------------------


def read_geojson(data: bytes) -> RouteFile:
    """Read a LineString Feature [lon, lat, height], or a FeatureCollection of one, or of volumes as we write them."""
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        return RouteFile(problems=[document])
    found = RouteFile()
    features = document.get("features") if isinstance(document, dict) else None
    collection = isinstance(features, list)
    listed = features if isinstance(features, list) else [document]
    volumes = [f for f in listed if isinstance(f, Mapping) and _properties(f).get("volume4d") is not None]
    if volumes and isinstance(document, dict):
        _take_members(_properties(document), found)
        found.volumes = [_properties(feature)["volume4d"] for feature in volumes]
        return found
    lines = [
        (f"/features/{n}" if collection else "", feature)
        for n, feature in enumerate(listed)
        if isinstance(feature, Mapping) and _geometry(feature).get("type") == "LineString"
    ]
    if not lines:
        found.add("missing", Place("", None), what="A LineString", what_zh=" LineString")
        return found
    at, feature = lines[0]
    if len(lines) > 1:
        found.add("several_routes", Place(lines[1][0], None), warning=True, count=len(lines))
    values = _properties(feature)
    _take_members(values, found)
    positions = []
    raw = _geometry(feature).get("coordinates")
    for n, position in enumerate(raw if isinstance(raw, list) else []):
        place = Place(f"{at}/geometry/coordinates/{n}", None)
        numbers = [finite(v) for v in position] if isinstance(position, list) else []
        if len(numbers) not in (2, 3) or None in numbers:
            found.add("wrong_type", place, what="a position [lon, lat, height]", what_zh=" [lon, lat, 高度] 坐标")
            return found
        positions.append((numbers[1] or 0.0, numbers[0] or 0.0, numbers[2] if len(numbers) > 2 else None, place))
    found.points = points_with(values, positions, found, Place(f"{at}/properties", None))
    return found


def _properties(value: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = value.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _geometry(value: Mapping[str, Any]) -> Mapping[str, Any]:
    geometry = value.get("geometry", value)
    return geometry if isinstance(geometry, Mapping) else {}


def _take_members(values: Mapping[str, Any], found: RouteFile) -> None:
    """Take the members of a body that a file of ours holds."""
    found.body = {name: values[name] for name in BODY_FIELDS if values.get(name) is not None}
    found.cruise_speed_mps = finite(values.get("cruise_speed_mps"))
    found.crs = crs_of(values.get("crs")) or "WGS84"
    if values.get("crs") is not None and crs_of(values["crs"]) is None:
        found.add("not_allowed", Place("crs", None), value=values["crs"], choices="WGS84, GCJ02, CGCS2000")


def write_geojson(body: Mapping[str, Any]) -> bytes:
    """Write a plan as a Feature, or, of volumes, as a FeatureCollection."""
    members = body_members(body)
    if body["route"].get("type") == "volumes":
        features = [_volume_feature(volume) for volume in body["route"]["volumes"]]
        document: dict[str, Any] = {"type": "FeatureCollection", "properties": members, "features": features}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)
    route = route_of_body(body)
    line = [[p.lon_deg, p.lat_deg, p.alt_m] for p in route.waypoints]
    properties = {**members, **_route_members(route), **lists_of(route)}
    document = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": properties}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _route_members(route: WaypointRoute) -> dict[str, Any]:
    crs = {"crs": route.crs} if route.crs != "WGS84" else {}
    return crs | {"cruise_speed_mps": route.cruise_speed_mps}


def _volume_feature(volume: Mapping[str, Any]) -> dict[str, Any]:
    shape = volume["volume"]
    if shape.get("outline_circle"):
        centre = shape["outline_circle"]["center"]
        geometry: dict[str, Any] = {"type": "Point", "coordinates": [centre["lng"], centre["lat"]]}
    else:
        ring = [[v["lng"], v["lat"]] for v in shape["outline_polygon"]["vertices"]]
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "geometry": geometry, "properties": {"volume4d": volume}}


# -- KML ---------------------------------------------------------------------------------------------------------------


def read_kml(data: bytes) -> RouteFile:
    """Read the first LineString of a KML file; `absolute` is over sea level, `relativeToGround` over the ground."""
    root = parse_xml(data)
    if isinstance(root, FormatProblem):
        return RouteFile(problems=[root])
    found = RouteFile()
    marks = [(n, mark) for n, mark in enumerate(root.all("Placemark")) if mark.all("LineString")]
    if not marks:
        what, what_zh = "A Placemark with a LineString", "含 LineString 的 Placemark"
        found.add("missing", Place("Placemark", root.line), what=what, what_zh=what_zh)
        return found
    if len(marks) > 1:
        found.add(
            "several_routes", Place(f"Placemark[{marks[1][0]}]", marks[1][1].line), warning=True, count=len(marks)
        )
    index, mark = marks[0]
    _read_line(mark, f"Placemark[{index}]", found)
    return found


def _read_line(mark: Node, at: str, found: RouteFile) -> None:
    line = mark.all("LineString")[0]
    values: dict[str, Any] = {}
    for name, (text, number) in extended_data(mark).items():
        try:
            values[name] = json.loads(text)
        except ValueError:
            if name in (*BODY_FIELDS, "cruise_speed_mps", "crs", "alt_datum"):
                values[name] = text
            else:
                found.add(
                    "ignored", Place(f"{at}/ExtendedData/{name}", number), warning=True, what=name, what_zh=f" {name}"
                )
    _take_members(values, found)
    mode = line.text_of("altitudeMode") or "clampToGround"
    datum = {"absolute": "AMSL", "relativeToGround": "AGL"}.get(mode)
    if datum is None and not {"alt_datum", "alt_datums"} & set(values):
        values["alt_datum"] = "AGL"
        found.clamped = Place(f"{at}/LineString/altitudeMode", line.line)
    else:
        values.setdefault("alt_datum", datum)
    node = line.child("coordinates")
    where = f"{at}/LineString/coordinates"
    if node is None:
        found.add("missing", Place(where, line.line), what="coordinates", what_zh=" coordinates")
        return
    noted = ZoneFile()
    points = coordinates(node, where, noted)
    found.problems.extend(noted.problems)
    if points is None:
        return
    flat = found.clamped is not None
    places = [Place(f"{where}[{n}]", node.line) for n in range(len(points))]
    positions = [
        (p[1], p[0], 0.0 if flat else p[2] if len(p) > 2 else None, place)
        for p, place in zip(points, places, strict=True)
    ]
    found.points = points_with(values, positions, found, Place(f"{at}/ExtendedData", mark.line))


def write_kml(body: Mapping[str, Any]) -> bytes:
    """Write a plan's route as a KML line; what KML has no element for stands in ExtendedData."""
    route = route_of_body(body)
    if route.crs == "GCJ02":
        lat, lon = wgs84_from(route.crs, [p.lat_deg for p in route.waypoints], [p.lon_deg for p in route.waypoints])
        moved = zip(route.waypoints, lat.tolist(), lon.tolist(), strict=True)
        route = replace(route, crs="WGS84", waypoints=tuple(p._replace(lat_deg=a, lon_deg=b) for p, a, b in moved))
    datums = {point.alt_datum for point in route.waypoints}
    mode = "relativeToGround" if datums == {"AGL"} else "absolute"
    members = {**body_members(body), **_route_members(route), **lists_of(route)}
    values = {name: json.dumps(value, ensure_ascii=True) for name, value in members.items()}
    points = "\n".join(f"{p.lon_deg!r},{p.lat_deg!r},{p.alt_m!r}" for p in route.waypoints)
    line = element("LineString", element("altitudeMode", mode), element("coordinates", "\n" + points + "\n"))
    mark = element("Placemark", text_element("name", members.get("aircraft_id", "route")), data_block(values), line)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element("kml", element("Document", mark), xmlns=NAMESPACE)}\n'.encode()


# -- CSV ---------------------------------------------------------------------------------------------------------------

_COLUMN_NAMES: Final = {
    "lat": "lat_deg", "latitude": "lat_deg", "lon": "lon_deg", "lng": "lon_deg", "longitude": "lon_deg",
    "alt": "alt_m", "altitude": "alt_m", "height": "alt_m", "datum": "alt_datum", "speed": "speed_mps", "hold": "hold_s",
}  # fmt: skip
_COLUMNS: Final = ("lat_deg", "lon_deg", "alt_m", "alt_datum", "speed_mps", "hold_s", "t_s")


def read_csv(data: bytes) -> RouteFile:
    """Read a table with a header of `lat_deg,lon_deg,alt_m[,alt_datum,speed_mps,hold_s,t_s]`; `# name: value` lines hold
    members of the plan."""
    found = RouteFile()
    try:
        lines = re.split(r"\r\n|\n|\r", data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        found.add("wrong_encoding", Place("", None))
        return found
    if len(lines) > MAX_ROWS:
        found.add("too_many", Place("", MAX_ROWS), limit=MAX_ROWS, what="rows", what_zh="行")
        return found
    members: dict[str, Any] = {}
    header: list[str] = []
    separator = ","
    rows: list[tuple[int, dict[str, str]]] = []
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            name, _, value = line.lstrip()[1:].partition(":")
            members[name.strip()] = _member(value.strip())
        elif line.strip() and not header:
            separator = next((mark for mark in (";", "\t") if mark in line), ",")
            names = [name.strip().strip('"').lower() for name in line.split(separator)]
            header = [_COLUMN_NAMES.get(name, name) for name in names]
            absent = [name for name in ("lat_deg", "lon_deg") if name not in header]
            if absent:
                found.add(
                    "missing", Place(absent[0], number), what=f"The column {absent[0]}", what_zh=f"列 {absent[0]}"
                )
                return found
            for name in header:
                if name not in _COLUMNS:
                    found.add("unknown_field", Place(name, number), warning=True, value=name)
        elif line.strip():
            cells = [cell.strip().strip('"') for cell in line.split(separator)]
            if len(cells) != len(header):
                place = Place(f"row[{len(rows)}]", number)
                reason = f"it has {len(cells)} columns, the header {len(header)}"
                found.add(
                    "malformed_line", place, reason=reason, reason_zh=f"有 {len(cells)} 列，表头有 {len(header)} 列"
                )
                continue
            rows.append((number, dict(zip(header, cells, strict=True))))
    if not header:
        found.add("missing", Place("", 1), what="The header line", what_zh="表头")
        return found
    _take_members(members, found)
    _take_rows(rows, members, found)
    return found


def _member(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _take_rows(rows: list[tuple[int, dict[str, str]]], members: Mapping[str, Any], found: RouteFile) -> None:
    positions: list[tuple[float, float, float | None, Place]] = []
    lists: dict[str, list[Any]] = {"alt_datums": [], "speeds_mps": [], "holds_s": [], "t_s": []}
    for n, (line, cells) in enumerate(rows):
        numbers: dict[str, float | None] = {}
        for name in ("lat_deg", "lon_deg", "alt_m", "speed_mps", "hold_s", "t_s"):
            text = cells.get(name, "")
            try:
                numbers[name] = finite(float(text)) if text else None
                good = not text or numbers[name] is not None
            except ValueError:
                good = False
            if not good or (name in ("lat_deg", "lon_deg") and not text):
                place = Place(f"row[{n}]/{name}", line)
                found.add("not_finite" if good is False and text else "missing", place, what=name, what_zh=f" {name}")
                numbers[name] = None
        if numbers["lat_deg"] is None or numbers["lon_deg"] is None:
            continue
        place = Place(f"row[{n}]", line)
        positions.append((numbers["lat_deg"], numbers["lon_deg"], numbers["alt_m"], place))
        lists["alt_datums"].append(cells.get("alt_datum") or None)
        lists["speeds_mps"].append(numbers["speed_mps"])
        lists["holds_s"].append(numbers["hold_s"])
        lists["t_s"].append(numbers["t_s"])
    if not found.broken:
        found.points = points_with(
            {"alt_datum": members.get("alt_datum"), **lists}, positions, found, Place("row[0]", None)
        )


def write_csv(body: Mapping[str, Any]) -> bytes:
    """Write a plan's route as a table with the plan's other members in comments."""
    route = route_of_body(body)
    members = {**body_members(body), **_route_members(route)}
    lines = [f"# {name}: {json.dumps(value, ensure_ascii=True)}" for name, value in members.items()]
    lines.append(",".join(_COLUMNS))
    for p in route.waypoints:
        cells = (p.lat_deg, p.lon_deg, p.alt_m, p.alt_datum, p.speed_mps, p.hold_s, p.t_s)
        lines.append(",".join("" if cell is None else cell if isinstance(cell, str) else repr(cell) for cell in cells))
    return ("\n".join(lines) + "\n").encode()

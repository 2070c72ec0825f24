"""Zones as KML Placemarks, read and written.

KML has no limits, restrictions, periods or circles: they stand in ExtendedData, under the names of the zone body, and are
what counts. Files of others, which have none, are read with the defaults the caller gives (`restriction`, `lower_m`,
`upper_m`, `datum`), or with the height of an extruded polygon. A circle is drawn as a 64-gon around it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import shapely

from airspace.areas import Area
from airspace.formats.problems import FormatProblem
from airspace.formats.xml_text import Node, element, parse_xml, text_element
from airspace.formats.zone_drafts import RESTRICTIONS_OF, Draft, Place, ZoneFile
from airspace.frame import LocalFrame
from airspace.schedule import applicability_to_list
from airspace.zones import Zone

NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
MAX_COORDINATES: Final = 1_000_000
_TEXTS: Final = (
    "zone_id", "name", "name_zh", "restriction", "reason", "datum", "authority", "message", "message_zh", "source",
)  # fmt: skip
_NUMBERS: Final = ("lower_m", "upper_m")
_COLOURS: Final = {"PROHIBITED": "7d0000ff", "REQ_AUTHORISATION": "7d00a5ff", "CONDITIONAL": "7d00ffff"}


def read(data: bytes, defaults: Mapping[str, Any]) -> ZoneFile:
    """Read every Placemark that is a polygon; others are named in warnings."""
    root = parse_xml(data)
    if isinstance(root, FormatProblem):
        return ZoneFile(problems=[root])
    found = ZoneFile()
    if root.tag != "kml":
        found.add("wrong_type", Place("", root.line), what="a KML document (kml)", what_zh=" KML 文档（kml）")
        return found
    placemarks = root.all("Placemark")
    if not placemarks:
        found.add("missing", Place("kml", root.line), what="Placemark", what_zh=" Placemark")
    for index, placemark in enumerate(placemarks):
        draft = _read_placemark(placemark, f"Placemark[{index}]", defaults, found)
        if draft is not None:
            found.drafts.append(draft)
    return found


def _read_placemark(node: Node, at: str, defaults: Mapping[str, Any], found: ZoneFile) -> Draft | None:
    data = {name: value for name, value in extended_data(node).items() if value[0]}
    errors = found.error_count
    polygons = node.all("Polygon")
    if not polygons:
        kind = next(
            (c.tag for c in node.children if c.tag in ("Point", "LineString", "MultiGeometry", "Model")), "nothing"
        )
        found.add(
            "ignored",
            Place(at, node.line),
            warning=True,
            what=f"a {kind} is no zone and",
            what_zh=f"{kind}（不是区域）",
        )
        return None
    properties: dict[str, Any] = {**defaults}
    places = {f"/properties/{name}": Place(f"{at}/ExtendedData/{name}", line) for name, (_, line) in data.items()}
    for name in _TEXTS:
        if name in data:
            properties[name] = data[name][0]
    restriction = properties.get("restriction")
    properties["restriction"] = RESTRICTIONS_OF.get(str(restriction).upper(), restriction)
    properties.setdefault("name", node.text_of("name"))
    if "message" not in data and "restriction" not in data and node.text_of("description"):
        properties["message"] = node.text_of("description")
    _numbers(data, properties, at, found)
    if "demonstration" in data:
        properties["demonstration"] = data["demonstration"][0] == "true"
    if "applicability" in data:
        try:
            properties["applicability"] = json.loads(data["applicability"][0])
        except ValueError:
            found.add("malformed_time", places["/properties/applicability"], value=data["applicability"][0])
    shape, heights = _shape(polygons, at, places, found)
    if "circle" in data:
        circle = _circle(data["circle"][0], Place(f"{at}/ExtendedData/circle", data["circle"][1]), found)
        if circle is None:
            return None
        shape, properties["radius_m"] = circle
    if shape is None:
        return None
    if "lower_m" not in properties:
        _extruded(polygons[0], heights, properties)
    places.setdefault("/properties/zone_id", Place(at, node.line))
    broken = found.error_count > errors
    body = {"type": "Feature", "geometry": shape, "properties": properties}
    return Draft(body, Place(at, node.line), places, broken=broken)


def extended_data(node: Node) -> dict[str, tuple[str, int]]:
    """Return the values of ExtendedData (Data and SimpleData) by name, with their lines."""
    block = node.child("ExtendedData")
    found: dict[str, tuple[str, int]] = {}
    if block is not None:
        for item in block.all("Data"):
            found[item.attributes.get("name", "")] = (item.text_of("value") or "", item.line)
        for item in block.all("SimpleData"):
            found[item.attributes.get("name", "")] = (item.text.strip(), item.line)
    return found


def _numbers(data: Mapping[str, tuple[str, int]], properties: dict[str, Any], at: str, found: ZoneFile) -> None:
    for name in _NUMBERS:
        if name not in data:
            continue
        text, line = data[name]
        if name == "upper_m" and text == "unlimited":
            properties[name] = None
            continue
        value = number_in(text)
        if value is None:
            found.add("not_finite", Place(f"{at}/ExtendedData/{name}", line))
        else:
            properties[name] = value


def number_in(text: str) -> float | None:
    """Return a finite number written as text, None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None


def _shape(
    polygons: list[Node], at: str, places: dict[str, Place], found: ZoneFile
) -> tuple[dict[str, Any] | None, list[float]]:
    parts: list[list[list[list[float]]]] = []
    heights: list[float] = []
    for n, polygon in enumerate(polygons):
        rings = []
        outer, inner = polygon.all("outerBoundaryIs"), polygon.all("innerBoundaryIs")
        for boundary in (*outer, *inner):
            for node in boundary.all("coordinates"):
                points = coordinates(node, f"{at}/Polygon[{n}]/coordinates", found)
                if points is None:
                    return None, []
                heights.extend(point[2] for point in points if len(point) > 2)
                rings.append([point[:2] for point in points])
                places.setdefault("/geometry", Place(f"{at}/Polygon[{n}]", polygon.line))
                where = "/geometry/coordinates" + (f"/{n}" if len(polygons) > 1 else "") + f"/{len(rings) - 1}"
                places[where] = Place(f"{at}/Polygon[{n}]/coordinates", node.line)
        parts.append(rings)
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}, heights
    return {"type": "MultiPolygon", "coordinates": parts}, heights


def coordinates(node: Node, at: str, found: ZoneFile) -> list[list[float]] | None:
    """Return the tuples lon,lat[,alt] of a coordinates element; None, and a problem, when one is none."""
    if node.text.count(",") > MAX_COORDINATES:
        found.add("too_many", Place(at, node.line), limit=MAX_COORDINATES, what="positions", what_zh="坐标")
        return None
    points = []
    for n, piece in enumerate(node.text.split()):
        values = [number_in(part) for part in piece.split(",")]
        if len(values) not in (2, 3) or None in values:
            line = node.line + node.text[: node.text.find(piece)].count("\n")
            place = Place(f"{at}[{n}]", line)
            found.add(
                "wrong_type",
                place,
                what=f"lon,lat[,alt], not {piece[:40]}",
                what_zh=f" lon,lat[,alt]，而不是 {piece[:40]}",
            )
            return None
        points.append([value for value in values if value is not None])
    return points


def _circle(text: str, place: Place, found: ZoneFile) -> tuple[dict[str, Any], float] | None:
    values = [number_in(part) for part in text.split(",")]
    if len(values) != 3 or any(value is None for value in values):
        found.add("wrong_type", place, what="lon,lat,radius_m", what_zh=" lon,lat,radius_m")
        return None
    lon, lat, radius = (value or 0.0 for value in values)
    return {"type": "Point", "coordinates": [lon, lat]}, radius


def _extruded(polygon: Node, heights: list[float], properties: dict[str, Any]) -> None:
    """Take the band of a polygon drawn from the ground up: everybody's way to show a limit in KML."""
    mode = polygon.text_of("altitudeMode")
    datum = {"relativeToGround": "AGL", "absolute": "AMSL"}.get(mode or "")
    if polygon.text_of("extrude") == "1" and datum is not None and heights and min(heights) == max(heights) > 0:
        properties.update(lower_m=0.0, upper_m=heights[0], datum=datum)


def write(zones: Iterable[Zone], frame: LocalFrame) -> bytes:
    """Write zones as a KML document."""
    styles = [
        element("Style", element("PolyStyle", element("color", colour)), id=name) for name, colour in _COLOURS.items()
    ]
    marks = [_placemark(zone, frame) for zone in zones]
    body = element("Document", element("name", "UAS zones"), *styles, *marks)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element("kml", body, xmlns=NAMESPACE)}\n'.encode()


def _placemark(zone: Zone, frame: LocalFrame) -> str:
    values: dict[str, str | None] = {name: getattr(zone, name) for name in _TEXTS}
    values |= {
        "lower_m": repr(zone.lower_m),
        "upper_m": "unlimited" if zone.upper_m is None else repr(zone.upper_m),
        "demonstration": "true" if zone.demonstration else None,
    }
    periods = applicability_to_list(zone.applicability)
    if periods:
        values["applicability"] = json.dumps(periods)
    if zone.area.circle is not None:
        lat_deg, lon_deg, radius_m = zone.area.circle
        values["circle"] = f"{lon_deg!r},{lat_deg!r},{radius_m!r}"
    return "\n" + element(
        "Placemark",
        text_element("name", zone.name),
        text_element("styleUrl", f"#{zone.restriction}") if zone.restriction in _COLOURS else None,
        data_block(values),
        _polygons(zone, frame),
    )


def data_block(values: Mapping[str, str | None]) -> str:
    """Return an ExtendedData element of the values that are set."""
    given = [(name, text_element("value", value)) for name, value in values.items()]
    return element("ExtendedData", *(element("Data", value, name=name) for name, value in given if value is not None))


def _polygons(zone: Zone, frame: LocalFrame) -> str:
    mode = "relativeToGround" if zone.datum == "AGL" else "absolute"
    height = 0.0 if zone.upper_m is None else zone.upper_m
    polygons = []
    for rings in _rings_of(zone.area, frame):
        written = []
        for n, ring in enumerate(rings):
            points = " ".join(f"{lon!r},{lat!r},{height!r}" for lat, lon in (*ring, ring[0]))
            inner = element("LinearRing", element("coordinates", points))
            written.append(element("outerBoundaryIs" if n == 0 else "innerBoundaryIs", inner))
        polygons.append(element("Polygon", element("extrude", "1"), element("altitudeMode", mode), *written))
    return polygons[0] if len(polygons) == 1 else element("MultiGeometry", *polygons)


def _rings_of(area: Area, frame: LocalFrame) -> list[list[list[tuple[float, float]]]]:
    if area.circle is None:
        return [[[(lat, lon) for lat, lon in ring.tolist()] for ring in rings] for rings in area.polygons]
    x, y = shapely.get_coordinates(area.outline)[:-1:4].T
    lat, lon = frame.to_lat_lon(x, y)
    return [[list(zip(lat.round(7).tolist(), lon.round(7).tolist(), strict=True))]]

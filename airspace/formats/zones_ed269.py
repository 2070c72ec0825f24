"""Zones as EUROCAE ED-269 (UAS geographical zones), read and written.

A zone of the file with several geometries becomes several zones, `id_1`, `id_2`, ... A circle's radius is in the unit of
`uomDimensions`, as the limits are. Source of names and enumerations: ED-269, chapter 8, and published data sets.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from airspace.areas import area_to_geojson
from airspace.formats import eurocae
from airspace.formats.eurocae import number_of, text_of
from airspace.formats.json_text import parse_json
from airspace.formats.problems import FormatProblem
from airspace.formats.zone_drafts import (
    FEET_M,
    RESTRICTIONS_OF,
    Draft,
    Limit,
    Place,
    ZoneFile,
    band_of,
    outline_of,
    outward_m,
    points_of,
)
from airspace.region import Region
from airspace.zones import Zone

_LISTS: Final = ("UASZoneList", "features")
_DATUMS: Final = {"AGL": "AGL", "AMSL": "AMSL", "WGS84": "HAE", "W84": "HAE"}
_OWN_TEXTS: Final = ("name_zh", "message_zh", "source")


def read(data: bytes, region: Region) -> ZoneFile:
    """Read an ED-269 document: `UASZoneList` or `features`, a list of UAS zone versions."""
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        return ZoneFile(problems=[document])
    found = ZoneFile()
    name = next((key for key in _LISTS if isinstance(document, dict) and key in document), None)
    listed = document[name] if name is not None else None
    if not isinstance(listed, list):
        place = Place(f"/{name}" if name else "", None)
        found.add(
            "missing", place, what="UASZoneList (or features), the list of zones", what_zh=" UASZoneList（区域列表）"
        )
        return found
    for index, item in enumerate(listed):
        at = f"/{name}/{index}"
        if isinstance(item, Mapping):
            _read_zone(item, at, region, found)
        else:
            found.add("wrong_type", Place(at, None), what="an object", what_zh="对象")
    return found


def _read_zone(item: Mapping[str, Any], at: str, region: Region, found: ZoneFile) -> None:
    own = eurocae.read_own(item.get("extendedProperties"))
    errors = found.error_count
    restriction = item.get("restriction")
    authorities = item.get("zoneAuthority")
    properties: dict[str, Any] = {
        "zone_id": item.get("identifier"),
        "name": text_of(item.get("name")) or text_of(item.get("identifier")),
        "restriction": RESTRICTIONS_OF.get(restriction, restriction) if isinstance(restriction, str) else restriction,
        "reason": eurocae.reasons_of(item.get("reason"), text_of(item.get("otherReasonInfo"))),
        "applicability": eurocae.periods_of(item.get("applicability"), f"{at}/applicability", found),
        "authority": _authority(authorities),
        "message": text_of(item.get("message")),
        **{name: own[name] for name in (*_OWN_TEXTS, "demonstration") if name in own},
    }
    geometries = item.get("geometry")
    if isinstance(geometries, Mapping):
        geometries = [geometries]
    if not isinstance(geometries, list) or not geometries:
        found.add("missing", Place(f"{at}/geometry", None), what="geometry", what_zh=" geometry")
        return
    drafts = [
        draft
        for n, geometry in enumerate(geometries)
        if (draft := _read_geometry(geometry, f"{at}/geometry/{n}", at, properties, own, region, found)) is not None
    ]
    for draft in drafts:
        draft.broken = found.error_count > errors
    if own.get("parts") == len(geometries) == len(drafts):
        parts = [draft.feature["geometry"]["coordinates"] for draft in drafts]
        drafts[0].feature["geometry"] = {"type": "MultiPolygon", "coordinates": parts}
        found.drafts.append(drafts[0])
        return
    if len(geometries) > 1:
        for n, draft in enumerate(drafts, start=1):
            draft.feature["properties"]["zone_id"] = f"{item.get('identifier')}_{n}"
    found.drafts.extend(drafts)


def _read_geometry(
    raw: object,
    where: str,
    at: str,
    properties: dict[str, Any],
    own: Mapping[str, Any],
    region: Region,
    found: ZoneFile,
) -> Draft | None:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("horizontalProjection"), Mapping):
        place = Place(f"{where}/horizontalProjection", None)
        found.add("missing", place, what="horizontalProjection", what_zh=" horizontalProjection")
        return None
    unit = raw.get("uomDimensions", "M")
    if unit not in ("M", "FT"):
        found.add("unknown_unit", Place(f"{where}/uomDimensions", None), value=unit, choices="M, FT")
        return None
    scale = FEET_M if unit == "FT" else 1.0
    projection: Mapping[str, Any] = raw["horizontalProjection"]
    values = dict(properties)
    shape = _shape(projection, f"{where}/horizontalProjection", scale, values, found)
    lower = _limit(raw, "lower", where, scale, found)
    upper = _limit(raw, "upper", where, scale, found)
    if shape is None or lower is None or upper is None:
        return None
    values |= _own_band(own, raw) or band_of(
        lower, upper, points_of(shape, values.get("radius_m")) or [(0.0, 0.0)], region, found
    )
    places = {
        "/geometry": Place(f"{where}/horizontalProjection", None),
        "/properties/radius_m": Place(f"{where}/horizontalProjection/radius", None),
        "/properties/lower_m": lower.place,
        "/properties/upper_m": upper.place,
        "/properties/datum": Place(f"{where}/lowerVerticalReference", None),
        "/properties/zone_id": Place(f"{at}/identifier", None),
        **{f"/properties/{name}": Place(f"{at}/{name}", None) for name in ("name", "restriction", "message", "reason")},
        "/properties/applicability": Place(f"{at}/applicability", None),
        "/properties/authority": Place(f"{at}/zoneAuthority", None),
    }
    return Draft({"type": "Feature", "geometry": shape, "properties": values}, Place(at, None), places)


def _shape(
    projection: Mapping[str, Any], at: str, scale: float, values: dict[str, Any], found: ZoneFile
) -> dict[str, Any] | None:
    kind = projection.get("type")
    if kind == "Circle":
        radius = number_of(projection.get("radius"), Place(f"{at}/radius", None), found)
        if radius is None:
            return None
        values["radius_m"] = radius * scale
        return {"type": "Point", "coordinates": projection.get("center")}
    if kind == "Polygon":
        return {"type": "Polygon", "coordinates": projection.get("coordinates")}
    found.add("unknown_geometry", Place(f"{at}/type", None), value=kind)
    return None


def _limit(raw: Mapping[str, Any], which: str, where: str, scale: float, found: ZoneFile) -> Limit | None:
    place = Place(f"{where}/{which}Limit", None)
    value, reference = raw.get(f"{which}Limit"), raw.get(f"{which}VerticalReference")
    if value is None:
        # No lower limit is the surface, no upper one is unlimited (ED-269, 8.4).
        datum = _DATUMS.get(reference, "AGL") if isinstance(reference, str) else "AGL"
        return Limit(0.0 if which == "lower" else None, datum, place)
    height = number_of(value, place, found)
    named = _DATUMS.get(reference) if isinstance(reference, str) else None
    if named is None:
        at = Place(f"{where}/{which}VerticalReference", None)
        found.add("unknown_datum", at, value=reference, choices="AGL, AMSL, WGS84")
        return None
    return None if height is None else Limit(height * scale, named, place)


def _own_band(own: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the band we wrote beside limits that this format cannot carry, as long as those were not changed since."""
    band = own.get("band")
    if not isinstance(band, Mapping) or band.get("written") != [raw.get("lowerLimit"), raw.get("upperLimit")]:
        return None
    return {name: band.get(name) for name in ("lower_m", "upper_m", "datum")}


def _authority(raw: object) -> str | None:
    first = raw[0] if isinstance(raw, list) and raw else raw
    if not isinstance(first, Mapping):
        return None
    parts = [text_of(first.get(name)) for name in ("name", "contactName", "siteURL", "email", "phone")]
    return "; ".join(part for part in parts if part) or None


def write(zones: Iterable[Zone], region: Region) -> bytes:
    """Write zones as an ED-269 document."""
    document = {
        "title": "UAS zones",
        "description": "Limits in metres; what ED-269 has no field for stands in extendedProperties.",
        "features": [_written(zone, region) for zone in zones],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _written(zone: Zone, region: Region) -> dict[str, Any]:
    reasons, info = eurocae.reasons_written(zone.reason)
    lower, upper, datum, band = writable_band(zone, region)
    limits = {
        "uomDimensions": "M",
        "lowerLimit": lower,
        "lowerVerticalReference": datum,
        "upperLimit": upper,
        "upperVerticalReference": datum,
    }
    shapes = _projections(zone)
    own = eurocae.own_block(zone, _OWN_TEXTS, band=band, parts=len(shapes) if len(shapes) > 1 else None)
    written = {
        "identifier": zone.zone_id,
        "country": "CHN",
        "name": zone.name,
        "type": "COMMON",
        "restriction": zone.restriction,
        "reason": reasons or None,
        "otherReasonInfo": info,
        "message": zone.message,
        "applicability": eurocae.periods_written(zone.applicability, permanent_flag=True),
        "zoneAuthority": [{"name": zone.authority}] if zone.authority else None,
        "geometry": [{**limits, "horizontalProjection": shape} for shape in shapes],
        "extendedProperties": {eurocae.OWN: own} if own else None,
    }
    return {name: value for name, value in written.items() if value is not None}


def writable_band(zone: Zone, region: Region) -> tuple[float, float | None, str, dict[str, Any] | None]:
    """Return limits in AGL or AMSL, and for a zone in HAE also its exact band; limits are taken outwards then."""
    if zone.datum != "HAE":
        return zone.lower_m, zone.upper_m, zone.datum, None
    outline = outline_of(zone, region)
    lower = outward_m(zone.lower_m, "HAE", "AMSL", outline, region, upwards=False)
    upper = None if zone.upper_m is None else outward_m(zone.upper_m, "HAE", "AMSL", outline, region, upwards=True)
    exact = {"lower_m": zone.lower_m, "upper_m": zone.upper_m, "datum": "HAE", "written": [lower, upper]}
    return lower, upper, "AMSL", exact


def _projections(zone: Zone) -> list[dict[str, Any]]:
    if zone.area.circle is not None:
        lat_deg, lon_deg, radius_m = zone.area.circle
        return [{"type": "Circle", "center": [lon_deg, lat_deg], "radius": radius_m}]
    geometry = area_to_geojson(zone.area)
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [{"type": "Polygon", "coordinates": part} for part in parts]

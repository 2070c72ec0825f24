"""Zones as EUROCAE ED-318 (GeoJSON with `layer`, `extent` and multilingual texts), read and written.

A feature of several layers (GeometryCollection) becomes several zones, `id_1`, `id_2`, ... Texts are taken by language:
any `zh` is the Chinese one, the first other the main one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from airspace.areas import area_to_geojson
from airspace.formats import eurocae
from airspace.formats.eurocae import number_of, text_of
from airspace.formats.json_text import parse_json
from airspace.formats.problems import FormatProblem
from airspace.formats.zone_drafts import FEET_M, RESTRICTIONS_OF, Draft, Limit, Place, ZoneFile, band_of, points_of
from airspace.region import Region
from airspace.zones import Zone

_DATUMS: Final = {"AGL": "AGL", "AMSL": "AMSL", "WGS84": "HAE"}
_UNITS: Final = {"m": 1.0, "M": 1.0, "ft": FEET_M, "FT": FEET_M}
_TYPES: Final = {"PROHIBITED": "PROHIBITED", "REQ_AUTHORISATION": "REQ_AUTHORIZATION"}


def read(data: bytes, region: Region) -> ZoneFile:
    """Read an ED-318 FeatureCollection."""
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        return ZoneFile(problems=[document])
    found = ZoneFile()
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        found.add(
            "missing", Place("/features", None), what="features, the list of zones", what_zh=" features（区域列表）"
        )
        return found
    for index, feature in enumerate(features):
        at = f"/features/{index}"
        if not isinstance(feature, Mapping) or not isinstance(feature.get("properties"), Mapping):
            found.add("missing", Place(f"{at}/properties", None), what="properties", what_zh=" properties")
        else:
            _read_feature(feature, at, region, found)
    return found


def _read_feature(feature: Mapping[str, Any], at: str, region: Region, found: ZoneFile) -> None:
    raw: Mapping[str, Any] = feature["properties"]
    inner = f"{at}/properties"
    own = eurocae.read_own(raw.get("extendedProperties"))
    errors = found.error_count
    kind = raw.get("type")
    name, name_zh = _texts(raw.get("name"))
    message, message_zh = _texts(raw.get("message"))
    info, info_zh = _texts(raw.get("otherReasonInfo"))
    properties: dict[str, Any] = {
        "zone_id": raw.get("identifier"),
        "name": name or name_zh or text_of(raw.get("identifier")),
        "name_zh": name_zh,
        "restriction": RESTRICTIONS_OF.get(kind, kind) if isinstance(kind, str) else kind,
        "reason": eurocae.reasons_of(raw.get("reason"), info or info_zh),
        "applicability": eurocae.periods_of(raw.get("limitedApplicability"), f"{inner}/limitedApplicability", found),
        "authority": _authority(raw.get("zoneAuthority")),
        "message": message,
        "message_zh": message_zh,
        **{key: own[key] for key in ("source", "demonstration") if key in own},
    }
    geometry = feature.get("geometry")
    layers = _layers(geometry, f"{at}/geometry")
    if not layers:
        found.add("missing", Place(f"{at}/geometry", None), what="geometry", what_zh=" geometry")
        return
    drafts = [
        draft
        for layer, where in layers
        if (draft := _read_layer(layer, where, at, properties, region, found)) is not None
    ]
    for draft in drafts:
        draft.broken = found.error_count > errors
    if own.get("parts") == len(layers) == len(drafts):
        parts = [draft.feature["geometry"]["coordinates"] for draft in drafts]
        drafts[0].feature["geometry"] = {"type": "MultiPolygon", "coordinates": parts}
        drafts = drafts[:1]
    elif len(layers) > 1:
        for n, draft in enumerate(drafts, start=1):
            draft.feature["properties"]["zone_id"] = f"{raw.get('identifier')}_{n}"
    found.drafts.extend(drafts)


def _layers(geometry: object, at: str) -> list[tuple[Mapping[str, Any], str]]:
    if not isinstance(geometry, Mapping):
        return []
    if geometry.get("type") != "GeometryCollection":
        return [(geometry, at)]
    listed = geometry.get("geometries")
    listed = listed if isinstance(listed, list) else []
    return [(item, f"{at}/geometries/{n}") for n, item in enumerate(listed) if isinstance(item, Mapping)]


def _read_layer(
    raw: Mapping[str, Any], where: str, at: str, properties: dict[str, Any], region: Region, found: ZoneFile
) -> Draft | None:
    layer = raw.get("layer")
    if not isinstance(layer, Mapping):
        found.add(
            "missing", Place(f"{where}/layer", None), what="layer, the vertical limits", what_zh=" layer（高度限）"
        )
        return None
    scale = _UNITS.get(str(layer.get("uom", "m")))
    if scale is None:
        found.add("unknown_unit", Place(f"{where}/layer/uom", None), value=layer.get("uom"), choices="m, ft")
        return None
    values = dict(properties)
    shape: dict[str, Any] = {"type": raw.get("type"), "coordinates": raw.get("coordinates")}
    if raw.get("type") == "Point":
        extent = raw.get("extent")
        place = Place(f"{where}/extent/radius", None)
        radius = number_of(extent.get("radius") if isinstance(extent, Mapping) else None, place, found)
        if radius is None:
            return None
        values["radius_m"] = radius * scale
    elif raw.get("type") not in ("Polygon", "MultiPolygon"):
        found.add("unknown_geometry", Place(f"{where}/type", None), value=raw.get("type"))
        return None
    lower = _limit(layer, "lower", f"{where}/layer", scale, found)
    upper = _limit(layer, "upper", f"{where}/layer", scale, found)
    if lower is None or upper is None:
        return None
    values |= band_of(lower, upper, points_of(shape, values.get("radius_m")) or [(0.0, 0.0)], region, found)
    names = {"zone_id": "identifier", "restriction": "type", "applicability": "limitedApplicability"}
    names |= {"authority": "zoneAuthority", "name_zh": "name", "message_zh": "message"}
    known = (
        "zone_id",
        "name",
        "name_zh",
        "restriction",
        "reason",
        "applicability",
        "authority",
        "message",
        "message_zh",
    )
    places = {f"/properties/{key}": Place(f"{at}/properties/{names.get(key, key)}", None) for key in known}
    places |= {
        "/geometry": Place(where, None),
        "/properties/radius_m": Place(f"{where}/extent/radius", None),
        "/properties/lower_m": lower.place,
        "/properties/upper_m": upper.place,
        "/properties/datum": Place(f"{where}/layer/lowerReference", None),
    }
    return Draft({"type": "Feature", "geometry": shape, "properties": values}, Place(at, None), places)


def _limit(layer: Mapping[str, Any], which: str, at: str, scale: float, found: ZoneFile) -> Limit | None:
    place = Place(f"{at}/{which}", None)
    value, reference = layer.get(which), layer.get(f"{which}Reference")
    if value is None:
        return Limit(0.0 if which == "lower" else None, _DATUMS.get(str(reference), "AGL"), place)
    height = number_of(value, place, found)
    datum = _DATUMS.get(reference) if isinstance(reference, str) else None
    if datum is None:
        at_reference = Place(f"{at}/{which}Reference", None)
        found.add("unknown_datum", at_reference, value=reference, choices="AGL, AMSL, WGS84")
        return None
    return None if height is None else Limit(height * scale, datum, place)


def _texts(raw: object) -> tuple[str | None, str | None]:
    """Return the main and the Chinese text of a list of {lang, text}; a bare text is the main one."""
    if isinstance(raw, str):
        return text_of(raw), None
    main = chinese = None
    for item in raw if isinstance(raw, list) else []:
        text = text_of(item.get("text")) if isinstance(item, Mapping) else None
        if text is None:
            continue
        if str(item.get("lang", "")).lower().startswith("zh"):
            chinese = chinese or text
        else:
            main = main or text
    return main, chinese


def _authority(raw: object) -> str | None:
    first = raw[0] if isinstance(raw, list) and raw else None
    if not isinstance(first, Mapping):
        return None
    parts = [" / ".join(text for text in _texts(first.get(name)) if text) for name in ("name", "contactName")]
    parts += [text_of(first.get(name)) or "" for name in ("siteURL", "email", "phone")]
    return "; ".join(part for part in parts if part) or None


def write(zones: Iterable[Zone]) -> bytes:
    """Write zones as an ED-318 FeatureCollection."""
    document = {
        "type": "FeatureCollection",
        "metadata": {"description": [_text("en-GB", "UAS zones; limits in metres, clock times in UTC.")]},
        "features": [_written(zone) for zone in zones],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _written(zone: Zone) -> dict[str, Any]:
    reference = "WGS84" if zone.datum == "HAE" else zone.datum
    layer: dict[str, Any] = {"lower": zone.lower_m, "lowerReference": reference, "uom": "m"}
    layer |= {"upper": zone.upper_m, "upperReference": reference} if zone.upper_m is not None else {}
    shapes = _shapes(zone, layer)
    reasons, info = eurocae.reasons_written(zone.reason)
    own = eurocae.own_block(zone, ("source",), parts=len(shapes) if len(shapes) > 1 else None)
    properties = {
        "identifier": zone.zone_id,
        "country": "CHN",
        "name": _both(zone.name, zone.name_zh),
        "type": _TYPES.get(zone.restriction, zone.restriction),
        "variant": "COMMON",
        "reason": reasons or None,
        "otherReasonInfo": [_text("en-GB", info)] if info else None,
        "message": _both(zone.message, zone.message_zh) or None,
        "limitedApplicability": eurocae.periods_written(zone.applicability, permanent_flag=False) or None,
        "zoneAuthority": _authorities(zone.authority),
        "extendedProperties": {eurocae.OWN: own} if own else None,
    }
    geometry = shapes[0] if len(shapes) == 1 else {"type": "GeometryCollection", "geometries": shapes}
    kept = {name: value for name, value in properties.items() if value is not None}
    return {"type": "Feature", "id": zone.zone_id, "geometry": geometry, "properties": kept}


def _shapes(zone: Zone, layer: dict[str, Any]) -> list[dict[str, Any]]:
    geometry = area_to_geojson(zone.area)
    if zone.area.circle is not None:
        return [{**geometry, "extent": {"subType": "Circle", "radius": zone.area.radius_m}, "layer": layer}]
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [{"type": "Polygon", "coordinates": part, "layer": layer} for part in parts]


def _both(main: str | None, chinese: str | None) -> list[dict[str, str]]:
    given = (("en-GB", main), ("zh-CN", chinese))
    return [_text(lang, text) for lang, text in given if text]


def _text(lang: str, text: str | None) -> dict[str, str]:
    return {"lang": lang, "text": text or ""}


def _authorities(name: str | None) -> list[dict[str, Any]] | None:
    return None if name is None else [{"name": [_text("en-GB", name)], "purpose": "INFORMATION"}]

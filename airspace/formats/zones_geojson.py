"""Zones as GeoJSON: a FeatureCollection of zone bodies, exactly as the API publishes them."""

from collections.abc import Iterable
from typing import Any

import orjson

from airspace.formats.json_text import parse_json
from airspace.formats.problems import FormatProblem
from airspace.formats.zone_drafts import Draft, Place, ZoneFile
from airspace.zones import Zone, zone_to_feature


def read(data: bytes) -> ZoneFile:
    """Read a FeatureCollection of zone Features; a lone Feature is taken as a collection of one."""
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        return ZoneFile(problems=[document])
    single = isinstance(document, dict) and document.get("type") == "Feature"
    features = [document] if single else document.get("features") if _is_collection(document) else None
    if not isinstance(features, list):
        found = ZoneFile()
        expected = "a GeoJSON FeatureCollection"
        found.add("wrong_type", Place("/type", None), what=expected, what_zh=" GeoJSON FeatureCollection")
        return found
    drafts: list[Draft] = []
    for index, feature in enumerate(features):
        at = Place("" if single else f"/features/{index}", None)
        body = feature if isinstance(feature, dict) else {"type": None}
        drafts.append(_SamePointers(body, at, keeps_id=True))
    return ZoneFile(drafts)


def _is_collection(document: object) -> bool:
    return isinstance(document, dict) and document.get("type") == "FeatureCollection"


class _SamePointers(Draft):
    """A draft whose pointers are the file's."""

    def place_of(self, pointer: str) -> Place:
        """Return the pointer below the feature's."""
        return Place(self.at.field + pointer, None)


def write(zones: Iterable[Zone]) -> bytes:
    """Write zones as a FeatureCollection."""
    document: dict[str, Any] = {"type": "FeatureCollection", "features": [zone_to_feature(zone) for zone in zones]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)

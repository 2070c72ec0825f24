"""The network as one GeoJSON FeatureCollection: sites are Points, corridors are LineStrings.

Members are those of `airspace.sites`, `airspace.site_fields` and `airspace.corridors`; what is written is read back equal.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from airspace.corridors import Corridor, corridor_to_feature, parse_corridor
from airspace.errors import FieldError
from airspace.formats.json_text import lines_of, parse_json
from airspace.formats.problems import FormatProblem
from airspace.region import Region
from airspace.sites import Site, parse_site, site_to_feature

MAX_FEATURES: Final = 20_000
_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}", re.ASCII)
MAX_PROBLEMS: Final = 1_000
_SITE: Final = frozenset({
    "site_id", "name", "name_zh", "kind", "pads", "elevation_amsl_m", "radius_m", "operator_id", "open", "source",
    "demonstration", "opening_hours", "closures", "slot", "charging_w", "battery_swap_s", "approach_deg", "departure_deg",
})  # fmt: skip
_CORRIDOR: Final = frozenset({
    "corridor_id", "name", "name_zh", "width_m", "lower_m", "upper_m", "datum", "direction", "speed_mps", "layer",
    "capacity", "source", "demonstration",
})  # fmt: skip


@dataclass(slots=True)
class NetworkFile:
    """What a file holds and what is wrong with it; use sites and corridors only without errors."""

    sites: dict[str, Site] = field(default_factory=dict)
    corridors: dict[str, Corridor] = field(default_factory=dict)
    problems: list[FormatProblem] = field(default_factory=list)

    def add(self, where: str, code: str, *, warning: bool = False, **values: object) -> None:
        """Note a problem; beyond `MAX_PROBLEMS` nobody reads on."""
        if len(self.problems) < MAX_PROBLEMS:
            severity = "warning" if warning else "error"
            self.problems.append(FormatProblem.of(where, None, code, severity=severity, **values))  # type: ignore[arg-type]


def read_network(data: bytes, region: Region) -> NetworkFile:
    """Read a FeatureCollection, naming every problem by feature and field."""
    found = NetworkFile()
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        found.problems.append(document)
        return found
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(features, list):
        found.add("", "wrong_type", what="a GeoJSON FeatureCollection", what_zh="GeoJSON FeatureCollection")
        return found
    if len(features) > MAX_FEATURES:
        found.add("/features", "too_many", limit=MAX_FEATURES, what="features", what_zh="要素")
        return found
    for index, feature in enumerate(features):
        _take(found, feature, f"/features/{index}", region)
    text = data.decode("utf-8-sig", "replace")
    lines = lines_of(text, {problem.field for problem in found.problems if problem.field.startswith("/")})
    found.problems = [
        FormatProblem(p.field, lines.get(p.field, p.line), p.code, p.detail, p.detail_zh, p.severity)
        for p in found.problems
    ]
    return found


def _take(found: NetworkFile, feature: Any, at: str, region: Region) -> None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Point", "LineString"):
        found.add(f"{at}/geometry/type", "not_allowed", value=kind, choices="Point (a site), LineString (a corridor)")
        return
    parsed: Any = parse_site(feature, region) if kind == "Point" else parse_corridor(feature, region)
    properties = feature.get("properties")
    if isinstance(properties, Mapping):
        for name in sorted(set(properties) - (_SITE if kind == "Point" else _CORRIDOR)):
            found.add(f"{at}/properties/{name}", "unknown_field", warning=True, value=name)
    if isinstance(parsed, list):
        room = max(0, MAX_PROBLEMS - len(found.problems))
        found.problems.extend(FormatProblem.of_field(fault, f"{at}{fault.pointer}", None) for fault in parsed[:room])
        return
    identity = parsed.site_id if kind == "Point" else parsed.corridor_id
    if fault := id_fault(identity):
        found.problems.append(FormatProblem.of_field(fault, f"{at}/properties/{fault.pointer}", None))
    elif identity in found.sites or identity in found.corridors:
        name = "site_id" if kind == "Point" else "corridor_id"
        found.add(f"{at}/properties/{name}", "not_unique", value=identity)
    elif kind == "Point":
        found.sites[identity] = parsed
    else:
        found.corridors[identity] = parsed


def id_fault(identity: str) -> FieldError | None:
    """Return what is wrong with an id that becomes part of a path, or None; its pointer is the name of the field."""
    if _ID.fullmatch(identity):
        return None
    detail = "An id has 1 to 64 of the characters A-Z a-z 0-9 _ . : - and begins with a letter, a digit or _."
    return FieldError("site_id", "invalid_format", detail, "编号须为 1 至 64 个字母、数字或 _ . : - 字符。")


def write_network(sites: Iterable[Site], corridors: Iterable[Corridor]) -> bytes:
    """Return the network as a file that `read_network` reads back to the same sites and corridors."""
    features = [
        *(site_to_feature(site) for site in sorted(sites, key=lambda item: item.site_id)),
        *(corridor_to_feature(item) for item in sorted(corridors, key=lambda item: item.corridor_id)),
    ]
    document = {"type": "FeatureCollection", "features": features}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

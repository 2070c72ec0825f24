"""Population in files: a table (CSV), a document (JSON) or areas (GeoJSON), read with every problem named.

Rows of a table, and items of a JSON document `{"source", "items": [...]}`, name a place (`h3`, or `lat_deg` and `lon_deg`)
and `people_per_km2`. A GeoJSON FeatureCollection has Polygons or MultiPolygons with the property `people_per_km2`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import h3.api.basic_int as h3

from airspace.areas import Area, parse_area
from airspace.formats.json_text import lines_of, parse_json
from airspace.formats.problems import FormatProblem
from airspace.region import Region

MAX_ROWS: Final = 1_000_000
MAX_PROBLEMS: Final = 1_000
MAX_DENSITY: Final = 1_000_000.0
"""No place on Earth is denser; a value beyond is a slip of unit (ours)."""
FINEST, COARSEST = 11, 4
"""Resolutions of H3 cells that are read."""
_MAX_AREA_M2: Final = 1e11
_VALUE: Final = "people_per_km2"
_KNOWN: Final = frozenset({"h3", "lat_deg", "lon_deg", _VALUE})


@dataclass(frozen=True, slots=True)
class PeopleAt:
    """A density at a place: a point, an H3 cell, or an area in local metres."""

    people_per_km2: float
    lat_deg: float | None = None
    lon_deg: float | None = None
    cell: int | None = None
    area: Area | None = None


@dataclass(slots=True)
class PopulationFile:
    """What a file holds and what is wrong with it; use the items only without errors."""

    source: str | None = None
    items: list[PeopleAt] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)

    def add(self, where: str, line: int | None, code: str, *, warning: bool = False, **values: object) -> None:
        """Note a problem; beyond `MAX_PROBLEMS` nobody reads on."""
        if len(self.problems) < MAX_PROBLEMS:
            severity = "warning" if warning else "error"
            self.problems.append(FormatProblem.of(where, line, code, severity=severity, **values))  # type: ignore[arg-type]


def read_csv(data: bytes, _: Region) -> PopulationFile:
    """Read a table with a header line; a line `# source: name` before it is taken."""
    found = PopulationFile()
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        found.add("", None, "wrong_encoding")
        return found
    if len(lines) > MAX_ROWS:
        found.add("", MAX_ROWS, "too_many", limit=MAX_ROWS, what="rows", what_zh="行")
        return found
    start = 0
    while start < len(lines) and (not lines[start].strip() or lines[start].lstrip().startswith("#")):
        name, __, value = lines[start].lstrip("# ").partition(":")
        if name.strip() == "source":
            _take_source(found, value.strip(), start + 1)
        start += 1
    if start == len(lines):
        found.add("", 1, "missing", what="The header line", what_zh="表头")
        return found
    header = [name.strip().lower() for name in next(csv.reader([lines[start]]))]
    if not _header(found, header, start + 1):
        return found
    for number, text in enumerate(lines[start + 1 :], start=start + 2):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        cells = next(csv.reader([text]))
        if len(cells) != len(header):
            reason, reason_zh = (
                f"it has {len(cells)} columns, the header {len(header)}",
                (f"有 {len(cells)} 列，表头有 {len(header)} 列"),
            )
            found.add(f"row[{number}]", number, "malformed_line", reason=reason, reason_zh=reason_zh)
            continue
        _take(found, {k: v.strip() for k, v in zip(header, cells, strict=True) if v.strip()}, "", number)
    return found


def _header(found: PopulationFile, header: list[str], line: int) -> bool:
    if "h3" not in header and not {"lat_deg", "lon_deg"} <= set(header):
        found.add("header", line, "missing", what="The column h3, or lat_deg and lon_deg,",
                  what_zh="列 h3 或 lat_deg、lon_deg")  # fmt: skip
    if _VALUE not in header:
        found.add("header", line, "missing", what=f"The column {_VALUE}", what_zh=f"列 {_VALUE}")
    if len(set(header)) != len(header):
        found.add("header", line, "duplicate_key")
    for name in header:
        if name not in _KNOWN:
            found.add(f"header.{name}", line, "unknown_field", warning=True, value=name)
    return not any(problem.severity == "error" for problem in found.problems)


def read_json(data: bytes, _: Region) -> PopulationFile:
    """Read a document of items."""
    found = PopulationFile()
    items = _members(found, data, "items")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            found.add(f"/items/{index}", None, "wrong_type", what="an object", what_zh="对象")
            continue
        for name in sorted(set(item) - _KNOWN):
            found.add(f"/items/{index}/{name}", None, "unknown_field", warning=True, value=name)
        _take(found, {k: v for k, v in item.items() if v is not None}, f"/items/{index}/", None)
    _with_lines(found, data)
    return found


def read_geojson(data: bytes, region: Region) -> PopulationFile:
    """Read areas; of two that overlap the later one holds."""
    found = PopulationFile()
    for index, item in enumerate(_members(found, data, "features")):
        at = f"/features/{index}"
        properties = item.get("properties") if isinstance(item, dict) else None
        if not isinstance(properties, dict):
            found.add(f"{at}/properties", None, "wrong_type", what="an object", what_zh="对象")
            continue
        value = _density(found, properties, f"{at}/properties/", None)
        kind = item["geometry"].get("type") if isinstance(item.get("geometry"), dict) else None
        if kind not in ("Polygon", "MultiPolygon"):
            choices = "Polygon, MultiPolygon"
            found.add(f"{at}/geometry/type", None, "not_allowed", value=kind, choices=choices)
            continue
        area = parse_area(
            item["geometry"], None, region.frame, region.service, max_area_m2=_MAX_AREA_M2, pointer=f"{at}/geometry"
        )
        if isinstance(area, list):
            found.problems.extend(FormatProblem.of_field(fault, fault.pointer, None) for fault in area)
        elif value is not None:
            found.items.append(PeopleAt(value, area=area))
    _with_lines(found, data)
    return found


def _members(found: PopulationFile, data: bytes, name: str) -> list[Any]:
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        found.problems.append(document)
        return []
    if not isinstance(document, dict) or not isinstance(document.get(name), list):
        found.add(f"/{name}", 1, "wrong_type", what=f"an object with a list of {name}", what_zh=f"含 {name} 列表的对象")
        return []
    if document.get("source") is not None:
        _take_source(found, document["source"], None)
    if len(document[name]) > MAX_ROWS:
        found.add(f"/{name}", None, "too_many", limit=MAX_ROWS, what=name, what_zh="项")
        return []
    items: list[Any] = document[name]
    return items


def _take_source(found: PopulationFile, value: object, line: int | None) -> None:
    if isinstance(value, str) and 0 < len(value) <= 200:
        found.source = value
    else:
        found.add("source", line, "wrong_type", what="a text of at most 200 characters", what_zh="不超过 200 字的文本")


def _take(found: PopulationFile, row: Mapping[str, Any], base: str, line: int | None) -> None:
    """Take one row, or name everything that is wrong with it."""
    value = _density(found, row, base, line)
    if "h3" in row:
        text = str(row["h3"]).lower()
        cell = int(text, 16) if text and set(text) <= set("0123456789abcdef") and len(text) <= 16 else 0
        if not h3.is_valid_cell(cell) or not COARSEST <= h3.get_resolution(cell) <= FINEST:
            choices = f"H3 cells of resolution {COARSEST} to {FINEST}"
            found.add(f"{base}h3", line, "not_allowed", value=row["h3"], choices=choices)
        elif value is not None:
            found.items.append(PeopleAt(value, cell=cell))
        return
    lat_deg = _number(found, row, "lat_deg", base, line, -90.0, 90.0)
    lon_deg = _number(found, row, "lon_deg", base, line, -180.0, 180.0)
    if value is not None and lat_deg is not None and lon_deg is not None:
        found.items.append(PeopleAt(value, lat_deg, lon_deg))


def _density(found: PopulationFile, row: Mapping[str, Any], base: str, line: int | None) -> float | None:
    return _number(found, row, _VALUE, base, line, 0.0, MAX_DENSITY)


def _number(
    found: PopulationFile, row: Mapping[str, Any], name: str, base: str, line: int | None, low: float, high: float
) -> float | None:
    if row.get(name) is None:
        found.add(f"{base}{name}", line, "missing", what=name, what_zh=name)
        return None
    try:
        value = float(row[name]) if not isinstance(row[name], bool) else float("nan")
    except (TypeError, ValueError, OverflowError):
        found.add(f"{base}{name}", line, "wrong_type", what="a number", what_zh="数字")
        return None
    if not -1e12 < value < 1e12:
        found.add(f"{base}{name}", line, "not_finite")
        return None
    if not low <= value <= high:
        choices = f"values from {low:g} to {high:g}"
        found.add(f"{base}{name}", line, "not_allowed", value=value, choices=choices)
        return None
    return value


def _with_lines(found: PopulationFile, data: bytes) -> None:
    pointers = {problem.field for problem in found.problems if problem.field.startswith("/")}
    if not pointers:
        return
    lines = lines_of(data.decode("utf-8-sig", "replace"), pointers)
    found.problems = [
        FormatProblem(
            item.field, lines.get(item.field, item.line), item.code, item.detail, item.detail_zh, item.severity
        )
        for item in found.problems
    ]

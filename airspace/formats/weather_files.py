"""Weather in files: a table (CSV) or a document (JSON) of values at places and times, read with every problem named.

Columns, and members of the items of a JSON document `{"source", "issued_at", "items": [...]}`: a place (`h3`, a cell, or
`lat_deg` and `lon_deg`), `from` and `to` (RFC 3339 with offset), and any of the quantities of `airspace.weather`. An empty
cell or an absent member is unknown.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import h3.api.basic_int as h3

from airspace.formats.json_text import lines_of, parse_json
from airspace.formats.problems import FormatProblem
from airspace.timebase import to_scene_s
from airspace.weather import QUANTITIES, RANGES, RESOLUTION

MAX_ROWS: Final = 500_000
MAX_PROBLEMS: Final = 1_000
_PLACE: Final = ("h3", "lat_deg", "lon_deg")
_TIME: Final = ("from", "to")
_KNOWN: Final = frozenset({*_PLACE, *_TIME, *QUANTITIES})


@dataclass(frozen=True, slots=True)
class WeatherSample:
    """Values at a place from one scene second to another; `cell` where the file names it, of any resolution up to ours."""

    lat_deg: float
    lon_deg: float
    cell: int | None
    starts_s: float
    ends_s: float
    values: dict[str, float]


@dataclass(slots=True)
class WeatherFile:
    """What a file holds and what is wrong with it; use the samples only without errors."""

    source: str | None = None
    issued_s: float | None = None
    samples: list[WeatherSample] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)

    def add(self, where: str, line: int | None, code: str, *, warning: bool = False, **values: object) -> None:
        """Note a problem; beyond `MAX_PROBLEMS` nobody reads on."""
        if len(self.problems) < MAX_PROBLEMS:
            severity = "warning" if warning else "error"
            self.problems.append(FormatProblem.of(where, line, code, severity=severity, **values))  # type: ignore[arg-type]


def read_csv(data: bytes) -> WeatherFile:
    """Read a table with a header line; `# source: name` and `# issued_at: time` lines before it are taken."""
    found = WeatherFile()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        found.add("", None, "wrong_encoding")
        return found
    lines = text.splitlines()
    if len(lines) > MAX_ROWS:
        found.add("", MAX_ROWS, "too_many", limit=MAX_ROWS, what="rows", what_zh="行")
        return found
    start = 0
    while start < len(lines) and (not lines[start].strip() or lines[start].lstrip().startswith("#")):
        name, _, value = lines[start].lstrip("# ").partition(":")
        _member(found, name.strip(), value.strip(), start + 1)
        start += 1
    if start == len(lines):
        found.add("", 1, "missing", what="The header line", what_zh="表头")
        return found
    header = [name.strip().lower() for name in next(csv.reader([lines[start]]))]
    if not _header(found, header, start + 1):
        return found
    for number, cells in _rows(lines, start + 1):
        if len(cells) != len(header):
            reason = f"it has {len(cells)} columns, the header {len(header)}"
            reason_zh = f"有 {len(cells)} 列，表头有 {len(header)} 列"
            found.add(f"row[{number}]", number, "malformed_line", reason=reason, reason_zh=reason_zh)
            continue
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
        _sample(found, row, "", number)
    return found


def _rows(lines: list[str], start: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, next(csv.reader([line]))


def _header(found: WeatherFile, header: list[str], line: int) -> bool:
    place = "h3" in header or {"lat_deg", "lon_deg"} <= set(header)
    if not place:
        found.add(
            "header",
            line,
            "missing",
            what="The column h3, or lat_deg and lon_deg,",
            what_zh="列 h3 或 lat_deg、lon_deg",
        )
    for name in _TIME:
        if name not in header:
            found.add("header", line, "missing", what=f"The column {name}", what_zh=f"列 {name}")
    if not set(QUANTITIES) & set(header):
        choices = ", ".join(QUANTITIES)
        found.add("header", line, "missing", what=f"A column of {choices}", what_zh=f"气象要素列（{choices}）")
    if len(set(header)) != len(header):
        found.add("header", line, "duplicate_key")
    for name in header:
        if name not in _KNOWN:
            found.add(f"header.{name}", line, "unknown_field", warning=True, value=name)
    return not any(problem.severity == "error" for problem in found.problems)


def read_json(data: bytes) -> WeatherFile:
    """Read a document of items."""
    found = WeatherFile()
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        found.problems.append(document)
        return found
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        found.add("/items", 1, "wrong_type", what="an object with a list of items", what_zh="含 items 列表的对象")
        return found
    for name in ("source", "issued_at"):
        if document.get(name) is not None:
            _member(found, name, document[name], None)
    items = document["items"]
    if len(items) > MAX_ROWS:
        found.add("/items", None, "too_many", limit=MAX_ROWS, what="items", what_zh="项")
        return found
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            found.add(f"/items/{index}", None, "wrong_type", what="an object", what_zh="对象")
            continue
        for name in sorted(set(item) - _KNOWN):
            found.add(f"/items/{index}/{name}", None, "unknown_field", warning=True, value=name)
        _sample(found, {key: value for key, value in item.items() if value is not None}, f"/items/{index}/", None)
    _with_lines(found, data)
    return found


def _with_lines(found: WeatherFile, data: bytes) -> None:
    text = data.decode("utf-8-sig")
    lines = lines_of(text, {problem.field for problem in found.problems if problem.field.startswith("/")})
    found.problems = [
        FormatProblem(
            item.field, lines.get(item.field, item.line), item.code, item.detail, item.detail_zh, item.severity
        )
        for item in found.problems
    ]


def _member(found: WeatherFile, name: str, value: object, line: int | None) -> None:
    if name == "source":
        if isinstance(value, str) and 0 < len(value) <= 200:
            found.source = value
        else:
            found.add(
                "source", line, "wrong_type", what="a text of at most 200 characters", what_zh="不超过 200 字的文本"
            )
    elif name == "issued_at":
        found.issued_s = _instant(found, value, "issued_at", line)


def _sample(found: WeatherFile, row: Mapping[str, Any], base: str, line: int | None) -> None:
    """Take one row, or name everything that is wrong with it."""
    before = len(found.problems)
    place = _place(found, row, base, line)
    starts_s = _given_instant(found, row, "from", base, line)
    ends_s = _given_instant(found, row, "to", base, line)
    if starts_s is not None and ends_s is not None and ends_s <= starts_s:
        found.add(f"{base}to", line, "not_allowed", value=row["to"], choices="times after from")
    values: dict[str, float] = {}
    for name in QUANTITIES:
        value = _number(found, row, name, base, line)
        if value is None:
            continue
        low, high = RANGES[name]
        if low <= value <= high:
            values[name] = value
        else:
            found.add(f"{base}{name}", line, "not_allowed", value=value, choices=f"values from {low:g} to {high:g}")
    if place is not None and starts_s is not None and ends_s is not None and len(found.problems) == before and values:
        found.samples.append(WeatherSample(*place, starts_s, ends_s, values))


def _place(
    found: WeatherFile, row: Mapping[str, Any], base: str, line: int | None
) -> tuple[float, float, int | None] | None:
    if "h3" in row:
        cell = str(row["h3"])
        number = int(cell, 16) if cell and set(cell.lower()) <= set("0123456789abcdef") and len(cell) <= 16 else 0
        if not h3.is_valid_cell(number) or h3.get_resolution(number) > RESOLUTION:
            choices = f"H3 cells of resolution 0 to {RESOLUTION}"
            found.add(f"{base}h3", line, "not_allowed", value=cell, choices=choices)
            return None
        lat, lon = h3.cell_to_latlng(number)
        return float(lat), float(lon), number
    lat_deg, lon_deg = _number(found, row, "lat_deg", base, line), _number(found, row, "lon_deg", base, line)
    for name, value, most in (("lat_deg", lat_deg, 90.0), ("lon_deg", lon_deg, 180.0)):
        if name not in row:
            found.add(f"{base}{name}", line, "missing", what=name, what_zh=name)
        elif value is not None and abs(value) > most:
            found.add(f"{base}{name}", line, "not_allowed", value=value, choices=f"degrees from -{most:g} to {most:g}")
            return None
    return None if lat_deg is None or lon_deg is None else (lat_deg, lon_deg, None)


def _number(found: WeatherFile, row: Mapping[str, Any], name: str, base: str, line: int | None) -> float | None:
    given = row.get(name)
    if given is None:
        return None
    try:
        value = float(given) if not isinstance(given, bool) else float("nan")
    except (TypeError, ValueError, OverflowError):
        found.add(f"{base}{name}", line, "wrong_type", what="a number", what_zh="数字")
        return None
    if not -1e12 < value < 1e12:
        found.add(f"{base}{name}", line, "not_finite")
        return None
    return value


def _given_instant(found: WeatherFile, row: Mapping[str, Any], name: str, base: str, line: int | None) -> float | None:
    if name not in row:
        found.add(f"{base}{name}", line, "missing", what=name, what_zh=name)
        return None
    return _instant(found, row[name], f"{base}{name}", line)


def _instant(found: WeatherFile, value: object, where: str, line: int | None) -> float | None:
    try:
        at = datetime.fromisoformat(value.upper()) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        found.add(where, line, "malformed_time", value=value)
        return None
    try:
        return to_scene_s(at.astimezone(UTC))
    except OverflowError:
        found.add(where, line, "malformed_time", value=value)
        return None

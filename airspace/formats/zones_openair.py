"""Zones as OpenAir text, read and written.

Records begin with AC; limits AL and AH, points DP, circles V X= and DC, arcs DA and DB, names AN. Classes are mapped to
restrictions by `RESTRICTION_OF_CLASS`. Arcs become polylines that keep within `SAGITTA_M` of them. What OpenAir cannot
carry (exact datum, holes, parts, periods, Chinese texts) stands in comments `*@name value`, which other readers pass
over and this one trusts while the lines they belong to are as written.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

from pyproj import Geod

from airspace.formats.zone_drafts import FEET_M, Draft, Limit, Place, ZoneFile, band_of, points_of
from airspace.formats.zones_ed269 import writable_band
from airspace.region import Region
from airspace.schedule import applicability_to_list
from airspace.zones import Restriction, Zone

NAUTICAL_MILE_M: Final = 1_852
SAGITTA_M: Final = 0.5
FLIGHT_LEVEL_M: Final = 100 * FEET_M
MAX_LINES: Final = 500_000
RESTRICTION_OF_CLASS: Final[dict[str, Restriction]] = {
    "P": "PROHIBITED",
    "R": "REQ_AUTHORISATION",
    "CTR": "REQ_AUTHORISATION",
    "A": "REQ_AUTHORISATION",
    "B": "REQ_AUTHORISATION",
    "C": "REQ_AUTHORISATION",
    "D": "REQ_AUTHORISATION",
    "TMA": "REQ_AUTHORISATION",
    "Q": "CONDITIONAL",
    "GP": "CONDITIONAL",
    "RMZ": "CONDITIONAL",
    "TMZ": "CONDITIONAL",
    "W": "CONDITIONAL",
    "E": "NO_RESTRICTION",
    "F": "NO_RESTRICTION",
    "G": "NO_RESTRICTION",
}
"""What a class of manned airspace means for a drone below (ours): controlled asks, danger and wave warn, open is open."""
_CLASS_OF: Final[dict[Restriction, str]] = {
    "PROHIBITED": "P",
    "REQ_AUTHORISATION": "R",
    "CONDITIONAL": "Q",
    "NO_RESTRICTION": "G",
}
_ANGLE: Final = r"(\d{1,3}):(\d{1,2}(?:\.\d+)?)(?::(\d{1,2}(?:\.\d+)?))?\s*([NSEW])"
_POINT: Final = re.compile(rf"\s*{_ANGLE}[\s,]*{_ANGLE}\s*", re.IGNORECASE)
_HEIGHT: Final = re.compile(
    r"\s*(?:(?P<surface>SFC|GND|SURFACE|GROUND|0)|(?P<unlimited>UNL|UNLIM|UNLIMITED)|FL\s*(?P<level>\d{1,3})|"
    r"(?P<value>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(?P<unit>FT|F|M)?\s*(?P<datum>MSL|AMSL|ALT|AGL|ASFC|AGND|SFC|GND)?)\s*",
    re.IGNORECASE,
)
_TEXTS: Final = ("zone_id", "name_zh", "reason", "authority", "message", "message_zh", "source")
_GEOD: Final = Geod(ellps="WGS84")


@dataclass(slots=True)
class _Record:
    """One airspace as its lines are read."""

    number: int
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    limits: dict[str, Limit] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    ring: list[list[float]] = field(default_factory=list)
    holes: list[list[list[float]]] = field(default_factory=list)
    centre: tuple[float, float] | None = None
    clockwise: bool = True
    circle: tuple[float, float, float] | None = None
    broken: bool = False

    @property
    def at(self) -> str:
        return f"AC[{self.number}]"


def read(data: bytes, region: Region) -> ZoneFile:
    """Read an OpenAir file; every line that cannot be read is named."""
    found = ZoneFile()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # older files are; a byte that is no text at all shows in its line
        found.add("wrong_encoding", Place("", None), warning=True)
    lines = re.split(r"\r\n|\n|\r", text)
    if len(lines) > MAX_LINES:
        found.add("too_many", Place("", MAX_LINES), limit=MAX_LINES, what="lines", what_zh="行")
        return found
    records: list[_Record] = []
    for number, line in enumerate(lines, start=1):
        _read_line(line.strip(), number, records, found)
    if not records:
        found.add("missing", Place("AC", 1), what="AC, the first line of an airspace", what_zh=" AC（空域首行）")
    finished = [(record, draft) for record in records if (draft := _draft(record, region, found)) is not None]
    found.drafts.extend(_joined(finished))
    return found


def _read_line(line: str, number: int, records: list[_Record], found: ZoneFile) -> None:
    if line.startswith("*@") and records:
        name, _, value = line[2:].partition(" ")
        _note(records[-1], name, value, number, found)
        return
    if not line or line.startswith(("*", "#")):
        return
    command, _, rest = line.partition(" ")
    command, rest = command.upper(), rest.strip()
    if command == "AC":
        records.append(_Record(len(records), number))
        record = records[-1]
        record.places["/properties/restriction"] = Place(f"{record.at}/AC", number)
        restriction = RESTRICTION_OF_CLASS.get(rest.upper())
        record.values["restriction"] = restriction
        if restriction is None:
            record.broken = True
            choices = " ".join(RESTRICTION_OF_CLASS)
            found.add("not_allowed", record.places["/properties/restriction"], value=rest or "nothing", choices=choices)
        return
    if command in ("SP", "SB", "AT", "AY", "AF", "AG", "TO", "TC", "AX"):
        return  # pens, labels, station data: nothing a zone holds
    if not records:
        found.add("malformed_line", Place(command, number), reason="it stands before any AC", reason_zh="位于 AC 之前")
        return
    record = records[-1]
    place = Place(f"{record.at}/{command}", number)
    if command == "AN":
        record.values["name"] = rest
        record.places["/properties/name"] = place
    elif command == "AI":
        record.values["zone_id"] = rest
        record.places["/properties/zone_id"] = place
    elif command in ("AL", "AH"):
        record.places["/properties/lower_m" if command == "AL" else "/properties/upper_m"] = place
        record.texts[command] = rest
        limit = _limit(rest, command, place, found)
        record.broken |= limit is None
        if limit is not None:
            record.limits[command] = limit
    elif command in ("V", "DP", "DC", "DA", "DB", "DY"):
        record.places.setdefault("/geometry", place)
        fault = _shape_line(record, command, rest)
        if fault is not None:
            record.broken = True
            found.add("malformed_line", place, reason=fault[0], reason_zh=fault[1])
    else:
        found.add("unknown_field", place, warning=True, value=command)


def _shape_line(record: _Record, command: str, rest: str) -> tuple[str, str] | None:
    """Take a line of the outline; returns what is wrong with it."""
    if command == "V":
        name, _, value = (part.strip() for part in rest.partition("="))
        if name.upper() == "D":
            record.clockwise = not value.startswith("-")
            return None
        if name.upper() != "X":
            return None  # zoom levels and the like
        record.centre = _point(value)
        return None if record.centre else _no_point(value)
    if command == "DP":
        point = _point(rest)
        if point is None:
            return _no_point(rest)
        record.ring.append([point[1], point[0]])
        return None
    if record.centre is None:
        return "no centre (V X=) precedes it", "之前没有圆心（V X=）"
    if command == "DC":
        miles = _decimal(rest)
        if miles is None or miles <= 0:
            return "the radius is no positive number of nautical miles", "半径须为正数（海里）"
        record.circle = (*record.centre, float(miles * NAUTICAL_MILE_M))
        return None
    if command == "DA":
        numbers = [_decimal(part) for part in rest.split(",")]
        if len(numbers) != 3 or any(number is None for number in numbers):
            return "an arc is radius,start,end", "弧须为 半径,起始角,终止角"
        radius, start, end = (float(number or 0) for number in numbers)
        return _arc(record, radius * NAUTICAL_MILE_M, start, end, [])
    if command == "DB":
        ends = [_point(part) for part in rest.split(",")]
        if len(ends) != 2 or None in ends:
            return "an arc is point,point", "弧须为 点,点"
        (lat0, lon0), (lat1, lon1) = (point or (0.0, 0.0) for point in ends)
        start, _, radius = _GEOD.inv(record.centre[1], record.centre[0], lon0, lat0)
        end, _, _ = _GEOD.inv(record.centre[1], record.centre[0], lon1, lat1)
        return _arc(record, radius, start, end, [[lon0, lat0], [lon1, lat1]])
    return "airways (DY) are no areas", "航路（DY）不是区域"


def _arc(
    record: _Record, radius_m: float, start_deg: float, end_deg: float, ends: list[list[float]]
) -> tuple[str, str] | None:
    """Add a polyline along an arc around the centre; `ends`, where given, are its exact ends."""
    if not 0 < radius_m <= 500_000:
        return "the radius of the arc is out of range", "弧的半径超出范围"
    turn = (end_deg - start_deg) % 360.0 if record.clockwise else -((start_deg - end_deg) % 360.0)
    step = math.degrees(2 * math.acos(max(1 - SAGITTA_M / radius_m, -1.0)))
    count = max(1, math.ceil(abs(turn) / step))
    lat, lon = record.centre or (0.0, 0.0)
    for n in range(count + 1):
        if ends and n in (0, count):
            record.ring.append(ends[0 if n == 0 else 1])
            continue
        x, y, _ = _GEOD.fwd(lon, lat, start_deg + turn * n / count, radius_m)
        record.ring.append([float(x), float(y)])
    return None


def _point(text: str) -> tuple[float, float] | None:
    match = _POINT.fullmatch(text)
    if match is None or match[4].upper() not in "NS" or match[8].upper() not in "EW":
        return None
    values = []
    for degrees, minutes, seconds, side in (match.groups()[:4], match.groups()[4:]):
        if float(minutes) >= 60 or float(seconds or 0) >= 60:
            return None
        exact = Fraction(degrees) + Fraction(minutes) / 60 + Fraction(seconds or 0) / 3600
        values.append(float(-exact if side.upper() in "SW" else exact))
    return values[0], values[1]


def _no_point(text: str) -> tuple[str, str]:
    example = "39:29:54 N 119:46:06 W"
    return f"{text[:40]!r} is no point such as {example}", f"{text[:40]!r} 不是坐标（例如 {example}）"


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        return None
    # Compared as numbers: the magnitude of 1e30854212 is more than the decimal context can hold.
    return value if value.is_finite() and -100_000 < value < 100_000 else None


def _limit(text: str, command: str, place: Place, found: ZoneFile) -> Limit | None:
    match = _HEIGHT.fullmatch(text)
    if match is None:
        found.add("malformed_line", place, reason=f"{text[:40]!r} is no height", reason_zh=f"{text[:40]!r} 不是高度")
        return None
    if match["surface"]:
        return Limit(0.0, "AGL", place)
    if match["unlimited"]:
        return Limit(None if command == "AH" else 0.0, "AGL", place)
    if match["level"]:
        metres = float(int(match["level"]) * FLIGHT_LEVEL_M)
        found.add("approximated", place, warning=True, what=text, what_zh=text, taken=f"{metres:g} m AMSL")
        return Limit(metres, "AMSL", place)
    unit = (match["unit"] or "FT").upper()
    datum = (match["datum"] or "MSL").upper()
    value = float(match["value"]) * (1.0 if unit == "M" else FEET_M)
    return Limit(value, "AMSL" if datum in ("MSL", "AMSL", "ALT") else "AGL", place)


def _note(record: _Record, name: str, value: str, number: int, found: ZoneFile) -> None:
    place = Place(f"{record.at}/*@{name}", number)
    record.places[f"/properties/{name}"] = place
    if name == "hole":
        points = [_point(part) for part in value.split(",")]
        if None in points:
            record.broken = True
            found.add(
                "malformed_line", place, reason="a point of the hole cannot be read", reason_zh="洞的坐标无法读取"
            )
            return
        record.holes.append([[point[1], point[0]] for point in points if point is not None])
    else:
        record.notes[name] = value


def _draft(record: _Record, region: Region, found: ZoneFile) -> Draft | None:
    if record.broken:
        return None
    at = Place(record.at, record.line)
    errors = found.error_count
    for command in ("AL", "AH"):
        if command not in record.limits:
            found.add("missing", at, what=command, what_zh=f" {command}")
    if record.circle is None and not record.ring:
        found.add("missing", at, what="an outline (DP, DC, DA or DB)", what_zh="轮廓（DP、DC、DA 或 DB）")
    if len(record.limits) < 2 or (record.circle is None and not record.ring):
        return None
    values = {
        name: text for name, value in record.notes.items() if name in (*_TEXTS, "name") and (text := _unquoted(value))
    }
    properties: dict[str, Any] = {"name": None, **record.values, **values}
    if "applicability" in record.notes:
        try:
            properties["applicability"] = json.loads(record.notes["applicability"])
        except ValueError:
            found.add("malformed_time", record.places["/properties/applicability"], value=record.notes["applicability"])
    if record.notes.get("demonstration") == "true":
        properties["demonstration"] = True
    shape: dict[str, Any]
    if record.circle is not None:
        shape = {"type": "Point", "coordinates": [record.circle[1], record.circle[0]]}
        properties["radius_m"] = record.circle[2]
    else:
        rings = [[*ring, ring[0]] if ring[0] != ring[-1] else ring for ring in (record.ring, *record.holes)]
        shape = {"type": "Polygon", "coordinates": rings}
    properties |= _own_band(record) or band_of(
        record.limits["AL"], record.limits["AH"], points_of(shape, properties.get("radius_m")), region, found
    )
    broken = found.error_count > errors
    return Draft({"type": "Feature", "geometry": shape, "properties": properties}, at, record.places, broken=broken)


def _own_band(record: _Record) -> Mapping[str, Any] | None:
    """Return the exact band a comment holds, as long as AL and AH are those it was written with."""
    try:
        band = json.loads(record.notes.get("band", ""))
    except ValueError:
        return None
    if not isinstance(band, dict) or band.get("written") != [record.texts.get("AL"), record.texts.get("AH")]:
        return None
    return {name: band.get(name) for name in ("lower_m", "upper_m", "datum")}


def _joined(finished: list[tuple[_Record, Draft]]) -> list[Draft]:
    """Return drafts with the parts of one zone (`*@part 2/3`) joined again."""
    drafts: list[Draft] = []
    for record, draft in finished:
        if record.notes.get("part", "").startswith("1/") or "part" not in record.notes or not drafts:
            drafts.append(draft)
            continue
        geometry = drafts[-1].feature["geometry"]
        if geometry["type"] == "Polygon":
            geometry.update(type="MultiPolygon", coordinates=[geometry["coordinates"]])
        geometry["coordinates"].append(draft.feature["geometry"]["coordinates"])
    return drafts


def _unquoted(value: str) -> str | None:
    if value.startswith('"'):
        try:
            text = json.loads(value)
        except ValueError:
            return value
        return text if isinstance(text, str) else None
    return value or None


# -- writing -----------------------------------------------------------------------------------------------------------


def write(zones: Iterable[Zone], region: Region) -> bytes:
    """Write zones as OpenAir text, UTF-8, heights in metres."""
    lines = ["* UAS zones; heights in metres. Lines *@ hold what OpenAir has no record for."]
    for zone in zones:
        lines.extend(_written(zone, region))
    return ("\n".join(lines) + "\n").encode()


def _written(zone: Zone, region: Region) -> list[str]:
    lower, upper, datum, exact = writable_band(zone, region)
    low_text = f"{lower!r}M {datum}"
    high_text = "UNL" if upper is None else f"{upper!r}M {datum}"
    head = ["", f"AC {_CLASS_OF[zone.restriction]}", f"AN {_one_line(zone.name)}", f"AL {low_text}", f"AH {high_text}"]
    band = {"lower_m": zone.lower_m, "upper_m": zone.upper_m, "datum": zone.datum, "written": [low_text, high_text]}
    notes = [f"*@{name} {json.dumps(value, ensure_ascii=False)}" for name in _TEXTS if (value := getattr(zone, name))]
    if _one_line(zone.name) != zone.name:
        notes.append(f"*@name {json.dumps(zone.name, ensure_ascii=False)}")
    if exact is not None:
        notes.append(f"*@band {json.dumps(band)}")
    periods = applicability_to_list(zone.applicability)
    notes += [f"*@applicability {json.dumps(periods)}"] if periods else []
    notes += ["*@demonstration true"] if zone.demonstration else []
    if zone.area.circle is not None:
        lat_deg, lon_deg, radius_m = zone.area.circle
        with localcontext() as context:
            context.prec = 20
            miles = Decimal(repr(radius_m)) / NAUTICAL_MILE_M
        return [*head, *notes, f"V X={_angles(lat_deg, lon_deg)}", f"DC {miles:f}"]
    lines: list[str] = []
    count = len(zone.area.polygons)
    for n, rings in enumerate(zone.area.polygons, start=1):
        lines += [*head, *notes] + ([f"*@part {n}/{count}"] if count > 1 else [])
        lines += [f"DP {_angles(lat, lon)}" for lat, lon in rings[0].tolist()]
        lines += ["*@hole " + ",".join(_angles(lat, lon) for lat, lon in hole.tolist()) for hole in rings[1:]]
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _angles(lat_deg: float, lon_deg: float) -> str:
    return f"{_angle(lat_deg, 'NS')} {_angle(lon_deg, 'EW')}"


def _angle(value_deg: float, sides: str) -> str:
    """Return degrees, minutes and seconds; exact, because a decimal number of degrees is one of seconds too."""
    with localcontext() as context:
        context.prec = 40
        all_minutes, rest = divmod(abs(Decimal(repr(value_deg))) * 3600, 60)
        degrees, minutes = divmod(int(all_minutes), 60)
        text = f"{rest.normalize():f}" if rest else "0"
    whole, _, decimals = text.partition(".")
    shown = f"{int(whole):02d}" + (f".{decimals}" if decimals else "")
    return f"{degrees}:{minutes:02d}:{shown} {sides[value_deg < 0]}"

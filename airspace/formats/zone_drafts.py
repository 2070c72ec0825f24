"""What every reader of zones shares: a draft per zone that remembers where each value stood in the file.

A draft is the zone body of the API (a GeoJSON Feature). `finish` converts its datum of place, parses it with the parser
of the API and says of every fault where in the file the value stands.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from airspace.areas import is_number
from airspace.coordinates import Crs, wgs84_from
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.formats.json_text import lines_of
from airspace.formats.problems import FormatProblem, Severity
from airspace.region import Region
from airspace.schedule import DAYS, Period, WeeklyTime
from airspace.zones import Restriction, Zone, parse_zone

MAX_ZONES: Final = 5_000
FEET_M: Final = 0.3048
"""The international foot, exactly."""
_DAY_S: Final = 86_400.0
_USABLE_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value of the body stood: the file's own name of the field and its line."""

    field: str
    line: int | None


@dataclass(slots=True)
class Draft:
    """A zone as read: its body, where the whole of it stood, and where its values did (by pointer into the body)."""

    feature: dict[str, Any]
    at: Place
    places: dict[str, Place] = field(default_factory=dict)
    keeps_id: bool = False
    """Its identifier is used as it stands or refused, never rewritten."""
    broken: bool = False
    """An error was noted while it was read: it is judged, so that all its faults are known, and not used."""

    def place_of(self, pointer: str) -> Place:
        """Return where the value at a pointer into the body stood, or the nearest value around it."""
        nearest = pointer
        while nearest:
            if nearest in self.places:
                return self.places[nearest]
            nearest = nearest.rpartition("/")[0]
        return self.places.get("", self.at)


@dataclass(slots=True)
class ZoneFile:
    """What a reader found: drafts and problems, both in order of the file."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[FormatProblem] = field(default_factory=list)
    error_count: int = 0

    def add(self, code: str, place: Place, *, warning: bool = False, **values: object) -> None:
        """Note a problem."""
        severity: Severity = "warning" if warning else "error"
        self.error_count += not warning
        self.problems.append(FormatProblem.of(place.field, place.line, code, severity=severity, **values))


def with_lines(problems: Sequence[FormatProblem], text: str) -> list[FormatProblem]:
    """Return problems of a JSON file, whose fields are pointers, with the lines they stand on."""
    wanted = [problem.field for problem in problems if problem.line is None and problem.field.startswith("/")]
    if not wanted:  # parameters have no line, and a text that is no JSON has no values
        return list(problems)
    lines = lines_of(text, wanted)
    return [replace(problem, line=lines.get(problem.field, problem.line)) for problem in problems]


@dataclass(frozen=True, slots=True)
class Finished:
    """Zones ready to be published, where each stood, and every problem."""

    zones: list[Zone]
    places: list[Place]
    problems: list[FormatProblem]

    @property
    def errors(self) -> list[FormatProblem]:
        """The problems that keep the file from being published."""
        return [problem for problem in self.problems if problem.severity == "error"]


def finish(found: ZoneFile, region: Region, crs: Crs, new_id: Callable[[], str]) -> Finished:
    """Return the zones of a file; `crs` is what its positions are in, `new_id` names zones that have no identifier."""
    problems = list(found.problems)
    zones: list[Zone] = []
    places: list[Place] = []
    seen: set[str] = set()
    if len(found.drafts) > MAX_ZONES:
        at = found.drafts[MAX_ZONES].at
        problems.append(FormatProblem.of(at.field, at.line, "too_many", limit=MAX_ZONES, what="zones", what_zh="区域"))
        return Finished([], [], problems)
    for draft in found.drafts:
        properties = draft.feature.get("properties")
        if isinstance(properties, dict):
            properties["zone_id"] = _usable_id(properties.get("zone_id"), draft, problems)
        if crs == "GCJ02":
            _move(draft.feature.get("geometry"), crs)
        zone = parse_zone(draft.feature, region, new_id())
        if isinstance(zone, list):
            for error in zone:
                place = draft.place_of(error.pointer)
                problems.append(FormatProblem.of_field(error, place.field, place.line))
            continue
        if zone.zone_id in seen:
            place = draft.place_of("/properties/zone_id")
            problems.append(FormatProblem.of(place.field, place.line, "not_unique", value=zone.zone_id))
            continue
        seen.add(zone.zone_id)
        if not draft.broken:
            zones.append(zone)
            places.append(draft.at)
    if crs != "WGS84" and zones:
        problems.append(FormatProblem.of("", None, "crs_converted", severity="warning", value=crs))
    return Finished(zones, places, problems)


def _usable_id(given: object, draft: Draft, problems: list[FormatProblem]) -> object:
    """Return an identifier that a path can carry; one that cannot is rewritten and said to be."""
    if not isinstance(given, str) or not given.strip() or _USABLE_ID.fullmatch(given):
        return given
    place = draft.place_of("/properties/zone_id")
    taken = re.sub(r"[^A-Za-z0-9_.:-]+", "-", given.strip()).strip("-.:")[:64]
    if _USABLE_ID.fullmatch(taken) is None or draft.keeps_id:
        problems.append(FormatProblem.of(place.field, place.line, "invalid_format", value=given))
        return None
    values = {"value": given, "taken": taken}
    problems.append(FormatProblem.of(place.field, place.line, "id_rewritten", severity="warning", **values))
    return taken


def _move(geometry: object, crs: Crs) -> None:
    """Convert every position of a GeoJSON geometry to WGS-84 in place; what is no position is left to the parser."""
    if not isinstance(geometry, dict):
        return
    stack: list[Any] = [geometry.get("coordinates")]
    if _is_position(stack[0]):
        geometry["coordinates"] = _moved([stack[0]], crs)[0]
        return
    while stack:
        value = stack.pop()
        if not isinstance(value, list):
            continue
        if value and all(map(_is_position, value)):
            value[:] = _moved(value, crs)
        else:
            stack.extend(value)


def _is_position(value: object) -> bool:
    return isinstance(value, list) and len(value) in (2, 3) and all(is_number(part) for part in value)


def _moved(positions: list[Any], crs: Crs) -> list[list[float]]:
    columns = np.array([position[:2] for position in positions], dtype=float)
    lat, lon = wgs84_from(crs, columns[:, 1], columns[:, 0])
    return [[b, a] for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


# -- limits ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit:
    """One vertical limit in metres over a datum; `height_m` None for unlimited."""

    height_m: float | None
    datum: str
    place: Place


def band_of(
    lower: Limit, upper: Limit, ring: Sequence[tuple[float, float]], region: Region, found: ZoneFile
) -> Mapping[str, Any]:
    """Return `lower_m`, `upper_m` and `datum` of two limits, which a zone holds in one datum.

    "Unlimited" fits any datum. Mixed limits are taken outwards, in AMSL, over the ground below the area (`ring` of
    lat_deg, lon_deg), and a warning says so.
    """
    if upper.height_m is None or lower.datum == upper.datum:
        return {"lower_m": lower.height_m, "upper_m": upper.height_m, "datum": lower.datum}
    try:
        low_m = outward_m(lower.height_m or 0.0, lower.datum, "AMSL", ring, region, upwards=False)
        high_m = outward_m(upper.height_m, upper.datum, "AMSL", ring, region, upwards=True)
    except (NoGroundError, OutsideGeoidError):
        found.add("terrain_unknown", upper.place)
        return {"lower_m": lower.height_m, "upper_m": upper.height_m, "datum": upper.datum}
    value = f"{lower.height_m:g} m {lower.datum}, {upper.height_m:g} m {upper.datum}"
    found.add("mixed_datums", upper.place, warning=True, value=value, taken=f"{low_m:g} to {high_m:g} m AMSL")
    return {"lower_m": low_m, "upper_m": high_m, "datum": "AMSL"}


def outward_m(
    height_m: float, source: str, target: str, ring: Sequence[tuple[float, float]], region: Region, *, upwards: bool
) -> float:
    """Return the highest (or lowest) value a height has in another datum over an area, to 0.01 m, rounded outwards."""
    if source == target:
        return height_m
    model, box = region.altitude, region.service
    lat, lon = (np.array(column, dtype=float) for column in zip(*ring, strict=True))
    lat0, lat1 = np.clip([lat.min(), lat.max()], box.min_lat_deg, box.max_lat_deg)
    lon0, lon1 = np.clip([lon.min(), lon.max()], box.min_lon_deg, box.max_lon_deg)
    grid_lat, grid_lon = (axis.ravel() for axis in np.meshgrid(np.linspace(lat0, lat1, 9), np.linspace(lon0, lon1, 9)))
    undulation = model.undulation_m(grid_lat, grid_lon)
    shifts = {"AMSL": (0.0, 0.0), "HAE": (-float(undulation.max()), -float(undulation.min())), "AGL": (0.0, 0.0)}
    if "AGL" in (source, target):
        shifts["AGL"] = model.terrain.range_amsl_m(float(lat0), float(lon0), float(lat1), float(lon1))
    pick = max if upwards else min
    over_amsl = height_m + pick(shifts[source])
    below = -min(shifts[target]) if upwards else -max(shifts[target])
    cents = (over_amsl + below) * 100.0
    return float(np.ceil(cents - 1e-6) if upwards else np.floor(cents + 1e-6)) / 100.0


# -- times -------------------------------------------------------------------------------------------------------------


def weekly_of(days: Iterable[str], from_s: float, to_s: float, offset_s: float) -> list[dict[str, Any]]:
    """Return weekly times of Beijing for a span of some days by a clock `offset_s` ahead of UTC.

    `to_s` at or before `from_s` crosses midnight; equal ones are a whole day, and so two times unless they fit one.
    """
    length = (to_s - from_s) % _DAY_S or _DAY_S
    start = from_s - offset_s + 8 * 3600.0
    shift, begin = int(start // _DAY_S), start % _DAY_S
    moved = [DAYS[(DAYS.index(day) + shift) % 7] for day in days]
    end = begin + length
    if length == _DAY_S and begin > 0:
        following = [DAYS[(DAYS.index(day) + 1) % 7] for day in moved]
        return [_weekly(moved, begin, _DAY_S), _weekly(following, 0.0, begin)]
    return [_weekly(moved, begin, end if end <= _DAY_S else end - _DAY_S)]


def _weekly(days: list[str], from_s: float, to_s: float) -> dict[str, Any]:
    return {"days": days, "from": _clock(from_s), "to": _clock(to_s)}


def merged_weekly(times: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join times that follow each other on the same days: 00:00-08:00 and 08:00-24:00 become 00:00-24:00."""
    joined: list[dict[str, Any]] = []
    for item in times:
        other = next((k for k in joined if set(k["days"]) == set(item["days"]) and _follow(k, item)), None)
        if other is None:
            joined.append(dict(item))
        else:
            other["from"], other["to"] = "00:00", "24:00"
    return joined


def _follow(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    first, last = sorted((one, other), key=lambda item: item["from"])
    return bool(first["from"] == "00:00" and last["to"] == "24:00" and first["to"] == last["from"])


def utc_spans(item: WeeklyTime) -> list[tuple[list[str], float, float]]:
    """Return a weekly time of Beijing by the clock of UTC: days, from and to; a whole day becomes two spans."""
    length = item.to_s - item.from_s if item.to_s > item.from_s else item.to_s + _DAY_S - item.from_s
    start = item.from_s - 8 * 3600.0
    shift, begin = (-1, start + _DAY_S) if start < 0 else (0, start)
    days = [DAYS[(DAYS.index(day) + shift) % 7] for day in item.days]
    if length == _DAY_S:
        following = [DAYS[(DAYS.index(day) + 1) % 7] for day in days]
        return [(days, begin, 0.0), (following, 0.0, begin)]
    return [(days, begin, (begin + length) % _DAY_S)]


def _clock(seconds: float) -> str:
    whole = round(seconds)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
    return text if whole % 60 == 0 else f"{text}:{whole % 60:02d}"


def is_always(periods: tuple[Period, ...]) -> bool:
    """Tell whether the periods hold at every time."""
    return any(not period.weekly and period.starts_s == -np.inf and period.ends_s == np.inf for period in periods)


# -- shapes ------------------------------------------------------------------------------------------------------------


def outline_of(zone: Zone, region: Region) -> list[tuple[float, float]]:
    """Return points (lat_deg, lon_deg) whose box holds the zone."""
    x0, y0, x1, y1 = zone.area.bounds_m
    lat, lon = region.frame.to_lat_lon([x0, x0, x1, x1], [y0, y1, y0, y1])
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def points_of(geometry: Mapping[str, Any], radius_m: object = None) -> list[tuple[float, float]]:
    """Return positions (lat_deg, lon_deg) whose box holds a shape, as far as it has any; a circle is a Point and radius."""
    found: list[tuple[float, float]] = []
    stack: list[Any] = [geometry.get("coordinates")]
    while stack:
        value = stack.pop()
        if _is_position(value):
            found.append((float(value[1]), float(value[0])))
        elif isinstance(value, list):
            stack.extend(value)
    if len(found) == 1 and isinstance(radius_m, (int, float)) and abs(found[0][0]) < 89:
        (lat, lon), reach = found[0], 1.01 * abs(radius_m) / 110_500  # no degree of latitude is shorter
        wide = reach / math.cos(math.radians(lat))
        return [(lat - reach, lon - wide), (lat + reach, lon + wide)]
    return found


RESTRICTIONS_OF: Final[dict[str, Restriction]] = {
    "PROHIBITED": "PROHIBITED",
    "REQ_AUTHORISATION": "REQ_AUTHORISATION",
    "REQ_AUTHORIZATION": "REQ_AUTHORISATION",
    "CONDITIONAL": "CONDITIONAL",
    "NO_RESTRICTION": "NO_RESTRICTION",
}
"""The four restrictions in the spelling of ED-269 and of ED-318."""

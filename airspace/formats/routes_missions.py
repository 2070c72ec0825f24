"""Routes as missions: QGroundControl plans (.plan), waypoint files (QGC WPL 110) and lists of MAVLink items as JSON."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from airspace.formats.json_text import parse_json
from airspace.formats.mission_items import Item, follow
from airspace.formats.problems import FormatProblem
from airspace.formats.routes import Home, RouteFile, finite
from airspace.formats.zone_drafts import Place

MAX_ITEMS: Final = 10_000
_HEAD: Final = "QGC WPL"
_VERSION: Final = "110"
_COLUMNS: Final = 12


# -- QGroundControl ----------------------------------------------------------------------------------------------------


def read_qgc(data: bytes) -> RouteFile:
    """Read a plan file of QGroundControl; surveys are flown by the items they were planned into."""
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        return RouteFile(problems=[document])
    found = RouteFile()
    mission = document.get("mission") if isinstance(document, dict) else None
    if not isinstance(mission, Mapping) or document.get("fileType") != "Plan":
        place = Place("/fileType", None)
        found.add("wrong_type", place, what='a plan file ("fileType": "Plan")', what_zh="计划文件（fileType 为 Plan）")
        return found
    if mission.get("version") != 2:
        place = Place("/mission/version", None)
        found.add("unknown_version", place, value=mission.get("version"), choices="2")
        return found
    speed = mission.get("hoverSpeed" if mission.get("vehicleType", 2) not in (1, 20) else "cruiseSpeed")
    found.cruise_speed_mps = finite(speed) or None
    home = mission.get("plannedHomePosition")
    if isinstance(home, list) and len(home) == 3 and None not in (lat_lon := [finite(v) for v in home[:2]]):
        place = Place("/mission/plannedHomePosition", None)
        found.home = Home(lat_lon[0] or 0.0, lat_lon[1] or 0.0, finite(home[2]), "AMSL", place)
    items: list[Item] = []
    _flatten(mission.get("items"), "/mission/items", found, items)
    if len(items) > MAX_ITEMS:
        found.add("too_many", items[MAX_ITEMS].place, limit=MAX_ITEMS, what="items", what_zh="任务项")
        return found
    follow(items, found)
    return found


def _flatten(raw: object, at: str, found: RouteFile, items: list[Item]) -> None:
    if not isinstance(raw, list):
        found.add("wrong_type", Place(at, None), what="a list of items", what_zh="任务项列表")
        return
    for index, value in enumerate(raw):
        where = f"{at}/{index}"
        if not isinstance(value, Mapping):
            found.add("wrong_type", Place(where, None), what="an object", what_zh="对象")
        elif value.get("type") == "SimpleItem":
            item = _simple(value, where, found)
            if item is not None:
                items.append(item)
        else:
            style = value.get("TransectStyleComplexItem")
            inner = style.get("Items") if isinstance(style, Mapping) else None
            if inner is None:
                kind = value.get("complexItemType", value.get("type"))
                found.add("unsupported_command", Place(where, None), value=kind)
            else:
                _flatten(inner, f"{where}/TransectStyleComplexItem/Items", found, items)


def _simple(value: Mapping[str, Any], where: str, found: RouteFile) -> Item | None:
    params = value.get("params")
    command, frame = value.get("command"), value.get("frame")
    if not (_is_int(command) and _is_int(frame)):
        found.add(
            "wrong_type",
            Place(f"{where}/command", None),
            what="command and frame as integers",
            what_zh="整数 command 和 frame",
        )
        return None
    if not isinstance(params, list) or len(params) != 7:
        found.add(
            "wrong_type",
            Place(f"{where}/params", None),
            what="a list of 7 numbers or nulls",
            what_zh="7 个数值或 null 的列表",
        )
        return None
    numbers = [math.nan if v is None else finite(v) for v in params]
    if None in numbers:
        place = Place(f"{where}/params/{numbers.index(None)}", None)
        found.add("wrong_type", place, what="a number or null", what_zh="数值或 null")
        return None
    p1, p2, p3, p4, lat, lon, alt = (number if number is not None else math.nan for number in numbers)
    return Item(int(command or 0), int(frame or 0), (p1, p2, p3, p4), lat, lon, alt, Place(where, None))


def write_qgc(items: Sequence[Item], home: Home, cruise_speed_mps: float) -> bytes:
    """Write a plan file of QGroundControl."""
    document = {
        "fileType": "Plan",
        "groundStation": "QGroundControl",
        "version": 1,
        "geoFence": {"circles": [], "polygons": [], "version": 2},
        "rallyPoints": {"points": [], "version": 2},
        "mission": {
            "version": 2,
            "firmwareType": 12,
            "vehicleType": 2,
            "cruiseSpeed": cruise_speed_mps,
            "hoverSpeed": cruise_speed_mps,
            "globalPlanAltitudeMode": 0,
            "plannedHomePosition": [home.lat_deg, home.lon_deg, home.alt_m],
            "items": [_written(item, n) for n, item in enumerate(items, start=1)],
        },
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


_ALTITUDE_MODES: Final = {0: 2, 3: 1, 10: 4}
"""QGroundControl's names for frames: 1 relative, 2 absolute, 4 terrain."""


def _written(item: Item, number: int) -> dict[str, Any]:
    return {
        "type": "SimpleItem",
        "command": item.command,
        "frame": item.frame,
        "doJumpId": number,
        "autoContinue": True,
        "Altitude": item.alt_m,
        "AltitudeMode": _ALTITUDE_MODES.get(item.frame, 0),
        "AMSLAltAboveTerrain": None,
        "params": [*item.params, item.lat_deg, item.lon_deg, item.alt_m],
    }


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 65_536


# -- waypoint files ----------------------------------------------------------------------------------------------------


def read_waypoints(data: bytes) -> RouteFile:
    """Read a waypoint file as ArduPilot's ground stations write it; its first row is home."""
    found = RouteFile()
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        found.add("wrong_encoding", Place("", None))
        return found
    head = lines[0].split() if lines else []
    if " ".join(head[:2]) != _HEAD:
        found.add(
            "wrong_type",
            Place("", 1),
            what=f"a file that begins with {_HEAD} {_VERSION}",
            what_zh=f"以 {_HEAD} {_VERSION} 开头的文件",
        )
        return found
    if head[2:] != [_VERSION]:
        found.add("unknown_version", Place("", 1), value=" ".join(head[2:]), choices=_VERSION)
        return found
    rows = [(number, line.split()) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    if len(rows) > MAX_ITEMS:
        found.add("too_many", Place("", rows[MAX_ITEMS][0]), limit=MAX_ITEMS, what="items", what_zh="任务项")
        return found
    items: list[Item] = []
    for n, (line, parts) in enumerate(rows):
        item = _row(n, line, parts, found)
        if item is None:
            continue
        if n == 0 and item.frame == 0 and item.command == 16:
            # A home of zeros was never set: it says nothing about where or how high it is.
            known = item.has_place
            found.home = Home(item.lat_deg, item.lon_deg, item.alt_m, "AMSL", item.place) if known else None
        else:
            items.append(item)
    follow(items, found)
    return found


def _row(n: int, line: int, parts: list[str], found: RouteFile) -> Item | None:
    place = Place(f"item[{n}]", line)
    if len(parts) != _COLUMNS:
        found.add(
            "malformed_line",
            place,
            reason=f"it has {len(parts)} columns, not {_COLUMNS}",
            reason_zh=f"有 {len(parts)} 列，应为 {_COLUMNS} 列",
        )
        return None
    try:
        frame, command = int(float(parts[2])), int(float(parts[3]))
        numbers = [float(part) for part in parts[4:11]]
    except (ValueError, OverflowError):
        found.add("malformed_line", place, reason="a column is no number", reason_zh="有一列不是数值")
        return None
    if not all(map(math.isfinite, numbers[4:])):
        found.add("not_finite", place)
        return None
    p1, p2, p3, p4, lat, lon, alt = numbers
    return Item(command, frame, (p1, p2, p3, p4), lat, lon, alt, place)


def write_waypoints(items: Sequence[Item], home: Home) -> bytes:
    """Write a waypoint file."""
    rows = [Item(16, 0, (0.0, 0.0, 0.0, 0.0), home.lat_deg, home.lon_deg, home.alt_m or 0.0), *items]
    lines = [f"{_HEAD} {_VERSION}"]
    for n, item in enumerate(rows):
        numbers = (*item.params, item.lat_deg, item.lon_deg, item.alt_m)
        lines.append(
            "\t".join([str(n), str(int(n == 0)), str(item.frame), str(item.command), *map(repr, numbers), "1"])
        )
    return ("\n".join(lines) + "\n").encode()


# -- MAVLink items -----------------------------------------------------------------------------------------------------


def read_mavlink(data: bytes) -> RouteFile:
    """Read `{"home": {lat_deg, lon_deg, alt_amsl_m}, "items": [MISSION_ITEM_INT, ...]}`: x and y are degrees times 1e7."""
    document = parse_json(data)
    if isinstance(document, FormatProblem):
        return RouteFile(problems=[document])
    found = RouteFile()
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list) or len(items) > MAX_ITEMS:
        found.add(
            "wrong_type",
            Place("/items", None),
            what=f"a list of at most {MAX_ITEMS} items",
            what_zh=f"至多 {MAX_ITEMS} 项的列表",
        )
        return found
    if isinstance(document, dict):
        found.cruise_speed_mps = finite(document.get("cruise_speed_mps"))
        home = document.get("home")
        lat, lon = (
            (finite(home.get(key)) for key in ("lat_deg", "lon_deg")) if isinstance(home, Mapping) else (None, None)
        )
        if isinstance(home, Mapping) and lat is not None and lon is not None:
            found.home = Home(lat, lon, finite(home.get("alt_amsl_m")), "AMSL", Place("/home", None))
    prefix = "/items" if isinstance(document, dict) else ""
    parsed = [item for n, raw in enumerate(items) if (item := _int_item(raw, f"{prefix}/{n}", found)) is not None]
    follow(parsed, found)
    return found


def _int_item(raw: object, where: str, found: RouteFile) -> Item | None:
    if not isinstance(raw, Mapping):
        found.add("wrong_type", Place(where, None), what="an object", what_zh="对象")
        return None
    for name in ("frame", "command", "x", "y"):
        value = raw.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**31:
            found.add("wrong_type", Place(f"{where}/{name}", None), what="an integer", what_zh="整数")
            return None
    numbers = [
        finite(raw.get(name, 0.0) if raw.get(name) is not None else 0.0)
        for name in ("param1", "param2", "param3", "param4", "z")
    ]
    if None in numbers:
        found.add("not_finite", Place(where, None))
        return None
    p1, p2, p3, p4, z = (number or 0.0 for number in numbers)
    return Item(raw["command"], raw["frame"], (p1, p2, p3, p4), raw["x"] / 1e7, raw["y"] / 1e7, z, Place(where, None))


def write_mavlink(items: Sequence[Item], home: Home, cruise_speed_mps: float) -> bytes:
    """Write items as MISSION_ITEM_INT, ready for a mission upload."""
    document = {
        "home": {"lat_deg": home.lat_deg, "lon_deg": home.lon_deg, "alt_amsl_m": home.alt_m},
        "cruise_speed_mps": cruise_speed_mps,
        "items": [
            {
                "seq": n,
                "frame": item.frame,
                "command": item.command,
                **{f"param{k}": value for k, value in enumerate(item.params, start=1)},
                "x": round(item.lat_deg * 1e7),
                "y": round(item.lon_deg * 1e7),
                "z": item.alt_m,
                "autocontinue": 1,
            }
            for n, item in enumerate(items)
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)

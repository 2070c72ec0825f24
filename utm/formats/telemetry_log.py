"""Missions out of MAVLink itself: the items a telemetry log or a recorded link carried, as the mission format's JSON."""

import math
from collections.abc import Iterator
from typing import Any, Final

import orjson

from airspace.formats.problems import FormatProblem
from mavlink_bridge.codec import MAGIC_V1, MAGIC_V2, scan, unpack
from mavlink_bridge.modes import ARDUPILOT
from mavlink_bridge.tlog import TlogReader

_HEARTBEAT: Final = 0
_ITEM: Final = 39
_ITEM_INT: Final = 73
_MAGICS: Final = frozenset({MAGIC_V1, MAGIC_V2})
_INT32: Final = 2**31


def is_mavlink(data: bytes) -> bool:
    """Tell whether bytes are frames, or a telemetry log of frames, and no JSON."""
    return bool(data) and (data[0] in _MAGICS or (len(data) > 8 and data[8] in _MAGICS and data[0] == 0))


def mission_json(data: bytes) -> dict[str, bytes] | FormatProblem:
    """Return the last flight plan carried, as JSON of the format `mavlink`; of ArduPilot the first item is home."""
    items: dict[int, dict[int, dict[str, Any]]] = {}
    autopilots: dict[int, int] = {}
    last: int | None = None
    for system, message, fields in _messages(data):
        if message == _HEARTBEAT:
            autopilots[system] = fields[2]
            continue
        p1, p2, p3, p4, x, y, z, seq, command, *_, frame, _current, auto, kind = fields
        if kind != 0:
            continue
        if message == _ITEM:
            x, y = (round(v * 1e7) if math.isfinite(v) and abs(v * 1e7) < _INT32 else 0 for v in (x, y))
        if seq == 0:
            items[system] = {}
        last = system
        params = {f"param{n}": _plain(value) for n, value in enumerate((p1, p2, p3, p4), start=1)}
        values = {"frame": frame, "command": command, **params, "x": x, "y": y, "z": _plain(z), "autocontinue": auto}
        items.setdefault(system, {})[seq] = values
    if last is None:
        return FormatProblem.of(
            "", None, "missing", what="A mission item (MISSION_ITEM_INT)", what_zh="任务项（MISSION_ITEM_INT）"
        )
    found = items[last]
    gap = next((n for n in range(max(found) + 1) if n not in found), None)
    if gap is not None:
        return FormatProblem.of(
            f"item[{gap}]", None, "missing", what=f"Item {gap} of the mission", what_zh=f"任务第 {gap} 项"
        )
    ordered = [found[n] for n in sorted(found)]
    document: dict[str, Any] = {"items": ordered}
    # Vehicles download what they hold; ArduPilot's ground stations upload and read home as item 0.
    if ARDUPILOT in autopilots.values() and ordered[0]["frame"] == 0 and ordered[0]["command"] == 16:
        home = ordered.pop(0)
        document["home"] = {"lat_deg": home["x"] / 1e7, "lon_deg": home["y"] / 1e7, "alt_amsl_m": home["z"]}
    return {"mission.json": orjson.dumps(document)}


def _messages(data: bytes) -> Iterator[tuple[int, int, tuple[Any, ...]]]:
    for piece in _pieces(data):
        for frame in scan(piece, bad_crc_limit=1_000).frames:
            if frame.known and frame.message_id in (_HEARTBEAT, _ITEM, _ITEM_INT):
                fields = unpack(piece, frame)
                if fields is not None:
                    yield frame.system_id, frame.message_id, fields


def _pieces(data: bytes) -> Iterator[bytes]:
    if data[0] in _MAGICS:
        yield data
    else:
        for record in TlogReader(data):
            yield record.frame


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None

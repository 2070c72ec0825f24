"""Translate: the fields of a message become events, MAVLink's sentinels become None; one function a message.

Each function gets the vehicle, the sending component, the fields in wire order (layouts.py), the time of receipt and
the list to append to. The sentinel of each field is the one of the MAVLink common message set; lat = lon = 0 is no
position in every message that has one.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any, Final

from . import modes, remote_id
from .events import (
    AdsbVehicle,
    AutopilotVersion,
    Battery,
    ClockSample,
    CommandAcked,
    Event,
    GpsFix,
    HighLatency,
    Home,
    LandedState,
    MessageInterval,
    MissionAck,
    MissionCount,
    MissionCurrent,
    MissionItemInt,
    MissionItemReached,
    MissionRequest,
    ParamValue,
    Position,
    StatusText,
    SystemStatus,
    TimeSync,
    VehicleEvent,
)
from .values import coordinates, text
from .vehicle import Vehicle

Translator = Callable[[Vehicle, int, tuple[Any, ...], float, list[Event]], None]

INT32_MAX: Final = 2**31 - 1
INT16_MAX: Final = 2**15 - 1
UINT16_MAX: Final = 2**16 - 1
UINT8_MAX: Final = 2**8 - 1
GLOBAL_FRAMES: Final = frozenset({0, 3, 5, 6, 10, 11})
# While the fused position is younger than this, the poorer sources of position are not reported.
FUSED_POSITION_FRESH_S: Final = 3.0
LANDED: Final = {1: "on_ground", 2: "in_air", 3: "takeoff", 4: "landing"}


def _millimetres(value: int) -> float | None:
    return None if value == INT32_MAX else value / 1e3


def _speed(value: int) -> float | None:
    return None if value == INT16_MAX else value / 1e2


def _heading(value: int) -> float | None:
    return None if value > 36_000 else value / 1e2 % 360.0


def _percent(value: int) -> float | None:
    return float(value) if 0 <= value <= 100 else None


def _global_position_int(
    vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]
) -> None:
    boot, lat, lon, alt, relative, vx, vy, vz, heading = fields
    place = coordinates(lat, lon)
    if place is None or component != vehicle.component_id:
        return
    vehicle.fused_position_at = now
    vehicle.positions += 1
    out.append(
        Position(
            vehicle.key,
            now,
            place[0],
            place[1],
            None if alt == INT32_MAX else alt / 1e3,
            None,
            None if relative == INT32_MAX else relative / 1e3,
            None if vx == INT16_MAX else vx / 1e2,
            None if vy == INT16_MAX else vy / 1e2,
            None if vz == INT16_MAX else -vz / 1e2 or 0.0,
            None if heading > 36_000 else heading / 1e2 % 360.0,
            vehicle.counted_on(boot),
            "global_position_int",
        )
    )


def _fused_is_fresh(vehicle: Vehicle, now: float) -> bool:
    return now - vehicle.fused_position_at < FUSED_POSITION_FRESH_S


def _gps_raw_int(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    usec, lat, lon, alt, _eph, _epv, vel, course, fix, satellites, ellipsoid, h_acc, v_acc, *_rest = fields
    if component != vehicle.component_id:
        return
    place = coordinates(lat, lon) if fix >= 2 else None
    alt_amsl_m = _millimetres(alt) if place and fix >= 3 else None
    alt_hae_m = ellipsoid / 1e3 if place and fix >= 3 and ellipsoid not in {0, INT32_MAX} else None
    speed_mps = None if vel == UINT16_MAX else vel / 1e2
    course_deg = _heading(course)
    horizontal_m = h_acc / 1e3 if h_acc else None
    vertical_m = v_acc / 1e3 if v_acc else None
    count = None if satellites == UINT8_MAX else satellites
    lat_deg, lon_deg = place or (None, None)
    out.append(
        GpsFix(
            vehicle.key, now, fix, count, lat_deg, lon_deg, alt_amsl_m, alt_hae_m,
            speed_mps, course_deg, horizontal_m, vertical_m,
        )
    )  # fmt: skip
    if place is None or _fused_is_fresh(vehicle, now):
        return
    north = east = None
    if speed_mps is not None and course_deg is not None:
        north = speed_mps * math.cos(math.radians(course_deg))
        east = speed_mps * math.sin(math.radians(course_deg))
    # time_usec is unix time or time since boot; "infer by the magnitude" says the message set: 2001 in microseconds.
    unix_time_s = usec / 1e6 if usec > 1_000_000_000_000_000 else None
    vehicle.positions += 1
    out.append(
        Position(
            vehicle.key, now, place[0], place[1], alt_amsl_m, alt_hae_m, None, north, east, None, None,
            None, "gps_raw_int", unix_time_s, horizontal_m, vertical_m,
        )
    )  # fmt: skip


def _utm_global_position(
    vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]
) -> None:
    usec, lat, lon, alt, _relative, _nlat, _nlon, _nalt, vx, vy, vz, h_acc, v_acc, *_rest, flags = fields
    place = coordinates(lat, lon) if flags & 4 else None
    if place is None or component != vehicle.component_id or _fused_is_fresh(vehicle, now):
        return
    vehicle.positions += 1
    out.append(
        Position(
            vehicle.key,
            now,
            place[0],
            place[1],
            None,
            _millimetres(alt) if flags & 8 else None,
            None,  # relative_alt is "above ground" there, whatever the sender takes for ground
            _speed(vx) if flags & 32 else None,
            _speed(vy) if flags & 32 else None,
            (None if vz == INT16_MAX else -vz / 1e2) if flags & 64 else None,
            None,
            None,
            "utm_global_position",
            usec / 1e6 if flags & 1 else None,
            h_acc / 1e3 if h_acc not in {0, UINT16_MAX} else None,
            v_acc / 1e3 if v_acc not in {0, UINT16_MAX} else None,
        )
    )


def _high_latency2(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    boot, lat, lon, custom, alt, target_alt, distance, waypoint, failures, kind, autopilot = fields[:11]
    heading, target_heading, _throttle, _airspeed, _setpoint, ground_speed, wind, wind_from, eph, epv = fields[11:21]
    battery = fields[23]
    if component != vehicle.component_id:
        return
    vehicle.mode = mode = modes.high_latency_mode_name(autopilot, kind, custom)
    out.append(
        HighLatency(
            vehicle.key, now, failures, custom, mode, target_alt, target_heading * 2.0 % 360.0, distance * 10.0,
            waypoint, ground_speed / 5.0, wind / 5.0, wind_from * 2.0 % 360.0,
        )
    )  # fmt: skip
    out.append(Battery(vehicle.key, now, _percent(battery), None, None, 0, None, None, "high_latency2"))
    place = coordinates(lat, lon)
    if place is None or _fused_is_fresh(vehicle, now):
        return
    vehicle.positions += 1
    out.append(
        Position(
            vehicle.key,
            now,
            place[0],
            place[1],
            None if alt == INT16_MAX else float(alt),
            None,
            None,
            None,
            None,
            None,
            None if heading > 180 else heading * 2.0 % 360.0,
            vehicle.counted_on(boot),
            "high_latency2",
            None,
            None if eph == UINT8_MAX else eph / 10.0,
            None if epv == UINT8_MAX else epv / 10.0,
        )
    )


def _sys_status(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    present, enabled, healthy, load, millivolts, centiamps, drop, *_errors, remaining, _p, _e, _h = fields
    if component != vehicle.component_id:
        return
    out.append(SystemStatus(vehicle.key, now, present, enabled, healthy, load / 10.0, drop / 100.0))
    out.append(
        Battery(
            vehicle.key,
            now,
            _percent(remaining),
            None if millivolts in {0, UINT16_MAX} else millivolts / 1e3,
            None if centiamps == -1 else centiamps / 1e2,
            0,
            None,
            None,
            "sys_status",
        )
    )


def _battery_status(vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    energy = fields[1]
    cells = [cell for cell in fields[3:13] if cell != UINT16_MAX]
    centiamps, battery_id, remaining, time_left = fields[13], fields[14], fields[17], fields[18]
    cells += [cell for cell in fields[20:24] if cell != UINT16_MAX]
    millivolts = sum(cells)
    out.append(
        Battery(
            vehicle.key,
            now,
            _percent(remaining),
            millivolts / 1e3 if millivolts else None,
            None if centiamps == -1 else centiamps / 1e2,
            battery_id,
            None if energy == -1 else energy / 36.0,
            time_left if time_left > 0 else None,
            "battery_status",
        )
    )


def _extended_sys_state(
    vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]
) -> None:
    vtol, landed = fields
    if component == vehicle.component_id:
        out.append(LandedState(vehicle.key, now, LANDED.get(landed), vtol or None))


def _home_position(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    place = coordinates(fields[0], fields[1])
    if place is not None and component == vehicle.component_id:
        out.append(Home(vehicle.key, now, place[0], place[1], fields[2] / 1e3))


def _statustext(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    severity, text, text_id, part = fields
    done: list[StatusText] = vehicle.add_text(component, severity, text, text_id=text_id, part=part, now=now)
    out.extend(done)


def _event(vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    event_id, boot, sequence, _component_to, _system_to, levels, arguments = fields
    out.append(VehicleEvent(vehicle.key, now, event_id, sequence, levels, vehicle.counted_on(boot), arguments))


def _system_time(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    usec, boot = fields
    if component == vehicle.component_id:
        unix_s = usec / 1e6 if usec > 1_000_000_000_000_000 else None
        out.append(ClockSample(vehicle.key, now, unix_s, vehicle.counted_on(boot)))


def _timesync(vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    out.append(TimeSync(vehicle.key, now, fields[0], fields[1]))


def _autopilot_version(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    if component != vehicle.component_id:
        return
    uid, uid2 = fields[1], fields[11]
    hardware = uid2.hex() if any(uid2) else (f"{uid:016x}" if uid else None)
    out.append(AutopilotVersion(vehicle.key, now, fields[0], fields[2], hardware))


def _adsb_vehicle(vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    icao, lat, lon, altitude, heading, speed, climb, flags, squawk, kind, callsign, emitter, age = fields
    place = coordinates(lat, lon) if flags & 1 else None
    if place is None:
        return
    heading_deg = _heading(heading) if flags & 4 else None
    north = east = None
    if flags & 8 and heading_deg is not None:
        north = speed / 1e2 * math.cos(math.radians(heading_deg))
        east = speed / 1e2 * math.sin(math.radians(heading_deg))
    out.append(
        AdsbVehicle(
            vehicle.key,
            now,
            icao,
            text(callsign).strip() or None if flags & 16 else None,
            place[0],
            place[1],
            _millimetres(altitude) if flags & 2 else None,
            kind == 0,
            north,
            east,
            climb / 1e2 if flags & 128 else None,
            heading_deg,
            emitter,
            squawk if flags & 32 else None,
            age,
        )
    )


def _command_ack(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    command, result, progress, param2, system, target = fields
    percent = progress if result == 5 and progress <= 100 else None
    out.append(CommandAcked(vehicle.key, now, command, result, percent, param2, system, target, component))


def _mission_current(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    seq, total, state, _mode = fields
    if component == vehicle.component_id:
        known = None if total == 0 else (0 if total == UINT16_MAX else total)
        out.append(MissionCurrent(vehicle.key, now, seq, known, state or None))


def _mission_reached(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    if component == vehicle.component_id:
        out.append(MissionItemReached(vehicle.key, now, fields[0]))


def _mission_count(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    count, system, target, mission_type = fields
    out.append(MissionCount(vehicle.key, now, count, mission_type, system, target, component))


def _mission_item_int(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    p1, p2, p3, p4, x, y, z, seq, command, system, target, frame, current, auto, kind = fields
    out.append(
        MissionItemInt(
            vehicle.key, now, seq, frame, command, current, auto, p1, p2, p3, p4, x, y, z, kind,
            system, target, component,
        )
    )  # fmt: skip


def _mission_item(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    p1, p2, p3, p4, x, y, z, seq, command, system, target, frame, current, auto, kind = fields
    scale = 1e7 if frame in GLOBAL_FRAMES else 1e4
    whole = [round(v * scale) if math.isfinite(v) and abs(v * scale) <= INT32_MAX else 0 for v in (x, y)]
    out.append(
        MissionItemInt(
            vehicle.key, now, seq, frame, command, current, auto, p1, p2, p3, p4, whole[0], whole[1], z, kind,
            system, target, component, False,
        )
    )  # fmt: skip


def _mission_request(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    seq, system, target, kind = fields
    out.append(MissionRequest(vehicle.key, now, seq, kind, False, system, target, component))


def _mission_request_int(
    vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]
) -> None:
    seq, system, target, kind = fields
    out.append(MissionRequest(vehicle.key, now, seq, kind, True, system, target, component))


def _mission_ack(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    system, target, result, kind = fields
    out.append(MissionAck(vehicle.key, now, result, kind, system, target, component))


# MAV_PARAM_TYPE 1 to 8 as PX4 lays them into the four bytes of param_value.
_PARAM_FORMATS: Final = {1: "<Bxxx", 2: "<bxxx", 3: "<Hxx", 4: "<hxx", 5: "<I", 6: "<i"}


def _param_value(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    raw, count, index, name, kind = fields
    if component != vehicle.component_id:
        return
    layout = _PARAM_FORMATS.get(kind, "<f") if vehicle.autopilot == modes.PX4 else "<f"
    value = struct.unpack(layout, raw)[0]
    out.append(ParamValue(vehicle.key, now, text(name), float(value), kind, count, index))


def _message_interval(vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    interval_us, message_id = fields
    out.append(MessageInterval(vehicle.key, now, message_id, interval_us / 1e6 if interval_us > 0 else None))


TRANSLATORS: Final[dict[int, Translator]] = {
    1: _sys_status,
    2: _system_time,
    22: _param_value,
    24: _gps_raw_int,
    33: _global_position_int,
    39: _mission_item,
    40: _mission_request,
    42: _mission_current,
    44: _mission_count,
    46: _mission_reached,
    47: _mission_ack,
    51: _mission_request_int,
    73: _mission_item_int,
    77: _command_ack,
    111: _timesync,
    147: _battery_status,
    148: _autopilot_version,
    235: _high_latency2,
    242: _home_position,
    244: _message_interval,
    245: _extended_sys_state,
    246: _adsb_vehicle,
    253: _statustext,
    340: _utm_global_position,
    410: _event,
    **remote_id.TRANSLATORS,
}
"""What becomes of each message besides HEARTBEAT and the radio's reports, which the registry reads itself."""

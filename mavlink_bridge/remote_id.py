"""Remote identification: what OPEN_DRONE_ID messages tell, and the packed ones a receiver passes on as it heard them.

A packed message is 25 bytes as ASTM F3411-22a, 5.4.5, lays them out: type and version in the first byte, then fields of
whole steps. They are brought into the units of the MAVLink messages of the same name and read as those are.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from .events import Event, RemoteIdBasic, RemoteIdLocation, RemoteIdSystem
from .values import above, coordinates, text
from .vehicle import Vehicle

PACKED_BYTES: Final = 25
MOST_PACKED: Final = 9
_BASIC, _LOCATION, _SYSTEM = 0, 1, 4
_BASIC_ID: Final = struct.Struct("<xB20s")
_PLACE: Final = struct.Struct("<xBBBbiiHHHBBH")
_OPERATOR: Final = struct.Struct("<xBiiHBHHBHI")
_UNKNOWN_SPEED, _UNKNOWN_CLIMB = 255, 126


def identity_of(raw: bytes) -> str:
    """Return an address as hexadecimal text, "" for none: the sender itself."""
    return raw.hex() if any(raw) else ""


def _remote_id_basic(vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    _system, _to, identity, id_type, ua_type, uas_id = fields
    out.append(RemoteIdBasic(vehicle.key, now, identity_of(identity), id_type, ua_type, text(uas_id)))


def _remote_id_location(
    vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]
) -> None:
    lat, lon, baro, geodetic, height, stamp, direction, speed, climb, _s, _c, identity, status, reference, *_acc = (
        fields
    )
    place = coordinates(lat, lon)
    out.append(
        RemoteIdLocation(
            vehicle.key,
            now,
            identity_of(identity),
            status,
            place[0] if place else None,
            place[1] if place else None,
            above(geodetic, -1000.0),
            above(baro, -1000.0),
            above(height, -1000.0),
            reference == 1,
            None if direction > 36_000 else direction / 1e2 % 360.0,
            None if speed >= 25_500 else speed / 1e2,
            None if climb >= 6_300 else climb / 1e2,
            stamp if 0.0 <= stamp <= 3600.0 else None,
        )
    )


def _remote_id_system(vehicle: Vehicle, _component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    place = coordinates(fields[0], fields[1])
    out.append(
        RemoteIdSystem(
            vehicle.key,
            now,
            identity_of(fields[10]),
            place[0] if place else None,
            place[1] if place else None,
            above(fields[4], -1000.0),
            fields[12],
        )
    )


def _message_pack(vehicle: Vehicle, component: int, fields: tuple[Any, ...], now: float, out: list[Event]) -> None:
    _system, _to, identity, size, count, messages = fields
    if size != PACKED_BYTES:
        return
    for number in range(min(count, MOST_PACKED)):
        packed = messages[PACKED_BYTES * number : PACKED_BYTES * (number + 1)]
        read = _UNPACK.get(packed[0] >> 4)
        if read is not None:
            read(vehicle, component, identity, packed, now, out)


def _packed_basic(
    vehicle: Vehicle, component: int, identity: bytes, packed: bytes, now: float, out: list[Event]
) -> None:
    kinds, uas_id = _BASIC_ID.unpack_from(packed)
    _remote_id_basic(vehicle, component, (0, 0, identity, kinds >> 4, kinds & 0x0F, uas_id), now, out)


def _packed_location(
    vehicle: Vehicle, component: int, identity: bytes, packed: bytes, now: float, out: list[Event]
) -> None:
    flags, direction, speed, climb, lat, lon, baro, geodetic, height, _accuracy, _more, stamp = _PLACE.unpack_from(
        packed
    )
    # Bit 0 is the step of the speed, bit 1 adds 180 degrees, bit 2 says what the height is above.
    speed_cmps = 25 * speed if not flags & 1 else 75 * speed + 25 * _UNKNOWN_SPEED
    if speed == _UNKNOWN_SPEED:
        speed_cmps = 25_500
    fields = (
        lat, lon, _half_metres(baro), _half_metres(geodetic), _half_metres(height), stamp / 10.0,
        100 * (direction + (180 if flags & 2 else 0)), speed_cmps, 6_300 if climb == _UNKNOWN_CLIMB else 50 * climb,
        0, 0, identity, flags >> 4, flags >> 2 & 1,
    )  # fmt: skip
    _remote_id_location(vehicle, component, fields, now, out)


def _packed_system(
    vehicle: Vehicle, component: int, identity: bytes, packed: bytes, now: float, out: list[Event]
) -> None:
    flags, lat, lon, count, radius, ceiling, floor, _class, altitude, stamp = _OPERATOR.unpack_from(packed)
    fields = (
        lat, lon, _half_metres(ceiling), _half_metres(floor), _half_metres(altitude), stamp, count, 10 * radius, 0, 0,
        identity, flags & 3, flags >> 2 & 7,
    )  # fmt: skip
    _remote_id_system(vehicle, component, fields, now, out)


def _half_metres(value: int) -> float:
    """Return metres of half metres above -1,000 m, which itself is unknown."""
    return value / 2.0 - 1_000.0


_UNPACK: Final[Mapping[int, Callable[[Vehicle, int, bytes, bytes, float, list[Event]], None]]] = {
    _BASIC: _packed_basic,
    _LOCATION: _packed_location,
    _SYSTEM: _packed_system,
}
TRANSLATORS: Final[Mapping[int, Callable[[Vehicle, int, tuple[Any, ...], float, list[Event]], None]]] = {
    12900: _remote_id_basic,
    12901: _remote_id_location,
    12904: _remote_id_system,
    12915: _message_pack,
}

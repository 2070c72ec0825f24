"""Operational identification packets of GB 46750-2025, decoded and encoded to the byte.

    FF | version 001xxxxx | bytes of content, 1-200 | flags, 3 or more bytes | content

Flags: most significant bit first, 0x80 of the first byte is item 001, 0x01 says another flag byte follows. Content: the
flagged items in order, integers little-endian, longitude before latitude. What is read is checked against the coding of
its item, so that everything that decodes encodes back to the same bytes. Items beyond 021, which a later edition may
add, are carried along unread.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

START: Final = 0xFF
VERSION: Final = 0x20
MAX_CONTENT: Final = 200
MAX_ERRORS: Final = 1_000
MANDATORY: Final = (1, 2, 4, 5, 6, 7, 8, 9, 10, 13, 15, 16, 17, 18, 19, 20, 21)
"""Items every packet must hold (table of items, column M)."""
_ITEMS: Final = 21
_PER_FLAG: Final = 7
_NO_DEGREES: Final = -1
"""FFFFFFFF as a signed number: the position is unknown."""


@dataclass(frozen=True, slots=True)
class Position:
    """WGS-84 or CGCS2000 degrees, in steps of 1e-7."""

    lon_deg: float
    lat_deg: float


class Unknown:
    """The value of an item that is there and says it is unknown."""

    def __repr__(self) -> str:
        """Return the name."""
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
Measured: TypeAlias = float | Unknown | None
"""A number; UNKNOWN when the item says so; None when the item is not in the packet."""


@dataclass(frozen=True, slots=True)
class IdentificationPacket:
    """One packet; an item that is not there is None. Enumerations are as numbered by the standard.

    `product_id` and `registration8` keep the NULs they are padded with, so that they encode to the same bytes.
    Heights: `height_m` above the take-off point, `alt_hae_m` geodetic, `alt_pressure_m` over 1013.25 hPa.
    """

    product_id: str | None = None
    registration8: str | None = None
    category: int | None = None
    aircraft_class: int | None = None
    station_kind: int | None = None
    station: Position | Unknown | None = None
    station_alt_hae_m: Measured = None
    position: Position | Unknown | None = None
    track_deg: Measured = None
    ground_speed_mps: Measured = None
    height_m: Measured = None
    vel_up_mps: Measured = None
    alt_hae_m: Measured = None
    alt_pressure_m: Measured = None
    status: int | None = None
    crs: int | None = None
    horizontal_accuracy: int | None = None
    vertical_accuracy: int | None = None
    speed_accuracy: int | None = None
    unix_ms: int | Unknown | None = None
    time_accuracy: int | None = None
    version: int = VERSION
    more_flags: bytes = b""
    """Flag bits and bytes beyond item 021, as received; the last of the first three bytes' 0x01 is implied."""
    more_content: bytes = b""

    @property
    def missing(self) -> tuple[int, ...]:
        """The mandatory items that are not there."""
        return tuple(number for number in MANDATORY if getattr(self, _NAMES[number - 1]) is None)


@dataclass(frozen=True, slots=True)
class PacketError:
    """Why bytes are no packet: a stable code, the item where one is at fault, and both texts."""

    code: str
    item: int | None
    detail: str
    detail_zh: str


class _BadError(Exception):
    def __init__(self, code: str, detail: str, detail_zh: str) -> None:
        super().__init__(detail)
        self.code, self.detail, self.detail_zh = code, detail, detail_zh


@dataclass(frozen=True, slots=True)
class _Item:
    """How one item is coded."""

    size: int
    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


def _text(size: int) -> _Item:
    def read(raw: bytes) -> str:
        if not all(byte == 0 or 0x20 < byte < 0x7F for byte in raw):
            raise _BadError("not_ascii", "is no printable ASCII", "不是可打印的 ASCII")
        return raw.decode("ascii")

    def write(value: str) -> bytes:
        return value.encode("ascii").rjust(size, b"\0")

    return _Item(size, read, write)


def _choice(limit: int) -> _Item:
    def read(raw: bytes) -> int:
        if raw[0] > limit:
            raise _BadError("out_of_range", f"is {raw[0]}, more than {limit}", f"值 {raw[0]} 大于 {limit}")
        return raw[0]

    return _Item(1, read, lambda value: bytes([value]))


def _height(offset_m: float) -> _Item:
    def read(raw: bytes) -> float | Unknown:
        code = int.from_bytes(raw, "little")
        return UNKNOWN if code == 0 else code / 2 - offset_m

    def write(value: float | Unknown) -> bytes:
        return struct.pack("<H", 0 if isinstance(value, Unknown) else _floor((value + offset_m) * 2))

    return _Item(2, read, write)


def _tenths(limit: int) -> _Item:
    def read(raw: bytes) -> float | Unknown:
        code = int.from_bytes(raw, "little")
        if code == 0xFFFF:
            return UNKNOWN
        if code > limit:
            raise _BadError("out_of_range", f"is {code / 10:g}, more than {limit / 10:g}", f"值 {code / 10:g} 超出范围")
        return code / 10

    def write(value: float | Unknown) -> bytes:
        return struct.pack("<H", 0xFFFF if isinstance(value, Unknown) else _floor(value * 10))

    return _Item(2, read, write)


def _read_position(raw: bytes) -> Position | Unknown:
    lon, lat = struct.unpack("<ii", raw)
    if (lon, lat) == (_NO_DEGREES, _NO_DEGREES):
        return UNKNOWN
    if abs(lon) > 1_800_000_000 or abs(lat) > 900_000_000:
        swapped = abs(lat) <= 1_800_000_000 and abs(lon) <= 900_000_000
        hint = "; longitude comes first" if swapped else ""
        hint_zh = "；经度在前" if swapped else ""
        raise _BadError("position_out_of_range", f"is {lon}, {lat} x 1e-7{hint}", f"值 {lon}, {lat} 超出范围{hint_zh}")
    return Position(lon / 1e7, lat / 1e7)


def _write_position(value: Position | Unknown) -> bytes:
    if isinstance(value, Unknown):
        return struct.pack("<ii", _NO_DEGREES, _NO_DEGREES)
    return struct.pack("<ii", round(value.lon_deg * 1e7), round(value.lat_deg * 1e7))


def _read_climb(raw: bytes) -> float | Unknown:
    """Return m/s upwards; a sinking of 0 stays -0.0, which is another byte than 0.0."""
    if raw[0] == 0xFF:
        return UNKNOWN
    return math.copysign((raw[0] & 0x7F) / 2, -1.0 if raw[0] & 0x80 else 1.0)


def _write_climb(value: float | Unknown) -> bytes:
    if isinstance(value, Unknown):
        return b"\xff"
    size = _floor(abs(value) * 2)
    if size > (0x7E if math.copysign(1.0, value) < 0 else 0x7F):
        raise ValueError("a vertical speed is at most 63 m/s")
    return bytes([size | (0x80 if math.copysign(1.0, value) < 0 else 0)])


def _read_time(raw: bytes) -> int | Unknown:
    value = int.from_bytes(raw, "little")
    return value or UNKNOWN


def _write_time(value: int | Unknown) -> bytes:
    return (0 if isinstance(value, Unknown) else value).to_bytes(6, "little")


def _floor(value: float) -> int:
    """Return the integer part as the standard takes it, forgiving a product that came out a hair too small."""
    return math.floor(value + 1e-6)


_CODING: Final[tuple[_Item, ...]] = (
    _text(20),
    _text(8),
    _choice(3),
    _choice(4),
    _choice(1),
    _Item(8, _read_position, _write_position),
    _height(1_000),
    _Item(8, _read_position, _write_position),
    _tenths(3_600),
    _tenths(0xFFFE),
    _height(9_000),
    _Item(1, _read_climb, _write_climb),
    _height(1_000),
    _height(1_000),
    _choice(5),
    _choice(1),
    _choice(12),
    _choice(6),
    _choice(4),
    _Item(6, _read_time, _write_time),
    _choice(8),
)
_NAMES: Final = tuple(field.name for field in fields(IdentificationPacket))[:_ITEMS]


def decode(data: bytes) -> IdentificationPacket | PacketError:
    """Return the packet that `data` is, no byte more or less.

    Codes: no_start, unsupported_version, bad_length, truncated, trailing_bytes, too_few_flags, content_mismatch,
    not_ascii, out_of_range, position_out_of_range.
    """
    size = packet_size(data)
    if isinstance(size, PacketError):
        return size
    if len(data) > size:
        detail = f"{len(data) - size} bytes follow the packet"
        return PacketError("trailing_bytes", None, detail, f"报文之后还有 {len(data) - size} 个字节")
    return _content(data[1], data[3:size])


def packet_size(data: bytes) -> int | PacketError:
    """Return how many bytes the packet at the start of `data` takes, header and flags included."""
    if not data or data[0] != START:
        return PacketError("no_start", None, "a packet begins with FF", "报文以 FF 开头")
    if len(data) < 3:
        return _truncated(3 - len(data))
    if data[1] >> 5 != VERSION >> 5:
        detail = f"the version is {data[1]:02X}; its upper three bits must be 001, such as 20"
        return PacketError("unsupported_version", None, detail, f"版本为 {data[1]:02X}；高三位须为 001，例如 20")
    if not 1 <= data[2] <= MAX_CONTENT:
        detail = f"the length is {data[2]}, not 1 to {MAX_CONTENT}"
        return PacketError("bad_length", None, detail, f"长度为 {data[2]}，应为 1 至 {MAX_CONTENT}")
    flags = 1
    while flags < 3 or (len(data) >= 3 + flags and data[2 + flags] & 1):
        flags += 1
        if flags > 8:
            return PacketError("bad_flags", None, "more flag bytes than items could fill", "标志字节过多")
    size = 3 + flags + data[2]
    return _truncated(size - len(data)) if len(data) < size else size


def decode_stream(data: bytes) -> tuple[list[IdentificationPacket], list[tuple[int, PacketError]]]:
    """Return the packets that stand one behind the other in `data`, and each error with its offset.

    After an error reading goes on at the next byte FF. After `MAX_ERRORS` errors the rest is given up (too_many_errors),
    because a body of nothing but FF would be one error a byte.
    """
    packets: list[IdentificationPacket] = []
    errors: list[tuple[int, PacketError]] = []
    at = 0
    while at < len(data):
        size = packet_size(data[at : at + 3 + 8 + MAX_CONTENT])
        found: IdentificationPacket | PacketError = (
            size if isinstance(size, PacketError) else decode(data[at : at + size])
        )
        if isinstance(found, IdentificationPacket):
            packets.append(found)
            at += size if isinstance(size, int) else 1
            continue
        errors.append((at, found))
        if len(errors) >= MAX_ERRORS:
            detail = f"the last {len(data) - at} bytes were not read after {MAX_ERRORS} errors"
            errors.append(
                (at, PacketError("too_many_errors", None, detail, f"错误过多，其余 {len(data) - at} 个字节未读取"))
            )
            break
        if isinstance(size, int):
            at += size  # framed well, filled badly: the next one begins behind it
            continue
        following = data.find(bytes([START]), at + 1)
        at = len(data) if following < 0 else following
    return packets, errors


def _truncated(short: int) -> PacketError:
    return PacketError("truncated", None, f"{short} bytes are missing at the end", f"末尾缺少 {short} 个字节")


def _content(version: int, data: bytes) -> IdentificationPacket | PacketError:
    count = 1
    while data[count - 1] & 1:
        count += 1
    if count < 3:
        return PacketError("too_few_flags", None, "there are at least three flag bytes", "标志至少三个字节")
    flags, content = data[:count], data[count:]
    present = [n for n in range(1, _ITEMS + 1) if flags[(n - 1) // _PER_FLAG] & (0x80 >> (n - 1) % _PER_FLAG)]
    values: dict[str, Any] = {}
    at = 0
    for number in present:
        item = _CODING[number - 1]
        raw = content[at : at + item.size]
        if len(raw) < item.size:
            detail = f"the content ends inside item {number:03d}"
            return PacketError("content_mismatch", number, detail, f"内容在第 {number:03d} 项中途结束")
        try:
            values[_NAMES[number - 1]] = item.read(raw)
        except _BadError as error:
            name = _NAMES[number - 1]
            detail, detail_zh = f"item {number:03d} {name} {error.detail}", f"第 {number:03d} 项 {error.detail_zh}"
            return PacketError(error.code, number, detail, detail_zh)
        at += item.size
    rest = content[at:]
    if rest and not any(flags[3:]):
        detail = f"{len(rest)} bytes of content belong to no item that is flagged"
        return PacketError("content_mismatch", None, detail, f"{len(rest)} 个内容字节不属于任何已标志的项")
    return IdentificationPacket(**values, version=version, more_flags=flags[3:], more_content=rest)


def encode(packet: IdentificationPacket) -> bytes:
    """Return the bytes of a packet; raises ValueError for a value its item cannot hold."""
    flags = bytearray(3)
    content = bytearray()
    for number, (name, item) in enumerate(zip(_NAMES, _CODING, strict=True), start=1):
        value = getattr(packet, name)
        if value is None:
            continue
        flags[(number - 1) // _PER_FLAG] |= 0x80 >> (number - 1) % _PER_FLAG
        try:
            raw = item.write(value)
            item.read(raw)
        except (struct.error, OverflowError, UnicodeEncodeError, _BadError) as error:
            raise ValueError(f"item {number:03d} {name} cannot hold {value!r}") from error
        if len(raw) != item.size:
            raise ValueError(f"item {number:03d} {name} has {len(raw)} bytes, not {item.size}")
        content += raw
    for index in range(2 + bool(packet.more_flags)):
        flags[index] |= 1
    content += packet.more_content
    if not 1 <= len(content) <= MAX_CONTENT:
        raise ValueError(f"the content has {len(content)} bytes, not 1 to {MAX_CONTENT}")
    return bytes([START, packet.version, len(content)]) + bytes(flags) + packet.more_flags + bytes(content)

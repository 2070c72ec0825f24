"""The live feed's binary frames of positions: a header and one column a field, little-endian, nothing that wraps.

`docs/live.md` tells every byte; `utm.live_codegen` makes the clients' decoders from what stands here.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from utm.live_schema import Kind

MAGIC: Final = b"HXL2"
BINARY_VERSION: Final = 2
"""Rises, and the magic with it, whenever a frame's bytes mean something else; there is no sending of older versions."""
HEADER: Final = np.dtype(
    [
        ("magic", "S4"),
        ("version", "<u1"),
        ("kind", "<u1"),  # 0 snapshot, 1 increment
        ("reserved1", "<u2"),
        ("count", "<u4"),
        ("reserved2", "<u4"),
        ("seq", "<u8"),
        ("tick_unix_ms", "<f8"),
    ]
)
# Column, type on the wire, factor from the unit to the wire, value for unknown (None: cannot be unknown).
COLUMNS: Final[tuple[tuple[str, str, float, int | None], ...]] = (
    ("tag", "<u4", 1, None),
    ("lat_deg", "<i4", 1e7, None),
    ("lon_deg", "<i4", 1e7, None),
    ("alt_hae_m", "<i2", 10, -32768),
    ("vel_east_mps", "<i2", 100, -32768),
    ("vel_north_mps", "<i2", 100, -32768),
    ("vel_up_mps", "<i2", 100, -32768),
    ("heading_deg", "<u2", 100, 65535),
)
# What the tag holds: name, lowest bit, bits, factor from the unit to the wire.
PACKED: Final[tuple[tuple[str, int, int, float], ...]] = (
    ("row", 0, 21, 1),
    ("state", 21, 3, 1),
    ("age_s", 24, 8, 10),
)
BYTES_PER_TRACK: Final = sum(np.dtype(kind).itemsize for _, kind, _, _ in COLUMNS)
TRACK_COLUMNS: Final = (*(name for name, *_ in PACKED), *(name for name, *_ in COLUMNS[1:]))
"""Names of the columns a frame gives, those of the tag first."""
ROWS: Final = 1 << PACKED[0][2]
"""Rows a frame can name."""

Columns = dict[str, NDArray[Any]]


def encode_tracks(columns: Columns, *, kind: Kind, seq: int, tick_unix_ms: float) -> bytes:
    """Return the binary frame of n tracks: 32 bytes of header and eight columns, 22 bytes a track, little-endian.

    `columns` maps `TRACK_COLUMNS` to arrays (n,) in degrees, metres, metres per second and seconds, NaN unknown. Values
    beyond what the wire holds saturate (altitude ±3,276.7 m, speeds ±327.67 m/s, age 25.5 s); none wraps. Raises
    ValueError for a row a frame cannot name.
    """
    count = len(columns["row"])
    if count and not 0 <= columns["row"].min() <= columns["row"].max() < ROWS:
        raise ValueError(f"a frame names rows below {ROWS}")
    frame = bytearray(HEADER.itemsize + count * BYTES_PER_TRACK)
    header = np.frombuffer(frame, HEADER, 1)[0]
    header["magic"], header["version"], header["kind"] = MAGIC, BINARY_VERSION, int(kind == "increment")
    header["count"], header["seq"], header["tick_unix_ms"] = count, seq, tick_unix_ms
    work, at = np.empty(count), HEADER.itemsize
    for name, wire, factor, unknown in COLUMNS:
        target = np.frombuffer(frame, wire, count, at)
        at += target.nbytes
        if name == "tag":
            _pack(columns, work, target)
        else:
            _to_wire(columns[name], factor, unknown, work, target)
    return bytes(frame)


def _pack(columns: Columns, work: NDArray[Any], out: NDArray[Any]) -> None:
    for name, lowest, bits, factor in PACKED:
        part = columns[name]
        if factor != 1:
            part = np.empty(len(out), f"<u{bits // 8}")
            _to_wire(columns[name], factor, None, work, part)
        out |= part.astype(np.uint32) << np.uint32(lowest)


def _to_wire(values: NDArray[Any], factor: float, unknown: int | None, work: NDArray[Any], out: NDArray[Any]) -> None:
    """Write values in steps of the wire, saturated; `work` is room for as many float64."""
    info = np.iinfo(out.dtype)
    lowest, highest = info.min + (unknown == info.min), info.max - (unknown == info.max)
    np.multiply(values, factor, out=work)
    np.rint(work, out=work)
    np.minimum(work, highest, out=work)
    np.maximum(work, lowest, out=work)
    missing = np.isnan(work)
    if missing.any():
        work[missing] = highest if unknown is None else unknown
    np.copyto(out, work, casting="unsafe")


def decode_tracks(frame: bytes) -> tuple[Kind, int, float, Columns]:
    """Return kind, seq, tick (unix ms) and columns in units (NaN unknown) of a frame; raises ValueError for another."""
    if len(frame) < HEADER.itemsize:
        raise ValueError("shorter than the header")
    header = np.frombuffer(frame, HEADER, 1)[0]
    if header["magic"] != MAGIC or header["version"] != BINARY_VERSION:
        raise ValueError(f"not a binary frame of version {BINARY_VERSION}")
    count, at = int(header["count"]), HEADER.itemsize
    if len(frame) != at + count * BYTES_PER_TRACK:
        raise ValueError("the length does not fit the count")
    columns: Columns = {}
    for name, wire, factor, unknown in COLUMNS:
        raw = np.frombuffer(frame, wire, count, at)
        at += raw.nbytes
        if name == "tag":
            for part, lowest, bits, step in PACKED:
                value = raw >> np.uint32(lowest) & np.uint32((1 << bits) - 1)
                columns[part] = value if step == 1 else value / step
        else:
            columns[name] = np.where(raw == unknown, np.nan, raw / factor) if unknown is not None else raw / factor
    return ("increment" if header["kind"] else "snapshot", int(header["seq"]), float(header["tick_unix_ms"]), columns)

"""Decoder of the live feed's binary frames, in one file that needs nothing but Python 3.10.

Made by `python -m utm.live_codegen` from utm/live_schema.py and utm/live_frames.py. Do not edit.

    for frame in connection:                    # of WS /v1/live with "encoding": "binary"
        if isinstance(frame, bytes):
            tracks = decode(frame)
            tracks.columns["lat_deg"][0]

Units and datums are those of docs/live.md; unknown is None.
"""

import struct
from typing import NamedTuple

MAGIC = b"HXL2"
VERSION = 2
HEADER = struct.Struct("<4sBBHIIQd")
BYTES_PER_TRACK = 22
STATES = (
    "conforming",
    "nonconforming",
    "contingent",
    "lost",
    "unplanned",
    "unknown",
)
# Name, struct format, factor from the unit to the wire, value for unknown.
COLUMNS = (
    ("tag", "I", 1, None),
    ("lat_deg", "i", 10000000, None),
    ("lon_deg", "i", 10000000, None),
    ("alt_hae_m", "h", 10, -32768),
    ("vel_east_mps", "h", 100, -32768),
    ("vel_north_mps", "h", 100, -32768),
    ("vel_up_mps", "h", 100, -32768),
    ("heading_deg", "H", 100, 65535),
)
# What the tag holds: name, lowest bit, bits, factor from the unit to the wire.
PACKED = (
    ("row", 0, 21, 1),
    ("state", 21, 3, 1),
    ("age_s", 24, 8, 10),
)

Value = int | float | None


class Tracks(NamedTuple):
    """A frame: `kind` is snapshot or increment; `columns` hold one value a track, `row` naming it (index messages)."""

    kind: str
    seq: int
    tick_unix_ms: float
    columns: dict[str, list[Value]]


def decode(frame: bytes) -> Tracks:
    """Return what a frame holds; raises ValueError for anything that is no frame of this version."""
    if len(frame) < HEADER.size:
        raise ValueError("shorter than the header")
    magic, version, kind, _, count, _, seq, tick_unix_ms = HEADER.unpack_from(frame)
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"not a binary frame of version {VERSION}")
    if len(frame) != HEADER.size + count * BYTES_PER_TRACK:
        raise ValueError("the length does not fit the count")
    columns: dict[str, list[Value]] = {}
    at = HEADER.size
    for name, form, factor, unknown in COLUMNS:
        column = struct.Struct(f"<{count}{form}")
        raw = column.unpack_from(frame, at)
        at += column.size
        if name == "tag":
            for part, lowest, bits, step in PACKED:
                values = [value >> lowest & (1 << bits) - 1 for value in raw]
                columns[part] = values if step == 1 else [value / step for value in values]
        else:
            columns[name] = [None if value == unknown else value / factor for value in raw]
    return Tracks("increment" if kind else "snapshot", seq, tick_unix_ms, columns)

"""Open files: what was recorded since the last sealing, appended chunk by chunk and synced, readable after any crash.

    file    16 bytes: magic HXO1, version, slice number (u64)
    chunk   header: magic HXC1, length of the payload, CRC-32 of the payload, length of its head
    payload head (JSON: base, ticks, new identities, modes, events), then each column as u8 width, i32 base, n values

A column of a chunk holds each value less the column's least, in 0, 1, 2 or 4 bytes. The chunk whose checksum does not
hold, and whatever follows it, is the torn tail of a crash and is dropped.
"""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from utm.recording.columns import (
    COUNT,
    Dictionary,
    Ints,
    RecordedEvent,
    Rows,
    decode_identities,
    encode_identities,
)

_FILE: Final = struct.Struct("<4sIQ")
_CHUNK: Final = struct.Struct("<4sIIII")
_COLUMN: Final = struct.Struct("<Bi")
VERSION: Final = 1
_WIDTHS: Final = {0: None, 1: np.dtype("<u1"), 2: np.dtype("<u2"), 4: np.dtype("<u4")}


class _Head(msgspec.Struct, frozen=True):
    base_ms: int
    ticks_us: list[int]
    identities: msgspec.Raw
    modes: list[str | None]
    events: list[RecordedEvent]


_heads = msgspec.json.Decoder(_Head)


@dataclass(slots=True)
class OpenSlice:
    """What an open file holds: the rows in the order they came, the ticks, events and the file's own dictionary."""

    number: int
    base_ms: int = 0
    ticks_us: list[int] = field(default_factory=list)
    blocks: list[Ints] = field(default_factory=list)
    events: list[RecordedEvent] = field(default_factory=list)
    dictionary: Dictionary = field(default_factory=Dictionary)
    rows: int = 0

    @property
    def first_us(self) -> int:
        """When it begins, unix microseconds."""
        return min((at[0] for at in (self.ticks_us, [event.at_us for event in self.events[:1]]) if at), default=0)

    def add(self, block: Ints) -> None:
        """Append rows."""
        self.blocks.append(block)
        self.rows += block.shape[1]

    def all_rows(self) -> Rows:
        """Return every row."""
        blocks = list(self.blocks)
        data = np.concatenate(blocks, axis=1) if blocks else np.zeros((COUNT, 0), np.int32)
        return Rows(data, self.base_ms, np.array(self.ticks_us, np.int64), self.dictionary)


def file_header(number: int) -> bytes:
    """Return the start of an open file."""
    return _FILE.pack(b"HXO1", VERSION, number)


def encode_chunk(
    part: OpenSlice,
    identities_from: int,
    identities_to: int,
    ticks: slice,
    block: Ints,
    events: list[RecordedEvent],
) -> bytes:
    """Return a chunk of rows (COUNT, n) with what is new of ticks, identities and events."""
    head = msgspec.json.encode(
        _Head(
            part.base_ms,
            part.ticks_us[ticks],
            msgspec.Raw(encode_identities(part.dictionary.identities[identities_from:identities_to])),
            part.dictionary.modes,
            events,
        )
    )
    payload = b"".join([head, *(_narrow(column) for column in block)])
    return _CHUNK.pack(b"HXC1", len(payload), zlib.crc32(payload), len(head), block.shape[1]) + payload


def _narrow(column: Ints) -> bytes:
    if not len(column):
        return _COLUMN.pack(0, 0)
    least, most = int(column.min()), int(column.max())
    span = most - least
    width = 0 if span == 0 else 1 if span < 1 << 8 else 2 if span < 1 << 16 else 4
    kind = _WIDTHS[width]
    values = b"" if kind is None else (column.astype(np.int64) - least).astype(kind).tobytes()
    return _COLUMN.pack(width, least) + values


def read_open_file(path: Path) -> OpenSlice | None:
    """Return what an open file holds up to its torn tail, None when it holds nothing or is gone."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(data) < _FILE.size:
        return None
    magic, version, number = _FILE.unpack_from(data)
    if magic != b"HXO1" or version != VERSION:
        return None
    part = OpenSlice(number)
    at = _FILE.size
    while (following := _read_chunk(data, at, part)) is not None:
        at = following
    return part if part.rows or part.events else None


def _read_chunk(data: bytes, at: int, part: OpenSlice) -> int | None:
    """Add the chunk at an offset to the slice; return where the next begins, None at the end or at a torn tail."""
    if at + _CHUNK.size > len(data):
        return None
    fields: tuple[bytes, int, int, int, int] = _CHUNK.unpack_from(data, at)
    magic, length, checksum, head_length, count = fields
    payload = memoryview(data)[at + _CHUNK.size : at + _CHUNK.size + length]
    if magic != b"HXC1" or len(payload) != length or zlib.crc32(payload) != checksum or head_length > length:
        return None
    head = _heads.decode(payload[:head_length])
    part.base_ms = head.base_ms
    part.ticks_us.extend(head.ticks_us)
    for identity in decode_identities(bytes(head.identities)):
        part.dictionary.number(identity)
    for mode in head.modes:
        part.dictionary.mode_code(mode)
    part.events.extend(head.events)
    block = np.zeros((COUNT, count), np.int32)
    offset = head_length
    for column in range(COUNT):
        width, least = _COLUMN.unpack_from(payload, offset)
        offset += _COLUMN.size
        kind = _WIDTHS[width]
        if kind is None:
            block[column] = least
        else:
            values = np.frombuffer(payload, kind, count, offset)
            block[column] = (values.astype(np.int64) + least).astype(np.int32)
            offset += values.nbytes
    if count:
        part.add(block)
    return at + _CHUNK.size + length

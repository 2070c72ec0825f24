"""Codec: MAVLink 1 and 2 frames, exactly: framing, CRC, zero-truncation, the signature's place; pure.

Layout of the frames (mavlink.io, "Packet Serialization" and "Message Signing"):

    v1   FE len seq sys comp id               payload[len] crc[2]
    v2   FD len incompat compat seq sys comp id[3] payload[len] crc[2] (link timestamp[6] signature[6] if incompat & 1)

The CRC is CRC-16/MCRF4XX over everything after the first byte, then the message's CRC_EXTRA.

What is not a frame is skipped one byte at a time, so that a damaged frame costs only itself; skipped bytes are counted.
A message that is not in the message table has no known CRC_EXTRA and cannot be checked: it is skipped whole only where
another frame or the end of the data follows it, and never decoded. Frames with incompatibility flags other than
"signed" must be discarded (mavlink.io, "Incompatibility Flags").

`batch.py` does the same over many datagrams at once, compiled, with identical results; the tests hold both together.
"""

from __future__ import annotations

import re
import struct
from binascii import crc_hqx
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from .layouts import LAYOUTS
from .message_table import CRC_EXTRA, MAX_LENGTH, MIN_LENGTH

MAGIC_V1: Final = 0xFE
MAGIC_V2: Final = 0xFD
SIGNED_FLAG: Final = 0x01
SIGNATURE_LENGTH: Final = 13
LONGEST_FRAME: Final = 10 + 255 + 2 + SIGNATURE_LENGTH

# A hostile datagram can hold a frame header every 12 bytes, each claiming 255 bytes to be summed: after so many failed
# sums the rest of the datagram is given up, which bounds its cost at 16 times 280 bytes.
BAD_CRC_LIMIT: Final = 16

# CRC-16/MCRF4XX is the bit-reflected form of the CCITT sum in the standard library: on bit-reversed bytes crc_hqx
# gives the same register bit-reversed, at C speed (0.1 us for 40 bytes instead of 4 us in a Python loop).
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_REVERSED_BYTE: Final = tuple(bytes([byte]) for byte in _REVERSED)
_EXTRA_REVERSED: Final[dict[int, bytes]] = {number: _REVERSED_BYTE[extra] for number, extra in CRC_EXTRA.items()}
_MAGIC: Final = re.compile(rb"[\xfd\xfe]")


class Frame(NamedTuple):
    """One frame found in a buffer; positions are offsets into that buffer. `known`: CRC checked and correct."""

    message_id: int
    system_id: int
    component_id: int
    sequence: int
    payload_at: int
    payload_length: int
    start: int
    end: int
    version: int
    signed: bool
    known: bool


@dataclass(slots=True)
class Scan:
    """What a buffer held: its frames in order, and what was not a frame.

    `dropped_bytes` lie in no frame; `truncated` says that the data ended inside what looked like a frame;
    `gave_up` that the CRC limit was reached; `rest_at` is where an unfinished frame of a stream begins.
    """

    frames: list[Frame] = field(default_factory=list)
    bad_crc: int = 0
    unknown: int = 0
    dropped_bytes: int = 0
    truncated: bool = False
    gave_up: bool = False
    rest_at: int = 0


def crc(data: bytes, extra: int) -> int:
    """Return the MAVLink checksum (CRC-16/MCRF4XX) of `data` followed by the byte `extra`."""
    value = crc_hqx(_REVERSED_BYTE[extra], crc_hqx(data.translate(_REVERSED), 0xFFFF))
    return _REVERSED[value & 0xFF] << 8 | _REVERSED[value >> 8]


def scan(data: bytes, *, stream: bool = False, bad_crc_limit: int = BAD_CRC_LIMIT) -> Scan:
    """Return the frames of a datagram, or with `stream` of a piece of a byte stream.

    In a datagram an unfinished frame is dropped. In a stream scanning stops there: `rest_at` tells where, and the
    caller scans again from there with more bytes.
    """
    found = Scan()
    frames = found.frames
    mirrored = data.translate(_REVERSED)
    size = len(data)
    at = 0
    dropped = 0
    while at < size:
        magic = data[at]
        if magic == MAGIC_V2:
            if size - at < 12:
                if stream:
                    break
                found.truncated = True
                at += 1
                dropped += 1
                continue
            flags = data[at + 2]
            if flags & ~SIGNED_FLAG:
                at += 1
                dropped += 1
                continue
            length = data[at + 1]
            message_id = data[at + 7] | data[at + 8] << 8 | data[at + 9] << 16
            payload_at = at + 10
            signed = flags == SIGNED_FLAG
            extra = _EXTRA_REVERSED.get(message_id)
            version = 2
        elif magic == MAGIC_V1:
            if size - at < 8:
                if stream:
                    break
                found.truncated = True
                at += 1
                dropped += 1
                continue
            length = data[at + 1]
            message_id = data[at + 5]
            payload_at = at + 6
            signed = False
            extra = _EXTRA_REVERSED.get(message_id)
            version = 1
            if extra is not None and not MIN_LENGTH[message_id] <= length <= MAX_LENGTH[message_id]:
                at += 1
                dropped += 1
                continue
        else:
            match = _MAGIC.search(data, at + 1)
            after = match.start() if match else size
            dropped += after - at
            at = after
            continue
        crc_at = payload_at + length
        end = crc_at + 2 + (SIGNATURE_LENGTH if signed else 0)
        if end > size:
            if stream:
                break
            found.truncated = True
            at += 1
            dropped += 1
            continue
        if extra is None:
            if end < size and data[end] != MAGIC_V1 and data[end] != MAGIC_V2:
                at += 1
                dropped += 1
                continue
            found.unknown += 1
        elif crc_hqx(extra, crc_hqx(mirrored[at + 1 : crc_at], 0xFFFF)) != mirrored[crc_at] << 8 | mirrored[crc_at + 1]:
            found.bad_crc += 1
            if found.bad_crc >= bad_crc_limit:
                found.gave_up = True
                dropped += size - at
                at = size
                break
            at += 1
            dropped += 1
            continue
        if version == 2:
            sequence, system_id, component_id = data[at + 4], data[at + 5], data[at + 6]
        else:
            sequence, system_id, component_id = data[at + 2], data[at + 3], data[at + 4]
        frames.append(
            Frame(
                message_id,
                system_id,
                component_id,
                sequence,
                payload_at,
                length,
                at,
                end,
                version,
                signed,
                extra is not None,
            )
        )
        found.truncated = False
        at = end
    found.dropped_bytes = dropped
    found.rest_at = at
    return found


def unpack(data: bytes, frame: Frame) -> tuple[Any, ...] | None:
    """Return the fields of a frame in wire order (layouts.py), None for a message without a layout."""
    layout = LAYOUTS.get(frame.message_id)
    if layout is None:
        return None
    return layout.unpack(data[frame.payload_at : frame.payload_at + frame.payload_length])


def encode(
    message_id: int,
    values: Sequence[Any],
    *,
    sequence: int,
    system_id: int,
    component_id: int,
    version: int = 2,
    signed: bool = False,
) -> bytes:
    """Return a frame of a message with a layout, its values in wire order (arrays flattened).

    With `signed` the signed flag is set and the caller appends the 13 bytes of signing.signature_block. Raises
    ValueError for a value outside its field, KeyError for a message without a layout.
    """

    try:
        payload = LAYOUTS[message_id].packer.pack(*values)
    except struct.error as error:
        raise ValueError(f"{LAYOUTS[message_id].name}: {error}") from error
    if version == 1:
        payload = payload[: MIN_LENGTH[message_id]]
        body = bytes((len(payload), sequence & 0xFF, system_id, component_id, message_id)) + payload
        start = b"\xfe"
    else:
        payload = payload.rstrip(b"\x00") or b"\x00"
        flags = SIGNED_FLAG if signed else 0
        body = bytes((len(payload), flags, 0, sequence & 0xFF, system_id, component_id))
        body += message_id.to_bytes(3, "little") + payload
        start = b"\xfd"
    return start + body + crc(body, CRC_EXTRA[message_id]).to_bytes(2, "little")


def wire_values(message_id: int, fields: dict[str, Any]) -> list[Any]:
    """Return the values of a message in wire order from its fields by name; what is not named is zero or empty."""
    layout = LAYOUTS[message_id]
    unknown = fields.keys() - set(layout.fields)
    if unknown:
        raise ValueError(f"{layout.name} has no field {sorted(unknown)}")
    values: list[Any] = []
    for name, kind in zip(layout.fields, layout.types, strict=True):
        if kind[-1] == "s":
            values.append(fields.get(name, b""))
        elif len(kind) > 1:
            values.extend(fields.get(name, [0] * int(kind[:-1])))
        else:
            values.append(fields.get(name, 0))
    return values

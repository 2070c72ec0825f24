"""Properties of the MAVLink codec, with pymavlink as the oracle."""

from __future__ import annotations

import math
import struct
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge import batch, codec
from mavlink_bridge.layouts import LAYOUTS
from mavlink_bridge.message_table import MIN_LENGTH
from mavlink_bridge.registry import Registry

KNOWN = sorted(LAYOUTS.keys() & dialect.mavlink_map.keys())
V1_KNOWN = [number for number in KNOWN if number < 256]
NOW = 1_700_000_000.0


@st.composite
def frames(draw: st.DrawFn, version: int = 2) -> tuple[int, bytes]:
    """A frame of a message with a layout, any payload bytes, any header; its CRC computed by pymavlink."""
    number = draw(st.sampled_from(KNOWN if version == 2 else V1_KNOWN))
    message = dialect.mavlink_map[number]
    sequence, system, component = (draw(st.integers(0, 255)) for _ in range(3))
    size = message.unpacker.size
    if version == 2:
        payload = draw(st.binary(min_size=1, max_size=min(255, size + 10)))
        header = struct.pack("<BBBBBB", len(payload), 0, 0, sequence, system, component) + number.to_bytes(3, "little")
    else:
        payload = draw(st.binary(min_size=MIN_LENGTH[number], max_size=MIN_LENGTH[number]))
        header = struct.pack("<BBBBB", len(payload), sequence, system, component, number)
    body = header + payload
    checksum = dialect.x25crc(body + bytes([message.crc_extra])).crc
    return number, (b"\xfd" if version == 2 else b"\xfe") + body + struct.pack("<H", checksum)


def same(ours: Any, theirs: Any) -> bool:
    """Equal, where NaN is NaN, and bytes are compared as pymavlink keeps them."""
    if isinstance(ours, bytes):
        raw = bytes(theirs) if isinstance(theirs, list) else theirs
        return ours.rstrip(b"\x00") == raw.rstrip(b"\x00")
    if isinstance(ours, float) and math.isnan(ours):
        return math.isnan(theirs)
    return bool(ours == theirs)


def check_fields(number: int, frame: bytes) -> None:
    """Our fields of one frame are pymavlink's."""
    (found,) = codec.scan(frame).frames
    values = list(codec.unpack(frame, found) or ())
    message = dialect.MAVLink(None).decode(bytearray(frame))
    assert message.get_msgId() == found.message_id == number
    assert (message.get_srcSystem(), message.get_srcComponent(), message.get_seq()) == (
        found.system_id,
        found.component_id,
        found.sequence,
    )
    layout = LAYOUTS[number]
    for name, kind in zip(layout.fields, layout.types, strict=True):
        # pymavlink cuts char arrays at their NUL padding when it keeps the raw bytes beside the text.
        theirs = getattr(message, f"_{name}_raw", None)
        if theirs is None:
            theirs = getattr(message, name)
        count = int(kind[:-1]) if kind[:-1] and kind[-1] != "s" else 1
        ours = values[:count]
        del values[:count]
        if name == "param_value":
            ours = list(struct.unpack("<f", ours[0]))
        for one, other in zip(ours, theirs if count > 1 else [theirs], strict=True):
            other_value = other.encode() if isinstance(other, str) else other
            assert same(one, other_value), (layout.name, name, one, other)
    assert values == []


@given(frames())
@settings(max_examples=1500, deadline=None)
def test_fields_of_version_2_frames_are_pymavlinks(made):
    """Every field of every message decoded equals pymavlink's, for truncated, whole and longer payloads."""
    check_fields(*made)


@given(frames(version=1))
@settings(max_examples=500, deadline=None)
def test_fields_of_version_1_frames_are_pymavlinks(made):
    """The same for MAVLink 1 frames without extensions."""
    check_fields(*made)


@given(st.lists(frames(), min_size=1, max_size=5), st.data())
@settings(max_examples=300, deadline=None)
def test_a_stream_cut_anywhere_gives_the_same_frames(made, data):
    """However a stream is cut into pieces, the same frames come out."""
    whole = b"".join(frame for _number, frame in made)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    found, rest = [], b""
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        piece = rest + whole[start:end]
        scan = codec.scan(piece, stream=True)
        found += [piece[frame.start : frame.end] for frame in scan.frames]
        rest = piece[scan.rest_at :]
    assert found == [frame for _number, frame in made]
    assert rest == b""


@given(frames(), st.data())
@settings(max_examples=1500, deadline=None)
def test_a_flipped_bit_is_never_accepted(made, data):
    """No single flipped bit anywhere in a frame leaves a frame that is taken for the sent one."""
    number, frame = made
    bit = data.draw(st.integers(8, len(frame) * 8 - 1))
    broken = bytearray(frame)
    broken[bit // 8] ^= 1 << bit % 8
    for found in codec.scan(bytes(broken)).frames:
        assert not (found.known and found.start == 0), (number, found)


@given(st.lists(st.one_of(st.binary(max_size=80), frames().map(lambda made: made[1])), max_size=8))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_compiled_scan_is_the_plain_scan(datagrams):
    """Frames and faults of any datagrams are the same on both paths."""
    data, bounds = batch.join(datagrams)
    rows, faults = batch.scan_batch(data, bounds)
    at = 0
    for number, datagram in enumerate(datagrams):
        plain = codec.scan(datagram)
        for frame in plain.frames:
            row = rows[at]
            at += 1
            assert (row["message_id"], row["start"] - bounds[number], row["end"] - bounds[number], row["known"]) == (
                frame.message_id,
                frame.start,
                frame.end,
                frame.known,
            )
        fault = faults[number]
        assert (fault["bad_crc"], fault["dropped_bytes"], fault["truncated"]) == (
            plain.bad_crc,
            plain.dropped_bytes,
            plain.truncated,
        )
    assert at == len(rows)


@given(st.lists(st.tuples(st.sampled_from(["udp:a:1", "udp:b:1", "tcp:c:1"]), frames()), max_size=30))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_correct_frames_give_only_sound_events(made):
    """Whatever a correct frame claims, no event holds a place off the globe, 0/0, or a NaN position."""
    registry = Registry()
    for step, (endpoint, (_number, frame)) in enumerate(made):
        for event in registry.feed(endpoint, frame, NOW + step):
            lat, lon = getattr(event, "lat_deg", None), getattr(event, "lon_deg", None)
            if lat is not None:
                assert -90 <= lat <= 90
                assert -180 <= lon <= 180
                assert (lat, lon) != (0, 0)
        registry.tick(NOW + step)

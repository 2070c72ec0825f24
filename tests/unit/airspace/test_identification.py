"""Identification packets of GB 46750-2025."""

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airspace.identification import (
    MAX_ERRORS,
    UNKNOWN,
    IdentificationPacket,
    PacketError,
    Position,
    decode,
    decode_stream,
    encode,
    packet_size,
)

# A packet captured off the air, its identifier and place replaced.
CAPTURE = bytes.fromhex(
    "ff2048fffffe544553544141414130303030303030303030303130303030303030300001017158e943094f6e0ded070859e943f04c6e0d05001c"
    "00284700c2083d0902000c050478acc5529e0103"
)
VALUES: dict[str, Any] = {
    "product_id": "TESTAAAA000000000001",
    "registration8": "00000000",
    "category": 0,
    "aircraft_class": 1,
    "station_kind": 1,
    "station": Position(113.9366001, 22.5333001),
    "station_alt_hae_m": 14.5,
    "position": Position(113.9366152, 22.5332464),
    "track_deg": 0.5,
    "ground_speed_mps": 2.8,
    "height_m": 108.0,
    "vel_up_mps": 0.0,
    "alt_hae_m": 121.0,
    "alt_pressure_m": 182.5,
    "status": 2,
    "crs": 0,
    "horizontal_accuracy": 12,
    "vertical_accuracy": 5,
    "speed_accuracy": 4,
    "unix_ms": 1_779_505_147_000,
    "time_accuracy": 3,
}


def good(data: bytes) -> IdentificationPacket:
    packet = decode(data)
    assert isinstance(packet, IdentificationPacket), packet
    return packet


def bad(data: bytes) -> PacketError:
    error = decode(data)
    assert isinstance(error, PacketError), error
    assert error.detail
    assert error.detail_zh
    return error


def test_the_capture_decodes_to_its_values_and_encodes_back() -> None:
    """Every item of the captured packet must read as listed, and the values give the same 78 bytes again."""
    packet = good(CAPTURE)
    assert {name: getattr(packet, name) for name in VALUES} == VALUES
    assert packet.missing == ()
    assert encode(packet) == CAPTURE
    assert encode(IdentificationPacket(**VALUES)) == CAPTURE


def test_longitude_stands_before_latitude() -> None:
    """The first four bytes of a position are the longitude; the other order is named as such where it shows."""
    swapped = IdentificationPacket(**{**VALUES, "position": Position(22.5332464, 113.9366152)})
    with pytest.raises(ValueError, match="item 008"):
        encode(swapped)
    data = bytearray(CAPTURE)
    at = data.index(bytes.fromhex("0859e943"))
    data[at : at + 8] = data[at + 4 : at + 8] + data[at : at + 4]
    error = bad(bytes(data))
    assert (error.code, error.item) == ("position_out_of_range", 8)
    assert "longitude comes first" in error.detail


def test_unknown_values_are_unknown_and_not_zero() -> None:
    """The codes for unknown must read as UNKNOWN, and be written again as they were."""
    values = {
        **VALUES,
        "position": UNKNOWN,
        "track_deg": UNKNOWN,
        "ground_speed_mps": UNKNOWN,
        "height_m": UNKNOWN,
        "vel_up_mps": UNKNOWN,
        "alt_hae_m": UNKNOWN,
        "unix_ms": UNKNOWN,
    }
    data = encode(IdentificationPacket(**values))
    packet = good(data)
    assert {name: getattr(packet, name) for name in values} == values
    assert b"\xff" * 12 in data  # position, track and speed


def test_sinking_at_nothing_is_another_byte_than_climbing_at_nothing() -> None:
    """The sign bit of a vertical speed of 0 must survive."""
    for value, byte in ((0.0, 0x00), (-0.0, 0x80), (5.5, 11), (-5.5, 0x8B)):
        packet = good(encode(IdentificationPacket(**{**VALUES, "vel_up_mps": value})))
        assert isinstance(packet.vel_up_mps, float)
        assert math.copysign(1.0, packet.vel_up_mps) == math.copysign(1.0, value)
        assert encode(packet)[61] == byte
        assert encode(packet) == encode(IdentificationPacket(**{**VALUES, "vel_up_mps": value}))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: b"", "no_start"),
        (lambda data: b"\xfe" + data[1:], "no_start"),
        (lambda data: data[:1] + b"\x01" + data[2:], "unsupported_version"),
        (lambda data: data[:2] + b"\x00" + data[3:], "bad_length"),
        (lambda data: data[:2] + b"\xc9" + data[3:], "bad_length"),
        (lambda data: data[:-1], "truncated"),
        (lambda data: data[:2], "truncated"),
        (lambda data: data + b"\x00", "trailing_bytes"),
        (lambda data: data[:4] + b"\xfe" + data[5:], "too_few_flags"),
        (lambda data: data[:2] + b"\x47" + data[3:-1], "content_mismatch"),
        (lambda data: data[:2] + b"\x49" + data[3:] + b"\x00", "content_mismatch"),
        (lambda data: data[:6] + b"\x07" + data[7:], "not_ascii"),
        (lambda data: data[:34] + b"\x09" + data[35:], "out_of_range"),
        (lambda data: data[:3] + b"\xff" * 9 + data[6:], "bad_flags"),
    ],
)
def test_each_fault_has_its_code(change: Any, code: str) -> None:
    """Each way a packet can be broken must be told by its own code."""
    assert bad(change(CAPTURE)).code == code


def test_items_of_a_later_edition_are_carried_along() -> None:
    """A fourth flag byte and its content must not be lost, though nobody here knows what they say."""
    packet = IdentificationPacket(**VALUES, more_flags=b"\x80", more_content=b"new")
    data = encode(packet)
    assert good(data) == packet
    assert encode(good(data)) == data


_heights = st.integers(1, 65_535).map(lambda code: code / 2)
_known = st.fixed_dictionaries(
    {},
    optional={
        "product_id": st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=20, max_size=20),
        "registration8": st.text(st.sampled_from("0123456789ABCDEF\0"), min_size=8, max_size=8),
        "category": st.integers(0, 3),
        "aircraft_class": st.integers(0, 4),
        "station_kind": st.integers(0, 1),
        "position": st.one_of(
            st.just(UNKNOWN),
            st.builds(
                Position,
                st.integers(-1_800_000_000, 1_800_000_000).map(lambda v: v / 1e7),
                st.integers(-900_000_000, 900_000_000).map(lambda v: v / 1e7),
            ).filter(lambda p: (p.lon_deg, p.lat_deg) != (-1e-7, -1e-7)),
        ),
        "track_deg": st.one_of(st.just(UNKNOWN), st.integers(0, 3_600).map(lambda v: v / 10)),
        "ground_speed_mps": st.one_of(st.just(UNKNOWN), st.integers(0, 65_534).map(lambda v: v / 10)),
        "height_m": st.one_of(st.just(UNKNOWN), _heights.map(lambda v: v - 9_000)),
        "alt_hae_m": st.one_of(st.just(UNKNOWN), _heights.map(lambda v: v - 1_000)),
        "status": st.integers(0, 5),
        "unix_ms": st.one_of(st.just(UNKNOWN), st.integers(1, 2**48 - 1)),
        "time_accuracy": st.integers(0, 8),
    },
).filter(bool)


@given(values=_known)
def test_any_selection_of_items_comes_back_equal(values: dict[str, Any]) -> None:
    """Whatever items a packet holds, its values must survive encoding and decoding."""
    packet = IdentificationPacket(**values)
    assert good(encode(packet)) == packet


@given(data=st.binary(max_size=300))
@example(data=CAPTURE)
def test_whatever_decodes_encodes_to_the_same_bytes(data: bytes) -> None:
    """Any bytes must be an error with a code or a packet that gives exactly these bytes again."""
    found = decode(data)
    if isinstance(found, IdentificationPacket):
        assert encode(found) == data
    else:
        assert found.code


@given(st.integers(0, len(CAPTURE) - 1), st.integers(0, 255))
def test_a_mutated_capture_is_read_exactly_or_refused(at: int, byte: int) -> None:
    """One byte changed must give an error or a packet of exactly the changed bytes, never something in between."""
    data = CAPTURE[:at] + bytes([byte]) + CAPTURE[at + 1 :]
    found = decode(data)
    if isinstance(found, IdentificationPacket):
        assert encode(found) == data


@given(
    pieces=st.lists(st.one_of(st.just(CAPTURE), st.binary(max_size=60).filter(lambda b: b"\xff" not in b)), max_size=8)
)
def test_packets_are_found_among_rubbish(pieces: list[bytes]) -> None:
    """Packets between bytes that are none must all be found; each stretch of rubbish is one counted error."""
    packets, errors = decode_stream(b"".join(pieces))
    assert len(packets) == pieces.count(CAPTURE)
    assert all(error.code == "no_start" for _, error in errors)


def test_a_body_of_nothing_but_starts_is_given_up() -> None:
    """Megabytes of FF must end in a bounded list of errors that says so."""
    packets, errors = decode_stream(b"\xff" * (2 << 20))
    assert packets == []
    assert len(errors) == MAX_ERRORS + 1
    assert errors[-1][1].code == "too_many_errors"
    assert isinstance(packet_size(b"\xff\xff\xff"), PacketError)

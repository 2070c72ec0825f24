"""The layouts against pymavlink's unpackers."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge.layouts import LAYOUTS


@pytest.mark.parametrize("number", sorted(LAYOUTS.keys() & dialect.mavlink_map.keys()))
def test_fields_lie_where_pymavlink_finds_them(number):
    """Each layout has pymavlink's fields in pymavlink's wire order, types and total length."""
    layout, message = LAYOUTS[number], dialect.mavlink_map[number]
    assert list(layout.fields) == message.ordered_fieldnames
    assert layout.size == message.unpacker.size
    kinds = {**dict(zip(layout.fields, layout.types, strict=True))}
    expected = dict(zip(message.fieldnames, message.fieldtypes, strict=True))
    letters = {
        "uint8_t": "B", "int8_t": "b", "uint16_t": "H", "int16_t": "h", "uint32_t": "I", "int32_t": "i",
        "uint64_t": "Q", "int64_t": "q", "float": "f", "char": "s",
    }  # fmt: skip
    for name, kind in kinds.items():
        if kind[-1] != "s":
            assert kind[-1] == letters[expected[name]], name
        else:
            assert expected[name] in {"char", "uint8_t"} or name == "param_value"


def test_numpy_types_are_as_long_as_the_payload():
    """The structured type of each layout covers exactly the payload, without padding."""
    for layout in LAYOUTS.values():
        assert layout.dtype().itemsize == layout.size


def test_short_payloads_are_extended_with_zeros_and_long_ones_cut():
    """Zero-truncated and longer-than-known payloads both give the fields."""
    layout = LAYOUTS[42]
    assert layout.unpack(b"\x05") == (5, 0, 0, 0)
    assert layout.unpack(b"\x05\x00\x07\x00\x03\x01future") == (5, 7, 3, 1)

"""The sealed form of columns: what goes in comes out, whatever it is, and damage is noticed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utm.recording import codec

INT32 = st.integers(-(2**31), 2**31 - 1)


def roundtrip(data, starts, base):
    """Return what the blocks of columns decode to, read together and one by one."""
    parts, ends = codec.encode(data, starts, base)
    blob = np.frombuffer(b"".join(parts), np.uint8)
    begins = np.concatenate(([0], ends[:-1]))
    whole = codec.decode(blob, begins, ends, base, data.shape[1])
    single = [
        codec.decode(blob, begins[i : i + 1], ends[i : i + 1], base, int(starts[i + 1] - starts[i]))
        for i in range(len(ends))
    ]
    return whole, np.concatenate(single, axis=1), len(blob)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_columns_come_back(data):
    """Any 32-bit values, extremes included, must come back equal, each block without the others."""
    sizes = data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=6))
    total = sum(sizes)
    columns = np.array(data.draw(st.lists(st.lists(INT32, min_size=total, max_size=total), min_size=1, max_size=3)))
    base = np.array(data.draw(st.lists(INT32, min_size=len(columns), max_size=len(columns))), np.int32)
    starts = np.cumsum([0, *sizes])
    whole, single, _ = roundtrip(columns.astype(np.int32), starts, base)
    assert np.array_equal(columns, whole)
    assert np.array_equal(columns, single)


def test_columns_that_stand_still_cost_nothing():
    """A thousand equal rows must take as many bytes as one."""
    one = roundtrip(np.full((5, 1), 7, np.int32), np.array([0, 1]), np.zeros(5, np.int32))[2]
    many = roundtrip(np.full((5, 1000), 7, np.int32), np.array([0, 1000]), np.zeros(5, np.int32))[2]
    assert one == many


def test_steady_motion_costs_a_bit_a_value():
    """A straight line has no second differences."""
    line = np.arange(1000, dtype=np.int32)[np.newaxis] * 1234
    assert roundtrip(line, np.array([0, 1000]), np.zeros(1, np.int32))[2] < 1000 / 8 + 20


def test_outputs_larger_than_the_buffer(monkeypatch):
    """Blocks that do not fit the buffer together must come out in several parts and still be whole."""
    random = np.random.default_rng(1)
    data = random.integers(-(2**31), 2**31, (20, 200_000)).astype(np.int32)
    starts = np.arange(0, 200_001, 100)
    whole, _, size = roundtrip(data, starts, np.zeros(20, np.int32))
    assert size > 1 << 22
    assert np.array_equal(data, whole)


def test_damage_never_crashes():
    """Whatever bits change, decoding must give values or CorruptBlockError, never anything else."""
    random = np.random.default_rng(2)
    data = np.cumsum(random.integers(-50, 50, (6, 300)), axis=1).astype(np.int32)
    base = np.zeros(6, np.int32)
    parts, ends = codec.encode(data, np.array([0, 100, 300]), base)
    good = np.frombuffer(b"".join(parts), np.uint8)
    begins = np.concatenate(([0], ends[:-1]))
    refused = 0
    for _ in range(3000):
        bad = good.copy()
        for place in random.integers(0, len(bad), 3):
            bad[place] = random.integers(0, 256)
        try:
            codec.decode(bad[: random.integers(1, len(bad) + 1)], begins, ends, base, 300)
        except codec.CorruptBlockError:
            refused += 1
    assert refused > 1000


def test_blocks_have_rows():
    """A track without rows has no block."""
    with pytest.raises(ValueError, match="1 to"):
        codec.encode(np.zeros((1, 0), np.int32), np.array([0, 0]), np.zeros(1, np.int32))

"""Compiled geometry survives the store to the last bit, and nothing else passes for it."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from airspace.geometry4d import Prism, Trajectory4D
from utm.store.geometry_codec import decode, encode

_finite = st.floats(allow_nan=False, width=64)


@given(rows=arrays(np.float64, st.tuples(st.integers(1, 12), st.just(8)), elements=_finite))
def test_a_trajectory_comes_back_to_the_bit(rows: np.ndarray) -> None:
    """Segments and waypoint indices must be equal bit for bit, whatever the memory layout was."""
    owners = np.arange(len(rows), dtype=np.int32)
    for given_rows in (rows, np.asfortranarray(rows), rows[::-1]):
        found = decode(encode(Trajectory4D(given_rows, owners)))
        assert isinstance(found, Trajectory4D)
        assert found.segments.tobytes() == np.ascontiguousarray(given_rows).tobytes()
        assert found.waypoint_of.tolist() == owners.tolist()


def test_volumes_come_back_to_the_bit() -> None:
    """Rings and circles must be equal, in order."""
    ring = np.array([[0.1, 0.2], [1 / 3, 0.0], [1.0, np.pi]])
    prisms = (Prism(ring, None, -2.9, 1e5, 0.0, 1e9 / 3), Prism(None, (1.5, 2.5, 1 / 7), 0.0, 1.0, 5.0, 5.0))
    found = decode(encode(prisms))
    assert isinstance(found, tuple)
    assert found[0].ring is not None
    assert found[0].ring.tobytes() == ring.tobytes()
    assert [(p.circle, p.z_low_m, p.z_high_m, p.t_start_s, p.t_end_s) for p in found] == [
        (p.circle, p.z_low_m, p.z_high_m, p.t_start_s, p.t_end_s) for p in prisms
    ]


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff" * 30, msgspec.msgpack.encode({"type": "trajectory"})])
def test_other_bytes_are_no_geometry(data: bytes) -> None:
    """What was not encoded here must raise DecodeError."""
    with pytest.raises(msgspec.DecodeError):
        decode(data)

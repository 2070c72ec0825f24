"""The lane's compiled kernels."""

from typing import Any

import numpy as np

from mavlink_bridge.lane_kernels import kernels


def test_no_kernel_closes_over_another() -> None:
    """Every kernel finds the others by their global names, so that a later process finds what an earlier one compiled."""
    compiled: dict[str, Any] = vars(kernels())
    assert {"sort_out", "home_of", "put", "drop"} <= set(compiled)
    for name, kernel in compiled.items():
        assert kernel.py_func.__closure__ is None, name


def test_a_second_compilation_finds_the_first() -> None:
    """Compiling the kernels again, as another process does, compiles none of what is on the disk already."""
    first = kernels()
    again = kernels.__wrapped__()
    for each in (first, again):
        each.put(*_table(), *np.zeros(4, np.uint64), 1)
    assert again.put is not first.put
    assert sum(again.put.stats.cache_hits.values()) == 1
    assert sum(again.put.stats.cache_misses.values()) == 0


def _table() -> tuple[Any, int]:
    return np.zeros((64, 5), np.uint64), 63

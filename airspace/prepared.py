"""Predicates on prepared geometries, one thread at a time.

GEOS keeps state of its own in a prepared geometry, built at the first question and walked at every one; shapely asks
without Python's lock. Two threads at one geometry end the process. What is shared between threads, zones and obstacles,
is therefore asked here.
"""

import threading
from typing import Any, Final

import shapely

_ONE_AT_A_TIME: Final = threading.Lock()


def intersects(prepared: Any, others: Any) -> Any:
    """Return `shapely.intersects`, with a prepared geometry first."""
    with _ONE_AT_A_TIME:
        return shapely.intersects(prepared, others)


def covers(prepared: Any, others: Any) -> Any:
    """Return `shapely.covers`, with a prepared geometry first."""
    with _ONE_AT_A_TIME:
        return shapely.covers(prepared, others)


def contains_xy(prepared: Any, x_m: Any, y_m: Any) -> Any:
    """Return `shapely.contains_xy`, with a prepared geometry first."""
    with _ONE_AT_A_TIME:
        return shapely.contains_xy(prepared, x_m, y_m)

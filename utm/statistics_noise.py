"""A proxy for noise on the ground, per H3 cell, from recorded positions.

It is not a noise level: nothing is known here of how loud a vehicle is. It says how long drones were how near. Each
second of flight counts (50 m / distance)^2 seconds in the cell underneath, where the distance is the height above
ground, at least 10 m: the inverse-square law of a point source, so "one second at 50 m" counts one second. Parked
vehicles and positions without a height above ground count nothing; a silence of more than `MAX_STEP_S` is not filled.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import h3
import numpy as np

from utm.recording.columns import IDENTITY, Rows

REFERENCE_M: Final = 50.0
NEAREST_M: Final = 10.0
MAX_STEP_S: Final = 5.0
ALOFT_M: Final = 3.0
"""Below this a vehicle stands or is about to (ours)."""


def exposure(parts: Iterable[Rows], resolution: int) -> dict[str, float]:
    """Return equivalent seconds at 50 m by cell; positions of one slice need not be in order of time."""
    found: dict[str, float] = defaultdict(float)
    for rows in parts:
        height_m = rows.units("alt_agl_m")
        order = np.lexsort((rows.observed_us, rows.data[IDENTITY]))  # by identity, then time
        who, at_us = rows.data[IDENTITY][order], rows.observed_us[order]
        step_s = np.zeros(len(order))
        if len(order) > 1:
            same = who[1:] == who[:-1]
            gap_s = (at_us[1:] - at_us[:-1]) / 1e6
            step_s[:-1] = np.where(same & (gap_s <= MAX_STEP_S), gap_s, 0.0)
        height_m = height_m[order]
        aloft = (height_m > ALOFT_M) & (step_s > 0)
        weight_s = step_s[aloft] * (REFERENCE_M / np.maximum(height_m[aloft], NEAREST_M)) ** 2
        lat, lon = rows.units("lat_deg")[order][aloft], rows.units("lon_deg")[order][aloft]
        for one_lat, one_lon, one_s in zip(lat.tolist(), lon.tolist(), weight_s.tolist(), strict=True):
            found[h3.latlng_to_cell(one_lat, one_lon, resolution)] += one_s
    return dict(found)


def document(found: dict[str, float], resolution: int, most: int = 500) -> dict[str, Any]:
    """Return the loudest cells first."""
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {
        "cell_resolution": resolution,
        "reference_m": REFERENCE_M,
        "nearest_m": NEAREST_M,
        "cells": [{"cell": cell, "seconds_at_reference": round(value, 1)} for cell, value in ranked],
    }

"""Noise on the ground, per H3 cell, from recorded positions: how long drones were how near, and how loud that was.

Each second of flight counts (50 m / distance)^2 seconds in the cell underneath, where the distance is the height above
ground, at least 10 m: the inverse-square law of a point source, so "one second at 50 m" counts one second. With the sound
power of each vehicle (`dispatch.noise`: by class or mass, not measured) the same seconds give an equivalent level L_Aeq of
the window, under the flights and without buildings or air absorption. Parked vehicles and positions without a height above
ground count nothing; a silence of more than `MAX_STEP_S` is not filled.
"""

import csv
import io
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import h3
import numpy as np

from dispatch.noise import level_db
from utm.recording.columns import IDENTITY, Rows
from utm.telemetry_values import TrackIdentity

REFERENCE_M: Final = 50.0
NEAREST_M: Final = 10.0
MAX_STEP_S: Final = 5.0
ALOFT_M: Final = 3.0
"""Below this a vehicle stands or is about to (ours)."""


def exposure(parts: Iterable[Rows], resolution: int) -> dict[str, float]:
    """Return equivalent seconds at 50 m by cell; positions of one slice need not be in order of time."""
    return exposures(parts, resolution, lambda _: 0.0)[0]


def exposures(
    parts: Iterable[Rows], resolution: int, power_db: Callable[[TrackIdentity], float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return equivalent seconds at 50 m by cell, and the same weighted by each vehicle's sound power (1 at 0 dB)."""
    found: dict[str, float] = defaultdict(float)
    loud: dict[str, float] = defaultdict(float)
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
        factor = {int(n): 10.0 ** (power_db(rows.names.identities[int(n)]) / 10.0) for n in np.unique(who)}
        flown_by = who[aloft].tolist()
        for one_lat, one_lon, one_s, number in zip(
            lat.tolist(), lon.tolist(), weight_s.tolist(), flown_by, strict=True
        ):
            cell = h3.latlng_to_cell(one_lat, one_lon, resolution)
            found[cell] += one_s
            loud[cell] += one_s * factor[number]
    return dict(found), dict(loud)


def levels(loud: Mapping[str, float], window_s: float) -> dict[str, float]:
    """Return L_Aeq of a window in dB(A) by cell, of seconds at 50 m weighted by sound power; silent cells are not there."""
    return {
        cell: 10.0 * math.log10(value / window_s) + level_db(0.0, REFERENCE_M)
        for cell, value in loud.items()
        if value > 0.0
    }


def with_levels(
    shown: dict[str, Any], level_by_cell: Mapping[str, float], density: Callable[[str], float | None]
) -> dict[str, Any]:
    """Return the document with each cell's level and people; unknown people are null."""
    for item in shown["cells"]:
        cell = item["cell"]
        per_km2 = density(cell)
        level = level_by_cell.get(cell)
        item["laeq_db"] = None if level is None else round(level, 1)
        item["people_per_km2"] = None if per_km2 is None else round(per_km2, 1)
        item["people"] = None if per_km2 is None else round(per_km2 * h3.cell_area(cell, unit="km^2"))
    return shown


def as_csv(shown: dict[str, Any]) -> str:
    """Return the cells as a table."""
    written = io.StringIO()
    names = ("cell", "seconds_at_reference", "laeq_db", "people_per_km2", "people")
    table = csv.DictWriter(written, names, lineterminator="\n")
    table.writeheader()
    table.writerows(shown["cells"])
    return written.getvalue()


def document(found: dict[str, float], resolution: int, most: int = 500) -> dict[str, Any]:
    """Return the loudest cells first."""
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {
        "cell_resolution": resolution,
        "reference_m": REFERENCE_M,
        "nearest_m": NEAREST_M,
        "cells": [{"cell": cell, "seconds_at_reference": round(value, 1)} for cell, value in ranked],
    }

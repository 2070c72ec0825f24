"""How far apart two recorded flights were, over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray
from utm.recording.columns import Longs, Rows, instant

MAX_GAP_US: Final = 10_000_000
"""Between two reports farther apart than this nothing is said of where a drone was (ours)."""
MAX_POINTS: Final = 2_000
"""More than a chart can show side by side (ours); the closest approach is found before thinning."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One track's observations in order: microseconds since the epoch, local metres east and north, HAE."""

    at_us: Longs
    x_m: FloatArray
    y_m: FloatArray
    hae_m: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """The distance between two flights at instants; NaN where a height is not known."""

    at_us: Longs
    horizontal_m: FloatArray
    vertical_m: FloatArray


def path_of(parts: Iterable[Rows], frame: LocalFrame) -> Path:
    """Return a track's observations as a path; empty when there are none."""
    pieces = [
        (rows.observed_us, rows.units("lat_deg"), rows.units("lon_deg"), rows.units("alt_hae_m")) for rows in parts
    ]
    if not pieces:
        nothing = np.empty(0)
        return Path(np.empty(0, np.int64), nothing, nothing, nothing)
    at_us, lat, lon, hae = (np.concatenate(column) for column in zip(*pieces, strict=True))
    at_us, first = np.unique(at_us, return_index=True)
    x_m, y_m = frame.to_xy(lat[first], lon[first])
    return Path(at_us, x_m, y_m, hae[first])


def apart(one: Path, other: Path) -> Apart:
    """Return how far apart two paths are at every instant either reports while the other is known.

    In between its reports a path is straight; across a gap of more than `MAX_GAP_US` it is not known.
    """
    at_us = np.union1d(one.at_us, other.at_us)
    at_us = at_us[_known_at(one, at_us) & _known_at(other, at_us)]
    if not len(at_us):
        return Apart(at_us, np.empty(0), np.empty(0))
    a, b = _at(one, at_us), _at(other, at_us)
    return Apart(at_us, np.hypot(a[0] - b[0], a[1] - b[1]), np.abs(a[2] - b[2]))


def _known_at(path: Path, at_us: Longs) -> NDArray[np.bool_]:
    if not len(path.at_us):
        return np.zeros(len(at_us), bool)
    after = np.searchsorted(path.at_us, at_us)
    last = len(path.at_us) - 1
    exact = path.at_us[np.minimum(after, last)] == at_us
    inner = (after > 0) & (after <= last)
    gap = path.at_us[np.minimum(after, last)] - path.at_us[np.maximum(after - 1, 0)]
    known: NDArray[np.bool_] = exact | (inner & (gap <= MAX_GAP_US))
    return known


def _at(path: Path, at_us: Longs) -> tuple[FloatArray, FloatArray, FloatArray]:
    base = int(path.at_us[0])
    times, wanted = (path.at_us - base).astype(float), (at_us - base).astype(float)
    return tuple(np.interp(wanted, times, values) for values in (path.x_m, path.y_m, path.hae_m))


def document(found: Apart) -> dict[str, Any]:
    """Return columns for a chart, thinned to `MAX_POINTS`, and the closest approach of all instants."""
    distance = np.hypot(found.horizontal_m, found.vertical_m)
    closest: dict[str, Any] | None = None
    if len(found.at_us):
        nearest = int(np.argmin(np.where(np.isnan(distance), found.horizontal_m, distance)))
        closest = _point(found, distance, nearest)
        kept = np.unique(np.append(np.arange(0, len(found.at_us), max(1, -(-len(found.at_us) // MAX_POINTS))), nearest))
    else:
        kept = np.empty(0, np.int64)
    return {
        "at": [_text(value) for value in found.at_us[kept].tolist()],
        "horizontal_m": _rounded(found.horizontal_m[kept]),
        "vertical_m": _rounded(found.vertical_m[kept]),
        "distance_m": _rounded(distance[kept]),
        "closest": closest,
    }


def _point(found: Apart, distance: FloatArray, index: int) -> dict[str, Any]:
    values = (found.horizontal_m[index], found.vertical_m[index], distance[index])
    horizontal_m, vertical_m, distance_m = _rounded(np.array(values))
    return {
        "at": _text(int(found.at_us[index])),
        "horizontal_m": horizontal_m,
        "vertical_m": vertical_m,
        "distance_m": distance_m,
    }


def _rounded(values: FloatArray) -> list[float | None]:
    return [None if value != value else value for value in np.round(values, 1).tolist()]  # noqa: PLR0124


def _text(at_us: int) -> str:
    return instant(at_us).isoformat().replace("+00:00", "Z")

"""BlueSky's compiled state-based conflict detector (PyPI `bluesky-simulator`, cstatebased), as a baseline.

Only the one shared library is loaded, by its path in the installed package: the simulator around it is not started. It
wants arrays named lat, lon (degrees), trk (degrees), gs, vs (m/s), alt (m) and the ids, and compares each with each.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from airspace.frame import LocalFrame


def detector() -> Any | None:
    """Return BlueSky's `detect`, None where the package is not installed."""
    package = importlib.util.find_spec("bluesky")
    if package is None or package.origin is None:
        return None
    found = sorted((Path(package.origin).parent / "traffic" / "asas").glob("cstatebased*.so"))
    if not found:
        return None
    spec = importlib.util.spec_from_file_location("cstatebased", found[0])
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.detect


def traffic(state: NDArray[np.float64], frame: LocalFrame) -> SimpleNamespace:
    """Return tracks (n, 6) x y z vx vy vz as BlueSky holds traffic.

    Tracks over ground count from the grid's north, so that equal velocities stay equal; true north is at most 0.2
    degrees away, within a formation the same everywhere.
    """
    lat, lon = frame.to_lat_lon(state[:, 0], state[:, 1])
    track = np.degrees(np.arctan2(state[:, 3], state[:, 4])) % 360.0
    return SimpleNamespace(
        ntraf=len(state),
        id=list(range(len(state))),
        lat=np.ascontiguousarray(lat),
        lon=np.ascontiguousarray(lon),
        trk=np.ascontiguousarray(track),
        gs=np.ascontiguousarray(np.hypot(state[:, 3], state[:, 4])),
        alt=np.ascontiguousarray(state[:, 2]),
        vs=np.ascontiguousarray(state[:, 5]),
    )


def pairs(detect: Any, crowd: SimpleNamespace, horizontal_m: float, vertical_m: float, ahead_s: float) -> set[Any]:
    """Return the pairs (lower id, higher id) in conflict within the look-ahead."""
    n = crowd.ntraf
    found = detect(crowd, crowd, np.full(n, horizontal_m), np.full(n, vertical_m), np.full(n, ahead_s))[0]
    return {(min(a, b), max(a, b)) for a, b in found}

"""Overdue flights: what was activated stays reserved until it has landed, by extending the place it should be at."""

from dataclasses import replace
from typing import Final

import numpy as np

from airspace.geometry4d import PlanGeometry, Trajectory4D

EXTENSION_S: Final = 120.0
"""By how much the reservation of an overdue flight is extended at a time."""
NOTICE_S: Final = 30.0
"""How long before its planned end a flight that has not landed is extended, so that no gap opens."""


def lasting(geometry: PlanGeometry, ends_s: float, until_s: float) -> PlanGeometry:
    """Return the geometry of an overdue flight: its last place, or the volumes that close last, held until `until_s`."""
    if isinstance(geometry, Trajectory4D):
        return _held_until(geometry, until_s)
    return tuple(prism if prism.t_end_s < ends_s else replace(prism, t_end_s=until_s) for prism in geometry)


def hover_after(geometry: PlanGeometry, from_s: float) -> PlanGeometry | None:
    """Return the part of an overdue flight's reservation that lies after its planned end; None where there is none."""
    if not isinstance(geometry, Trajectory4D):
        late = tuple(replace(p, t_start_s=max(p.t_start_s, from_s)) for p in geometry if p.t_end_s > from_s)
        return late or None
    last = geometry.segments[-1]
    if last[7] <= from_s or not bool((last[0:3] == last[4:7]).all()):
        return None
    row = last.copy()
    row[3] = max(float(row[3]), from_s)
    return Trajectory4D(row[None, :], geometry.waypoint_of[-1:])


def _held_until(trajectory: Trajectory4D, until_s: float) -> Trajectory4D:
    """Return the flight with a hover at its last point until `until_s`; an earlier such hover is lengthened."""
    last = trajectory.segments[-1]
    hovers = bool((last[0:3] == last[4:7]).all())
    if hovers:
        rows = trajectory.segments.copy()
        rows[-1, 7] = until_s
        return Trajectory4D(rows, trajectory.waypoint_of)
    hover = np.concatenate([last[4:8], last[4:7], [until_s]])
    return Trajectory4D(
        np.vstack([trajectory.segments, hover]), np.append(trajectory.waypoint_of, trajectory.waypoint_of[-1])
    )

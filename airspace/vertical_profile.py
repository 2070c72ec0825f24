"""The vertical profile of a flight: ground, heights in every datum, and the zones and corridors its path crosses.

Distances are along the ground track from its first point, in metres; a hover or a climb on the spot has no length, so
several samples may share one distance. Heights name their datum.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.corridors import Corridor, CorridorSet, stays_in_corridor
from airspace.geometry4d import FloatArray, Tolerance, Trajectory4D
from airspace.intervals import Intervals, merged
from airspace.region import Region
from airspace.schedule import active_within
from airspace.trajectory import FlightPath, flight_path
from airspace.zones import Zone, ZoneSet

STEP_M: Final = 25.0
"""Distance between samples where the path is short enough (ours: the ground model's cells are about 30 m)."""
MAX_SAMPLES: Final = 600
"""More than a screen can show side by side (ours)."""
_ON_THE_LINE: Final = Tolerance(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """A zone or corridor and where along the path it is: closed ranges of metres."""

    subject: Zone | Corridor
    ranges_m: Intervals
    in_force: bool
    """Whether it applies at some instant at which the flight is inside its outline."""


@dataclass(frozen=True, slots=True, eq=False)
class VerticalProfile:
    """Samples along a path, arrays of one length n, and what is crossed."""

    distance_m: FloatArray
    t_s: FloatArray
    """Scene seconds."""
    lat_deg: FloatArray
    lon_deg: FloatArray
    alt_hae_m: FloatArray
    undulation_m: FloatArray
    ground_hae_m: FloatArray
    zones: tuple[Crossing, ...]
    corridors: tuple[Crossing, ...]

    @property
    def length_m(self) -> float:
        """Length of the ground track."""
        return float(self.distance_m[-1])


def vertical_profile(
    trajectory: Trajectory4D, region: Region, zones: ZoneSet, corridors: CorridorSet
) -> VerticalProfile:
    """Return the profile of a trajectory; raises NoGroundError or OutsideGeoidError outside the terrain or geoid."""
    rows = trajectory.segments
    lengths = np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1])
    starts = np.concatenate([[0.0], np.cumsum(lengths)])
    samples = _samples(rows, lengths, starts)
    lat, lon = region.frame.to_lat_lon(samples[:, 1], samples[:, 2])
    path = flight_path(trajectory, region, int(trajectory.waypoint_of.max()) + 2)
    cells = path.cells(region, 0.0)
    crossed = [_zone_crossing(zone, rows, lengths, starts) for zone in zones.candidates(cells)]
    kept = [_corridor_crossing(corridor, path, lengths, starts) for corridor in corridors.candidates(cells)]
    return VerticalProfile(
        distance_m=samples[:, 0],
        t_s=samples[:, 4],
        lat_deg=lat,
        lon_deg=lon,
        alt_hae_m=samples[:, 3],
        undulation_m=region.altitude.undulation_m(lat, lon),
        ground_hae_m=region.altitude.ground_hae_m(lat, lon),
        zones=tuple(item for item in crossed if item is not None),
        corridors=tuple(item for item in kept if item is not None),
    )


def _samples(rows: FloatArray, lengths: FloatArray, starts: FloatArray) -> FloatArray:
    """Return (n, 5) distance, x, y, z (HAE), t: both ends of every segment, and steps between."""
    step_m = max(STEP_M, float(starts[-1]) / MAX_SAMPLES)
    parts = []
    for row, length, start in zip(rows, lengths.tolist(), starts[:-1].tolist(), strict=True):
        part = np.linspace(0.0, 1.0, max(2, int(np.ceil(length / step_m)) + 1))
        ends = row[0:4] + part[:, None] * (row[4:8] - row[0:4])
        parts.append(np.column_stack([start + part * length, ends]))
    samples: FloatArray = np.concatenate(parts)
    again = np.all(samples[1:] == samples[:-1], axis=1)
    kept: FloatArray = samples[np.concatenate([[True], ~again])]
    return kept


def _zone_crossing(zone: Zone, rows: FloatArray, lengths: FloatArray, starts: FloatArray) -> Crossing | None:
    ranges: list[tuple[float, float]] = []
    in_force = False
    for row, length, start in zip(rows.tolist(), lengths.tolist(), starts[:-1].tolist(), strict=True):
        for low, high in zone.area.stays_within((row[0], row[1], row[4], row[5]), 0.0):
            ranges.append((start + low * length, start + high * length))
            times = (row[3] + low * (row[7] - row[3]), row[3] + high * (row[7] - row[3]))
            in_force = in_force or bool(active_within(zone.applicability, *times))
    return Crossing(zone, merged(ranges), in_force) if ranges else None


def _corridor_crossing(
    corridor: Corridor, path: FlightPath, lengths: FloatArray, starts: FloatArray
) -> Crossing | None:
    """Return where the path keeps to a corridor; one that it only passes through, within the width, is none of it."""
    ranges: list[tuple[float, float]] = []
    for index, (length, start) in enumerate(zip(lengths.tolist(), starts[:-1].tolist(), strict=True)):
        for low, high in stays_in_corridor(path, index, corridor, _ON_THE_LINE):
            ranges.append((start + low * length, start + high * length))
    kept = merged(ranges)
    along_m = sum(high - low for low, high in kept)
    return Crossing(corridor, kept, in_force=True) if along_m > corridor.width_m else None

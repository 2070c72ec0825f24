"""Values of the picture: states of a track, what became of an observation, batches, what a tick brought about.

Times are scene seconds (`airspace.timebase`), altitudes name their datum, NaN is unknown.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray

RowArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class TrackState(IntEnum):
    """State of a track; the numbers are those of the binary live format."""

    CONFORMING = 0
    NONCONFORMING = 1
    CONTINGENT = 2
    LOST = 3
    UNPLANNED = 4
    UNKNOWN = 5


class IngestCode(IntEnum):
    """What became of one observation."""

    ACCEPTED = 0
    DUPLICATE = 1
    """The track already holds an observation of that instant."""
    OUT_OF_ORDER = 2
    """The track already holds a later observation."""
    OUT_OF_RANGE = 3
    """A value is NaN, infinite or outside its range."""
    NO_POSITION = 4
    """Latitude and longitude are both 0: the sender has no position."""
    TOO_OLD = 5
    """Observed longer ago than the picture keeps a silent track."""


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """Times and counts by which the picture judges; the defaults are ours."""

    lost_after_s: float = 5.0
    link_down_grace_s: float = 1.0
    raise_after_s: float = 1.5
    clear_after_s: float = 3.0
    clear_count: int = 3
    clear_margin: float = 0.9
    landing_confirm_s: float = 2.0
    airborne_above_home_m: float = 2.0
    future_slack_s: float = 2.0
    retention_s: float = 300.0
    planned_retention_s: float = 3600.0
    quarantine_s: float = 60.0
    capacity_max: int = 200_000


@dataclass(frozen=True, slots=True)
class ObservationBatch:
    """n position reports in order of arrival; every array has shape (n,), NaN is unknown.

    `row` is the track's row, times are scene seconds. Of `alt_hae_m` and `alt_amsl_m` the missing one is computed from
    the other where the geoid model reaches.
    """

    row: RowArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    alt_hae_m: FloatArray
    alt_amsl_m: FloatArray
    alt_home_m: FloatArray
    vel_east_mps: FloatArray
    vel_north_mps: FloatArray
    vel_up_mps: FloatArray
    heading_deg: FloatArray
    observed_s: FloatArray
    received_s: FloatArray

    @classmethod
    def from_columns(cls, row: RowArray, columns: FloatArray) -> "ObservationBatch":
        """Build from rows (n,) and float64 (n, 11), the fields after `row` in order."""
        return cls(row, *np.ascontiguousarray(columns.T))

    def take(self, index: NDArray[np.int64]) -> "ObservationBatch":
        """Return the reports at `index`."""
        return ObservationBatch(*(getattr(self, name)[index] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a batch: IngestCode per observation, int8 (n,), whether its clock ran ahead, bool (n,).

    `accepted` holds the accepted observations as stored (times clamped, both altitudes filled), in order.
    """

    code: NDArray[np.int8]
    ahead: BoolArray
    accepted: ObservationBatch


@dataclass(frozen=True, slots=True)
class Transition:
    """A track's state changed at a tick; deviations are NaN where they were not judged."""

    row: int
    track_id: str
    aircraft_id: str | None
    plan_id: str | None
    before: TrackState
    after: TrackState
    lateral_m: float
    vertical_m: float
    temporal_s: float


@dataclass(frozen=True, slots=True)
class RemovedTrack:
    """A track left the picture at `version`; its row serves no other before the quarantine is over."""

    version: int
    row: int
    track_id: str


@dataclass(frozen=True, slots=True)
class Advance:
    """What one tick brought about: changes of state, rows whose landing is confirmed, tracks removed."""

    transitions: list[Transition] = field(default_factory=list)
    landed: list[int] = field(default_factory=list)
    removed: list[RemovedTrack] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows changed since a version, and tracks removed since; `complete` is False when removals were forgotten."""

    version: int
    rows: RowArray
    removed: list[RemovedTrack]
    complete: bool


class PictureFullError(ValueError):
    """The picture holds as many tracks as it may; the newcomer is refused, those inside are not disturbed."""

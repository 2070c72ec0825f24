"""Track items: rows of the picture as the API and the live feed show them, unknown as None, numbers rounded."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from airspace.picture import Picture
from airspace.tracks import RowArray
from utm.live_frames import Columns
from utm.live_schema import STATES, IndexItem, TrackItem
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S, TrackIdentity

# Column of the picture and decimals shown: 1e-7 degrees is a centimetre.
_NUMBERS: Final[tuple[tuple[str, int], ...]] = (
    ("lat_deg", 7),
    ("lon_deg", 7),
    ("alt_hae_m", 2),
    ("alt_amsl_m", 2),
    ("alt_agl_m", 2),
    ("vel_east_mps", 2),
    ("vel_north_mps", 2),
    ("vel_up_mps", 2),
    ("heading_deg", 2),
    ("battery_pct", 1),
    ("lateral_m", 1),
    ("vertical_m", 1),
    ("temporal_s", 1),
)


class TrackSource(Protocol):
    """What the feed reads: the picture, and who and in which mode each row is (`utm.telemetry.Telemetry`)."""

    @property
    def picture(self) -> Picture:
        """The columns."""
        ...

    def identity(self, row: int) -> TrackIdentity:
        """Return who the track of a row is."""
        ...

    def mode(self, row: int) -> str | None:
        """Return the flight mode of a row's vehicle."""
        ...

    def take_renamed(self) -> set[int]:
        """Return the rows whose identity changed since the last call."""
        ...

    def advance(self, now_s: float) -> None:
        """Judge the picture at that instant."""
        ...


def track_items(source: TrackSource, rows: RowArray, now_s: float) -> list[TrackItem]:
    """Return the items of rows that hold tracks with positions, in order."""
    picture = source.picture
    numbers = [_shown(getattr(picture, name)[rows], decimals) for name, decimals in _NUMBERS]
    states: list[int] = picture.state[rows].tolist()
    flags = [_flags(column[rows]) for column in (picture.armed, picture.landed)]
    ages = _shown(np.maximum(now_s - picture.heard_s[rows], 0.0), 1)
    observed = [_instant(value) for value in picture.observed_s[rows].tolist()]
    received = [_instant(value) for value in picture.received_s[rows].tolist()]
    items = []
    for i, row in enumerate(rows.tolist()):
        who = source.identity(row)
        lat, lon, hae, amsl, agl, east, north, up, heading, battery, lateral, vertical, temporal = (
            column[i] for column in numbers
        )
        items.append(
            TrackItem(
                who.track_id,
                who.aircraft_id,
                who.plan_id,
                who.source,
                lat,
                lon,
                hae,
                amsl,
                agl,
                east,
                north,
                up,
                heading,
                STATES[states[i]],
                observed[i],
                received[i],
                who.registration,
                who.operator_name,
                who.operator_id,
                battery,
                source.mode(row),
                ages[i],
                flags[0][i],
                flags[1][i],
                row,
                lateral,
                vertical,
                temporal,
            )
        )
    return items


def index_items(source: TrackSource, rows: RowArray) -> list[IndexItem]:
    """Return who the rows are, for the readers of binary frames."""
    items = []
    for row in rows.tolist():
        who = source.identity(row)
        items.append(
            IndexItem(
                row,
                who.track_id,
                who.aircraft_id,
                who.plan_id,
                who.registration,
                who.operator_name,
                who.source,
                who.operator_id,
            )
        )
    return items


def binary_columns(picture: Picture, rows: RowArray, now_s: float) -> Columns:
    """Return the columns of a binary frame, in units."""
    columns: Columns = {
        name: getattr(picture, name)[rows]
        for name in ("lat_deg", "lon_deg", "alt_hae_m", "vel_east_mps", "vel_north_mps", "vel_up_mps", "heading_deg")
    }
    columns["row"], columns["state"] = rows, picture.state[rows]
    columns["age_s"] = np.maximum(now_s - picture.observed_s[rows], 0.0)
    return columns


def _shown(values: NDArray[np.float64], decimals: int) -> list[Any]:
    plain = np.round(values, decimals).tolist()
    return [None if value != value else value for value in plain]  # noqa: PLR0124  (only NaN differs from itself)


def _flags(values: NDArray[np.int8]) -> list[bool | None]:
    return [None if value < 0 else value == 1 for value in values.tolist()]


def _instant(scene_s: float) -> datetime:
    return datetime.fromtimestamp(round(scene_s + UNIX_OF_SCENE_ZERO_S, 6), UTC)


Visible = Callable[[TrackIdentity], bool]
"""Tells whether somebody may see a track."""


def visible_rows(source: TrackSource, rows: RowArray, visible: Visible) -> RowArray:
    """Return those of the rows that may be seen."""
    kept: Sequence[int] = [row for row in rows.tolist() if visible(source.identity(row))]
    return np.array(kept, np.int64)

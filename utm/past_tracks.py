"""The picture after a restart: what the last process saw last, shown as old as it is until its vehicles are heard again.

A restored track keeps its id, its instants and its age; a MAVLink one counts as link lost at once, so that nothing
stale passes for fresh. The vehicle, or the sender, that comes back carries the track on. A restored position is not
recorded a second time: it was recorded when it was observed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.tracks import ObservationBatch
from utm.heard_vehicles import NO_CLOCK_UNCERTAINTY_S
from utm.recording.columns import IDENTITY, Rows, scene_s, us_of
from utm.recording.reader import Recordings
from utm.telemetry import Telemetry
from utm.telemetry_values import TrackIdentity

WITHIN: Final = timedelta(hours=1)
"""Longer than this the picture keeps no silent track (`PictureLimits.planned_retention_s`)."""
_TOGETHER_US: Final = 5_000_000
_FLOATS: Final = ("lat_deg", "lon_deg", "alt_hae_m", "alt_amsl_m")
_VELOCITIES: Final = ("vel_east_mps", "vel_north_mps", "vel_up_mps", "heading_deg")


@dataclass(frozen=True, slots=True)
class PastTracks:
    """n tracks as last seen: who they were, `values` float64 (n, 11) as of `ObservationBatch`, and what else was known.

    `heard_s` is when anything was last heard of each (scene seconds); flags are -1 where unknown.
    """

    who: list[TrackIdentity]
    values: FloatArray
    heard_s: FloatArray
    armed: list[int]
    landed: list[int]
    battery_pct: list[float]


def last_seen(recordings: Recordings, now_s: float) -> PastTracks:
    """Return the tracks in the picture of the last process that recorded, as of its last tick; reads files."""
    now_us = us_of(now_s)
    pieces = recordings.pieces(now_us - round(WITHIN.total_seconds() * 1e6), now_us)
    last_us = max((piece.last_us for piece in pieces), default=0)
    found = recordings.latest_before(last_us) if pieces else []
    rows = [some for _, ended_us, some in found if ended_us >= last_us - _TOGETHER_US]
    return _joined([_of_rows(some) for some in rows])


def _of_rows(rows: Rows) -> PastTracks:
    observed, received = scene_s(rows.observed_us), scene_s(rows.received_us)
    unknown = np.full(len(rows), np.nan)  # the height over home is not recorded
    columns = [rows.units(name) for name in _FLOATS], [rows.units(name) for name in _VELOCITIES]
    values = np.column_stack((*columns[0], unknown, *columns[1], observed, received))
    heard = np.maximum(scene_s(rows.shown_us) - np.nan_to_num(rows.units("link_age_s")), received)
    names = rows.names.identities
    return PastTracks(
        [names[number] for number in rows.data[IDENTITY].tolist()],
        values,
        heard,
        rows.armed.tolist(),
        rows.landed.tolist(),
        rows.units("battery_pct").tolist(),
    )


def _joined(parts: list[PastTracks]) -> PastTracks:
    """Return all parts as one; of a track that stands in several the one heard last."""
    values = np.concatenate([np.zeros((0, 11)), *(part.values for part in parts)])
    heard_s = np.concatenate([np.zeros(0), *(part.heard_s for part in parts)])
    who = [each for part in parts for each in part.who]
    armed, landed = [v for part in parts for v in part.armed], [v for part in parts for v in part.landed]
    battery = [v for part in parts for v in part.battery_pct]
    newest: dict[str, int] = {}
    for place in np.argsort(heard_s, kind="stable").tolist():
        newest[who[place].track_id] = place
    kept = sorted(newest.values())
    return PastTracks(
        [who[i] for i in kept],
        values[kept],
        heard_s[kept],
        [armed[i] for i in kept],
        [landed[i] for i in kept],
        [battery[i] for i in kept],
    )


def restore(telemetry: Telemetry, past: PastTracks) -> int:
    """Put the tracks into the picture, on the event loop's thread before anything is heard; returns how many."""
    picture = telemetry.picture
    rows: list[int] = []
    kept: list[int] = []
    for i, who in enumerate(past.who):
        row = telemetry.reopen(who, heard_s=float(past.heard_s[i]))
        if row is None:
            continue
        rows.append(row)
        kept.append(i)
        if past.armed[i] >= 0:
            picture.set_armed(row, past.armed[i] == 1)
        picture.set_landed(row, None if past.landed[i] < 0 else past.landed[i] == 1)
        picture.set_battery(row, past.battery_pct[i])
        if who.feeder_id is None:
            picture.set_link(row, False)
    picture.set_time_uncertainty(np.array(rows, np.int64), np.full(len(rows), NO_CLOCK_UNCERTAINTY_S))
    batch = ObservationBatch.from_columns(np.array(rows, np.int64), past.values[kept])
    accepted = len(picture.ingest(batch).accepted.row)
    picture.counters["accepted"] -= accepted  # they were accepted and counted when they came
    telemetry.counters["tracks_restored"] += accepted
    return accepted

"""What one analysis looks at: the picture's columns at an instant, copied, so that the analysis may run beside it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from airspace.picture import Picture
from airspace.tactical.motion import PlanLegs
from airspace.tracks import BoolArray, RowArray


@dataclass(frozen=True, slots=True)
class Tags:
    """What is known of rows beside the picture's columns; arrays of the picture's capacity, indexed by row.

    `group` int64: rows of one number are the same aircraft (-1: alone); `manned`: whether somebody is on board; `feed`
    int64: which source reports it; `endurance_s` float64: how long a full battery lasts (NaN, None: not told).
    """

    group: RowArray
    manned: BoolArray
    feed: RowArray
    endurance_s: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class TacticalFrame:
    """Columns of n tracks with positions at `now_s` (scene seconds); NaN is unknown.

    `state` is float64 (n, 6): x_m y_m alt_hae_m vel_east vel_north vel_up, as observed at `observed_s`; `heights` (n, 3)
    HAE, AMSL, AGL; `uncertain_s` is by how much `observed_s` may be wrong. The rest are the picture's columns of the
    same names, and the rows' `Tags`.
    """

    now_s: float
    rows: RowArray
    generation: RowArray
    state: FloatArray
    heights: FloatArray
    observed_s: FloatArray
    received_s: FloatArray
    heard_s: FloatArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    temporal_s: FloatArray
    battery_pct: FloatArray
    track_state: NDArray[np.int8]
    link_up: NDArray[np.int8]
    planned: BoolArray
    deviating: BoolArray
    contingent: BoolArray
    on_ground: BoolArray
    group: RowArray
    manned: BoolArray
    feed: RowArray
    endurance_s: FloatArray
    uncertain_s: FloatArray
    plans: PlanLegs
    capacity: int

    @classmethod
    def of(cls, picture: Picture, tags: Tags, now_s: float) -> "TacticalFrame":
        """Copy what is needed of the picture; call it on the thread that writes the picture."""
        rows = np.flatnonzero(picture.alive & np.isfinite(picture.x_m) & np.isfinite(picture.y_m))
        state = np.empty((len(rows), 6))
        places = picture.x_m, picture.y_m, picture.alt_hae_m
        for k, column in enumerate((*places, picture.vel_east_mps, picture.vel_north_mps, picture.vel_up_mps)):
            state[:, k] = column[rows]
        heights = np.empty((len(rows), 3))
        heights[:, 0] = state[:, 2]
        heights[:, 1] = picture.alt_amsl_m[rows]
        heights[:, 2] = picture.alt_agl_m[rows]
        landed, armed = picture.landed[rows], picture.armed[rows]
        return cls(
            now_s=now_s,
            rows=rows,
            generation=picture.generation[rows],
            state=state,
            heights=heights,
            observed_s=picture.observed_s[rows],
            received_s=picture.received_s[rows],
            heard_s=picture.heard_s[rows],
            lateral_m=picture.lateral_m[rows],
            vertical_m=picture.vertical_m[rows],
            temporal_s=picture.temporal_s[rows],
            battery_pct=picture.battery_pct[rows],
            track_state=picture.state[rows],
            link_up=picture.link_up[rows],
            planned=picture.planned[rows],
            deviating=picture.deviating[rows],
            contingent=picture.contingent[rows],
            on_ground=(landed == 1) | ((landed == -1) & (armed == 0)),
            group=tags.group[rows],
            manned=tags.manned[rows],
            feed=tags.feed[rows],
            endurance_s=np.full(len(rows), np.nan) if tags.endurance_s is None else tags.endurance_s[rows],
            uncertain_s=np.nan_to_num(picture.time_uncertainty_s[rows]),
            plans=PlanLegs(*picture.legs_of(rows)),
            capacity=picture.capacity,
        )

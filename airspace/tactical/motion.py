"""Prediction: where every track will be in the next minute, following its plan where it flies it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.tactical.compiled import kernels
from airspace.tactical.workspace import Workspace
from airspace.tracks import BoolArray, RowArray

HORIZON_S: Final = 60.0
_MORE_PIECES: Final = 2


@dataclass(frozen=True, slots=True)
class PlanLegs:
    """Legs of all plans: `legs` float64 (m, 8) as `Trajectory4D.segments`; a track has `count` of them from `first`."""

    legs: FloatArray
    first: RowArray
    count: RowArray


@dataclass(frozen=True, slots=True)
class Motions:
    """Futures of n tracks: `pieces` float64 (m, 8) `x0 y0 z0 t0 vx vy vz t1` in metres, m/s and seconds from now.

    Motion i owns pieces `first[i]` to `first[i + 1]`; an unknown height is NaN. `follows` says which follow a plan.
    """

    pieces: FloatArray
    first: RowArray
    follows: BoolArray


@dataclass(frozen=True, slots=True)
class TrustLimits:
    """When a flight inside its tolerance is no longer believed to fly its plan, by its velocity; ours.

    A velocity differs when it is more than `apart_mps` and `apart_share` of the leg's speed from all velocities between
    rest and the leg's, for every leg within `slack_s` of the plan's instant, or climbs `up_mps` more or less. It must do so
    in reports `lasts_s` apart, or in one that no newer one contradicts within `alone_s`.
    """

    slack_s: float = 7.5
    apart_mps: float = 3.0
    apart_share: float = 0.35
    up_mps: float = 2.5
    lasts_s: float = 0.9
    alone_s: float = 1.5


def trusted(
    state: FloatArray,
    observed_s: FloatArray,
    temporal_s: FloatArray,
    candidates: BoolArray,
    plans: PlanLegs,
    limits: TrustLimits,
    off_since_s: FloatArray,
) -> BoolArray:
    """Return which of the candidates are predicted along their plans.

    `state` is float64 (n, 6) x y z vx vy vz as observed at `observed_s`; `temporal_s` how far ahead of its plan each is;
    `off_since_s` (n,) remembers from when the velocity differs and is changed in place.
    """
    follow = np.zeros(len(state), np.bool_)
    numbers = np.array((limits.slack_s, limits.apart_mps, limits.apart_share, limits.up_mps, limits.lasts_s))
    run = kernels().trust_plans
    run(
        state,
        observed_s,
        candidates,
        temporal_s,
        plans.legs,
        plans.first,
        plans.count,
        numbers,
        off_since_s,
        follow,
    )
    return follow


def predict(
    state: FloatArray,
    observed_s: FloatArray,
    temporal_s: FloatArray,
    follows: BoolArray,
    plans: PlanLegs,
    now_s: float,
    horizon_s: float = HORIZON_S,
    *,
    workspace: Workspace | None = None,
) -> Motions:
    """Return the motions from now to the horizon; who does not follow a plan goes straight on at constant velocity.

    With a `workspace` the pieces lie in its memory, until it is used for others.
    """
    n = len(state)
    bounds = np.zeros(n + 1, np.int64)
    compiled = kernels()
    compiled.count_pieces(
        observed_s, temporal_s, follows, plans.legs, plans.first, plans.count, now_s, horizon_s, bounds
    )
    pieces = (workspace or Workspace()).room("pieces", int(bounds[n]) + _MORE_PIECES, np.float64, 8)
    first = np.zeros(n + 1, np.int64)
    used = compiled.lay_pieces(
        state, observed_s, temporal_s, follows, plans.legs, plans.first, plans.count, now_s, horizon_s, first, pieces
    )
    return Motions(pieces[:used], first, follows)


def straight(state: FloatArray, horizon_s: float = HORIZON_S, *, workspace: Workspace | None = None) -> Motions:
    """Return straight motions from where the tracks are now; `state` is float64 (n, 6); `workspace` as in `predict`."""
    n = len(state)
    pieces = (workspace or Workspace()).room("pieces", n, np.float64, 8)
    pieces[:, 0:3], pieces[:, 3] = state[:, 0:3], 0.0
    pieces[:, 4:7], pieces[:, 7] = state[:, 3:6], horizon_s
    return Motions(pieces, np.arange(n + 1), np.zeros(n, np.bool_))

"""Futures of tracks as runs of straight pieces: along the plan from where the flight is, or straight on.

Plan legs are rows `x0 y0 z0 t0 x1 y1 z1 t1` in scene seconds (`airspace.geometry4d.Trajectory4D.segments`); the pieces
written are those of `separation_kernels`, their times counted from now.
"""

import math

from airspace.geometry4d import FloatArray
from airspace.tracks import BoolArray, RowArray


def plan_at(legs: FloatArray, start: int, count: int, at_s: float) -> tuple[float, float, float, int]:
    """Return where the plan is at an instant and on which leg; before its start and after its end it stands still."""
    k = start
    while k < start + count - 1 and legs[k, 7] <= at_s:
        k += 1
    part = (at_s - legs[k, 3]) / (legs[k, 7] - legs[k, 3])
    part = min(max(part, 0.0), 1.0)
    x = legs[k, 0] + part * (legs[k, 4] - legs[k, 0])
    y = legs[k, 1] + part * (legs[k, 5] - legs[k, 1])
    z = legs[k, 2] + part * (legs[k, 6] - legs[k, 2])
    return x, y, z, k


def moves_as_planned(
    legs: FloatArray,
    start: int,
    count: int,
    plan_s: float,
    slack_s: float,
    vx: float,
    vy: float,
    vz: float,
    limit_mps: float,
    limit_share: float,
    limit_up_mps: float,
) -> bool:
    """Tell whether a velocity is that of some leg within `slack_s` of the plan's instant, or less on the same course."""
    for k in range(start, start + count):
        if legs[k, 7] < plan_s - slack_s:
            continue
        if legs[k, 3] > plan_s + slack_s:
            break
        lasts = legs[k, 7] - legs[k, 3]
        px = (legs[k, 4] - legs[k, 0]) / lasts
        py = (legs[k, 5] - legs[k, 1]) / lasts
        pz = (legs[k, 6] - legs[k, 2]) / lasts
        limit = max(limit_mps, limit_share * math.sqrt(px * px + py * py))
        # Braking for a corner or a hover is flying the plan more slowly: the nearest velocity between rest and the leg's.
        speed_sq = px * px + py * py
        share = 1.0 if speed_sq <= 0.0 else min(max((vx * px + vy * py) / speed_sq, 0.0), 1.0)
        up_low = min(pz, 0.0) - limit_up_mps
        up_high = max(pz, 0.0) + limit_up_mps
        if math.hypot(vx - share * px, vy - share * py) <= limit and up_low <= vz <= up_high:
            return True
    # Waiting for the start or done with the plan: it should stand still.
    waiting = legs[start, 3] > plan_s - slack_s or legs[start + count - 1, 7] < plan_s + slack_s
    return waiting and math.hypot(vx, vy) <= limit_mps and abs(vz) <= limit_up_mps


def trust_plans(
    state: FloatArray,
    observed_s: FloatArray,
    candidate: BoolArray,
    temporal_s: FloatArray,
    legs: FloatArray,
    leg_first: RowArray,
    leg_count: RowArray,
    limits: FloatArray,
    off_since_s: FloatArray,
    follow: BoolArray,
) -> None:
    """Decide which candidates will follow their plans: those that move as planned, or have not for a moment only.

    `state` is (n, 6) x y z vx vy vz; `limits` are slack_s, limit_mps, limit_share, limit_up_mps and for how long a
    velocity may differ; `off_since_s` (n,), NaN while it agrees, is kept from tick to tick by the caller.
    """
    for i in range(len(state)):
        follow[i] = False
        if not candidate[i] or leg_count[i] == 0:
            off_since_s[i] = math.nan
            continue
        vz = state[i, 5]
        agrees = moves_as_planned(
            legs,
            leg_first[i],
            leg_count[i],
            observed_s[i] + temporal_s[i],
            limits[0],
            state[i, 3],
            state[i, 4],
            vz,
            limits[1],
            limits[2],
            limits[3],
        )
        if agrees:
            off_since_s[i] = math.nan
            follow[i] = True
        else:
            if math.isnan(off_since_s[i]):
                off_since_s[i] = observed_s[i]
            follow[i] = observed_s[i] - off_since_s[i] < limits[4]


def heights_over_plans(
    heights: FloatArray,
    observed_s: FloatArray,
    temporal_s: FloatArray,
    legs: FloatArray,
    leg_first: RowArray,
    leg_count: RowArray,
    apart: BoolArray,
    level_mps: float,
    out: FloatArray,
) -> None:
    """Write how far above its plan each track is where it has one (n,), NaN elsewhere.

    Of tracks `apart` from their plans only where the plan is level: what the plan climbs there they need not.
    """
    for i in range(len(heights)):
        out[i] = math.nan
        if leg_count[i] > 0 and not math.isnan(temporal_s[i]):
            _, _, z, k = plan_at(legs, leg_first[i], leg_count[i], observed_s[i] + temporal_s[i])
            climbs = abs(legs[k, 6] - legs[k, 2]) > level_mps * (legs[k, 7] - legs[k, 3])
            if not (apart[i] and climbs):
                out[i] = heights[i] - z


def count_pieces(
    observed_s: FloatArray,
    temporal_s: FloatArray,
    follow: BoolArray,
    legs: FloatArray,
    leg_first: RowArray,
    leg_count: RowArray,
    now_s: float,
    horizon_s: float,
    first: RowArray,
) -> None:
    """Write into `first` (n + 1) where each motion's pieces begin: at most one per leg touched, and two to stand still."""
    at = 0
    for i in range(len(observed_s)):
        first[i] = at
        n = 1
        if follow[i]:
            begin = now_s + temporal_s[i]
            for k in range(leg_first[i], leg_first[i] + leg_count[i]):
                if legs[k, 7] > begin and legs[k, 3] < begin + horizon_s:
                    n += 1
            if legs[leg_first[i], 3] > begin:
                n += 1
        first[i + 1] = at + n
        at += n


def lay_pieces(
    state: FloatArray,
    observed_s: FloatArray,
    temporal_s: FloatArray,
    follow: BoolArray,
    legs: FloatArray,
    leg_first: RowArray,
    leg_count: RowArray,
    now_s: float,
    horizon_s: float,
    first: RowArray,
    pieces: FloatArray,
) -> int:
    """Write the pieces of every motion from now to the horizon, packed, and where they begin; return how many.

    A follower keeps the distance from its plan it has now, and its lead or lag; the others go straight on.
    """
    at = 0
    for i in range(len(observed_s)):
        first[i] = at
        if not follow[i]:
            age = now_s - observed_s[i]
            for c in range(3):
                pieces[at, c] = state[i, c] + state[i, 3 + c] * age
                pieces[at, 4 + c] = state[i, 3 + c]
            pieces[at, 3] = 0.0
            pieces[at, 7] = horizon_s
            at += 1
            continue
        start = leg_first[i]
        count = leg_count[i]
        shift = now_s + temporal_s[i]
        x, y, z, _ = plan_at(legs, start, count, observed_s[i] + temporal_s[i])
        dx = state[i, 0] - x
        dy = state[i, 1] - y
        dz = state[i, 2] - z
        begun = 0.0
        if legs[start, 3] > shift:
            begun = min(legs[start, 3] - shift, horizon_s)
            still_piece(pieces, at, legs[start, 0] + dx, legs[start, 1] + dy, legs[start, 2] + dz, 0.0, begun)
            at += 1
        for k in range(start, start + count):
            t0 = legs[k, 3] - shift
            t1 = legs[k, 7] - shift
            if t1 <= begun or t0 >= horizon_s or begun >= horizon_s:
                continue
            vx = (legs[k, 4] - legs[k, 0]) / (t1 - t0)
            vy = (legs[k, 5] - legs[k, 1]) / (t1 - t0)
            vz = (legs[k, 6] - legs[k, 2]) / (t1 - t0)
            pieces[at, 0] = legs[k, 0] + vx * (begun - t0) + dx
            pieces[at, 1] = legs[k, 1] + vy * (begun - t0) + dy
            pieces[at, 2] = legs[k, 2] + vz * (begun - t0) + dz
            pieces[at, 3] = begun
            pieces[at, 4] = vx
            pieces[at, 5] = vy
            pieces[at, 6] = vz
            begun = min(t1, horizon_s)
            pieces[at, 7] = begun
            at += 1
        if begun < horizon_s:
            last = start + count - 1
            still_piece(pieces, at, legs[last, 4] + dx, legs[last, 5] + dy, legs[last, 6] + dz, begun, horizon_s)
            at += 1
    first[len(observed_s)] = at
    return at


def still_piece(pieces: FloatArray, at: int, x: float, y: float, z: float, from_s: float, to_s: float) -> None:
    """Write a piece that stands still."""
    pieces[at, 0] = x
    pieces[at, 1] = y
    pieces[at, 2] = z
    pieces[at, 3] = from_s
    pieces[at, 4] = 0.0
    pieces[at, 5] = 0.0
    pieces[at, 6] = 0.0
    pieces[at, 7] = to_s

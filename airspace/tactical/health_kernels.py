"""Health of tracks, one track at a time: the scalar form of `airspace.tactical.health`, same numbers to the last bit."""

import math

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from airspace.tracks import BoolArray, RowArray

LARGEST = 1.7976931348623157e308


def known_or_zero(value: float) -> float:
    """Return what numpy's `nan_to_num` makes of a value."""
    if math.isnan(value):
        return 0.0
    return min(max(value, -LARGEST), LARGEST)


def judge_motion(
    rows: RowArray,
    generation: RowArray,
    state: FloatArray,
    observed_s: FloatArray,
    manned: BoolArray,
    now_s: float,
    numbers: FloatArray,
    drift_windows: int,
    held_generation: RowArray,
    drifts: RowArray,
    x: FloatArray,
    y: FloatArray,
    t: FloatArray,
    ax: FloatArray,
    ay: FloatArray,
    at: FloatArray,
    avx: FloatArray,
    avy: FloatArray,
    jump_until: FloatArray,
    full: FloatArray,
    full_at: FloatArray,
    jumped: BoolArray,
    implausible: BoolArray,
) -> None:
    """Forget rows that were given to other tracks, then write which tracks jumped and which move as no aircraft does.

    `numbers` are the limits `unmanned_speed_mps manned_speed_mps climb_mps jump_m jump_holds_s drift_mps drift_window_s`.
    """
    for i in range(len(rows)):
        row = rows[i]
        if held_generation[row] != generation[i]:
            held_generation[row] = generation[i]
            drifts[row] = 0
            x[row] = y[row] = t[row] = math.nan
            ax[row] = ay[row] = at[row] = avx[row] = avy[row] = math.nan
            jump_until[row] = full[row] = full_at[row] = math.nan
        fastest = numbers[1] if manned[i] else numbers[0]
        x_m = state[i, 0]
        y_m = state[i, 1]
        vx = state[i, 3]
        vy = state[i, 4]
        lasts_s = observed_s[i] - t[row]
        way_m = math.hypot(x_m - x[row], y_m - y[row])
        jump = lasts_s > 0.0 and way_m > numbers[3] and way_m > fastest * lasts_s
        if jump:
            jump_until[row] = now_s + numbers[4]
        if not lasts_s <= 0.0:
            x[row] = x_m
            y[row] = y_m
            t[row] = observed_s[i]
        # The velocity reported against the way made since the window's start.
        window_s = observed_s[i] - at[row]
        due = window_s >= numbers[6]
        if due and window_s < 3.0 * numbers[6] and math.isfinite(vx + avx[row]) and not jump:
            flown_x = (x_m - ax[row]) / window_s
            flown_y = (y_m - ay[row]) / window_s
            one = math.hypot(flown_x - vx, flown_y - vy)
            two = math.hypot(flown_x - avx[row], flown_y - avy[row])
            mean = math.hypot(flown_x - (vx + avx[row]) / 2.0, flown_y - (vy + avy[row]) / 2.0)
            # An unknown one of the three makes none of them wrong.
            if one > numbers[5] and two > numbers[5] and mean > numbers[5]:
                drifts[row] += 1
            else:
                drifts[row] = 0
        if due or math.isnan(window_s) or jump:
            ax[row] = x_m
            ay[row] = y_m
            at[row] = observed_s[i]
            avx[row] = vx
            avy[row] = vy
        jumped[i] = jump_until[row] > now_s
        fast = math.hypot(vx, vy) > fastest or abs(state[i, 5]) > numbers[2]
        implausible[i] = fast or drifts[row] >= drift_windows


def judge_batteries(
    rows: RowArray,
    level_pct: FloatArray,
    on_ground: BoolArray,
    endurance_s: FloatArray,
    temporal_s: FloatArray,
    legs: FloatArray,
    first: RowArray,
    count: RowArray,
    now_s: float,
    numbers: FloatArray,
    full: FloatArray,
    full_at: FloatArray,
    short: FloatArray,
    empty: FloatArray,
    remaining_s: FloatArray,
) -> None:
    """Write what each battery lacks to reach its plan's end, with the reserve and without, and the time to that end.

    `numbers` are the limits `reserve_pct drain_pct_per_s drain_least_s drain_least_pct`.
    """
    for i in range(len(rows)):
        row = rows[i]
        level = level_pct[i]
        remaining_s[i] = math.nan
        if count[i] > 0:
            left_s = legs[first[i] + count[i] - 1, 7] - now_s - known_or_zero(temporal_s[i])
            remaining_s[i] = left_s if left_s > 0.0 or math.isnan(left_s) else 0.0
        # A fuller battery than remembered was changed; on the ground the count starts afresh.
        if on_ground[i] or not level <= full[row]:
            full[row] = level
            full_at[row] = now_s
        used = full[row] - level
        flying_s = now_s - full_at[row]
        drain = numbers[1]
        if flying_s >= numbers[2] and used >= numbers[3]:
            drain = used / max(flying_s, 1.0)
        elif math.isfinite(endurance_s[i]) and endurance_s[i] > 0.0:
            drain = 100.0 / endurance_s[i]
        empty[i] = math.nan if on_ground[i] else known_or_zero(remaining_s[i]) * drain - level
        short[i] = empty[i] + numbers[0]


def judge_links(
    track_state: NDArray[np.int8],
    link_up: NDArray[np.int8],
    heard_s: FloatArray,
    feed: RowArray,
    silent: RowArray,
    lost_state: int,
    stalled: bool,
    now_s: float,
    limit_s: float,
    link_lost: BoolArray,
    stale: BoolArray,
) -> None:
    """Write which lost tracks lost their link and which are merely old; those of `silent` feeds are neither."""
    for i in range(len(track_state)):
        lost = track_state[i] == lost_state and not stalled
        for k in range(len(silent)):
            lost = lost and feed[i] != silent[k]
        down = link_up[i] == 0 or now_s - heard_s[i] > limit_s
        link_lost[i] = lost and down
        stale[i] = lost and not down


def steady_velocities(
    rows: RowArray,
    observed_s: FloatArray,
    reported: FloatArray,
    numbers: FloatArray,
    enough: int,
    restart: int,
    velocity: FloatArray,
    climb: FloatArray,
    seen_s: FloatArray,
    reports: RowArray,
    steady: FloatArray,
    up_mps: FloatArray,
    other_up_mps: FloatArray,
) -> None:
    """Take reports into the means of their rows, and write the steadied velocities (n, 3) and both climb rates (n,).

    `numbers` are `noise noise_up least_weight least_weight_up drift_up one_up level` of `airspace.tactical.steady`.
    """
    for i in range(len(rows)):
        row = rows[i]
        if observed_s[i] > seen_s[row]:
            seen_s[row] = observed_s[i]
            dx = reported[i, 0] - velocity[row, 0]
            dy = reported[i, 1] - velocity[row, 1]
            dz = reported[i, 2] - velocity[row, 2]
            level = math.hypot(dx, dy) <= numbers[0]
            up = abs(dz) <= numbers[1]
            reports[row, 0] = reports[row, 0] + 1 if level else 1
            reports[row, 1] = reports[row, 1] + 1 if up else 1
            reports[row, 2] = reports[row, 2] + 1 if up else 1
            if level:
                weight = max(1.0 / reports[row, 0], numbers[2])
                velocity[row, 0] = velocity[row, 0] + weight * dx
                velocity[row, 1] = velocity[row, 1] + weight * dy
            else:
                velocity[row, 0] = reported[i, 0]
                velocity[row, 1] = reported[i, 1]
            if up:
                velocity[row, 2] = velocity[row, 2] + max(1.0 / reports[row, 1], numbers[2]) * dz
                gain = max(1.0 / reports[row, 2], numbers[3])
                climb[row] = climb[row] + gain * (reported[i, 2] - climb[row])
            else:
                velocity[row, 2] = reported[i, 2]
                climb[row] = reported[i, 2]
            if abs(velocity[row, 2] - climb[row]) > numbers[4]:
                reports[row, 2] = restart
                climb[row] = velocity[row, 2]
        steady[i, 0] = velocity[row, 0]
        steady[i, 1] = velocity[row, 1]
        steady[i, 2] = climb[row]
        count = max(reports[row, 2], 1)
        sigma_mps = numbers[5] * math.sqrt(max(1.0 / count, numbers[3] / (2.0 - numbers[3])))
        none = abs(climb[row]) <= numbers[6] * sigma_mps
        up_mps[i] = 0.0 if none else climb[row]
        other_up_mps[i] = math.nan
        if count < enough and climb[row] != 0.0:
            other_up_mps[i] = climb[row] if none else 0.0


def heights_kept(
    rows: RowArray,
    observed_s: FloatArray,
    above_m: FloatArray,
    numbers: FloatArray,
    restart: int,
    mean: FloatArray,
    short: FloatArray,
    seen_s: FloatArray,
    reports: RowArray,
    steady: FloatArray,
) -> None:
    """Take heights over plans into the means of their rows, and write them with noise as 0; NaN: no plan or height.

    `numbers` are `noise least_weight least_weight_short step drift on_plan` of `airspace.tactical.heights`.
    """
    for i in range(len(rows)):
        row = rows[i]
        above = above_m[i]
        steady[i] = math.nan
        if math.isnan(above):
            seen_s[row] = -math.inf
            reports[row] = 0
            continue
        if observed_s[i] > seen_s[row]:
            seen_s[row] = observed_s[i]
            count = reports[row] + 1
            if abs(above - mean[row]) > numbers[3]:
                count = 1
            if count == 1:
                mean[row] = above
                short[row] = above
            else:
                mean[row] = mean[row] + max(1.0 / count, numbers[1]) * (above - mean[row])
                short[row] = short[row] + max(1.0 / count, numbers[2]) * (above - short[row])
            if abs(short[row] - mean[row]) > numbers[4]:
                count = restart
                mean[row] = short[row]
            reports[row] = count
        taken = max(reports[row], 1)
        sigma_m = numbers[0] * math.sqrt(max(1.0 / taken, numbers[1] / (2.0 - numbers[1])))
        steady[i] = 0.0 if abs(mean[row]) <= numbers[5] * sigma_m else mean[row]

"""Health of tracks: silence, batteries, jumps and motion no aircraft makes; and feeds that fail as a whole."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.deconfliction.compiled import numba_installed
from airspace.geometry4d import FloatArray
from airspace.tactical.compiled import kernels
from airspace.tactical.frames import TacticalFrame
from airspace.tracks import BoolArray, RowArray, TrackState

_SMOOTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """Numbers by which tracks are judged; all ours."""

    unmanned_speed_mps: float = 60.0
    manned_speed_mps: float = 350.0
    climb_mps: float = 25.0
    jump_m: float = 30.0
    """A shorter way between two positions is never a jump, however soon the second came."""
    jump_holds_s: float = 10.0
    drift_mps: float = 12.0
    """By how much the velocity reported and the one flown may differ."""
    drift_window_s: float = 3.0
    drift_windows: int = 2
    heard_s: float = 5.0
    reserve_pct: float = 15.0
    drain_pct_per_s: float = 100.0 / 1_800.0
    """Half an hour on a full battery, where no endurance is told and until the flight has shown its own rate (ours)."""
    drain_least_s: float = 180.0
    drain_least_pct: float = 8.0
    hold_back_s: float = 6.0
    """After a stall of our own, silence of vehicles means nothing for this long."""
    stall_s: float = 3.0
    feed_least: int = 5
    feed_share: float = 0.5
    feed_silent_s: float = 3.0
    feed_silent_most_s: float = 30.0
    feed_remembers_s: float = 600.0


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A source of which most tracks fell silent at once: `tracks` indexes the frame."""

    feed: int
    tracks: RowArray
    known: int


@dataclass(frozen=True, slots=True)
class HealthFindings:
    """Per track of the frame, bool (n,) or float64 (n,).

    `battery_short` is how many percent are missing to reach the plan's end with the reserve kept (negative: to spare),
    `battery_empty` how many without the reserve; `remaining_s` is the plan's remaining time (NaN without a trajectory).
    """

    link_lost: BoolArray
    stale: BoolArray
    jumped: BoolArray
    implausible: BoolArray
    battery_short: FloatArray
    battery_empty: FloatArray
    remaining_s: FloatArray
    silent_feeds: tuple[SilentFeed, ...]
    stalled_s: float


class Health:
    """Remembers of each row what it takes to judge it; one `check` per tick.

    Compiled where numba is installed; else, and with `compiled` False, by arrays, to the same bits.
    """

    def __init__(self, limits: HealthLimits | None = None, *, compiled: bool | None = None) -> None:
        self.limits = limits or HealthLimits()
        self._compiled = numba_installed() if compiled is None else compiled
        self._last_s = np.nan
        self._stalled_until_s = -np.inf
        self._stalled_s = 0.0
        self._usual_silence_s: dict[int, float] = {}
        self._size = 0
        self._grow(256)

    def _grow(self, size: int) -> None:
        old = self.__dict__.copy()
        for name in ("_x", "_y", "_t", "_ax", "_ay", "_at", "_avx", "_avy", "_jump_until", "_full", "_full_at"):
            column = np.full(size, np.nan)
            if name in old:
                column[: self._size] = old[name]
            setattr(self, name, column)
        for name in ("_generation", "_drifts"):
            counts = np.full(size, -1 if name == "_generation" else 0, np.int64)
            if name in old:
                counts[: self._size] = old[name]
            setattr(self, name, counts)
        self._size = size

    _x: FloatArray
    _y: FloatArray
    _t: FloatArray
    _ax: FloatArray
    _ay: FloatArray
    _at: FloatArray
    _avx: FloatArray
    _avy: FloatArray
    _jump_until: FloatArray
    _full: FloatArray
    _full_at: FloatArray
    _generation: RowArray
    _drifts: RowArray

    def check(self, frame: TacticalFrame) -> HealthFindings:
        """Judge every track of the frame."""
        if frame.capacity > self._size:
            self._grow(frame.capacity)
        gap_s = frame.now_s - self._last_s
        self._last_s = frame.now_s
        if gap_s > self.limits.stall_s:
            self._stalled_s = gap_s
            self._stalled_until_s = frame.now_s + self.limits.hold_back_s
        stalled_s = self._stalled_s if frame.now_s < self._stalled_until_s else 0.0
        if self._compiled:
            jumped, implausible, short, empty, remaining_s = self._judged(frame)
        else:
            self._forget_reused(frame)
            jumped, implausible = self._motion(frame)
            short, empty, remaining_s = self._battery(frame)
        feeds = () if stalled_s else self._feeds(frame)
        link_lost, stale = self._links(frame, feeds, stalled_s)
        return HealthFindings(link_lost, stale, jumped, implausible, short, empty, remaining_s, feeds, stalled_s)

    def _links(
        self, frame: TacticalFrame, feeds: tuple[SilentFeed, ...], stalled_s: float
    ) -> tuple[BoolArray, BoolArray]:
        """Return which lost tracks lost their link, and of which others nothing new is heard."""
        if self._compiled:
            n, silent_feeds = len(frame.rows), np.array([silent.feed for silent in feeds], np.int64)
            link_lost, stale = np.empty(n, np.bool_), np.empty(n, np.bool_)
            kernels(compiled=True).judge_links(
                frame.track_state, frame.link_up, frame.heard_s, frame.feed, silent_feeds, int(TrackState.LOST),
                stalled_s != 0.0, frame.now_s, self.limits.heard_s, link_lost, stale,
            )  # fmt: skip
            return link_lost, stale
        lost = (frame.track_state == TrackState.LOST) & (not stalled_s)
        for silent in feeds:
            lost &= frame.feed != silent.feed
        down = (frame.link_up == 0) | (frame.now_s - frame.heard_s > self.limits.heard_s)
        return lost & down, lost & ~down

    def _judged(self, frame: TacticalFrame) -> tuple[BoolArray, BoolArray, FloatArray, FloatArray, FloatArray]:
        """Return what `_motion` and `_battery` do, compiled."""
        limits, n, run = self.limits, len(frame.rows), kernels(compiled=True)
        jumped, implausible = np.empty(n, np.bool_), np.empty(n, np.bool_)
        short, empty, remaining_s = np.empty(n), np.empty(n), np.empty(n)
        moves = (
            limits.unmanned_speed_mps, limits.manned_speed_mps, limits.climb_mps, limits.jump_m, limits.jump_holds_s,
            limits.drift_mps, limits.drift_window_s,
        )  # fmt: skip
        run.judge_motion(
            frame.rows, frame.generation, frame.state, frame.observed_s, frame.manned, frame.now_s, np.array(moves),
            limits.drift_windows, self._generation, self._drifts, self._x, self._y, self._t, self._ax, self._ay, self._at,
            self._avx, self._avy, self._jump_until, self._full, self._full_at, jumped, implausible,
        )  # fmt: skip
        drains = limits.reserve_pct, limits.drain_pct_per_s, limits.drain_least_s, limits.drain_least_pct
        run.judge_batteries(
            frame.rows, frame.battery_pct, frame.on_ground, frame.endurance_s, frame.temporal_s, frame.plans.legs,
            frame.plans.first, frame.plans.count, frame.now_s, np.array(drains), self._full, self._full_at,
            short, empty, remaining_s,
        )  # fmt: skip
        return jumped, implausible, short, empty, remaining_s

    def _forget_reused(self, frame: TacticalFrame) -> None:
        fresh = frame.rows[self._generation[frame.rows] != frame.generation]
        if len(fresh):
            for name in ("_x", "_y", "_t", "_ax", "_ay", "_at", "_avx", "_avy", "_jump_until", "_full", "_full_at"):
                getattr(self, name)[fresh] = np.nan
            self._drifts[fresh] = 0
            self._generation[frame.rows] = frame.generation

    def _motion(self, frame: TacticalFrame) -> tuple[BoolArray, BoolArray]:
        limits, rows = self.limits, frame.rows
        fastest = np.where(frame.manned, limits.manned_speed_mps, limits.unmanned_speed_mps)
        x, y, vx, vy = frame.state[:, 0], frame.state[:, 1], frame.state[:, 3], frame.state[:, 4]
        lasts_s = frame.observed_s - self._t[rows]
        way_m = np.hypot(x - self._x[rows], y - self._y[rows])
        jump = (lasts_s > 0) & (way_m > limits.jump_m) & (way_m > fastest * lasts_s)
        self._jump_until[rows[jump]] = frame.now_s + limits.jump_holds_s
        news = ~(lasts_s <= 0)
        self._x[rows[news]], self._y[rows[news]], self._t[rows[news]] = x[news], y[news], frame.observed_s[news]
        self._drift(frame, jump)
        jumped = self._jump_until[rows] > frame.now_s
        fast = (np.hypot(vx, vy) > fastest) | (np.abs(frame.state[:, 5]) > limits.climb_mps)
        return jumped, fast | (self._drifts[rows] >= limits.drift_windows)

    def _drift(self, frame: TacticalFrame, jump: BoolArray) -> None:
        """Compare the velocity reported with the way made since the window's start, window by window."""
        limits, rows = self.limits, frame.rows
        x, y, vx, vy = frame.state[:, 0], frame.state[:, 1], frame.state[:, 3], frame.state[:, 4]
        lasts_s = frame.observed_s - self._at[rows]
        due = lasts_s >= limits.drift_window_s
        judged = due & (lasts_s < 3 * limits.drift_window_s) & np.isfinite(vx + self._avx[rows]) & ~jump
        flown = np.column_stack((x - self._ax[rows], y - self._ay[rows])) / np.where(due, lasts_s, 1.0)[:, None]
        # Between the velocities at both ends of the window any is plausible.
        ends = ((vx, vy), (self._avx[rows], self._avy[rows]), ((vx + self._avx[rows]) / 2, (vy + self._avy[rows]) / 2))
        apart = np.minimum.reduce([np.hypot(flown[:, 0] - a, flown[:, 1] - b) for a, b in ends])
        wrong = judged & (apart > limits.drift_mps)
        self._drifts[rows[wrong]] += 1
        self._drifts[rows[judged & ~wrong]] = 0
        anew = rows[due | np.isnan(lasts_s) | jump]
        at = due | np.isnan(lasts_s) | jump
        self._ax[anew], self._ay[anew], self._at[anew] = x[at], y[at], frame.observed_s[at]
        self._avx[anew], self._avy[anew] = vx[at], vy[at]

    def _battery(self, frame: TacticalFrame) -> tuple[FloatArray, FloatArray, FloatArray]:
        limits, rows = self.limits, frame.rows
        level, now_s = frame.battery_pct, frame.now_s
        plans = frame.plans
        remaining_s = np.full(len(rows), np.nan)
        flown = plans.count > 0
        last = plans.first[flown] + plans.count[flown] - 1
        ahead_s = np.nan_to_num(frame.temporal_s[flown])
        remaining_s[flown] = np.maximum(plans.legs[last, 7] - now_s - ahead_s, 0.0)
        # A fuller battery than remembered was changed; on the ground the count starts afresh.
        restart = frame.on_ground | ~(level <= self._full[rows])
        self._full[rows[restart]] = level[restart]
        self._full_at[rows[restart]] = now_s
        used, flying_s = self._full[rows] - level, now_s - self._full_at[rows]
        told = np.isfinite(frame.endurance_s) & (frame.endurance_s > 0.0)
        usual = np.where(told, 100.0 / np.where(told, frame.endurance_s, 1.0), limits.drain_pct_per_s)
        measured = (flying_s >= limits.drain_least_s) & (used >= limits.drain_least_pct)
        drain = np.where(measured, used / np.maximum(flying_s, 1.0), usual)
        need = np.nan_to_num(remaining_s) * drain
        airborne = ~frame.on_ground
        empty = np.where(airborne, need - level, np.nan)
        return empty + limits.reserve_pct, empty, remaining_s

    def _feeds(self, frame: TacticalFrame) -> tuple[SilentFeed, ...]:
        """Return sources most of whose flights have fallen silent together, before each of them counts as lost."""
        limits = self.limits
        silence_s = frame.now_s - np.maximum(frame.heard_s, frame.received_s)
        flying = np.flatnonzero(~frame.on_ground & (silence_s < limits.feed_remembers_s) & (frame.feed >= 0))
        found = []
        feed_of = frame.feed[flying]
        for feed in sorted(set(feed_of.tolist())):
            tracks = flying[feed_of == feed]
            mean_s = _median(silence_s[tracks])
            usual_s = self._usual_silence_s.get(feed, min(mean_s, limits.feed_silent_s / 2))
            limit_s = min(max(limits.feed_silent_s, 6.0 * usual_s), limits.feed_silent_most_s)
            if mean_s < limits.feed_silent_s / 2 or mean_s < 2.0 * usual_s:
                self._usual_silence_s[feed] = usual_s + _SMOOTH * (mean_s - usual_s)
            silent = tracks[silence_s[tracks] > limit_s]
            if len(tracks) >= limits.feed_least and len(silent) >= limits.feed_share * len(tracks):
                found.append(SilentFeed(feed, silent, len(tracks)))
        return tuple(found)


def _median(values: FloatArray) -> float:
    """Return the median of at least one finite value: numpy's own asks many questions that have one answer here."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2.0)

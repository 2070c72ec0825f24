"""The monitor: one analysis of the picture, twice a second: who will lose separation, enter zones, or cannot be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.tactical.compiled import kernels, ready
from airspace.tactical.frames import TacticalFrame
from airspace.tactical.health import Health, HealthFindings, HealthLimits
from airspace.tactical.heights import HeightsOverPlans
from airspace.tactical.keeping import KeptPairs
from airspace.tactical.motion import HORIZON_S, Motions, PlanLegs, TrustLimits, predict, trusted
from airspace.tactical.separation import Losses, SeparationLimits, find_losses, once, some
from airspace.tactical.steady import SteadyVelocities
from airspace.tactical.workspace import Workspace
from airspace.tactical.zones import ZoneHits, ZoneIndex
from airspace.tracks import BoolArray, RowArray, TrackState
from airspace.zones import Zone

COAST_S: Final = 15.0
"""How long a silent track without a plan to follow is carried on; nobody knows where it is after that (ours)."""
COAST_ON_PLAN_S: Final = 60.0
LEVEL_MPS: Final = 0.2
"""A plan that climbs no faster is level."""
_CONFORMING: Final = int(TrackState.CONFORMING)
_LOST: Final = int(TrackState.LOST)
MOST_REACH_S: Final = 1.0
"""How much further than the horizon is looked at most for those whose instants are uncertain."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What one analysis found.

    `losses.a`, `losses.b` and `zones.motion` index `flying`, which indexes the frame's tracks; `zones.zone` numbers the
    zones of `Monitor.zones`; `intent` (n,) says which of the flying follow their plan; `health` is per track.
    """

    frame: TacticalFrame
    flying: RowArray
    intent: BoolArray
    losses: Losses
    zones: ZoneHits
    health: HealthFindings


class Monitor:
    """Keeps from tick to tick what it takes to judge; not thread-safe, one `analyse` at a time."""

    def __init__(
        self,
        *,
        separation: SeparationLimits | None = None,
        trust: TrustLimits | None = None,
        health: HealthLimits | None = None,
        horizon_s: float = HORIZON_S,
        intent: bool = True,
    ) -> None:
        self.separation = separation or SeparationLimits()
        self.trust = trust or TrustLimits()
        self.horizon_s = horizon_s
        self.zones = ZoneIndex()
        self._health = Health(health)
        self._workspace = Workspace()
        self._intent = intent
        self._off_since_s: FloatArray = np.full(256, np.nan)
        self._generation: RowArray = np.full(256, -1, np.int64)
        self._steady = SteadyVelocities()
        self._heights = HeightsOverPlans()
        self._kept = KeptPairs()

    def take_zones(self, zones: Iterable[Zone]) -> None:
        """Say which zones flights are warned of."""
        self.zones.update(zones)

    def analyse(self, frame: TacticalFrame) -> Findings:
        """Return what the next minute brings, judged at the frame's instant."""
        health = self._health.check(frame)
        ahead = self._look_ahead(frame)
        flying, motions = ahead.flying, ahead.motions
        losses = self._losses(frame, ahead)
        heights = frame.heights[flying]
        hits = self.zones.approached(motions, heights - heights[:, :1], frame.now_s, self.horizon_s + ahead.reach_s)
        return Findings(frame, flying, motions.follows, losses, self._sooner(hits, frame.uncertain_s[flying]), health)

    def _sooner(self, hits: ZoneHits, uncertain_s: FloatArray) -> ZoneHits:
        """Return the entries at the first instant each may happen, those within the horizon."""
        t_s = np.maximum(hits.t_s - uncertain_s[hits.motion], 0.0)
        within = t_s <= self.horizon_s
        return ZoneHits(hits.motion[within], hits.zone[within], t_s[within], hits.x_m[within], hits.y_m[within])

    def _losses(self, frame: TacticalFrame, ahead: "_Ahead") -> Losses:
        """Return the pairs, each flight in any of the ways it may go on; a pair found twice is the sooner of the two."""
        minima, flying, n = self.separation, ahead.flying, len(ahead.flying)
        manned = frame.manned[flying]
        least_h = np.where(manned, max(minima.manned_horizontal_m, minima.horizontal_m), minima.horizontal_m)
        least_v = np.where(manned, max(minima.manned_vertical_m, minima.vertical_m), minima.vertical_m)
        groups, of = frame.group[flying], ahead.of
        named = groups[of]
        if len(of) > n:
            alone = (named < 0) & np.isin(of, of[n:])  # a flight is no pair with what it may do instead
            named[alone] = groups.max(initial=-1) + 1 + of[alone]
        found = find_losses(
            ahead.either, least_h[of], least_v[of], named, minima, blur_m=ahead.blur_m[of], workspace=self._workspace
        )
        losses = once(found, of) if len(of) > n else found
        if ahead.reach_s > 0.0 and (losses.t_in_s > self.horizon_s).any():
            losses = some(losses, losses.t_in_s <= self.horizon_s)
        return self._kept.take(
            losses,
            ahead.motions,
            frame.rows[flying],
            least_h,
            least_v,
            groups,
            minima,
            frame.now_s,
            blur_m=ahead.blur_m,
        )

    def _look_ahead(self, frame: TacticalFrame) -> "_Ahead":
        self._make_room(frame)
        age_s = frame.now_s - frame.observed_s
        on_plan = (
            frame.planned
            & ~frame.deviating
            & ~frame.contingent
            & ((frame.track_state == _CONFORMING) | (frame.track_state == _LOST))
            & np.isfinite(frame.temporal_s)
            & self._intent
        )
        known = ~frame.on_ground & (age_s <= np.where(on_plan, COAST_ON_PLAN_S, COAST_S))
        flying = np.flatnonzero(known)
        rows, observed_s = frame.rows[flying], frame.observed_s[flying]
        plans = PlanLegs(frame.plans.legs, frame.plans.first[flying], frame.plans.count[flying])
        state, other_up_mps = self._freed_of_noise(frame, flying, plans)
        temporal_s = np.nan_to_num(frame.temporal_s[flying])
        since_s = self._off_since_s[rows]
        follows = trusted(state, observed_s, temporal_s, on_plan[flying], plans, self.trust, since_s)
        self._off_since_s[rows] = since_s
        # A velocity off the plan that no report has contradicted since: the next ones may be lost.
        alone = (frame.now_s - since_s > self.trust.alone_s) & (age_s[flying] <= COAST_S)
        follows &= ~alone
        instead = np.flatnonzero(~follows & ~np.isnan(other_up_mps))
        of = np.concatenate((np.arange(len(flying)), instead))
        either = state[of]
        either[len(flying) :, 5] = other_up_mps[instead]
        uncertain_s = frame.uncertain_s[flying]
        reach_s = float(min(uncertain_s.max(initial=0.0), MOST_REACH_S))
        motions = predict(
            either, observed_s[of], temporal_s[of], follows[of], PlanLegs(plans.legs, plans.first[of], plans.count[of]),
            frame.now_s, self.horizon_s + reach_s, workspace=self._workspace,
        )  # fmt: skip
        return _Ahead(flying, of, motions, reach_s, _blurs(state, uncertain_s))

    def _freed_of_noise(self, frame: TacticalFrame, flying: RowArray, plans: PlanLegs) -> tuple[FloatArray, FloatArray]:
        """Return states (n, 6) as they are predicted from, and the climb rates the flights may have instead (NaN: none)."""
        rows, observed_s = frame.rows[flying], frame.observed_s[flying]
        state = np.ascontiguousarray(frame.state[flying])
        velocity = state[:, 3:]
        # An unknown velocity, or one no aircraft flies, predicts nothing: the track is taken to stay.
        fastest = self._health.limits.manned_speed_mps
        velocity[~(np.abs(velocity) <= fastest).all(axis=1) & ~np.isnan(velocity).any(axis=1)] = 0.0
        np.nan_to_num(velocity, copy=False)
        velocity[:], up_mps, other_up_mps = self._steady.after(rows, observed_s, velocity)
        if not self._intent:
            return state, np.full(len(state), np.nan)
        above = np.empty(len(state))
        kernels().heights_over_plans(
            np.ascontiguousarray(state[:, 2]), observed_s, frame.temporal_s[flying], plans.legs, plans.first, plans.count,
            frame.deviating[flying], LEVEL_MPS, above,
        )  # fmt: skip
        steady = self._heights.take(rows, observed_s, above)
        # Off its plan and climbing, a flight is where it says; otherwise where it was before, but for noise.
        keeps = ~np.isnan(steady) & (~frame.deviating[flying] | (up_mps == 0.0))
        state[keeps, 2] += (steady - above)[keeps]
        # A climb that leaves the height where the plan has it may be none, however many reports say it.
        other_up_mps[(up_mps != 0.0) & (steady == 0.0)] = 0.0
        velocity[:, 2] = up_mps
        return state, other_up_mps

    def _make_room(self, frame: TacticalFrame) -> None:
        """Grow with the picture, and forget what rows remember of tracks that left them."""
        self._steady.grow(frame.capacity)
        self._heights.grow(frame.capacity)
        more = frame.capacity - len(self._off_since_s)
        if more > 0:
            self._off_since_s = np.concatenate((self._off_since_s, np.full(more, np.nan)))
            self._generation = np.concatenate((self._generation, np.full(more, -1, np.int64)))
        reused = frame.rows[self._generation[frame.rows] != frame.generation]
        self._off_since_s[reused] = np.nan
        self._steady.forget(reused)
        self._heights.forget(reused)
        self._kept.forget(reused)
        self._generation[frame.rows] = frame.generation


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What is predicted: n flights, then k ways some of them may go on instead; `of` (n + k,) says whose each is."""

    flying: RowArray
    of: RowArray
    either: Motions
    reach_s: float
    """How much further than the horizon they go, for those that may be further than they seem."""
    blur_m: FloatArray
    """float64 (n, 2): how far each may be from there, level and in height, because its clock is not known exactly."""

    @property
    def motions(self) -> Motions:
        """The n flights as they most likely go on."""
        n = len(self.flying)
        first = self.either.first[: n + 1]
        return Motions(self.either.pieces[: first[n]], first, self.either.follows[:n])


def _blurs(state: FloatArray, uncertain_s: FloatArray) -> FloatArray:
    """Return how far flights may be from where they are predicted when the instants of their reports are so uncertain."""
    level, up = np.hypot(state[:, 3], state[:, 4]), np.abs(state[:, 5])
    return np.column_stack((level * uncertain_s, up * uncertain_s))


def warm() -> None:
    """Compile or load every kernel, so that the first analysis is as fast as the others."""
    monitor = Monitor()
    legs = np.array([[0.0, 0.0, 50.0, -10.0, 100.0, 0.0, 50.0, 50.0]])
    plans = PlanLegs(legs, np.zeros(2, np.int64), np.array((1, 0)))
    state = np.array([[10.0, 0.0, 50.0, 2.0, 0.0, 0.0], [60.0, 0.0, 50.0, -2.0, 0.0, 0.0]])
    zeros = np.zeros(2)
    follows = trusted(state, zeros, zeros, np.array((True, False)), plans, monitor.trust, np.full(2, np.nan))
    motions = predict(state, zeros, zeros, follows, plans, 0.0)
    find_losses(motions, zeros + 50.0, zeros + 15.0, np.full(2, -1), monitor.separation)
    nowhere = np.zeros(2, np.bool_)
    kernels().heights_over_plans(zeros, zeros, zeros, legs, plans.first, plans.count, nowhere, LEVEL_MPS, np.empty(2))
    monitor.zones.approached(motions, np.zeros((2, 3)), 0.0, HORIZON_S)
    monitor.zones.inside(np.zeros((2, 2)), np.zeros((2, 3)), 0.0)
    within, out = np.zeros(2, np.bool_), np.zeros((2, 3))
    limits, question = np.full((2, 3), 5.0), np.zeros((2, 4))
    kernels().judge_legs(question, limits, plans.first, plans.count, legs, 1e-6, 1e-6, 1e-3, within, out)
    ready().add("judge_legs")
    _warm_health(monitor)


def _warm_health(monitor: Monitor) -> None:
    """Load the kernels that judge tracks, by an analysis of one that stands."""
    one, nothing = np.zeros(1), np.full(1, np.nan)
    yes, row, small = np.ones(1, np.bool_), np.zeros(1, np.int64), np.zeros(1, np.int8)
    frame = TacticalFrame(
        now_s=0.0, rows=row, generation=row, state=np.zeros((1, 6)), heights=np.zeros((1, 3)), observed_s=one,
        received_s=one, heard_s=one, lateral_m=nothing, vertical_m=nothing, temporal_s=nothing, battery_pct=nothing,
        track_state=small, link_up=small, planned=~yes, deviating=~yes, contingent=~yes, on_ground=yes, group=row,
        manned=~yes, feed=row, endurance_s=nothing, uncertain_s=one, plans=PlanLegs(np.empty((0, 8)), row, row),
        capacity=1,
    )  # fmt: skip
    monitor.analyse(frame)

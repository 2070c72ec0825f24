"""The monitor: one analysis of the picture, twice a second: who will lose separation, enter zones, or cannot be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.tactical.compiled import kernels
from airspace.tactical.frames import TacticalFrame
from airspace.tactical.health import Health, HealthFindings, HealthLimits
from airspace.tactical.keeping import KeptPairs
from airspace.tactical.motion import HORIZON_S, Motions, PlanLegs, TrustLimits, predict, trusted
from airspace.tactical.separation import Losses, SeparationLimits, find_losses
from airspace.tactical.steady import SteadyVelocities
from airspace.tactical.workspace import Workspace
from airspace.tactical.zones import ZoneHits, ZoneIndex
from airspace.tracks import BoolArray, RowArray, TrackState
from airspace.zones import Zone

COAST_S: Final = 15.0
"""How long a silent track without a plan to follow is carried on; nobody knows where it is after that (ours)."""
COAST_ON_PLAN_S: Final = 60.0


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
        self._kept = KeptPairs()

    def take_zones(self, zones: Iterable[Zone]) -> None:
        """Say which zones flights are warned of."""
        self.zones.update(zones)

    def analyse(self, frame: TacticalFrame) -> Findings:
        """Return what the next minute brings, judged at the frame's instant."""
        health = self._health.check(frame)
        flying, motions = self._motions(frame)
        minima = self.separation
        manned = frame.manned[flying]
        least_h = np.where(manned, max(minima.manned_horizontal_m, minima.horizontal_m), minima.horizontal_m)
        least_v = np.where(manned, max(minima.manned_vertical_m, minima.vertical_m), minima.vertical_m)
        groups = frame.group[flying]
        losses = find_losses(motions, least_h, least_v, groups, minima, workspace=self._workspace)
        losses = self._kept.take(losses, motions, frame.rows[flying], least_h, least_v, groups, minima, frame.now_s)
        heights = frame.heights[flying]
        hits = self.zones.approached(motions, heights - heights[:, :1], frame.now_s, self.horizon_s)
        return Findings(frame, flying, motions.follows, losses, hits, health)

    def _motions(self, frame: TacticalFrame) -> tuple[RowArray, Motions]:
        self._make_room(frame)
        age_s = frame.now_s - frame.observed_s
        on_plan = (
            frame.planned
            & ~frame.deviating
            & ~frame.contingent
            & ((frame.track_state == TrackState.CONFORMING) | (frame.track_state == TrackState.LOST))
            & np.isfinite(frame.temporal_s)
            & self._intent
        )
        known = ~frame.on_ground & (age_s <= np.where(on_plan, COAST_ON_PLAN_S, COAST_S))
        flying = np.flatnonzero(known)
        state = np.ascontiguousarray(frame.state[flying])
        velocity = state[:, 3:]
        # An unknown velocity, or one no aircraft flies, predicts nothing: the track is taken to stay.
        fastest = self._health.limits.manned_speed_mps
        velocity[~(np.abs(velocity) <= fastest).all(axis=1) & ~np.isnan(velocity).any(axis=1)] = 0.0
        np.nan_to_num(velocity, copy=False)
        rows = frame.rows[flying]
        velocity[:] = self._steady.take(rows, frame.observed_s[flying], velocity)
        observed_s, temporal_s = frame.observed_s[flying], np.nan_to_num(frame.temporal_s[flying])
        plans = PlanLegs(frame.plans.legs, frame.plans.first[flying], frame.plans.count[flying])
        since_s = self._off_since_s[rows]
        follows = trusted(state, observed_s, temporal_s, on_plan[flying], plans, self.trust, since_s)
        self._off_since_s[rows] = since_s
        # A velocity off the plan that no report has contradicted since: the next ones may be lost.
        alone = (frame.now_s - since_s > self.trust.alone_s) & (age_s[flying] <= COAST_S)
        follows &= ~alone
        motions = predict(
            state, observed_s, temporal_s, follows, plans, frame.now_s, self.horizon_s, workspace=self._workspace
        )
        return flying, motions

    def _make_room(self, frame: TacticalFrame) -> None:
        """Grow with the picture, and forget what rows remember of tracks that left them."""
        self._steady.grow(frame.capacity)
        more = frame.capacity - len(self._off_since_s)
        if more > 0:
            self._off_since_s = np.concatenate((self._off_since_s, np.full(more, np.nan)))
            self._generation = np.concatenate((self._generation, np.full(more, -1, np.int64)))
        reused = frame.rows[self._generation[frame.rows] != frame.generation]
        self._off_since_s[reused] = np.nan
        self._steady.forget(reused)
        self._kept.forget(reused)
        self._generation[frame.rows] = frame.generation


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
    monitor.zones.approached(motions, np.zeros((2, 3)), 0.0, HORIZON_S)
    monitor.zones.inside(np.zeros((2, 2)), np.zeros((2, 3)), 0.0)
    within, out = np.zeros(2, np.bool_), np.zeros((2, 3))
    limits, question = np.full((2, 3), 5.0), np.zeros((2, 4))
    kernels().judge_legs(question, limits, plans.first, plans.count, legs, 1e-6, 1e-6, 1e-3, within, out)

"""The picture: where everything in the air is and how it does against its plan; numpy columns, one row per track.

One writer calls `ingest`, the `set_*` and `bind_*` methods and, each tick, `advance`; readers take columns by row. Time
is scene seconds (`airspace.timebase`) throughout. Unknown numbers are NaN in the columns and become None at the edges;
unknown flags are -1.

State of a track, judged at each tick (codes of the live format in brackets):

    not registered ............................................ unknown [5]
    no position for `lost_after_s`, or link reported down ..... lost [3]        (not for a landed one without a plan)
    has a plan, contingency declared .......................... contingent [2]
    has a plan, outside its tolerance (with hysteresis) ....... nonconforming [1]
    has a plan otherwise, or stands on the ground ............. conforming [0]
    airborne without a plan ................................... unplanned [4]

Nonconforming is raised by two consecutive positions outside the tolerance, or by one that no newer one contradicts
within `raise_after_s`; it is cleared by `clear_count` consecutive positions inside 0.9 of the tolerance that span
`clear_after_s`: raised fast, cleared slowly, so that it does not flicker. A landed aircraft is not judged.
"""

from collections import deque
from itertools import takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray

from airspace.conformance import IntentTable
from airspace.datums import AltitudeModel, NoGroundError, OutsideGeoidError
from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray, PlanGeometry, Prism, Tolerance
from airspace.tracks import (
    Advance,
    BoolArray,
    Changes,
    IngestCode,
    IngestReport,
    ObservationBatch,
    PictureFullError,
    PictureLimits,
    RemovedTrack,
    RowArray,
    TrackState,
    Transition,
)

_FAR_ALT_M: Final = 100_000.0
_FAR_SPEED_MPS: Final = 1_000.0
# Column, type, value of a fresh row.
_COLUMNS: Final[tuple[tuple[str, type, float], ...]] = (
    ("lat_deg", np.float64, np.nan),
    ("lon_deg", np.float64, np.nan),
    ("x_m", np.float64, np.nan),
    ("y_m", np.float64, np.nan),
    ("alt_hae_m", np.float64, np.nan),
    ("alt_amsl_m", np.float64, np.nan),
    ("alt_agl_m", np.float64, np.nan),
    ("alt_home_m", np.float64, np.nan),
    ("vel_east_mps", np.float64, np.nan),
    ("vel_north_mps", np.float64, np.nan),
    ("vel_up_mps", np.float64, np.nan),
    ("heading_deg", np.float64, np.nan),
    ("observed_s", np.float64, -np.inf),
    ("received_s", np.float64, -np.inf),
    ("heard_s", np.float64, -np.inf),
    ("time_uncertainty_s", np.float64, np.nan),
    ("battery_pct", np.float64, np.nan),
    ("lateral_m", np.float64, np.nan),
    ("vertical_m", np.float64, np.nan),
    ("temporal_s", np.float64, np.nan),
    ("state", np.int8, TrackState.UNKNOWN),
    ("armed", np.int8, -1),
    ("landed", np.int8, -1),
    ("link_up", np.int8, -1),
    ("alive", np.bool_, False),
    ("registered", np.bool_, False),
    ("planned", np.bool_, False),
    ("contingent", np.bool_, False),
    ("clock_ahead", np.bool_, False),
    ("version", np.int64, 0),
    ("generation", np.int64, 0),
    ("_judged_s", np.float64, -np.inf),
    ("_outside_since_s", np.float64, np.nan),
    ("_inside_since_s", np.float64, np.nan),
    ("_outside_count", np.int64, 0),
    ("_inside_count", np.int64, 0),
    ("_deviating", np.bool_, False),
    ("_flown", np.bool_, False),
    ("_ground_since_s", np.float64, np.nan),
)
_CONFORMING, _NONCONFORMING, _CONTINGENT, _LOST, _UNPLANNED, _UNKNOWN = (
    int(state)
    for state in (
        TrackState.CONFORMING,
        TrackState.NONCONFORMING,
        TrackState.CONTINGENT,
        TrackState.LOST,
        TrackState.UNPLANNED,
        TrackState.UNKNOWN,
    )
)
_KEPT_ON_REUSE: Final = frozenset({"version", "generation"})


class Picture:
    """All tracks of a city; see the module's text for units, states and who may call what."""

    lat_deg: FloatArray
    lon_deg: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    alt_hae_m: FloatArray
    alt_amsl_m: FloatArray
    alt_agl_m: FloatArray
    alt_home_m: FloatArray
    vel_east_mps: FloatArray
    vel_north_mps: FloatArray
    vel_up_mps: FloatArray
    heading_deg: FloatArray
    observed_s: FloatArray
    received_s: FloatArray
    heard_s: FloatArray
    time_uncertainty_s: FloatArray
    battery_pct: FloatArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    temporal_s: FloatArray
    state: NDArray[np.int8]
    armed: NDArray[np.int8]
    landed: NDArray[np.int8]
    link_up: NDArray[np.int8]
    alive: BoolArray
    registered: BoolArray
    planned: BoolArray
    contingent: BoolArray
    clock_ahead: BoolArray
    version: NDArray[np.int64]
    generation: NDArray[np.int64]
    _judged_s: FloatArray
    _outside_since_s: FloatArray
    _inside_since_s: FloatArray
    _outside_count: NDArray[np.int64]
    _inside_count: NDArray[np.int64]
    _deviating: BoolArray
    _flown: BoolArray
    _ground_since_s: FloatArray

    def __init__(
        self, frame: LocalFrame, altitudes: AltitudeModel, limits: PictureLimits | None = None, *, capacity: int = 256
    ) -> None:
        self.limits = limits or PictureLimits()
        self.counters: dict[str, int] = {code.name.lower(): 0 for code in IngestCode} | {"clock_ahead": 0}
        self.current_version = 0
        self.track_ids: list[str] = []
        self.aircraft_ids: list[str | None] = []
        self.plan_ids: list[str | None] = []
        self.altitudes = altitudes
        self._frame = frame
        self._intents = IntentTable()
        self._free: deque[tuple[float, int]] = deque()
        self._unused = 0
        self._removed: deque[RemovedTrack] = deque(maxlen=65_536)
        self._forgotten_version = 0
        for name, kind, fresh in _COLUMNS:
            setattr(self, name, np.full(capacity, fresh, dtype=kind))

    # ------------------------------------------------------------------------------------------------------ rows

    @property
    def capacity(self) -> int:
        """Rows allocated; columns have this length and keep their rows when it grows."""
        return len(self.alive)

    def open_track(self, track_id: str, *, now_s: float) -> int:
        """Give a new track a row and return it; raises PictureFullError at `capacity_max`."""
        if self._free and self._free[0][0] <= now_s:
            _, row = self._free.popleft()
        else:
            if self._unused == self.capacity:
                self._grow()
            row = self._unused
            self._unused += 1
            self.track_ids.append("")
            self.aircraft_ids.append(None)
            self.plan_ids.append(None)
        for name, _, fresh in _COLUMNS:
            if name not in _KEPT_ON_REUSE:
                getattr(self, name)[row] = fresh
        self.track_ids[row], self.aircraft_ids[row], self.plan_ids[row] = track_id, None, None
        self.alive[row] = True
        self.heard_s[row] = now_s
        self._touch(row)
        return row

    def close_track(self, row: int, *, now_s: float) -> RemovedTrack:
        """Remove the track of `row`; the row rests for the quarantine before another track gets it."""
        self._require(row)
        self._touch(row)
        removed = RemovedTrack(self.current_version, row, self.track_ids[row])
        if self.planned[row]:
            self._intents.remove(row)
        self.alive[row] = False
        self.planned[row] = False
        self.generation[row] += 1
        self.aircraft_ids[row] = self.plan_ids[row] = None
        self._free.append((now_s + self.limits.quarantine_s, row))
        if len(self._removed) == self._removed.maxlen:
            self._forgotten_version = self._removed[0].version
        self._removed.append(removed)
        return removed

    def _grow(self) -> None:
        if self.capacity >= self.limits.capacity_max:
            raise PictureFullError(f"the picture holds {self.capacity} tracks and no more")
        more = min(max(self.capacity, 256), self.limits.capacity_max - self.capacity)
        for name, kind, fresh in _COLUMNS:
            setattr(self, name, np.concatenate((getattr(self, name), np.full(more, fresh, dtype=kind))))

    def _require(self, row: int) -> None:
        if not (0 <= row < self._unused and self.alive[row]):
            raise ValueError(f"row {row} holds no track")

    def touch(self, row: int) -> None:
        """Note that something told beside the columns (a name, a mode) changed for the track of `row`."""
        self._require(row)
        self._touch(row)

    def _touch(self, rows: int | RowArray) -> None:
        self.current_version += 1
        self.version[rows] = self.current_version

    # --------------------------------------------------------------------------------------------------- binding

    def bind_aircraft(self, row: int, aircraft_id: str) -> None:
        """Say which registered aircraft the track is of."""
        self._require(row)
        self.aircraft_ids[row] = aircraft_id
        self.registered[row] = True
        self._touch(row)

    def unbind_aircraft(self, row: int) -> None:
        """Take back that the track is of a registered aircraft, and with it the plan."""
        self._require(row)
        self.aircraft_ids[row] = None
        self.registered[row] = False
        self.unbind_plan(row)

    def bind_plan(
        self, row: int, plan_id: str, geometry: PlanGeometry, tolerance: Tolerance, also: tuple[Prism, ...] = ()
    ) -> None:
        """Give the track the plan it flies, in place of the one it may have; judging starts afresh.

        `also` are volumes of an order it was given: inside them it conforms as well.
        """
        self._require(row)
        self._intents.put(row, geometry, tolerance, also)
        self.plan_ids[row] = plan_id
        self.planned[row] = True
        self._forget_judgement(row)

    def unbind_plan(self, row: int) -> None:
        """Take the track's plan away."""
        self._require(row)
        self._intents.remove(row)
        self.plan_ids[row] = None
        self.planned[row] = False
        self.contingent[row] = False
        self._forget_judgement(row)

    def _forget_judgement(self, row: int) -> None:
        self._deviating[row] = False
        self._outside_count[row] = self._inside_count[row] = 0
        self._judged_s[row] = -np.inf
        self.lateral_m[row] = self.vertical_m[row] = self.temporal_s[row] = np.nan
        self._touch(row)

    # ---------------------------------------------------------------------------------------------------- health

    def set_contingent(self, row: int, contingent: bool) -> None:
        """Say whether the flight has declared a contingency."""
        self._set(row, self.contingent, contingent)

    def set_armed(self, row: int, armed: bool) -> None:
        """Say whether the motors may turn."""
        self._set(row, self.armed, int(armed))

    def set_landed(self, row: int, landed: bool | None) -> None:
        """Say whether the vehicle stands on the ground, as it reports itself."""
        self._set(row, self.landed, -1 if landed is None else int(landed))

    def set_link(self, row: int, up: bool) -> None:
        """Say whether the vehicle's link is alive."""
        self._set(row, self.link_up, int(up))

    def set_battery(self, row: int, battery_pct: float | None) -> None:
        """Say how full the battery is."""
        value = np.nan if battery_pct is None else battery_pct
        if not (np.isnan(value) and np.isnan(self.battery_pct[row])):
            self._set(row, self.battery_pct, value)

    def set_batteries(self, rows: RowArray, battery_pct: FloatArray) -> None:
        """Say how full many batteries are; of a row named twice the last value counts."""
        if len(rows) and not self.alive[rows].all():
            raise ValueError("a battery level names a row that holds no track")
        before = self.battery_pct[rows]
        self.battery_pct[rows] = battery_pct
        changed = np.flatnonzero(before != battery_pct)
        if len(changed):
            self._touch(rows[changed])

    def heard_all(self, rows: RowArray, now_s: float) -> None:
        """Note that many vehicles said anything at all."""
        self.heard_s[rows] = np.maximum(self.heard_s[rows], now_s)

    def set_time_uncertainty(self, rows: RowArray, uncertain_s: FloatArray) -> None:
        """Say by how much the instants of the newest observations of tracks may be wrong, seconds (n,)."""
        self.time_uncertainty_s[rows] = uncertain_s

    def heard(self, row: int, now_s: float) -> None:
        """Note that the vehicle said anything at all (its link's age); no change worth telling."""
        self.heard_s[row] = max(self.heard_s[row], now_s)

    def _set(self, row: int, column: NDArray[np.generic], value: float) -> None:
        self._require(row)
        if column[row] != value:
            column[row] = value
            self._touch(row)

    # ---------------------------------------------------------------------------------------------------- ingest

    def ingest(self, batch: ObservationBatch) -> IngestReport:
        """Take observations in order of arrival and say of each what became of it; never raises for their values.

        Rows must hold tracks (ValueError). An observation no later than the newest its track holds is ignored and
        counted; one stamped more than `future_slack_s` after its arrival counts as observed on arrival and is flagged.
        """
        n = len(batch.row)
        if n and not (batch.row.min() >= 0 and batch.row.max() < self._unused and self.alive[batch.row].all()):
            raise ValueError("an observation names a row that holds no track")
        observed = np.minimum(batch.observed_s, batch.received_s)
        ahead = batch.observed_s > batch.received_s + self.limits.future_slack_s
        code = self.screen(batch)
        usable = np.flatnonzero(code == IngestCode.ACCEPTED)
        code[usable] = self._order(batch.row[usable], observed[usable])
        ahead &= code == IngestCode.ACCEPTED
        for number, count in enumerate(np.bincount(code, minlength=len(IngestCode))):
            self.counters[IngestCode(number).name.lower()] += int(count)
        self.counters["clock_ahead"] += int(ahead.sum())
        kept = np.flatnonzero(code == IngestCode.ACCEPTED)
        accepted = self._with_altitudes(batch.take(kept), observed[kept])
        self._store(accepted, ahead[kept])
        return IngestReport(code, ahead, accepted)

    def screen(self, batch: ObservationBatch) -> NDArray[np.int8]:
        """Return what `ingest` would refuse whatever the track: OUT_OF_RANGE, NO_POSITION, TOO_OLD or ACCEPTED."""
        observed = np.minimum(batch.observed_s, batch.received_s)
        lat, lon = batch.lat_deg, batch.lon_deg
        bad = ~((np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0)) | ~np.isfinite(batch.observed_s + batch.received_s)
        for altitude in (batch.alt_hae_m, batch.alt_amsl_m, batch.alt_home_m):
            bad |= np.abs(altitude) > _FAR_ALT_M  # NaN compares false: unknown is not out of range
        for speed in (batch.vel_east_mps, batch.vel_north_mps, batch.vel_up_mps):
            bad |= np.abs(speed) > _FAR_SPEED_MPS
        bad |= (batch.heading_deg < 0.0) | (batch.heading_deg > 360.0)
        code = np.where(batch.received_s - observed > self.limits.retention_s, IngestCode.TOO_OLD, IngestCode.ACCEPTED)
        code[(np.abs(lat) < 1e-7) & (np.abs(lon) < 1e-7)] = IngestCode.NO_POSITION
        code[bad] = IngestCode.OUT_OF_RANGE
        return code.astype(np.int8)

    def _order(self, rows: RowArray, observed: FloatArray) -> NDArray[np.int8]:
        """Return ACCEPTED, DUPLICATE or OUT_OF_ORDER, comparing each with its track's newest before it.

        Instants are compared in whole microseconds. The running maximum per row is one pass over the batch sorted by
        row, each row's instants lifted above all those of the row before.
        """
        code = np.full(len(rows), IngestCode.ACCEPTED, np.int8)
        if not len(rows):
            return code
        base = observed.min()
        stamp = np.rint((observed - base) * 1e6).astype(np.int64)
        held = np.rint(np.maximum(self.observed_s[rows] - base, -1.0) * 1e6).astype(np.int64)
        order = np.argsort(rows, kind="stable")
        sorted_rows, sorted_stamp = rows[order], stamp[order]
        first = np.concatenate(([True], sorted_rows[1:] != sorted_rows[:-1]))
        lift = np.cumsum(first) * (max(int(stamp.max()), int(held.max())) + 2)
        running = np.maximum.accumulate(sorted_stamp + lift)
        newest = np.where(first, -1, np.roll(running, 1) - lift)
        newest = np.maximum(newest, held[order])
        verdict = np.full(len(rows), IngestCode.ACCEPTED, np.int8)
        verdict[sorted_stamp == newest] = IngestCode.DUPLICATE
        verdict[sorted_stamp < newest] = IngestCode.OUT_OF_ORDER
        code[order] = verdict
        return code

    def _with_altitudes(self, batch: ObservationBatch, observed: FloatArray) -> ObservationBatch:
        undulation, _ = _heights(self.altitudes, batch.lat_deg, batch.lon_deg)
        hae, amsl = batch.alt_hae_m, batch.alt_amsl_m
        hae = np.where(np.isnan(hae), amsl + undulation, hae)
        amsl = np.where(np.isnan(amsl), hae - undulation, amsl)
        columns = [getattr(batch, name) for name in batch.__slots__]
        columns[3], columns[4], columns[10] = hae, amsl, observed
        return ObservationBatch(*columns)

    def _store(self, batch: ObservationBatch, ahead: BoolArray) -> None:
        if not len(batch.row):
            return
        rows, last = np.unique(batch.row[::-1], return_index=True)
        newest = len(batch.row) - 1 - last
        chosen = batch.take(newest)
        x_m, y_m = self._frame.to_xy(chosen.lat_deg, chosen.lon_deg)
        _, ground = _heights(self.altitudes, chosen.lat_deg, chosen.lon_deg)
        for name in ObservationBatch.__slots__[1:]:
            getattr(self, name)[rows] = getattr(chosen, name)
        self.x_m[rows] = np.where(np.isfinite(x_m), x_m, np.nan)
        self.y_m[rows] = np.where(np.isfinite(y_m), y_m, np.nan)
        self.alt_agl_m[rows] = chosen.alt_hae_m - ground
        self.heard_s[rows] = np.maximum(self.heard_s[rows], chosen.received_s)
        self.clock_ahead[rows] = ahead[newest]
        self._touch(rows)

    # ------------------------------------------------------------------------------------------------------ tick

    def advance(self, now_s: float) -> Advance:
        """Judge every track at `now_s`, confirm landings, remove what is silent for too long."""
        rows = np.flatnonzero(self.alive)
        result = Advance()
        if not len(rows):
            return result
        on_ground = (self.landed[rows] == 1) | ((self.landed[rows] == -1) & (self.armed[rows] == 0))
        result.landed.extend(int(row) for row in self._landings(rows, on_ground, now_s))
        self._judge(rows[self.planned[rows] & ~on_ground], now_s)
        self._rest(rows[self.planned[rows] & on_ground])
        after = self._states(rows, on_ground, now_s)
        before = self.state[rows]
        moved = np.flatnonzero(after != before)
        if len(moved):
            result.transitions.extend(
                self._transition(int(rows[i]), TrackState(before[i]), TrackState(after[i])) for i in moved
            )
            self.state[rows[moved]] = after[moved]
            self._touch(rows[moved])
        quiet_s = now_s - np.maximum(self.received_s[rows], self.heard_s[rows])
        keep_s = np.where(self.planned[rows] & ~on_ground, self.limits.planned_retention_s, self.limits.retention_s)
        result.removed.extend(self.close_track(int(row), now_s=now_s) for row in rows[quiet_s > keep_s])
        return result

    def _landings(self, rows: RowArray, on_ground: BoolArray, now_s: float) -> RowArray:
        """Return the rows that flew and have now stood on the ground for long enough."""
        up = (self.landed[rows] == 0) | (
            (self.landed[rows] == -1)
            & (self.armed[rows] == 1)
            & (self.alt_home_m[rows] > self.limits.airborne_above_home_m)
        )
        self._flown[rows[up]] = True
        since = self._ground_since_s[rows]
        since = np.where(on_ground, np.where(np.isnan(since), now_s, since), np.nan)
        self._ground_since_s[rows] = since
        landed = rows[self._flown[rows] & (now_s - since >= self.limits.landing_confirm_s)]
        self._flown[landed] = False
        return landed

    def _judge(self, rows: RowArray, now_s: float) -> None:
        fresh = rows[self.observed_s[rows] > self._judged_s[rows]]
        if len(fresh):
            points = np.column_stack((self.observed_s[fresh], self.x_m[fresh], self.y_m[fresh], self.alt_hae_m[fresh]))
            scale = np.where(self._deviating[fresh], self.limits.clear_margin, 1.0)
            unsure_s = np.nan_to_num(self.time_uncertainty_s[fresh])
            found = self._intents.judge(fresh, points, scale, unsure_s)
            self.lateral_m[fresh] = found.lateral_m
            self.vertical_m[fresh] = found.vertical_m
            self.temporal_s[fresh] = found.temporal_s
            self._judged_s[fresh] = self.observed_s[fresh]
            self._count(fresh[~found.within], self._outside_count, self._inside_count, self._outside_since_s)
            self._count(fresh[found.within], self._inside_count, self._outside_count, self._inside_since_s)
        outside, inside = self._outside_count[rows], self._inside_count[rows]
        alone_s = now_s - self._outside_since_s[rows]
        raised = (outside >= 2) | ((outside == 1) & (alone_s > self.limits.raise_after_s))
        calm_s = self._judged_s[rows] - self._inside_since_s[rows]
        cleared = (inside >= self.limits.clear_count) & (calm_s >= self.limits.clear_after_s)
        self._deviating[rows] = np.where(self._deviating[rows], ~cleared, raised)

    def _count(self, rows: RowArray, ours: NDArray[np.int64], theirs: NDArray[np.int64], since_s: FloatArray) -> None:
        since_s[rows] = np.where(ours[rows] == 0, self._judged_s[rows], since_s[rows])
        ours[rows] += 1
        theirs[rows] = 0

    def _rest(self, rows: RowArray) -> None:
        """Stop judging aircraft on the ground; what was seen before does not count after the next take-off."""
        self._deviating[rows] = False
        self._outside_count[rows] = self._inside_count[rows] = 0
        self.lateral_m[rows] = self.vertical_m[rows] = self.temporal_s[rows] = np.nan

    def _states(self, rows: RowArray, on_ground: BoolArray, now_s: float) -> NDArray[np.int8]:
        planned = self.planned[rows]
        silent_s = now_s - self.received_s[rows]
        down = (self.link_up[rows] == 0) & (silent_s > self.limits.link_down_grace_s)
        lost = ((silent_s > self.limits.lost_after_s) | down) & (planned | ~on_ground)
        state = np.full(len(rows), _UNPLANNED, np.int8)
        # The gravest last: it holds.
        state[planned | on_ground] = _CONFORMING
        state[planned & self._deviating[rows]] = _NONCONFORMING
        state[planned & self.contingent[rows]] = _CONTINGENT
        state[lost] = _LOST
        state[~self.registered[rows]] = _UNKNOWN
        return state

    def _transition(self, row: int, before: TrackState, after: TrackState) -> Transition:
        return Transition(
            row,
            self.track_ids[row],
            self.aircraft_ids[row],
            self.plan_ids[row],
            before,
            after,
            float(self.lateral_m[row]),
            float(self.vertical_m[row]),
            float(self.temporal_s[row]),
        )

    # --------------------------------------------------------------------------------------------------- reading

    @property
    def deviating(self) -> BoolArray:
        """Whether each row is off its plan, also where its state says something graver."""
        return self._deviating

    def legs_of(self, rows: RowArray) -> tuple[FloatArray, RowArray, RowArray]:
        """Return the legs of these rows' plans (`airspace.conformance.IntentTable.legs_of`)."""
        return self._intents.legs_of(rows)

    def snapshot(self) -> RowArray:
        """Return the rows of all tracks that have a position."""
        return np.flatnonzero(self.alive & (self.received_s > -np.inf))

    def changed_since(self, version: int) -> Changes:
        """Return what changed after `version` (0: everything); tracks that have no position are left out."""
        shown = self.alive & (self.received_s > -np.inf)
        removed = list(takewhile(lambda gone: gone.version > version, reversed(self._removed)))[::-1]
        return Changes(
            self.current_version,
            np.flatnonzero(shown & (self.version > version)),
            removed,
            version >= self._forgotten_version,
        )


def _heights(altitudes: AltitudeModel, lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return undulations and ground heights (HAE), NaN where a model does not reach.

    The models answer for all points or raise; a batch is halved until the points that fail stand alone, so that one
    vehicle on another continent costs a few calls and no one else's altitude.
    """
    n = len(lat_deg)
    undulation, ground = np.full(n, np.nan), np.full(n, np.nan)
    for out, model in ((undulation, altitudes.undulation_m), (ground, altitudes.ground_hae_m)):
        parts = [(0, n)] if n else []
        while parts:
            start, stop = parts.pop()
            try:
                out[start:stop] = model(lat_deg[start:stop], lon_deg[start:stop])
            except (OutsideGeoidError, NoGroundError):
                if stop - start > 1:
                    middle = (start + stop) // 2
                    parts += [(start, middle), (middle, stop)]
    return undulation, ground

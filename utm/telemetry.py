"""Telemetry: from what vehicles and suppliers report to the picture: whose it is, which plan it flies, in which order.

Bridge events arrive in batches (`on_events`), suppliers' and operators' positions through `report`. One thread, the
event loop's, writes the picture; `advance` judges it once a tick. Which vehicle is which aircraft is decided in
`utm.binding`. Times inside are scene seconds; the bridge's unix seconds and vehicles' clocks end here.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from airspace.geometry4d import PlanGeometry, Prism, Tolerance, Trajectory4D
from airspace.picture import Picture
from airspace.tracks import IngestCode, ObservationBatch, PictureFullError, RowArray
from mavlink_bridge import events as ev
from mavlink_bridge.lane import Routine
from utm.binding import AircraftDirectory, AircraftRecord, Binder
from utm.foreign_tracks import ForeignTracks
from utm.heard_vehicles import NO_CLOCK_UNCERTAINTY_S, HeardVehicle, HeardVehicles
from utm.ids import new_id
from utm.telemetry_values import (
    UNIX_OF_SCENE_ZERO_S,
    Callbacks,
    LinkStatus,
    PositionReport,
    TrackIdentity,
)
from utm.track_history import TrackRecorder, TrackRing

_PAST_IDENTITIES: Final = 20_000
OWN_RECEIVERS: Final = ""
"""The feeder of what our own vehicles' receivers hear; no organisation has that id."""
ECHO_M: Final = 150.0
ECHO_FRESH_S: Final = 10.0
M_PER_DEG: Final = 111_195.0
_OWN_PREFIXES: Final = ("trk_", "ac_")  # our own kinds of id: a sender's name must not pass for one

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Plan:
    plan_id: str
    geometry: PlanGeometry
    tolerance: Tolerance
    contingent: bool = False
    also: tuple[Prism, ...] = ()

    def is_same(self, plan_id: str, geometry: PlanGeometry, tolerance: Tolerance, also: tuple[Prism, ...] = ()) -> bool:
        if self.plan_id != plan_id or self.tolerance != tolerance or self.also is not also:
            return False
        if isinstance(geometry, Trajectory4D) and isinstance(self.geometry, Trajectory4D):
            return np.array_equal(geometry.segments, self.geometry.segments)
        return geometry is self.geometry


class Telemetry:
    """The one writer of the picture."""

    def __init__(
        self,
        picture: Picture,
        directory: AircraftDirectory,
        *,
        recorder: TrackRecorder | None = None,
        ids: Callable[[], str] = lambda: new_id("trk"),
        rebind_after_s: float = 10.0,
    ) -> None:
        self.picture = picture
        self.recorder: TrackRecorder = recorder or TrackRing()
        self.counters: dict[str, int] = {
            "events_ignored": 0,
            "tracks_refused": 0,
            "tracks_restored": 0,
            "callback_failures": 0,
        }
        self.callbacks = Callbacks()
        self.directory = directory
        self._binder = Binder(directory, rebind_after_s=rebind_after_s)
        self._ids = ids
        self._now_s = 0.0
        self._vehicles: dict[ev.VehicleKey, HeardVehicle] = {}
        self._heard = HeardVehicles()
        self._foreign = ForeignTracks(self._flies_at, self.counters)
        self._foreign_reports: list[PositionReport] = []
        self._aircraft_named: dict[str, str] = {}
        self._feeds: dict[tuple[str, str, str], int] = {}
        self._row_of_track: dict[str, int] = {}
        self._directory_version = directory.version
        self._owner_of_row: dict[int, HeardVehicle | tuple[str, str, str]] = {}
        self._identities: dict[int, TrackIdentity] = {}
        self._past: OrderedDict[str, TrackIdentity] = OrderedDict()
        self._rows_of: dict[str, set[int]] = {}
        self._plans: dict[str, _Plan] = {}
        self._modes: dict[int, str | None] = {}
        self._renamed: set[int] = set()
        self._pending_rows: list[tuple[int, int]] = []
        self._pending: list[tuple[float, ...]] = []
        self._handlers: dict[type[ev.Event], Callable[[HeardVehicle, int, ev.Event], None]] = {
            ev.Position: self._on_position,
            ev.Heartbeat: self._on_heartbeat,
            ev.LandedState: self._on_landed_state,
            ev.Battery: self._on_battery,
            ev.Home: self._on_home,
            ev.Rebooted: self._on_rebooted,
            ev.LinkLost: self._on_link_lost,
            ev.LinkRecovered: self._on_link_recovered,
            ev.EndpointChanged: self._on_endpoint_changed,
            ev.ClockOffset: self._on_clock_offset,
            ev.ClockSample: self._on_clock_sample,
            ev.AdsbVehicle: self._on_adsb,
            ev.RemoteIdBasic: self._on_remote_id_basic,
            ev.RemoteIdLocation: self._on_remote_id_location,
        }

    # ------------------------------------------------------------------------------------------------ bridge events

    def on_events(self, batch: Sequence[ev.Event]) -> None:
        """Take a batch of the bridge's events, in order."""
        for event in batch:
            self._now_s = max(self._now_s, event.received_at - UNIX_OF_SCENE_ZERO_S)
            handler = self._handlers.get(type(event))
            if handler is None and not isinstance(event, ev.VehicleFound | ev.VehicleForgotten):
                self.counters["events_ignored"] += 1
                continue
            if isinstance(event, ev.VehicleForgotten):
                self._forget(event.vehicle)
                continue
            vehicle = self._vehicle(event)
            row = self._row_of(vehicle)
            if row is None:
                continue
            self.picture.heard(row, event.received_at - UNIX_OF_SCENE_ZERO_S)
            if handler is not None:
                handler(vehicle, row, event)
        self._flush()

    def on_routine(self, routine: Routine) -> None:
        """Take what the bridge's fast lane carries: positions, battery levels and signs of life, in columns."""
        received_s = routine.received_at - UNIX_OF_SCENE_ZERO_S
        self._now_s = max(self._now_s, received_s)
        places, levels = routine.positions, routine.batteries
        _, rows = self._rows_of_slots(routine, np.unique(routine.heard))
        self.picture.heard_all(rows[rows >= 0], received_s)
        _, rows = self._rows_of_slots(routine, levels["vehicle"])
        self.picture.set_batteries(rows[rows >= 0], levels["remaining_pct"][rows >= 0])
        numbers, rows = self._rows_of_slots(routine, places["vehicle"])
        if not len(rows):
            return
        received = np.full(len(rows), received_s)
        nan = np.full(len(rows), np.nan)
        observed, uncertain = self._heard.observed(numbers, places["boot_ms"].astype(np.float64), nan, received)
        self.picture.set_time_uncertainty(rows[rows >= 0], uncertain[rows >= 0])
        known = ["alt_amsl_m", "alt_home_m", "vel_east_mps", "vel_north_mps", "vel_up_mps", "heading_deg"]
        columns = (places["lat_deg"], places["lon_deg"], nan, *(places[name] for name in known), observed, received)
        batch = ObservationBatch(rows, *(np.ascontiguousarray(column) for column in columns))
        self._ingest(batch if (rows >= 0).all() else batch.take(np.flatnonzero(rows >= 0)))

    def _rows_of_slots(self, routine: Routine, slots: RowArray) -> tuple[RowArray, RowArray]:
        """Return the vehicles' numbers and the picture's rows (-1: no room) of slots of the bridge."""
        numbers = self._heard.numbers(slots)
        unknown = numbers < 0
        if unknown.any():
            for slot in np.unique(slots[unknown]).tolist():
                self._heard.put_slot(self._vehicle_of(routine.vehicle_in[slot].key), slot)
            numbers = self._heard.numbers(slots)
        rows: RowArray = self._heard.held["row"][numbers]
        missing = rows < 0
        if missing.any():
            for slot in np.unique(slots[missing]).tolist():
                self._row_of(self._vehicle_of(routine.vehicle_in[slot].key))
            rows = self._heard.held["row"][numbers]
        return numbers, rows

    def _vehicle_of(self, key: ev.VehicleKey) -> HeardVehicle:
        vehicle = self._vehicles.get(key)
        if vehicle is None:
            vehicle = self._vehicles[key] = self._heard.open(key)
            self._binder.appeared(key)
        return vehicle

    def _vehicle(self, event: ev.Event) -> HeardVehicle:
        vehicle = self._vehicle_of(event.vehicle)
        if isinstance(event, ev.VehicleFound):
            vehicle.endpoint, vehicle.signed = event.endpoint, event.signed
        return vehicle

    def _row_of(self, vehicle: HeardVehicle) -> int | None:
        if vehicle.row is None:
            vehicle.row = self._open(vehicle, "mavlink", None)
            if vehicle.row is not None:
                self.picture.set_link(vehicle.row, vehicle.link_up)
                self._apply_binding(vehicle)
        return vehicle.row

    def _forget(self, key: ev.VehicleKey) -> None:
        """Drop a vehicle the bridge forgot; its track stays until it is too old or another peer carries it on."""
        vehicle = self._vehicles.pop(key, None)
        if vehicle is not None:
            record = self._binder.aircraft_of(key)
            self._binder.gone(key)
            if vehicle.row is not None:
                self._owner_of_row.pop(vehicle.row, None)
            self._heard.close(vehicle)
            if record is not None:
                self._tell(self.callbacks.bound, record.aircraft_id, None)

    def _on_position(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Position)
        nan = np.nan
        received_s = event.received_at - UNIX_OF_SCENE_ZERO_S
        unix_s = event.unix_time_s
        self._pending_rows.append((row, vehicle.number))
        self._pending.append(
            (
                event.lat_deg,
                event.lon_deg,
                nan if event.alt_hae_m is None else event.alt_hae_m,
                nan if event.alt_amsl_m is None else event.alt_amsl_m,
                nan if event.alt_home_m is None else event.alt_home_m,
                nan if event.vel_east_mps is None else event.vel_east_mps,
                nan if event.vel_north_mps is None else event.vel_north_mps,
                nan if event.vel_up_mps is None else event.vel_up_mps,
                nan if event.heading_deg is None else event.heading_deg,
                nan if event.time_boot_ms is None else event.time_boot_ms,
                nan if unix_s is None else unix_s - UNIX_OF_SCENE_ZERO_S,
                received_s,
            )
        )

    def _on_heartbeat(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Heartbeat)
        self.picture.set_armed(row, event.armed)
        if self._modes.get(row) != event.mode:
            self._modes[row] = event.mode
            self.picture.touch(row)

    def _on_landed_state(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.LandedState)
        self.picture.set_landed(row, None if event.landed is None else event.landed == "on_ground")

    def _on_battery(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Battery)
        if event.battery_id == 0 and event.remaining_pct is not None:
            self.picture.set_battery(row, event.remaining_pct)

    def _on_home(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.Home)
        before, vehicle.home = vehicle.home, event
        aircraft_id = self.picture.aircraft_ids[row]
        if aircraft_id is not None and (before is None or _moved(before, event)):
            self._tell(self.callbacks.home, aircraft_id, event)

    def _on_rebooted(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        self._flush()  # what it said before belongs to the clock it had
        self._heard.restart_clock(vehicle)

    def _on_clock_offset(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.ClockOffset)
        now_s = event.received_at - UNIX_OF_SCENE_ZERO_S
        self._heard.synced(vehicle, event.offset_s - UNIX_OF_SCENE_ZERO_S, event.uncertainty_s, now_s)

    def _on_clock_sample(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.ClockSample)
        if event.unix_time_s is not None:
            self._heard.told_utc(vehicle, event.unix_time_s - UNIX_OF_SCENE_ZERO_S - event.time_boot_ms / 1e3)

    def _on_adsb(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.AdsbVehicle)
        report = self._foreign.of_adsb(event)
        if report is not None:
            self._foreign_reports.append(report)

    def _on_remote_id_basic(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.RemoteIdBasic)
        self._foreign.heard_name(event)

    def _on_remote_id_location(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.RemoteIdLocation)
        report = self._foreign.of_remote_id(event)
        if report is not None:
            self._foreign_reports.append(report)

    def _flies_at(self, registration: str, lat_deg: float, lon_deg: float) -> bool:
        """Tell whether our links have the aircraft of that registration within ECHO_M of a place, just now."""
        picture = self.picture
        for row in self._rows_of.get(self._aircraft_named.get(registration, ""), ()):
            north_m = (picture.lat_deg[row] - lat_deg) * M_PER_DEG
            east_m = (picture.lon_deg[row] - lon_deg) * M_PER_DEG * np.cos(np.radians(lat_deg))
            fresh = self._now_s - picture.received_s[row] <= ECHO_FRESH_S
            if self._identities[row].source == "mavlink" and fresh and np.hypot(north_m, east_m) <= ECHO_M:
                return True
        return False

    def _on_link_lost(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        vehicle.link_up = False
        self._binder.link_lost(vehicle.key, event.received_at - UNIX_OF_SCENE_ZERO_S)
        self.picture.set_link(row, False)
        self._tell_link(row, up=False)

    def _on_link_recovered(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        vehicle.link_up = True
        self._binder.link_recovered(vehicle.key)
        self.picture.set_link(row, True)
        self._tell_link(row, up=True)

    def _on_endpoint_changed(self, vehicle: HeardVehicle, row: int, event: ev.Event) -> None:
        assert isinstance(event, ev.EndpointChanged)
        vehicle.endpoint = event.endpoint

    def _tell_link(self, row: int, *, up: bool) -> None:
        aircraft_id = self.picture.aircraft_ids[row]
        if aircraft_id is not None:
            self._tell(self.callbacks.link, aircraft_id, up)

    def _flush(self) -> None:
        if self._pending:
            rows, numbers = np.array(self._pending_rows, np.int64).T
            columns = np.array(self._pending, np.float64)
            self._pending_rows, self._pending = [], []
            observed, uncertain = self._heard.observed(numbers, columns[:, 9], columns[:, 10], columns[:, 11])
            self.picture.set_time_uncertainty(rows, uncertain)
            kept = np.column_stack((columns[:, :9], observed, columns[:, 11]))
            self._ingest(ObservationBatch.from_columns(np.ascontiguousarray(rows), kept))
        if self._foreign_reports:
            reports, self._foreign_reports = self._foreign_reports, []
            self.report(reports, feeder_id=OWN_RECEIVERS, now_s=self._now_s)

    def _ingest(self, batch: ObservationBatch) -> list[IngestCode]:
        report = self.picture.ingest(batch)
        if len(report.accepted.row):
            self.recorder.record(report.accepted, self.picture.track_ids)
        return [IngestCode(code) for code in report.code.tolist()]

    # ---------------------------------------------------------------------------------------------- reports by API

    def report(self, reports: Sequence[PositionReport], *, feeder_id: str, now_s: float) -> list[IngestCode | None]:
        """Take positions an organisation sends, received now; returns what became of each (None: no room for it).

        A report that is refused opens no track: its values are tried before a row is taken.
        """
        self._now_s = max(self._now_s, now_s)
        result: list[IngestCode | None] = [None] * len(reports)
        if not reports:
            return result
        columns = np.array([(*item.values, now_s) for item in reports], np.float64)
        screened = self.picture.screen(ObservationBatch.from_columns(np.zeros(len(reports), np.int64), columns))
        rows: list[int] = []
        kept: list[int] = []
        for i, (item, code) in enumerate(zip(reports, screened.tolist(), strict=True)):
            if code != IngestCode.ACCEPTED:
                result[i] = IngestCode(code)
                self.picture.counters[IngestCode(code).name.lower()] += 1
                continue
            row = self._feed_row(item, feeder_id)
            if row is not None:
                rows.append(row)
                kept.append(i)
        self.picture.set_time_uncertainty(np.array(rows, np.int64), np.full(len(rows), NO_CLOCK_UNCERTAINTY_S))
        codes = self._ingest(ObservationBatch.from_columns(np.array(rows, np.int64), columns[kept])) if kept else []
        for i, row, code in zip(kept, rows, codes, strict=True):
            result[i] = code
            if code is IngestCode.ACCEPTED:
                self.picture.set_landed(row, reports[i].landed)
                self.picture.set_battery(row, reports[i].battery_pct)
        return result

    def _feed_row(self, item: PositionReport, feeder_id: str) -> int | None:
        key = (feeder_id, item.reference, item.aircraft_id or "")
        row = self._feeds.get(key)
        if row is None:
            row = self._open(key, item.source, feeder_id or None)
            if row is not None:
                self._feeds[key] = row
                self._apply_identity(row, self.directory.aircraft(item.aircraft_id) if item.aircraft_id else None)
        return row

    # ------------------------------------------------------------------------------------------------- identities

    def _open(self, owner: HeardVehicle | tuple[str, str, str], source: str, feeder_id: str | None) -> int | None:
        try:
            row = self.picture.open_track(self._name(owner, feeder_id), now_s=self._now_s)
        except PictureFullError:
            self.counters["tracks_refused"] += 1
            return None
        self._owner_of_row[row] = owner
        self._identities[row] = TrackIdentity(self.picture.track_ids[row], source, feeder_id=feeder_id)
        self._row_of_track[self.picture.track_ids[row]] = row
        self._renamed.add(row)
        return row

    def reopen(self, past: TrackIdentity, *, heard_s: float) -> int | None:
        """Give a track that a former process followed a row again; whoever reported it carries it on.

        Returns None when there is no room, or the track is here already.
        """
        if past.track_id in self._row_of_track:
            return None
        try:
            row = self.picture.open_track(past.track_id, now_s=heard_s)
        except PictureFullError:
            self.counters["tracks_refused"] += 1
            return None
        self._identities[row] = TrackIdentity(past.track_id, past.source, feeder_id=past.feeder_id)
        self._row_of_track[past.track_id] = row
        self._renamed.add(row)
        if past.feeder_id is not None:
            # A sender that gave no name of its own, or one like ours, is known by its aircraft.
            unnamed = past.aircraft_id is not None and past.track_id.startswith(_OWN_PREFIXES)
            key = (past.feeder_id, str(past.aircraft_id) if unnamed else past.track_id, past.aircraft_id or "")
            self._feeds[key] = row
            self._owner_of_row[row] = key
        self._apply_identity(row, self.directory.aircraft(past.aircraft_id) if past.aircraft_id else None)
        return row

    def _name(self, owner: HeardVehicle | tuple[str, str, str], feeder_id: str | None) -> str:
        """Return the id of a new track: the sender's own name for it, unless somebody else's track bears or bore it."""
        if isinstance(owner, tuple) and not owner[1].startswith(_OWN_PREFIXES):
            name = owner[1]
            past = self._past.get(name) or self.recorder.identity(name)
            free = not self.recorder.knows(name) if past is None else past.feeder_id == feeder_id
            if free and name not in self._row_of_track:
                return name
        return self._ids()

    def _apply_binding(self, vehicle: HeardVehicle) -> None:
        if vehicle.row is None:
            return
        record = self._binder.aircraft_of(vehicle.key)
        if record is not None:
            self._adopt(vehicle, record.aircraft_id)
        self._apply_identity(vehicle.row, record)

    def _adopt(self, vehicle: HeardVehicle, aircraft_id: str) -> None:
        """Let the vehicle carry on the track that another peer of ours began for the same aircraft, if there is one."""
        for row in tuple(self._rows_of.get(aircraft_id, ())):
            if row == vehicle.row or self._identities[row].feeder_id is not None:
                continue
            former = self._owner_of_row.get(row)
            if isinstance(former, HeardVehicle):
                if former.link_up:
                    continue  # it flies on under another name
                former.row = None
            elif former is not None:
                continue  # a receiver's
            assert vehicle.row is not None
            own, vehicle.row = vehicle.row, row
            self._owner_of_row.pop(own)
            self._drop_row(own)
            self.picture.close_track(own, now_s=self._now_s)
            self._owner_of_row[row] = vehicle
            self.picture.set_link(row, vehicle.link_up)
            return

    def _apply_identity(self, row: int, record: AircraftRecord | None) -> None:
        """Make the row a track of that aircraft (None: of an unregistered one), with the plan it flies."""
        before = self._identities[row]
        if before.aircraft_id is not None:
            self._rows_of.get(before.aircraft_id, set()).discard(row)
        if record is None:
            if before.aircraft_id is not None:
                self.picture.unbind_aircraft(row)
            self._rename(row, TrackIdentity(before.track_id, before.source, feeder_id=before.feeder_id))
            return
        self._rows_of.setdefault(record.aircraft_id, set()).add(row)
        self._aircraft_named[record.registration] = record.aircraft_id
        if before.aircraft_id != record.aircraft_id:
            if before.aircraft_id is not None:
                self.picture.unbind_aircraft(row)
            self.picture.bind_aircraft(row, record.aircraft_id)
            plan = self._plans.get(record.aircraft_id)
            if plan is not None:
                self._bind_plan(row, plan)
        identity = TrackIdentity(
            before.track_id,
            before.source,
            record.aircraft_id,
            self.picture.plan_ids[row],
            record.registration,
            record.operator_id,
            record.operator_name,
            before.feeder_id,
        )
        self._rename(row, identity)

    def _rename(self, row: int, identity: TrackIdentity) -> None:
        if self._identities.get(row) != identity:
            self._identities[row] = identity
            self._renamed.add(row)
            self.picture.touch(row)

    def _rebind(self) -> None:
        """Settle which vehicle is which aircraft after registrations, links or peers changed."""
        if self.directory.version != self._directory_version:
            self._directory_version = self.directory.version
            for (_, _, aircraft_id), row in self._feeds.items():
                if aircraft_id:
                    self._apply_identity(row, self.directory.aircraft(aircraft_id))
        for key in self._binder.settle(self._now_s):
            vehicle = self._vehicles.get(key)
            if vehicle is None:
                continue
            before = None if vehicle.row is None else self.picture.aircraft_ids[vehicle.row]
            successor = None if before is None else self._binder.vehicle_of(before)
            if successor not in (None, key) and not vehicle.link_up:
                continue  # that vehicle is among the changed ones and carries this silent one's track on
            self._apply_binding(vehicle)
            after = None if vehicle.row is None else self.picture.aircraft_ids[vehicle.row]
            if before != after:
                if before is not None:
                    self._tell(self.callbacks.bound, before, self._binder.vehicle_of(before))
                if after is not None:
                    self._tell(self.callbacks.bound, after, key)

    def _drop_row(self, row: int) -> None:
        identity = self._identities.pop(row, None)
        self._modes.pop(row, None)
        self._renamed.discard(row)
        owner = self._owner_of_row.pop(row, None)
        if isinstance(owner, HeardVehicle):
            owner.row = None
        elif owner is not None:
            self._feeds.pop(owner, None)
        if identity is not None:
            self._row_of_track.pop(identity.track_id, None)
            if identity.aircraft_id is not None:
                self._rows_of.get(identity.aircraft_id, set()).discard(row)
            self._past[identity.track_id] = identity
            while len(self._past) > _PAST_IDENTITIES:
                self._past.popitem(last=False)

    # ------------------------------------------------------------------------------------------------------ plans

    def plan_activated(
        self,
        aircraft_id: str,
        plan_id: str,
        geometry: PlanGeometry,
        tolerance: Tolerance,
        also: tuple[Prism, ...] = (),
    ) -> None:
        """Judge the aircraft against this plan from now on, on every track it has or will have.

        Told again of the plan it flies already, judging goes on where it was. In the volumes of `also`, those of an
        order, it conforms as well.
        """
        flown = self._plans.get(aircraft_id)
        if flown is not None and flown.is_same(plan_id, geometry, tolerance, also):
            return
        plan = self._plans[aircraft_id] = _Plan(plan_id, geometry, tolerance, also=also)
        for row in self._rows_of.get(aircraft_id, ()):
            self._bind_plan(row, plan)
            self._refresh_identity(row)

    def plan_ended(self, aircraft_id: str, plan_id: str) -> None:
        """Stop judging the aircraft against this plan; nothing happens when it flies another by now."""
        plan = self._plans.get(aircraft_id)
        if plan is None or plan.plan_id != plan_id:
            return
        del self._plans[aircraft_id]
        for row in self._rows_of.get(aircraft_id, ()):
            self.picture.unbind_plan(row)
            self._refresh_identity(row)

    def set_contingent(self, aircraft_id: str, contingent: bool) -> None:
        """Say that the aircraft's flight has declared a contingency, or that it is over."""
        plan = self._plans.get(aircraft_id)
        if plan is not None:
            plan.contingent = contingent
        for row in self._rows_of.get(aircraft_id, ()):
            self.picture.set_contingent(row, contingent and plan is not None)

    def _bind_plan(self, row: int, plan: _Plan) -> None:
        self.picture.bind_plan(row, plan.plan_id, plan.geometry, plan.tolerance, plan.also)
        self.picture.set_contingent(row, plan.contingent)

    def _refresh_identity(self, row: int) -> None:
        old = self._identities[row]
        new = TrackIdentity(
            old.track_id,
            old.source,
            old.aircraft_id,
            self.picture.plan_ids[row],
            old.registration,
            old.operator_id,
            old.operator_name,
            old.feeder_id,
        )
        self._rename(row, new)

    # ------------------------------------------------------------------------------------------- ticks and reading

    def advance(self, now_s: float) -> None:
        """Judge the picture at `now_s`, settle bindings and tell what changed."""
        self._now_s = max(self._now_s, now_s)
        self._rebind()
        result = self.picture.advance(now_s)
        for transition in result.transitions:
            self._tell(self.callbacks.transition, transition)
        for row in result.landed:
            aircraft_id = self.picture.aircraft_ids[row]
            if aircraft_id is not None:
                self._tell(self.callbacks.landed, aircraft_id)
        for removed in result.removed:
            self._drop_row(removed.row)

    def _tell(self, listeners: Sequence[Callable[..., None]], *arguments: object) -> None:
        """Call every listener; one that fails is logged and counted, and the others are still told."""
        for listener in tuple(listeners):
            try:
                listener(*arguments)
            except Exception:
                self.counters["callback_failures"] += 1
                _log.exception("telemetry_callback_failed", arguments=[str(a) for a in arguments])

    def identity(self, row: int) -> TrackIdentity:
        """Return who the track of a row is."""
        return self._identities[row]

    def identity_of_track(self, track_id: str) -> TrackIdentity | None:
        """Return who a track is or, for some time after it left the picture, was."""
        row = self._row_of_track.get(track_id)
        if row is not None:
            return self._identities[row]
        return self._past.get(track_id) or self.recorder.identity(track_id)

    def mode(self, row: int) -> str | None:
        """Return the normalised flight mode of the vehicle of a row."""
        return self._modes.get(row)

    def take_renamed(self) -> set[int]:
        """Return the rows whose identity changed since the last call."""
        renamed, self._renamed = self._renamed, set()
        return renamed

    def link_of(self, aircraft_id: str, now_s: float) -> LinkStatus | None:
        """Return the state of the MAVLink link to an aircraft, None when no vehicle is bound to it."""
        key = self._binder.vehicle_of(aircraft_id)
        vehicle = None if key is None else self._vehicles.get(key)
        if vehicle is None or vehicle.row is None:
            return None
        row, picture = vehicle.row, self.picture
        has_position = picture.received_s[row] > -np.inf
        return LinkStatus(
            vehicle.key,
            vehicle.endpoint,
            vehicle.link_up,
            max(0.0, now_s - float(picture.heard_s[row])),
            max(0.0, now_s - float(picture.received_s[row])) if has_position else None,
            _known(picture.lat_deg[row]),
            _known(picture.lon_deg[row]),
            _known(picture.alt_hae_m[row]),
            None if picture.armed[row] < 0 else bool(picture.armed[row]),
            None if picture.landed[row] < 0 else bool(picture.landed[row]),
            self._modes.get(row),
            _known(picture.battery_pct[row]),
            vehicle.signed,
            _known(picture.vel_east_mps[row]),
            _known(picture.vel_north_mps[row]),
            _known(picture.vel_up_mps[row]),
            _known(self._heard.held["uncertainty_s"][vehicle.number]),
            max(0.0, float(picture.received_s[row] - picture.observed_s[row])) if has_position else None,
        )

    def home_of(self, aircraft_id: str) -> ev.Home | None:
        """Return the home position the vehicle of an aircraft last told, None when it told none."""
        key = self._binder.vehicle_of(aircraft_id)
        vehicle = None if key is None else self._vehicles.get(key)
        return None if vehicle is None else vehicle.home

    def vehicle_of(self, aircraft_id: str) -> ev.VehicleKey | None:
        """Return the vehicle bound to an aircraft."""
        return self._binder.vehicle_of(aircraft_id)


def _moved(before: ev.Home, after: ev.Home) -> bool:
    """Tell whether a home lies elsewhere than before by about a metre (1e-5 degrees)."""
    off_deg = max(abs(before.lat_deg - after.lat_deg), abs(before.lon_deg - after.lon_deg))
    return off_deg > 1e-5 or abs(before.alt_amsl_m - after.alt_amsl_m) > 1.0


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
